"""The list of introductions, and what is done to many at once."""

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from crm.core.errors import N_
from crm.database import db
from crm.history.bulk import Bulk, answer_bulk
from crm.introductions.listings import (
    INTRODUCTION_ACTIONS,
    introduction_list,
    narrow_by_words,
)
from crm.introductions.views.blueprint import blueprint
from crm.web.access import Permission, allow
from crm.web.exports import send_rows
from crm.web.list_columns import exported_columns
from crm.web.lists import Listing

_BULK = Bulk(
    N_("Modifier plusieurs mises en relation"),
    introduction_list,
    narrow_by_words,
    INTRODUCTION_ACTIONS,
)


@blueprint.get("")
@allow(Permission.READ_NETWORK)
def index() -> str:
    """Show the list of introductions, narrowed by the URL."""
    session = db.session()
    listing = Listing(introduction_list(request.args), request.args)
    listing.fill(session, narrow_by_words(session, listing))
    return render_template("introductions/index.html", listing=listing)


@blueprint.get("/export.<any(csv, xlsx):extension>")
@allow(Permission.EXPORT)
def export(extension: str) -> Response:
    """Send the whole list, as narrowed by the URL."""
    session = db.session()
    listing = Listing(introduction_list(request.args), request.args)
    rows = listing.all_rows(session, narrow_by_words(session, listing))
    columns = exported_columns(listing.definition, listing.shown)
    return send_rows("mises-en-relation", rows, extension, columns)


@blueprint.post("/lot")
@allow(Permission.LOG_SESSIONS)
def bulk() -> ResponseReturnValue:
    """Change the selected introductions at once, or show all that can be changed."""
    return answer_bulk(_BULK)
