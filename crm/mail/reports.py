"""What is heard of messages after they left: each report once, whoever brings it."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from crm.core.events import publish
from crm.mail.endings import LONGEST_ANSWER
from crm.mail.events import DeliveryReported
from crm.mail.models import Delivery, DeliveryAttempt, DeliveryEvent
from crm.mail.rules import state_after
from crm.mail.types import DeliveryState, Heard, Report, ReportKind

_ROWS_AT_ONCE = 200
_ARRIVALS = (ReportKind.DELIVERED,)
_RETURNS = (ReportKind.BOUNCED, ReportKind.BLOCKED, ReportKind.DROPPED)
_Key = tuple[str, str]


def report(session: Session, reports: Sequence[Report], *, now: datetime) -> Heard:
    """Note reports of messages; return how many were new.

    Each is kept once by its provider and its number, moves its delivery to what it proves, and is
    told to the packages above. Reports that speak of no message of ours are left.
    """
    deliveries = _deliveries(session, {each.token for each in reports})
    ours = [each for each in reports if each.token in deliveries]
    fresh = _keep(session, ours, deliveries, now)
    seen: set[_Key] = set()
    for each in sorted(ours, key=lambda one: one.happened_at):
        key = (each.provider, each.event_id)
        if key in fresh and key not in seen:
            seen.add(key)
            _apply(session, each, deliveries[each.token], now)
    session.flush()
    return Heard(len(fresh), len(ours) - len(fresh), len(reports) - len(ours))


def _deliveries(session: Session, tokens: set[str]) -> dict[str, Delivery]:
    """Return the deliveries of these tokens, which nobody else moves meanwhile."""
    found = session.scalars(
        select(Delivery)
        .where(Delivery.token.in_(tokens))
        .order_by(Delivery.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {each.token: each for each in found}


def _keep(
    session: Session, ours: Sequence[Report], deliveries: dict[str, Delivery], now: datetime
) -> set[_Key]:
    """Append what was not known yet; return its keys."""
    rows = [
        {
            "provider": each.provider,
            "event_id": each.event_id,
            "delivery_id": deliveries[each.token].id,
            "kind": each.kind,
            "happened_at": each.happened_at,
            "received_at": now,
            "detail": _without(deliveries[each.token].recipient, each.detail),
            "link_id": each.link_id,
            "is_robot": each.is_robot,
        }
        for each in ours
    ]
    return {
        (provider, event_id)
        for start in range(0, len(rows), _ROWS_AT_ONCE)
        for provider, event_id in session.execute(
            _insert(session)(DeliveryEvent)
            .values(rows[start : start + _ROWS_AT_ONCE])
            .on_conflict_do_nothing(index_elements=["provider", "event_id"])
            .returning(DeliveryEvent.provider, DeliveryEvent.event_id)
        )
    }


def _insert(session: Session) -> type[sqlite.Insert] | type[postgresql.Insert]:
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    return sqlite.Insert if is_sqlite else postgresql.Insert


def _without(address: str, detail: str) -> str | None:
    """Return what was said, without the address, which the delivery has already."""
    said = re.sub(re.escape(address), "…", " ".join(detail.split()), flags=re.IGNORECASE)
    return said[:LONGEST_ANSWER] or None


def _apply(session: Session, heard: Report, delivery: Delivery, now: datetime) -> None:
    """Move a delivery to what was heard of it, and tell it."""
    before = DeliveryState(delivery.state)
    # One that was never begun cannot have been taken: whoever says so is not followed.
    if delivery.attempt and before is not DeliveryState.SKIPPED:
        state = state_after(heard.kind, before, is_latest=_is_latest(session, heard, before))
        if state is not before:
            _move(session, delivery, state, heard, now)
    publish(
        session,
        DeliveryReported(
            delivery_id=delivery.id,
            batch_id=delivery.batch_id,
            recipient=delivery.recipient,
            purpose=delivery.purpose,
            kind=heard.kind,
            happened_at=heard.happened_at,
            is_permanent=heard.is_permanent,
        ),
    )


def _move(
    session: Session, delivery: Delivery, state: DeliveryState, heard: Report, now: datetime
) -> None:
    delivery.state, delivery.reason = state, None
    delivery.owner, delivery.due_at, delivery.settled_at = None, None, now
    if said := _without(delivery.recipient, heard.detail):
        delivery.answer = said
    session.execute(
        update(DeliveryAttempt)
        .where(
            DeliveryAttempt.delivery_id == delivery.id,
            DeliveryAttempt.number == delivery.attempt,
            DeliveryAttempt.outcome.is_(None) | (DeliveryAttempt.outcome == "uncertain"),
        )
        .values(outcome="accepted", ended_at=now)
        .execution_options(synchronize_session=False)
    )


def _is_latest(session: Session, heard: Report, state: DeliveryState) -> bool:
    """Tell whether nothing of the opposite kind happened after it.

    At the same instant a return wins: a mailbox takes a message before it gives it back.
    """
    kinds: tuple[ReportKind, ...]
    is_arrival = heard.kind in _ARRIVALS
    if is_arrival and state is DeliveryState.BOUNCED:
        later = DeliveryEvent.happened_at >= heard.happened_at
        kinds = _RETURNS
    elif heard.kind in _RETURNS and state is DeliveryState.DELIVERED:
        later = DeliveryEvent.happened_at > heard.happened_at
        kinds = _ARRIVALS
    else:
        return True
    found = session.execute(
        select(DeliveryEvent.id)
        .join(Delivery, Delivery.id == DeliveryEvent.delivery_id)
        .where(Delivery.token == heard.token, DeliveryEvent.kind.in_(kinds), later)
        .limit(1)
    )
    return found.first() is None
