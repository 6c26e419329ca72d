"""The list of applications: shown, exported, changed at once."""

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from crm.core.errors import N_
from crm.database import db
from crm.funding.application_bulk import APPLICATION_ACTIONS
from crm.funding.listings.applications import (
    application_list,
    narrow_applications,
    told_totals,
)
from crm.funding.views.blueprints import applications as blueprint
from crm.history.bulk import Bulk, answer_bulk
from crm.web.access import Permission, allow
from crm.web.exports import send_rows
from crm.web.list_columns import exported_columns
from crm.web.lists import Listing

_BULK = Bulk(
    N_("Modifier plusieurs dossiers"), application_list, narrow_applications, APPLICATION_ACTIONS
)


@blueprint.get("/liste")
@allow(Permission.READ_NETWORK)
def index() -> str:
    """Show the list of applications, narrowed by the URL, with its totals."""
    session = db.session()
    listing = Listing(application_list(request.args), request.args)
    narrowing = narrow_applications(session, listing)
    listing.fill(session, narrowing)
    listing.note = told_totals(session, narrowing)
    return render_template("funding/applications/index.html", listing=listing)


@blueprint.get("/liste/export.<any(csv, xlsx):extension>")
@allow(Permission.EXPORT)
def export(extension: str) -> Response:
    """Send the whole list, as narrowed by the URL; amounts are numbers, in euros."""
    session = db.session()
    listing = Listing(application_list(request.args), request.args)
    rows = listing.all_rows(session, narrow_applications(session, listing))
    columns = exported_columns(listing.definition, listing.shown)
    return send_rows("dossiers", rows, extension, columns)


@blueprint.post("/liste/lot")
@allow(Permission.EDIT_NETWORK)
def bulk() -> ResponseReturnValue:
    """Change the selected applications at once, or show all that can be changed."""
    return answer_bulk(_BULK)
