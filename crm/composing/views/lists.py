"""The list of templates: shown, exported."""

from flask import Response, render_template, request

from crm.composing.listings import narrow_templates, template_list
from crm.composing.views.blueprints import message_templates as blueprint
from crm.database import db
from crm.web.access import Permission, allow
from crm.web.exports import send_rows
from crm.web.list_columns import exported_columns
from crm.web.lists import Listing


@blueprint.get("")
@allow(Permission.WRITE_MAILINGS)
def index() -> str:
    """Show the list of templates, narrowed by the URL."""
    session = db.session()
    listing = Listing(template_list(request.args), request.args)
    listing.fill(session, narrow_templates(session, listing))
    return render_template("composing/templates/index.html", listing=listing)


@blueprint.get("/export.<any(csv, xlsx):extension>")
@allow(Permission.EXPORT)
def export(extension: str) -> Response:
    """Send the whole list of templates, as narrowed by the URL."""
    session = db.session()
    listing = Listing(template_list(request.args), request.args)
    rows = listing.all_rows(session, narrow_templates(session, listing))
    columns = exported_columns(listing.definition, listing.shown)
    return send_rows("modeles-de-message", rows, extension, columns)
