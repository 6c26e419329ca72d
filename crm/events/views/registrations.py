"""Registrations as the team sees them: one by one, added, given up, recognised."""

from collections.abc import Callable

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.core.errors import RuleError
from crm.core.numbers import typed_id
from crm.database import db, transaction
from crm.events.forms.registrations import RegistrationForm, registration_form
from crm.events.messages import prepare_registration
from crm.events.models import Event
from crm.events.operations import registrations as operations
from crm.events.presentation import back_to, registration_page
from crm.events.queries.events import event_for_page
from crm.events.queries.registrations import questions_of, registration_for_page, waiting_rank
from crm.events.types import RegistrationSource
from crm.events.views.blueprints import ONE, ONE_REGISTRATION, blueprint
from crm.web.access import Permission, allow
from crm.web.requests import done, refused
from crm.web.submissions import save_once

NEW, NOBODY = "nouvelle", "personne"


@blueprint.get(ONE_REGISTRATION)
@allow(Permission.READ_NETWORK)
def registration(registration_id: int) -> str:
    """Show a registration: who, what was answered, what was sent."""
    page = registration_page(db.session(), registration_id)
    return render_template("events/registration.html", **page)


@blueprint.route(f"{ONE}/inscriptions/nouvelle", methods=["GET", "POST"])
@allow(Permission.EDIT_NETWORK)
def new_registration(event_id: int) -> ResponseReturnValue:
    """Register someone who asked the team; they are written to as if they had done it."""
    session = db.session()
    event = event_for_page(session, event_id)
    questions = questions_of(session, event_id)
    if request.method != "POST":
        return _form_page(registration_form(questions, formdata=None), event)
    form = registration_form(questions)
    prepare_registration(event)
    saved = save_once(form, lambda writing: _register(writing, event_id, form))
    return _noted(saved, event_id) if saved else _form_page(form, event, 422)


@blueprint.post(f"{ONE_REGISTRATION}/annuler")
@allow(Permission.EDIT_NETWORK)
def cancel_registration(registration_id: int) -> ResponseReturnValue:
    """Give up a registration for someone; they are told, and the next one is offered the seat."""

    def work(session: Session) -> None:
        operations.cancel(session, registration_id=registration_id, is_by_team=True)

    return _do(registration_id, work, "Inscription annulée : la personne est prévenue.")


@blueprint.post(f"{ONE_REGISTRATION}/qui")
@allow(Permission.EDIT_NETWORK)
def identify(registration_id: int) -> ResponseReturnValue:
    """Say who someone is: a person that we know, a new one, or nobody of ours."""
    chosen = request.form.get("qui", "")

    def work(session: Session) -> None:
        if chosen == NOBODY:
            operations.leave_unknown(session, registration_id=registration_id)
        else:
            contact_id = None if chosen == NEW else typed_id(chosen)
            operations.recognise_as(session, registration_id=registration_id, contact_id=contact_id)

    return _do(registration_id, work, "C’est décidé.")


def _register(session: Session, event_id: int, form: RegistrationForm) -> int:
    return operations.register(
        session, event_id=event_id, data=form.read(), source=RegistrationSource.TEAM
    ).id


def _noted(registration_id: int, event_id: int) -> ResponseReturnValue:
    """Say whether who was just registered has a seat, or waits for one and where."""
    session, back = db.session(), url_for(".show", event_id=event_id)
    rank = waiting_rank(session, registration_for_page(session, registration_id))
    if rank is None:
        return done("Inscription notée : un message part.", back)
    return done(
        "L’événement est complet : inscription notée sur liste d’attente, à la place n° %(rank)s. "
        "Un message part.",
        back,
        rank=rank,
    )


def _do(registration_id: int, work: Callable[[Session], None], said: str) -> ResponseReturnValue:
    back = url_for(".registration", registration_id=registration_id)
    try:
        with transaction() as session:
            work(session)
    except RuleError as error:
        return refused(error, back)
    return done(said, back)


def _form_page(form: RegistrationForm, event: Event, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "events/new_registration.html", form=form, event=event, back=back_to(event.id)
    )
    return page, status
