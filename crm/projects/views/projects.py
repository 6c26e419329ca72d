"""Projects: the list, a page, the form."""

import re

from flask import Response, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.accounts.drafts import discard_draft, find_draft
from crm.accounts.gate import signed_in
from crm.core import clock
from crm.core.errors import StaleRecordError
from crm.database import db
from crm.projects import operations
from crm.projects.forms import ProjectForm
from crm.projects.listings import EXPORT_HEADER, export_table, narrow_by_words, project_list
from crm.projects.models import Project
from crm.projects.presentation import offer_project_choices, project_page
from crm.projects.queries import find_projects, partners_of, project_for_page
from crm.projects.views.blueprint import ONE, blueprint
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.exports import send_rows, send_table
from crm.web.kept import as_form_data
from crm.web.lists import Listing
from crm.web.locale import translate
from crm.web.requests import done, form_key
from crm.web.submissions import save_form, save_once

_PICKED = re.compile(r"[0-9]{1,9}|commune:[0-9A-Z]{5}|epci:[0-9]{9}")


@blueprint.get("")
@allow(Permission.READ_NETWORK)
def index() -> str:
    """Show the list of projects, narrowed by the URL."""
    session = db.session()
    listing = Listing(project_list(request.args), request.args)
    listing.fill(session, narrow_by_words(session, listing))
    return render_template(
        "projects/index.html",
        listing=listing,
    )


@blueprint.get("/export.<any(csv, xlsx):extension>")
@allow(Permission.EXPORT)
def export(extension: str) -> Response:
    """Send the whole list, as narrowed by the URL."""
    session = db.session()
    listing = Listing(project_list(request.args), request.args)
    result = session.execute(listing.ordered(narrow_by_words(session, listing)))
    if listing.exported is not None:
        return send_rows("projets", result, extension, listing.exported)
    header = [translate(label) for label in EXPORT_HEADER]
    return send_table("projets", header, export_table(session, result.all()), extension)


@blueprint.get("/suggestions")
@allow(Permission.READ_NETWORK)
def suggestions() -> Response:
    """Answer a picker: projects whose words begin like this."""
    found = find_projects(db.session(), request.args.get("q", "")[:100])
    return jsonify([{"value": s.value, "text": s.text, "detail": s.detail} for s in found])


@blueprint.get(ONE)
@allow(Permission.READ_NETWORK)
def show(project_id: int) -> str:
    """Show a project: who takes part, where, how many people, its changes."""
    return render_template("projects/show.html", **project_page(db.session(), project_id))


@blueprint.route("/nouveau", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def new() -> ResponseReturnValue:
    """Create a project, led by the structure of the URL where there is one."""
    if request.method != "POST":
        lead = [value for value in request.args.getlist("structure") if _PICKED.fullmatch(value)]
        blank = ProjectForm(formdata=None, lead=lead[:1], listed_on=clock.today())
        draft = _draft_of()
        return _form_page(draft or blank, None, is_draft=draft is not None)
    form = ProjectForm()
    form.settle_typed_name(db.session(), form.lead_text, form.lead)
    saved = save_once(form, lambda session: _create(session, form))
    if saved:
        return done("Projet créé.", url_for(".show", project_id=saved))
    return _form_page(form, None, 422)


@blueprint.route(f"{ONE}/modifier", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def edit(project_id: int) -> ResponseReturnValue:
    """Change a project; a second editor sees both versions."""
    theirs, project = _as_stored(project_id)
    if request.method != "POST":
        draft = _draft_of()
        return _form_page(draft or theirs, project, is_draft=draft is not None)
    form = ProjectForm()
    apply_choices(form, theirs)
    form.settle_typed_name(db.session(), form.lead_text, form.lead)
    try:
        saved = save_form(form, lambda session: _update(session, project_id, form))
    except StaleRecordError:
        theirs, project = _as_stored(project_id)
        offer_project_choices(db.session(), form, project)
        return _form_page(form, project, 409, both_versions(form, theirs))
    if saved:
        return done("Projet enregistré.", url_for(".show", project_id=saved))
    return _form_page(form, project_for_page(db.session(), project_id), 422)


def _create(session: Session, form: ProjectForm) -> int:
    project = operations.create_project(session, data=form.read())
    discard_draft(session, user_id=signed_in().id, form_key=form_key())
    return project.id


def _update(session: Session, project_id: int, form: ProjectForm) -> int:
    project = operations.update_project(
        session, project_id=project_id, version=form.version_number, data=form.read()
    )
    discard_draft(session, user_id=signed_in().id, form_key=form_key())
    return project.id


def _draft_of() -> ProjectForm | None:
    """Return the form as its own draft holds it; None when nothing waits."""
    draft = find_draft(db.session(), user_id=signed_in().id, form_key=form_key())
    return ProjectForm(formdata=as_form_data(draft.payload)) if draft else None


def _as_stored(project_id: int) -> tuple[ProjectForm, Project]:
    session = db.session()
    session.expire_all()
    project = project_for_page(session, project_id)
    form = ProjectForm(formdata=None)
    form.write(project, partners_of(session, project_id))
    offer_project_choices(session, form, project)
    return form, project


def _form_page(
    form: ProjectForm,
    project: Project | None,
    status: int = 200,
    conflict: list[Difference] | None = None,
    *,
    is_draft: bool = False,
) -> ResponseReturnValue:
    offer_project_choices(db.session(), form, project)
    page = render_template(
        "projects/form.html",
        form=form,
        project=project,
        differences=conflict,
        form_key=form_key(),
        is_draft=is_draft,
    )
    return page, status
