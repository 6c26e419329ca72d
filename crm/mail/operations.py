"""What a person decides of messages that may have left, or did not."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import case, func, or_, select, tuple_
from sqlalchemy.orm import Session

from crm.core.errors import N_, RuleError
from crm.mail.awaiting import may_be_heard_of, may_have_left
from crm.mail.ledger import decide
from crm.mail.models import Delivery, OutboxMessage
from crm.mail.rules import ATTEMPTS
from crm.mail.types import DeliveryState, Reason

_TO_DECIDE = (DeliveryState.UNCERTAIN, DeliveryState.FAILED)
RESEND, GIVE_UP = "renvoyer", "abandonner"
# A message as a page showed it: (id, attempt). One that went on since is left alone.
Shown = Sequence[tuple[int, int]]
# No database takes more than some ten thousands of values in a statement.
AT_ONCE = 1_000
_Each = TypeVar("_Each")


def send_again(
    session: Session, *, shown: Shown, by: str, now: datetime, batch_id: int | None = None
) -> list[int]:
    """Put uncertain and failed messages back in the queue; return the messages that went.

    Each says from now on that someone asked for it. One whose secret has expired stays as it is,
    and so does one that its provider may still tell of. With `batch_id`, what was shown and what is
    returned are deliveries of that batch.
    """
    return sorted(
        message
        for some in _in_parts(shown)
        for message in _send_some_again(session, some, by, now, batch_id)
    )


def _send_some_again(
    session: Session, shown: Shown, by: str, now: datetime, batch_id: int | None
) -> Sequence[int]:
    found = _found(session, shown, batch_id=batch_id, now=now, expires=True)
    queued: dict[str, Any] = {
        "state": DeliveryState.QUEUED,
        "owner": None,
        "due_at": None,
        "settled_at": None,
        "last_attempt": Delivery.attempt + ATTEMPTS,
        **_noted(by, now),
    }
    again = queued | {"reason": Reason.SENT_AGAIN, "resent": Delivery.resent + 1}
    decide(session, ids=list(found), states=[DeliveryState.UNCERTAIN], values=again)
    decide(
        session,
        ids=_perhaps_sent(session, list(found)),
        states=[DeliveryState.FAILED],
        reason=Reason.GIVEN_UP,
        values=again,
    )
    decide(
        session,
        ids=list(found),
        states=[DeliveryState.FAILED],
        values=queued | {"reason": Reason.TRIED_AGAIN},
    )
    return list(found.values())


def give_up(
    session: Session, *, shown: Shown, by: str, now: datetime, batch_id: int | None = None
) -> list[int]:
    """Leave uncertain and failed messages as they are; return the messages it was said of.

    One that its provider may still tell of stays as it is. With `batch_id`, what was shown and what
    is returned are deliveries of that batch.
    """
    given_up = {
        "state": DeliveryState.FAILED,
        "reason": Reason.GIVEN_UP,
        "owner": None,
        **_noted(by, now),
    }
    messages: list[int] = []
    for some in _in_parts(shown):
        found = _found(session, some, batch_id=batch_id, now=now, unless=Reason.GIVEN_UP)
        decide(session, ids=list(found), states=_TO_DECIDE, values=given_up)
        messages += found.values()
    return sorted(messages)


def decide_together(
    session: Session, *, action: str, shown: Shown, by: str, now: datetime
) -> list[int]:
    """Do one of the two; return the messages it was done to. Raises RuleError for anything else."""
    return _action(action)(session, shown=shown, by=by, now=now, batch_id=None)


def decide_deliveries(
    session: Session, *, batch_id: int, action: str, shown: Shown, by: str, now: datetime
) -> list[int]:
    """Do one of the two to deliveries of a batch, each as it was shown (id, attempt).

    Returns the deliveries it was done to: one that went on since is left alone. Raises RuleError
    for any other action.
    """
    return _action(action)(session, shown=shown, by=by, now=now, batch_id=batch_id)


def _action(name: str) -> Callable[..., list[int]]:
    actions = {RESEND: send_again, GIVE_UP: give_up}
    if name not in actions:
        raise RuleError("action", N_("Choisissez ce qu’il faut faire des messages cochés."))
    return actions[name]


def take_back(session: Session, *, message_ids: Sequence[int], now: datetime) -> int:
    """Undo a decision on messages that have not left since; return how many."""
    rows = session.execute(
        select(Delivery.id)
        .join(OutboxMessage, OutboxMessage.delivery_id == Delivery.id)
        .where(OutboxMessage.id.in_(message_ids), Delivery.reason_before.is_not(None))
    )
    return _take_back(session, list(rows.scalars()), now)


def take_back_deliveries(
    session: Session, *, batch_id: int, delivery_ids: Sequence[int], now: datetime
) -> int:
    """Undo a decision on deliveries of a batch that have not left since; return how many."""
    decided = select(Delivery.id).where(
        Delivery.batch_id == batch_id, Delivery.reason_before.is_not(None)
    )
    return sum(
        _take_back(session, list(session.scalars(decided.where(Delivery.id.in_(some)))), now)
        for some in _in_parts(delivery_ids)
    )


def _take_back(session: Session, ids: Sequence[int], now: datetime) -> int:
    # Giving up first: what the others bring back to it must not be taken back in its turn.
    decisions: tuple[tuple[DeliveryState, Reason, dict[str, Any]], ...] = (
        (DeliveryState.FAILED, Reason.GIVEN_UP, {}),
        (DeliveryState.QUEUED, Reason.SENT_AGAIN, {"resent": Delivery.resent - 1}),
        (DeliveryState.QUEUED, Reason.TRIED_AGAIN, {}),
    )
    return sum(
        decide(session, ids=ids, states=[state], reason=reason, values=_as_before(now) | more)
        for state, reason, more in decisions
    )


def _noted(by: str, now: datetime) -> dict[str, Any]:
    """Return who decides, and what the decision replaces."""
    return {
        "decided_by": by,
        "decided_at": now,
        "reason_before": Delivery.reason,
        "last_attempt_before": Delivery.last_attempt,
    }


def _as_before(now: datetime) -> dict[str, Any]:
    """Return what a decision replaced."""
    was_uncertain = Delivery.reason_before.in_((Reason.NO_ANSWER, Reason.STOPPED))
    return {
        "state": case((was_uncertain, DeliveryState.UNCERTAIN), else_=DeliveryState.FAILED),
        "reason": Delivery.reason_before,
        "last_attempt": Delivery.last_attempt_before,
        "reason_before": None,
        "last_attempt_before": None,
        "decided_by": None,
        "decided_at": None,
        # What was given up is as old as it was: its news were waited for already.
        "settled_at": func.coalesce(Delivery.settled_at, now),
    }


def _perhaps_sent(session: Session, ids: Sequence[int]) -> list[int]:
    """Return those of which an attempt may have left."""
    return list(session.scalars(select(Delivery.id).where(Delivery.id.in_(ids), may_have_left())))


def _in_parts(of: Sequence[_Each]) -> Iterator[Sequence[_Each]]:
    return (of[start : start + AT_ONCE] for start in range(0, len(of), AT_ONCE))


def _found(
    session: Session,
    shown: Shown,
    *,
    batch_id: int | None,
    now: datetime,
    expires: bool = False,
    unless: Reason | None = None,
) -> dict[int, int]:
    """Return message by delivery, of those as shown, whose news are not waited for.

    With `expires`, those whose secret has expired by now are left. Deliveries of a batch have no
    message of their own: they stand for it.
    """
    known_by = OutboxMessage.id if batch_id is None else Delivery.id
    statement = (
        select(Delivery.id, known_by)
        .where(
            tuple_(known_by, Delivery.attempt).in_(list(shown)),
            Delivery.state.in_(_TO_DECIDE),
            ~may_be_heard_of(now),
        )
        .with_for_update(of=Delivery)
    )
    if batch_id is None:
        statement = statement.join(OutboxMessage, OutboxMessage.delivery_id == Delivery.id)
    else:
        statement = statement.where(Delivery.batch_id == batch_id)
    if unless is not None:
        statement = statement.where(Delivery.reason != unless)
    if expires and batch_id is None:
        expires_at = OutboxMessage.expires_at
        statement = statement.where(or_(expires_at.is_(None), expires_at > now))
    return dict(session.execute(statement).tuples().all())
