"""Projects: the list and a page."""

from dataclasses import replace

from flask import Blueprint, Response, render_template, request
from sqlalchemy.orm import Session

from crm.database import db
from crm.history.queries import history_of
from crm.history.wording import tell
from crm.projects.listings import holding, project_list
from crm.projects.queries import partners_of, project_for_page
from crm.web.access import Permission, allow
from crm.web.exports import send_rows
from crm.web.lists import Listing, Narrowing

blueprint = Blueprint("projects", __name__, url_prefix="/projets")


@blueprint.get("")
@allow(Permission.READ_NETWORK)
def index() -> str:
    """Show the list of projects, narrowed by the URL."""
    session = db.session()
    listing = Listing(project_list(), request.args)
    listing.fill(session, _narrowed(session, listing))
    return render_template("projects/index.html", listing=listing)


@blueprint.get("/export.<any(csv, xlsx):extension>")
@allow(Permission.EXPORT)
def export(extension: str) -> Response:
    """Send the whole list, as narrowed by the URL."""
    session = db.session()
    listing = Listing(project_list(), request.args)
    statement = listing.ordered(_narrowed(session, listing))
    return send_rows("projets", session.execute(statement), extension)


@blueprint.get("/<int:project_id>")
@allow(Permission.READ_NETWORK)
def show(project_id: int) -> str:
    """Show a project and who takes part in it."""
    session = db.session()
    return render_template(
        "projects/show.html",
        project=project_for_page(session, project_id),
        partners=partners_of(session, project_id),
        changes=tell(session, history_of(session, entity="project", record_id=project_id)),
    )


def _narrowed(session: Session, listing: Listing) -> Narrowing:
    narrowing = listing.narrow(session)
    if not listing.search:
        return narrowing
    return replace(narrowing, statement=narrowing.statement.where(holding(listing.search)))
