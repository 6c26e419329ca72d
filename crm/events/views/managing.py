"""One's own registration, by the signed link of a message: a GET shows, a POST acts."""

from datetime import datetime

from flask import redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.attachments.queries import attachments_of
from crm.attachments.storage import path_of
from crm.consents.operations import act_as_the_person
from crm.consents.views.public import ROBOTS, rights_contact, tell_log
from crm.core import clock
from crm.core.errors import N_, NotFoundError, RuleError
from crm.database import db, transaction
from crm.events import rules
from crm.events.links import read_token
from crm.events.models import Registration
from crm.events.operations.registrations import cancel, take_seat
from crm.events.presentation import name_of, when_of
from crm.events.queries.registrations import registration_for_page
from crm.events.types import EventStatus, RegistrationStatus
from crm.events.views.blueprints import registration as blueprint
from crm.events.views.public import answer
from crm.web.access import Reach, allow
from crm.web.locale import sentence

_TOKEN = "/gerer/<string(maxlength=200):token>"  # noqa: S105 - a part of an address
_SEALED = "default-src 'none'; sandbox; frame-ancestors 'none'"
CONFIRM, CANCEL = "confirmer", "annuler"


@blueprint.get(_TOKEN)
@allow(Reach.PUBLIC)
def manage(token: str) -> ResponseReturnValue:
    """Show someone where their registration is; nothing changes until they send it."""
    try:
        found = _found(db.session(), token)
    except NotFoundError:
        return _closed_link()
    return _page(token, found)


@blueprint.post(_TOKEN)
@allow(Reach.PUBLIC)
def act(token: str) -> ResponseReturnValue:
    """Take the seat that was offered, or give up; twice is once."""
    asked = request.form.get("action", "")
    if asked not in (CONFIRM, CANCEL):
        raise NotFoundError
    try:
        with transaction() as session:
            act_as_the_person(session)
            registration_id = _found(session, token).id
            if asked == CONFIRM:
                take_seat(session, registration_id=registration_id)
            else:
                cancel(session, registration_id=registration_id)
    except NotFoundError:
        return _closed_link()
    except RuleError as error:
        return _page(token, _found(db.session(), token), sentence(error))
    tell_log(f"registration_{asked}")
    return redirect(url_for(".manage", token=token), 303)


@blueprint.get(f"{_TOKEN}/documents/<int:attachment_id>")
@allow(Reach.PUBLIC)
def document(token: str, attachment_id: int) -> ResponseReturnValue:
    """Send a document of an event that was held to someone who had a seat."""
    session = db.session()
    found = _found(session, token)
    files = attachments_of(session, entity="event", record_id=found.event_id)
    file = next((each for each in files if each.id == attachment_id), None)
    if not _gets_documents(found) or file is None or not path_of(file.key).is_file():
        raise NotFoundError
    response = send_file(
        path_of(file.key),
        mimetype=file.content_type,
        as_attachment=True,
        download_name=file.name,
        etag=False,
    )
    response.headers["Content-Security-Policy"] = _SEALED
    response.headers["Cache-Control"] = "no-store"
    return response


def _found(session: Session, token: str) -> Registration:
    registration_id = read_token(token)
    if registration_id is None:
        raise NotFoundError
    return registration_for_page(session, registration_id)


def _gets_documents(registration: Registration) -> bool:
    has_seat = registration.status == RegistrationStatus.REGISTERED
    return has_seat and registration.event.status == EventStatus.HELD


def _closed_link() -> ResponseReturnValue:
    return answer(
        N_("Ce lien n’est plus valable"),
        N_("Écrivez-nous si vous voulez savoir où en est votre inscription."),
        410,
    )


def _page(
    token: str, registration: Registration, refused: str | None = None
) -> ResponseReturnValue:
    event, now = registration.event, clock.now()
    shows_files = _gets_documents(registration)
    session = db.session()
    page = render_template(
        "events/manage.html",
        token=token,
        registration=registration,
        event=event,
        when=when_of(event),
        name=name_of(registration),
        refused=refused,
        is_held=_is_held(registration, now),
        may_cancel=registration.status != RegistrationStatus.CANCELLED
        and event.status != EventStatus.CANCELLED
        and not rules.has_begun(event.starts_at, now),
        files=attachments_of(session, entity="event", record_id=event.id) if shows_files else [],
        shows_files=shows_files,
        rights=rights_contact(),
    )
    return page, 422 if refused else 200, ROBOTS


def _is_held(registration: Registration, now: datetime) -> bool:
    """Tell whether a seat is kept for someone until they confirm."""
    event, until = registration.event, registration.offered_until
    is_open = rules.may_promote(event.status, event.starts_at, now)
    return is_open and until is not None and until > now
