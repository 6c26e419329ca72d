"""The steps of an application: the small form of a status, and a card moved on the board."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.errors import RuleError
from crm.core.numbers import parse_id
from crm.database import db, transaction
from crm.funding import rules
from crm.funding.application_presentation import offer_reasons, other_statuses, status_asked
from crm.funding.forms.applications import StatusForm
from crm.funding.models import FundingApplication
from crm.funding.operations.applications import set_status
from crm.funding.queries.applications import application_for_page
from crm.funding.types import STATUS_LABELS, ApplicationStatus, StatusData
from crm.funding.views.blueprints import ONE_APPLICATION
from crm.funding.views.blueprints import applications as blueprint
from crm.history.addresses import undo_link
from crm.history.recording import change_set_of
from crm.web.access import Permission, allow
from crm.web.locale import translate
from crm.web.requests import done, next_path, refused
from crm.web.submissions import save_form


@blueprint.route(f"{ONE_APPLICATION}/statut", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def step(application_id: int) -> ResponseReturnValue:
    """Move an application to a status, with its day and what goes with it."""
    record = application_for_page(db.session(), application_id)
    back = next_path(url_for(".show", application_id=application_id))
    if request.method != "POST":
        asked = status_asked(record, request.args.get("statut", ""))
        form = StatusForm(
            formdata=None,
            status=asked.value,
            awarded=record.awarded_cents,
            version=str(record.version),
        )
        form.award_reason.data = record.award_reason
        return _step_page(form, record, back)
    form = StatusForm()
    saved = save_form(form, lambda session: _move(session, application_id, form))
    if saved is None:
        return _step_page(form, record, back, 422)
    db.session().expire_all()
    record = application_for_page(db.session(), application_id)
    undo = undo_link(saved, back)
    return _said(record, back, undo)


@blueprint.post(f"{ONE_APPLICATION}/etape")
@allow(Permission.EDIT_NETWORK)
def move(application_id: int) -> ResponseReturnValue:
    """Move an application today; what needs an amount or a reason is asked on its form."""
    record = application_for_page(db.session(), application_id)
    back = next_path(url_for(".board"))
    status = request.form.get("etape", "")
    if status != record.status and rules.asks_more(record.status, status):
        asked = url_for(".step", application_id=application_id, statut=status, next=back)
        return redirect(asked, 303)
    try:
        with transaction() as session:
            data = StatusData(status, clock.today())
            seen = parse_id(request.form.get("version"))
            record = set_status(session, application_id=application_id, data=data, version=seen)
            undo = undo_link(change_set_of(session), back)
    except RuleError as error:
        return refused(error, back)
    return _said(record, back, undo)


def _move(session: Session, application_id: int, form: StatusForm) -> int:
    """Return the change set; 0 when it stood there already."""
    set_status(session, application_id=application_id, data=form.read(), version=form.seen_version)
    return change_set_of(session) or 0


def _said(record: FundingApplication, back: str, undo: str | None) -> ResponseReturnValue:
    label = translate(STATUS_LABELS[ApplicationStatus(record.status)])
    return done("Statut « %(status)s » : c’est noté.", back, undo_url=undo, status=label)


def _step_page(
    form: StatusForm, record: FundingApplication, back: str, status: int = 200
) -> ResponseReturnValue:
    offer_reasons(db.session(), form, record)
    page = render_template(
        "funding/applications/step.html",
        form=form,
        record=record,
        back=back,
        others=other_statuses(record),
        status_labels=STATUS_LABELS,
    )
    return page, status
