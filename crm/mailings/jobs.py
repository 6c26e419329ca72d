"""What comes back each minute: mailings whose time has come, those that go on, those that end."""

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.errors import N_, NotFoundError
from crm.database import db, transaction
from crm.mail.batching import states_of
from crm.mail.events import DeliveryReported
from crm.mail.rules import should_pause
from crm.mail.types import DeliveryState, ReportKind
from crm.mailings.models import Mailing, MailingRecipient
from crm.mailings.operations.departures import go_on, pause
from crm.mailings.queries.reactions import has_event
from crm.mailings.types import Status
from crm.web.locale import translate

_TOO_MANY = N_(
    "Trop de retours ou de plaintes : Passerelle l’a mis en pause. Vérifiez d’où viennent les"
    " adresses avant de reprendre."
)
_BAD_NEWS = (ReportKind.BOUNCED, ReportKind.BLOCKED, ReportKind.COMPLAINED)


def go_on_with_mailings() -> None:
    """Begin, go on with or end each mailing that is due; each in a transaction of its own."""
    now = clock.now()
    session = db.session()
    due = select(Mailing.id).where(
        (Mailing.status == Status.SENDING)
        | ((Mailing.status == Status.FROZEN) & (Mailing.starts_at <= now)),
        Mailing.deleted_at.is_(None),
    )
    ids = list(session.scalars(due.order_by(Mailing.id)))
    session.rollback()
    for mailing_id in ids:
        try:
            with transaction() as writing:
                go_on(writing, mailing_id=mailing_id, now=now)
        except NotFoundError:
            continue  # put in the trash since
        except Exception:  # one that cannot go on stops no other
            current_app.logger.exception("mailing stopped", extra={"event": "mailing_stopped"})


def pause_when_unwelcome(session: Session, reported: DeliveryReported) -> None:
    """Pause a mailing that comes back or is complained of too often."""
    if reported.batch_id is None or reported.kind not in _BAD_NEWS:
        return
    # Others may hear of it at the same moment: only one of them pauses it.
    status = session.scalar(
        select(Mailing.status).where(Mailing.id == reported.batch_id).with_for_update()
    )
    if status != Status.SENDING:
        return
    states = states_of(session, batch_id=reported.batch_id)
    bounced = states.get(DeliveryState.BOUNCED, 0)
    left = bounced + sum(
        states.get(each, 0) for each in (DeliveryState.ACCEPTED, DeliveryState.DELIVERED)
    )
    if should_pause(accepted=left, bounced=bounced, complained=_complaints(session, reported)):
        pause(session, mailing_id=reported.batch_id, reason=translate(_TOO_MANY))


def _complaints(session: Session, reported: DeliveryReported) -> int:
    complained = select(MailingRecipient.id).where(
        MailingRecipient.mailing_id == reported.batch_id,
        MailingRecipient.is_in,
        has_event(ReportKind.COMPLAINED),
    )
    return len(session.scalars(complained).all())
