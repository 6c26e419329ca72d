"""What a provider may still tell of: nobody has to decide of it yet."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, exists, func, select
from sqlalchemy.orm import Session

from crm.mail.models import Delivery, DeliveryAttempt
from crm.mail.types import DeliveryState

# Those that report what became of messages, and how long that may take.
REPORTING = ("sendgrid",)
PATIENCE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Awaited:
    """Of what is uncertain: how many someone may decide of now, and when of all of it."""

    ready: int
    until: datetime | None


def may_have_left() -> ColumnElement[bool]:
    """Return what holds for a delivery of which an attempt may have left, whatever was decided."""
    return exists().where(
        DeliveryAttempt.delivery_id == Delivery.id,
        DeliveryAttempt.outcome.is_(None) | (DeliveryAttempt.outcome == "uncertain"),
    )


def may_be_heard_of(now: datetime) -> ColumnElement[bool]:
    """Return what holds for a delivery that is uncertain, and that its provider may tell of."""
    told = exists().where(
        DeliveryAttempt.delivery_id == Delivery.id,
        DeliveryAttempt.number == Delivery.attempt,
        DeliveryAttempt.gateway.in_(REPORTING),
    )
    return and_(
        Delivery.state == DeliveryState.UNCERTAIN,
        Delivery.settled_at.is_not(None),
        Delivery.settled_at > now - PATIENCE,
        told,
    )


def awaited_of(session: Session, *, batch_id: int, now: datetime) -> Awaited:
    """Return how many uncertain deliveries of a batch wait for a person, and for news."""
    is_awaited = may_be_heard_of(now)
    ready, latest = session.execute(
        select(
            func.count(case((~is_awaited, 1))),
            func.max(case((is_awaited, Delivery.settled_at))),
        ).where(Delivery.batch_id == batch_id, Delivery.state == DeliveryState.UNCERTAIN)
    ).one()
    return Awaited(ready, latest + PATIENCE if latest else None)


def awaited_until(session: Session, *, delivery_id: int, now: datetime) -> datetime | None:
    """Return until when news of a delivery may come; nothing, when they are not waited for."""
    settled_at = session.scalar(
        select(Delivery.settled_at).where(Delivery.id == delivery_id, may_be_heard_of(now))
    )
    return settled_at + PATIENCE if settled_at else None
