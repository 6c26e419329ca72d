"""What is heard of messages after they left, as far as it says that someone wants no more."""

from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from crm.consents.models import Consent
from crm.consents.operations import act_as_the_person, unsubscribe
from crm.consents.queries import person_refusal
from crm.consents.types import PURPOSES, Channel, Proof, State
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.addresses import email_key
from crm.core.errors import N_
from crm.mail.events import DeliveryReported
from crm.mail.models import Delivery
from crm.mail.suppressed import Origins
from crm.mail.suppression import Origin, hashed, suppress
from crm.mail.types import BROADCASTS, Purpose, Reason, ReportKind

COMPLAINT = N_("Signalé comme indésirable")
BOUNCE = N_("Adresse qui ne reçoit plus")


def hear(session: Session, report: DeliveryReported) -> None:
    """Act on a complaint, a lasting bounce or an unsubscription; anything else says nothing."""
    if report.kind is ReportKind.COMPLAINED:
        _suppress(session, report, Origin.COMPLAINT, COMPLAINT)
        _unsubscribe(session, report, PURPOSES, Channel.COMPLAINT)
    elif report.kind is ReportKind.BOUNCED and report.is_permanent:
        _suppress(session, report, Origin.BOUNCE, BOUNCE)
    elif report.kind is ReportKind.UNSUBSCRIBED and not _has_asked_since(session, report):
        _unsubscribe(session, report, _purposes(report.purpose), Channel.ONE_CLICK)


def object_to_withdrawn(session: Session, delivery: Delivery, origins: Origins) -> Reason | None:
    """Hold a message back from an address that withdrew, unless someone there accepts it.

    Whoever writes to people asks `may_still_write` of each; this holds for any other writer.
    """
    if delivery.purpose not in BROADCASTS or Origin.WITHDRAWAL not in origins:
        return None
    may_be = person_refusal(Purpose(delivery.purpose), day=clock.today(), is_of_one=True).is_(None)
    someone = exists().where(Contact.email_key == email_key(delivery.recipient), may_be)
    return None if session.scalar(select(someone)) else Reason.NO_CONSENT


def _purposes(purpose: str) -> Sequence[Purpose]:
    return (Purpose(purpose),) if purpose in BROADCASTS else PURPOSES


def _suppress(session: Session, report: DeliveryReported, origin: Origin, reason: str) -> None:
    suppress(
        session,
        recipient=report.recipient,
        purpose=Purpose.BROADCAST,
        reason=reason,
        now=clock.now(),
        origin=origin,
    )


def _unsubscribe(
    session: Session, report: DeliveryReported, purposes: Sequence[Purpose], channel: Channel
) -> None:
    act_as_the_person(session)
    given_on = min(clock.in_paris(report.happened_at).date(), clock.today())
    unsubscribe(
        session,
        purposes=purposes,
        proof=Proof(channel, given_on, delivery_id=report.delivery_id),
        contact_id=None,
        address=report.recipient,
        address_hash=hashed(report.recipient),
    )


def _has_asked_since(session: Session, report: DeliveryReported) -> bool:
    """Tell whether someone there has accepted since: news may come days late."""
    since = exists().where(
        Consent.contact_id == Contact.id,
        Consent.purpose.in_(_purposes(report.purpose)),
        Consent.state == State.ACCEPTED,
        Consent.decided_at > report.happened_at,
        Contact.email_key == email_key(report.recipient),
        Contact.deleted_at.is_(None),
    )
    return bool(session.scalar(select(since)))
