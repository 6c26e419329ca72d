"""How many people a project reached: added, corrected, taken away."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.days import parse_day
from crm.core.errors import StaleRecordError
from crm.core.numbers import typed_id
from crm.database import db, transaction
from crm.projects.forms import HeadcountForm
from crm.projects.models import Project
from crm.projects.operations import (
    add_headcount,
    delete_headcount,
    get_headcount,
    update_headcount,
)
from crm.projects.queries import project_for_page
from crm.projects.types import HeadcountData
from crm.projects.views.blueprint import ONE, blueprint
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.requests import done
from crm.web.submissions import save_form, save_once

COUNTED = "/effectifs/<int:headcount_id>"


@blueprint.route(f"{ONE}/effectifs", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def count(project_id: int) -> ResponseReturnValue:
    """Add how many people there were on a day."""
    project, form = project_for_page(db.session(), project_id), HeadcountForm()
    if form.is_submitted() and save_once(form, lambda session: _add(session, project_id, form)):
        return done("Effectif ajouté.", url_for(".show", project_id=project_id))
    return _form_page(form, project, 422 if form.is_submitted() else 200)


@blueprint.route(f"{COUNTED}/modifier", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def recount(headcount_id: int) -> ResponseReturnValue:
    """Correct a headcount; a second editor sees both versions."""
    theirs, project = _as_stored(headcount_id)
    if request.method != "POST":
        return _form_page(theirs, project)
    form = HeadcountForm()
    apply_choices(form, theirs)
    try:
        saved = save_form(form, lambda session: _update(session, headcount_id, form))
    except StaleRecordError:
        theirs, project = _as_stored(headcount_id)
        return _form_page(form, project, 409, both_versions(form, theirs))
    if saved:
        return done("Effectif enregistré.", url_for(".show", project_id=saved))
    return _form_page(form, project, 422)


@blueprint.post(f"{COUNTED}/supprimer")
@allow(Permission.EDIT_NETWORK)
def uncount(headcount_id: int) -> ResponseReturnValue:
    """Take a headcount away; it can be taken back at once."""
    with transaction() as session:
        gone = delete_headcount(session, headcount_id=headcount_id)
        target = url_for(".show", project_id=gone.project_id)
        undo = url_for(
            ".count_again",
            project_id=gone.project_id,
            le=gone.counted_on,
            public=gone.kind,
            nombre=gone.count,
            mot=gone.wording,
        )
    return done("Effectif supprimé.", target, undo_url=undo)


@blueprint.post(f"{ONE}/effectifs/retablir")
@allow(Permission.EDIT_NETWORK)
def count_again(project_id: int) -> ResponseReturnValue:
    """Take back a headcount that was just deleted."""
    wording = request.args.get("mot", "")[:80] or None
    data = HeadcountData(
        counted_on=parse_day(request.args.get("le", ""), clock.today()),
        kind=request.args.get("public", ""),
        count=typed_id(request.args.get("nombre")),
        is_approximate=wording is not None,
        wording=wording,
    )
    with transaction() as session:
        add_headcount(session, project_id=project_id, data=data)
    return done("Effectif rétabli.", url_for(".show", project_id=project_id))


def _add(session: Session, project_id: int, form: HeadcountForm) -> int:
    add_headcount(session, project_id=project_id, data=form.read())
    return project_id


def _update(session: Session, headcount_id: int, form: HeadcountForm) -> int:
    return update_headcount(
        session, headcount_id=headcount_id, version=form.version_number, data=form.read()
    ).project_id


def _as_stored(headcount_id: int) -> tuple[HeadcountForm, Project]:
    session = db.session()
    session.expire_all()
    headcount = get_headcount(session, headcount_id)
    form = HeadcountForm(formdata=None)
    form.write(headcount)
    return form, project_for_page(session, headcount.project_id)


def _form_page(
    form: HeadcountForm,
    project: Project,
    status: int = 200,
    conflict: list[Difference] | None = None,
) -> ResponseReturnValue:
    page = render_template(
        "projects/headcount.html", form=form, project=project, differences=conflict
    )
    return page, status
