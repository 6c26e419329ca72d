"""A reader follows a link of a message: where it leads, and what is noted of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.consents.preferences import OUR_LINKS
from crm.mail.models import Delivery, DeliveryEvent
from crm.mail.reports import report
from crm.mail.types import Report, ReportKind
from crm.mailings.models import MailingLink, MailingRecipient
from crm.mailings.robots import BURST, BURST_LINKS, looks_like_a_robot


@dataclass(frozen=True, slots=True)
class Visit:
    """What a request says of whoever follows a link."""

    method: str
    agent: str | None
    purpose: str | None


def find_link(session: Session, delivery_id: int, number: int) -> str | None:
    """Return where a link of the message leads; None when it has no such link."""
    return session.scalar(
        select(MailingLink.url)
        .join(MailingRecipient, MailingRecipient.mailing_id == MailingLink.mailing_id)
        .where(MailingRecipient.delivery_id == delivery_id, MailingLink.number == number)
    )


def note_click(
    session: Session, *, delivery_id: int, number: int, visit: Visit, now: datetime
) -> None:
    """Note that a link was followed: once for a person, once for machines.

    Whoever follows several links within seconds is taken for a machine, also for the first ones.
    """
    found = session.execute(
        select(Delivery.token, Delivery.settled_at).where(Delivery.id == delivery_id)
    ).first()
    if found is None:
        return
    token, left_at = found
    is_robot = looks_like_a_robot(
        method=visit.method,
        agent=visit.agent,
        purpose=visit.purpose,
        since_left=None if left_at is None else now - left_at,
    )
    who = "machine" if is_robot else "personne"
    followed = Report(
        provider=OUR_LINKS,
        event_id=f"{delivery_id}:{number}:{who}",
        token=token,
        kind=ReportKind.CLICKED,
        happened_at=now,
        link_id=number,
        is_robot=is_robot,
    )
    report(session, [followed], now=now)
    if not is_robot:
        _judge_burst(session, delivery_id, now)


def _judge_burst(session: Session, delivery_id: int, now: datetime) -> None:
    recent = (
        DeliveryEvent.delivery_id == delivery_id,
        DeliveryEvent.kind == ReportKind.CLICKED,
        DeliveryEvent.provider == OUR_LINKS,
        DeliveryEvent.happened_at >= now - BURST,
    )
    links = session.scalar(select(func.count(DeliveryEvent.link_id.distinct())).where(*recent))
    if links is not None and links >= BURST_LINKS:
        # Under another name, so that the person's own click, hours later, is still the first.
        for event in session.scalars(select(DeliveryEvent).where(*recent, ~DeliveryEvent.is_robot)):
            event.is_robot, event.event_id = True, f"{event.event_id}:rafale:{event.id}"
        session.flush()
