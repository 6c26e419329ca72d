"""The list of paths, what is done to many at once, and the figures."""

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from crm.accompaniment.bulk import ACCOMPANIMENT_ACTIONS
from crm.accompaniment.indicators import OBSTACLES_RULE, OPEN_RULE, path_counts
from crm.accompaniment.listings import accompaniment_list, narrow_by_words, with_usual_state
from crm.accompaniment.views.blueprint import blueprint
from crm.core.errors import N_
from crm.database import db
from crm.history.bulk import Bulk, answer_bulk
from crm.web.access import Permission, allow
from crm.web.exports import send_rows
from crm.web.list_columns import exported_columns
from crm.web.lists import Listing

_BULK = Bulk(
    N_("Modifier plusieurs accompagnements"),
    accompaniment_list,
    narrow_by_words,
    ACCOMPANIMENT_ACTIONS,
)


@blueprint.get("")
@allow(Permission.READ_NETWORK)
def index() -> str:
    """Show the list of paths, narrowed by the URL."""
    session = db.session()
    arguments = with_usual_state(request.args)
    listing = Listing(accompaniment_list(arguments), arguments)
    listing.fill(session, narrow_by_words(session, listing))
    return render_template("accompaniment/index.html", listing=listing)


@blueprint.get("/export.<any(csv, xlsx):extension>")
@allow(Permission.EXPORT)
def export(extension: str) -> Response:
    """Send the whole list, as narrowed by the URL."""
    session = db.session()
    listing = Listing(accompaniment_list(request.args), request.args)
    rows = listing.all_rows(session, narrow_by_words(session, listing))
    columns = exported_columns(listing.definition, listing.shown)
    return send_rows("accompagnements", rows, extension, columns)


@blueprint.post("/lot")
@allow(Permission.LOG_SESSIONS)
def bulk() -> ResponseReturnValue:
    """Change the selected paths at once, or show all that can be changed."""
    return answer_bulk(_BULK)


@blueprint.get("/chiffres")
@allow(Permission.READ_NETWORK)
def figures() -> str:
    """Show how many paths are open, by stage and département, and what stops them."""
    return render_template(
        "accompaniment/figures.html",
        counts=path_counts(db.session()),
        open_rule=OPEN_RULE,
        obstacles_rule=OBSTACLES_RULE,
    )
