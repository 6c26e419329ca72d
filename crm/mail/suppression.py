"""Addresses to which nothing leaves: read again before each message.

Only a hash of the address is kept, so that a suppression outlives the person and holds again when
they come back by an import. `address_keys` makes the same hash in statements.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    SQLColumnExpression,
    delete,
    func,
    select,
)
from sqlalchemy.orm import Session

from crm.database import Turn, take_turn
from crm.mail.address_keys import hash_of
from crm.mail.models import Suppression, SuppressionEntry
from crm.mail.rules import address_hash as hash_address
from crm.mail.types import BROADCASTS, Purpose

_LONGEST_REASON = 200


class Origin(StrEnum):
    """How an address came to be suppressed.

    A withdrawal yields to what the person accepts afterwards; the others hold until lifted.
    """

    OBJECTION = "opposition"
    COMPLAINT = "plainte"
    BOUNCE = "adresse_morte"
    WITHDRAWAL = "retire"


def hashed(address: str) -> str:
    """Return what is kept of an address, however it is typed."""
    return hash_address(address)


def purposes_over(purpose: str) -> tuple[str, ...]:
    """Return the purposes whose suppression holds a message of this purpose back."""
    wider = (Purpose.BROADCAST,) if purpose in BROADCASTS else ()
    return (purpose, *wider, Purpose.ANY)


def suppression_origin(
    purpose: str, address: SQLColumnExpression[Any]
) -> ColumnElement[str | None]:
    """Return, for an address in a statement, how it was suppressed for this purpose, or NULL.

    What holds until lifted comes before a withdrawal.
    """
    # In this alphabet « retire » comes last: the smallest is the one that matters most.
    return (
        select(func.min(Suppression.origin))
        .where(
            Suppression.address_hash == hash_of(address),
            Suppression.purpose.in_(purposes_over(purpose)),
        )
        .scalar_subquery()
    )


def suppress(
    session: Session,
    *,
    recipient: str,
    purpose: Purpose,
    reason: str,
    now: datetime,
    origin: Origin = Origin.OBJECTION,
    by: str | None = None,
) -> bool:
    """Let nothing more leave to this address for this purpose; tell whether that is new.

    A withdrawal becomes what holds until lifted when that is heard too, never the other way.
    """
    return suppress_hash(
        session,
        address_hash=hashed(recipient),
        purpose=purpose,
        reason=reason,
        now=now,
        origin=origin,
        by=by,
    )


def suppress_hash(
    session: Session,
    *,
    address_hash: str,
    purpose: Purpose,
    reason: str,
    now: datetime,
    origin: Origin,
    by: str | None = None,
) -> bool:
    """Do as `suppress` where only the hash of the address is left."""
    take_turn(session, Turn.CHOOSE)
    known = session.scalars(
        select(Suppression).where(
            Suppression.address_hash == address_hash, Suppression.purpose == purpose
        )
    ).one_or_none()
    if known is not None and (known.origin != Origin.WITHDRAWAL or origin == Origin.WITHDRAWAL):
        return False
    if known is None:
        known = Suppression(address_hash=address_hash, purpose=purpose)
        session.add(known)
    known.origin, known.reason = origin, reason[:_LONGEST_REASON]
    known.created_at, known.created_by = now, by
    _tell(session, known, is_lifting=False, reason=known.reason, now=now, by=by)
    return True


def withdraw_again(
    session: Session,
    *,
    address_hash: str,
    purpose: Purpose,
    reason: str,
    now: datetime,
    by: str | None,
    unless_since: datetime,
    moves_date: bool,
) -> None:
    """Note one more withdrawal from an address, unless one was noted since then.

    An agreement must be later than each of them. `moves_date` is for what the mailbox itself asks:
    nothing of before lifts it any more, and no undo.
    """
    known = session.scalars(
        select(Suppression).where(
            Suppression.address_hash == address_hash,
            Suppression.purpose == purpose,
            Suppression.origin == Origin.WITHDRAWAL,
        )
    ).one_or_none()
    if known is None or _last_entry_at(session, known) >= unless_since:
        return
    if moves_date:
        known.created_at, known.created_by = now, by
    _tell(session, known, is_lifting=False, reason=reason, now=now, by=by)


def _last_entry_at(session: Session, suppression: Suppression) -> datetime:
    last = session.scalar(
        select(func.max(SuppressionEntry.at)).where(
            SuppressionEntry.address_hash == suppression.address_hash,
            SuppressionEntry.purpose == suppression.purpose,
        )
    )
    return last or suppression.created_at


def lift(
    session: Session, *, suppression: Suppression, reason: str, now: datetime, by: str | None
) -> None:
    """Let messages leave to an address again; who decided it and why stays."""
    _tell(session, suppression, is_lifting=True, reason=reason, now=now, by=by)
    session.execute(delete(Suppression).where(Suppression.id == suppression.id))


def narrow(
    session: Session,
    *,
    suppression: Suppression,
    kept: Iterable[Purpose],
    reason: str,
    now: datetime,
    by: str | None,
) -> None:
    """Lift what holds several purposes back, but for those kept: each is held by itself.

    How, why and since when stay as they were.
    """
    purposes = tuple(kept)
    lift(session, suppression=suppression, reason=reason, now=now, by=by)
    known = {
        each.purpose: each
        for each in session.scalars(
            select(Suppression).where(
                Suppression.address_hash == suppression.address_hash,
                Suppression.purpose.in_(purposes),
            )
        )
    }
    for purpose in purposes:
        own = known.get(purpose)
        if own is not None and own.origin != Origin.WITHDRAWAL:
            continue
        since = [each.created_at for each in (own, suppression) if each is not None]
        own = own or Suppression(address_hash=suppression.address_hash, purpose=purpose)
        own.origin, own.reason = suppression.origin, suppression.reason
        own.created_at, own.created_by = max(since), suppression.created_by
        session.add(own)
        _tell(session, own, is_lifting=False, reason=own.reason, now=now, by=by)


def suppressions_of(session: Session, address: str, purpose: str) -> list[Suppression]:
    """Return what holds messages of this purpose back from an address."""
    statement = select(Suppression).where(
        Suppression.address_hash == hashed(address), Suppression.purpose.in_(purposes_over(purpose))
    )
    return list(session.scalars(statement.order_by(Suppression.id)))


def _tell(
    session: Session,
    suppression: Suppression,
    *,
    is_lifting: bool,
    reason: str,
    now: datetime,
    by: str | None,
) -> None:
    session.add(
        SuppressionEntry(
            address_hash=suppression.address_hash,
            purpose=suppression.purpose,
            is_lifting=is_lifting,
            origin=suppression.origin,
            reason=reason[:_LONGEST_REASON],
            at=now,
            by=by,
        )
    )
    session.flush()
