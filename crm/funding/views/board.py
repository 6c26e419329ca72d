"""The board of applications: a column for each status; on a phone, one at a time."""

from flask import render_template, request

from crm.core import clock
from crm.database import db
from crm.funding.board import SHOWN, board_columns
from crm.funding.listings.applications import application_list, narrow_applications
from crm.funding.types import STATUS_LABELS, ApplicationStatus
from crm.funding.views.blueprints import applications as blueprint
from crm.web.access import Permission, allow
from crm.web.lists import Listing


@blueprint.get("")
@allow(Permission.READ_NETWORK)
def board() -> str:
    """Show the applications by status, the most urgent first, narrowed by the URL."""
    session = db.session()
    definition = application_list(request.args, endpoint="applications.board")
    listing = Listing(definition, request.args)
    narrowing = narrow_applications(session, listing)
    listing.fill_filters(session, narrowing)
    asked = request.args.get("colonne", "")
    return render_template(
        "funding/applications/board.html",
        listing=listing,
        columns=board_columns(session, narrowing, clock.today()),
        status_labels=STATUS_LABELS,
        in_sight=ApplicationStatus(asked) if asked in set(ApplicationStatus) else None,
        shown=SHOWN,
        here=request.full_path.rstrip("?"),
    )
