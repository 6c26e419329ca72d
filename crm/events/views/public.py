"""Registering without log-in: the page, and what it answers, the same for everybody."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row
from sqlalchemy.orm import Session

from crm.accounts.keys import attempt_keys
from crm.accounts.operations.attempts import take_attempt
from crm.accounts.types import Limits
from crm.consents.operations import act_as_the_person
from crm.consents.subscriptions import SubscriptionData, ask_subscription
from crm.consents.views.public import ROBOTS, rights_contact, tell_log, too_often
from crm.consents.wordings import current_wordings
from crm.core.addresses import email_key, parse_email
from crm.core.errors import N_, NotFoundError, RuleError
from crm.database import db, transaction
from crm.events import rules
from crm.events.forms.registrations import RegistrationForm, registration_form
from crm.events.messages import prepare_registration
from crm.events.models import Event, EventQuestion
from crm.events.operations.registrations import register
from crm.events.operations.seats import has_free_seat
from crm.events.presentation import OPENNESS_LABELS, openness_of, when_of
from crm.events.queries.events import event_for_page
from crm.events.queries.registrations import invited, questions_of
from crm.events.types import EventStatus, RegistrationSource
from crm.events.views.blueprints import registration as blueprint
from crm.mail.types import Purpose
from crm.mailings.links import LETTER_ARGUMENT, read_reader_token
from crm.web.access import Reach, allow
from crm.web.locale import translate
from crm.web.markdown import notes_html
from crm.web.submissions import save_once

# Many may share an address on the network: a school, a town hall.
LIMITS = Limits(pair=4, account=6, address=120, window=timedelta(hours=1))
OFFERED = (Purpose.INVITATIONS, Purpose.NEWSLETTER)


@blueprint.route("/<int:event_id>", methods=["GET", "POST"])
@allow(Reach.PUBLIC)
def show(event_id: int) -> ResponseReturnValue:
    """Show an event and its form; keep what is sent, and write to the address."""
    session = db.session()
    event = _public_event(session, event_id)
    questions = questions_of(session, event_id)
    form = _blank_form(questions) if request.method != "POST" else registration_form(questions)
    form.offer([each for each in OFFERED if each in current_wordings(session)])
    if request.method == "POST":
        if form.site.data:
            tell_log("registration_trapped")
            return redirect(url_for(".sent"), 303)
        if _is_right(form, event):
            if wait := _seconds_to_wait(form.email.data or ""):
                return too_often(wait)
            prepare_registration(event)
            if save_once(form, lambda writing: _register(writing, event_id, form)) is not None:
                tell_log("registered")
                return redirect(url_for(".sent"), 303)
    return _page(form, event)


@blueprint.get("/envoyee")
@allow(Reach.PUBLIC)
def sent() -> ResponseReturnValue:
    """Say that a message is on its way: the same whoever registered, or was already."""
    return answer(
        N_("Regardez vos messages"),
        N_(
            "Un message vient de partir à l’adresse donnée : il dit où en est votre inscription "
            "et permet de l’annuler. Rien reçu ? Regardez dans les indésirables."
        ),
    )


def answer(title: str, text: str, status: int = 200) -> ResponseReturnValue:
    """Say what became of a request, in a sentence."""
    page = render_template("events/answer.html", heading=translate(title), text=translate(text))
    return page, status, ROBOTS


def _public_event(session: Session, event_id: int) -> Event:
    """Return an event that has a page for everybody; raise NotFoundError for any other."""
    event = event_for_page(session, event_id)
    is_shown = event.takes_registrations or event.is_public
    if not is_shown or event.status == EventStatus.PREPARED:
        raise NotFoundError
    return event


def _blank_form(questions: Sequence[EventQuestion]) -> RegistrationForm:
    """Return the form, filled in for whoever follows the link of an invitation."""
    form = registration_form(questions, formdata=None)
    found = _invited()
    if found is not None:
        form.email.data, form.structure.data = found.email, found.structure_name
        form.first_name.data, form.last_name.data = found.first_name, found.last_name
    return form


def _invited() -> Row[Any] | None:
    delivery_id = read_reader_token(request.args.get(LETTER_ARGUMENT, ""))
    return None if delivery_id is None else invited(db.session(), delivery_id)


def _is_right(form: RegistrationForm, event: Event) -> bool:
    """Check what was typed before it is counted: a typing error is no registration."""
    if not form.validate():
        return False
    try:
        parse_email(form.email.data or "")
        rules.clean_answers(
            [rules.Asked(str(q.id), q.kind, q.options, q.is_required) for q in form.asked],
            form.read().answers,
        )
    except RuleError as error:
        form.show(error)
        return False
    return openness_of(event) is rules.Openness.OPEN


def _seconds_to_wait(address: str) -> int:
    keys = attempt_keys("registration", email_key(address))
    with transaction() as session:
        return take_attempt(session, keys=keys, limits=LIMITS)


def _register(session: Session, event_id: int, form: RegistrationForm) -> int:
    act_as_the_person(session)
    data = form.read()
    shown = {
        each.value: wording.id
        for each, wording in current_wordings(session).items()
        if each in OFFERED
    }
    found = _invited()
    made = register(
        session,
        event_id=event_id,
        data=data,
        source=RegistrationSource.INVITATION if found else RegistrationSource.PUBLIC,
        recipient_id=found.id if found else None,
        wordings=shown,
    )
    _ask_to_subscribe(session, form, [each for each in data.accepted if each in shown])
    return made.id


def _ask_to_subscribe(session: Session, form: RegistrationForm, accepted: list[str]) -> None:
    """Let the reader of the address confirm what was ticked here: whoever typed may be another."""
    if accepted:
        data = form.read()
        ask_subscription(
            session,
            data=SubscriptionData(
                email=data.email,
                last_name=data.last_name,
                first_name=data.first_name,
                structure=data.structure,
                purposes=[Purpose(each) for each in accepted],
            ),
        )


def _page(form: RegistrationForm, event: Event) -> ResponseReturnValue:
    openness = openness_of(event)
    page = render_template(
        "events/register.html",
        form=form,
        event=event,
        when=when_of(event),
        is_open=openness is rules.Openness.OPEN,
        is_invited=_invited() is not None,
        is_full=not has_free_seat(db.session(), event),
        openness_label=OPENNESS_LABELS[openness],
        description=notes_html(event.description) if event.description else None,
        wordings=current_wordings(db.session()),
        rights=rights_contact(),
    )
    return page, 422 if request.method == "POST" else 200, ROBOTS
