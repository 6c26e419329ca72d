"""The board: a column for each stage; on a phone, one stage at a time."""

from flask import render_template, request

from crm.accompaniment.board import SHOWN, board_columns
from crm.accompaniment.listings import accompaniment_list, narrow_by_words
from crm.accompaniment.types import STAGE_LABELS, Stage
from crm.accompaniment.views.blueprint import blueprint
from crm.core import clock
from crm.database import db
from crm.web.access import Permission, allow
from crm.web.lists import Listing


@blueprint.get("/tableau")
@allow(Permission.READ_NETWORK)
def board() -> str:
    """Show the current paths by stage, the longest silences first, narrowed by the URL."""
    session = db.session()
    definition = accompaniment_list(request.args, endpoint="accompaniments.board")
    listing = Listing(definition, request.args)
    narrowing = narrow_by_words(session, listing)
    listing.fill_filters(session, narrowing)
    asked = request.args.get("colonne", "")
    return render_template(
        "accompaniment/board.html",
        listing=listing,
        columns=board_columns(session, narrowing, clock.today()),
        stage_labels=STAGE_LABELS,
        in_sight=Stage(asked) if asked in set(Stage) else None,
        shown=SHOWN,
        here=request.full_path.rstrip("?"),
    )
