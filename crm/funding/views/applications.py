"""An application: its page and its form."""

import re
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.accounts.drafts import discard_draft, find_draft
from crm.accounts.gate import signed_in
from crm.core.errors import StaleRecordError
from crm.core.numbers import parse_id
from crm.database import db
from crm.funding.application_presentation import application_page, offer_choices
from crm.funding.forms.applications import ApplicationForm, call_value
from crm.funding.models import FundingApplication, FundingCall
from crm.funding.operations.applications import create_application, update_application
from crm.funding.queries.applications import application_for_page
from crm.funding.views.blueprints import ONE_APPLICATION
from crm.funding.views.blueprints import applications as blueprint
from crm.projects.models import Project
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.kept import as_form_data
from crm.web.requests import done, form_key
from crm.web.submissions import save_form, save_once

_PICKED = re.compile(r"[0-9]{1,9}|commune:[0-9A-Z]{5}|epci:[0-9]{9}")


@blueprint.get(ONE_APPLICATION)
@allow(Permission.READ_NETWORK)
def show(application_id: int) -> str:
    """Show an application: where it stands, its money, who takes part, what is owed."""
    page = application_page(db.session(), application_id)
    return render_template("funding/applications/show.html", **page)


@blueprint.route("/nouveau", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def new() -> ResponseReturnValue:
    """Create an application, with what the URL says of it."""
    if request.method != "POST":
        draft = _draft_of()
        return _form_page(draft or _blank_form(), None, is_draft=draft is not None)
    form = ApplicationForm()
    form.settle(db.session())
    saved = save_once(form, lambda session: _create(session, form))
    if saved:
        return done("Dossier créé.", url_for(".show", application_id=saved))
    return _form_page(form, None, 422)


@blueprint.route(f"{ONE_APPLICATION}/modifier", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def edit(application_id: int) -> ResponseReturnValue:
    """Change an application; a second editor sees both versions."""
    theirs, record = _as_stored(application_id)
    if request.method != "POST":
        draft = _draft_of()
        return _form_page(draft or theirs, record, is_draft=draft is not None)
    form = ApplicationForm()
    apply_choices(form, theirs)
    form.settle(db.session())
    try:
        saved = save_form(form, lambda session: _update(session, application_id, form))
    except StaleRecordError:
        theirs, record = _as_stored(application_id)
        offer_choices(db.session(), form, record)
        return _form_page(form, record, 409, both_versions(form, theirs))
    if saved:
        return done("Dossier enregistré.", url_for(".show", application_id=saved))
    return _form_page(form, application_for_page(db.session(), application_id), 422)


def _blank_form() -> ApplicationForm:
    """Return the form with what the URL says: a structure, a project, a call or a scheme."""
    session = db.session()
    beneficiary = [value for value in request.args.getlist("structure") if _PICKED.fullmatch(value)]
    project = _named(session, Project, "projet")
    if project and not beneficiary:
        beneficiary = [str(project.lead_structure_id)]
    call = _named(session, FundingCall, "appel")
    scheme = str(parse_id(request.args.get("dispositif")) or "")
    return ApplicationForm(
        formdata=None,
        beneficiary=beneficiary[:1],
        scheme=call_value(call.scheme_id, call.id) if call else scheme,
        project=[str(project.id)] if project else [],
        title=project.name if project else None,
        person=str(signed_in().id),
    )


def _named(session: Session, model: type[Any], argument: str) -> Any:
    """Return the record that the URL names, unless it is in the trash; None for none."""
    record = session.get(model, parse_id(request.args.get(argument)) or 0)
    return record if record is not None and record.deleted_at is None else None


def _create(session: Session, form: ApplicationForm) -> int:
    record = create_application(session, data=form.read())
    discard_draft(session, user_id=signed_in().id, form_key=form_key())
    return record.id


def _update(session: Session, application_id: int, form: ApplicationForm) -> int:
    record = update_application(
        session, application_id=application_id, version=form.version_number, data=form.read()
    )
    discard_draft(session, user_id=signed_in().id, form_key=form_key())
    return record.id


def _draft_of() -> ApplicationForm | None:
    """Return the form as its own draft holds it; None when nothing waits."""
    draft = find_draft(db.session(), user_id=signed_in().id, form_key=form_key())
    return ApplicationForm(formdata=as_form_data(draft.payload)) if draft else None


def _as_stored(application_id: int) -> tuple[ApplicationForm, FundingApplication]:
    session = db.session()
    session.expire_all()
    record = application_for_page(session, application_id)
    form = ApplicationForm(formdata=None)
    form.write(record)
    offer_choices(session, form, record)
    return form, record


def _form_page(
    form: ApplicationForm,
    record: FundingApplication | None,
    status: int = 200,
    conflict: list[Difference] | None = None,
    *,
    is_draft: bool = False,
) -> ResponseReturnValue:
    offer_choices(db.session(), form, record)
    page = render_template(
        "funding/applications/form.html",
        form=form,
        record=record,
        differences=conflict,
        is_draft=is_draft,
        form_key=form_key(),
    )
    return page, status
