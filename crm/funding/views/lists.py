"""The lists of schemes and of calls: shown, exported, changed at once."""

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from crm.core.errors import N_
from crm.database import db
from crm.funding.call_bulk import CALL_ACTIONS, SCHEME_ACTIONS
from crm.funding.listings.calls import call_list, narrow_calls
from crm.funding.listings.schemes import narrow_schemes, scheme_list
from crm.funding.views.blueprints import calls, schemes
from crm.history.bulk import Bulk, answer_bulk
from crm.web.access import Permission, allow
from crm.web.exports import send_rows
from crm.web.list_columns import exported_columns
from crm.web.lists import Listing

_SCHEMES = Bulk(N_("Modifier plusieurs dispositifs"), scheme_list, narrow_schemes, SCHEME_ACTIONS)
_CALLS = Bulk(N_("Modifier plusieurs appels"), call_list, narrow_calls, CALL_ACTIONS)


@schemes.get("", endpoint="index")
@allow(Permission.READ_NETWORK)
def index_of_schemes() -> str:
    """Show the list of schemes, narrowed by the URL."""
    session = db.session()
    listing = Listing(scheme_list(request.args), request.args)
    listing.fill(session, narrow_schemes(session, listing))
    return render_template("funding/schemes/index.html", listing=listing)


@schemes.get("/export.<any(csv, xlsx):extension>", endpoint="export")
@allow(Permission.EXPORT)
def export_schemes(extension: str) -> Response:
    """Send the whole list of schemes, as narrowed by the URL."""
    session = db.session()
    listing = Listing(scheme_list(request.args), request.args)
    rows = listing.all_rows(session, narrow_schemes(session, listing))
    return send_rows(
        "dispositifs", rows, extension, exported_columns(listing.definition, listing.shown)
    )


@schemes.post("/lot", endpoint="bulk")
@allow(Permission.EDIT_NETWORK)
def bulk_of_schemes() -> ResponseReturnValue:
    """Change the selected schemes at once, or show all that can be changed."""
    return answer_bulk(_SCHEMES)


@calls.get("", endpoint="index")
@allow(Permission.READ_NETWORK)
def index_of_calls() -> str:
    """Show the list of calls, narrowed by the URL."""
    session = db.session()
    listing = Listing(call_list(request.args), request.args)
    listing.fill(session, narrow_calls(session, listing))
    return render_template("funding/calls/index.html", listing=listing)


@calls.get("/export.<any(csv, xlsx):extension>", endpoint="export")
@allow(Permission.EXPORT)
def export_calls(extension: str) -> Response:
    """Send the whole list of calls, as narrowed by the URL."""
    session = db.session()
    listing = Listing(call_list(request.args), request.args)
    rows = listing.all_rows(session, narrow_calls(session, listing))
    return send_rows("appels", rows, extension, exported_columns(listing.definition, listing.shown))


@calls.post("/lot", endpoint="bulk")
@allow(Permission.EDIT_NETWORK)
def bulk_of_calls() -> ResponseReturnValue:
    """Change the selected calls at once, or show all that can be changed."""
    return answer_bulk(_CALLS)
