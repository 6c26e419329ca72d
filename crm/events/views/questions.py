"""What the registration page of an event asks."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.core.errors import StaleRecordError
from crm.database import db, transaction
from crm.events.forms.registrations import QuestionForm
from crm.events.models import Event, EventQuestion
from crm.events.operations import questions as operations
from crm.events.presentation import back_to
from crm.events.queries.events import event_for_page
from crm.events.views.blueprints import ONE, blueprint
from crm.history.addresses import undo_link
from crm.history.recording import change_set_of
from crm.web.access import Permission, allow
from crm.web.conflicts import Difference, apply_choices, both_versions
from crm.web.requests import done
from crm.web.submissions import save_form, save_once

_ONE_QUESTION = "/questions/<int:question_id>"


@blueprint.route(f"{ONE}/questions/ajouter", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def new_question(event_id: int) -> ResponseReturnValue:
    """Ask one more question of those who register."""
    event, form = event_for_page(db.session(), event_id), QuestionForm()
    if request.method != "POST":
        return _page(form, event, None)
    saved = save_once(
        form,
        lambda session: operations.add_question(session, event_id=event_id, data=form.read()).id,
    )
    if saved:
        return done("Question ajoutée.", back_to(event_id, "questions"))
    return _page(form, event, None, 422)


@blueprint.route(f"{_ONE_QUESTION}/modifier", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def edit_question(question_id: int) -> ResponseReturnValue:
    """Change a question; a second editor sees both versions."""
    theirs, question, event = _as_stored(question_id)
    if request.method != "POST":
        return _page(theirs, event, question)
    form = QuestionForm()
    apply_choices(form, theirs)
    try:
        saved = save_form(form, lambda session: _update(session, question_id, form))
    except StaleRecordError:
        theirs, question, event = _as_stored(question_id)
        return _page(form, event, question, 409, both_versions(form, theirs))
    if saved:
        return done("Question enregistrée.", back_to(event.id, "questions"))
    return _page(form, event, question, 422)


@blueprint.post(f"{_ONE_QUESTION}/retirer")
@allow(Permission.EDIT_NETWORK)
def retire_question(question_id: int) -> ResponseReturnValue:
    """Ask a question no more; its answers stay."""
    with transaction() as session:
        event_id = operations.retire_question(session, question_id=question_id).event_id
        undo_url = undo_link(change_set_of(session))
    return done("Question retirée.", back_to(event_id, "questions"), undo_url=undo_url)


def _update(session: Session, question_id: int, form: QuestionForm) -> int:
    return operations.update_question(
        session, question_id=question_id, version=form.version_number, data=form.read()
    ).id


def _as_stored(question_id: int) -> tuple[QuestionForm, EventQuestion, Event]:
    session = db.session()
    session.expire_all()
    question = operations.get_question(session, question_id)
    form = QuestionForm(formdata=None)
    form.write(question)
    return form, question, event_for_page(session, question.event_id)


def _page(
    form: QuestionForm,
    event: Event,
    question: EventQuestion | None,
    status: int = 200,
    conflict: list[Difference] | None = None,
) -> ResponseReturnValue:
    page = render_template(
        "events/question.html", form=form, event=event, question=question, differences=conflict
    )
    return page, status
