"""What a person decides of messages that may have left, or did not."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, tuple_
from sqlalchemy.orm import Session

from crm.core.errors import N_, RuleError
from crm.mail.ledger import decide
from crm.mail.models import Delivery, OutboxMessage
from crm.mail.rules import ATTEMPTS
from crm.mail.types import DeliveryState, Reason

RESEND, GIVE_UP = "renvoyer", "abandonner"
# A message as a page showed it: (id, attempt). One that went on since is left alone.
Shown = Sequence[tuple[int, int]]


def send_again(session: Session, *, shown: Shown, by: str, now: datetime) -> list[int]:
    """Put uncertain and failed messages back in the queue; return the messages that went.

    Each says from now on that someone asked for it. One whose secret has expired stays as it is.
    """
    found = _found(session, shown, DeliveryState.UNCERTAIN, DeliveryState.FAILED, now=now)
    queued: dict[str, Any] = {
        "state": DeliveryState.QUEUED,
        "owner": None,
        "due_at": None,
        "settled_at": None,
        "last_attempt": Delivery.attempt + ATTEMPTS,
        "decided_by": by,
        "decided_at": now,
    }
    decide(
        session,
        ids=list(found),
        states=[DeliveryState.UNCERTAIN],
        values=queued | {"reason": Reason.SENT_AGAIN, "resent": Delivery.resent + 1},
    )
    decide(
        session,
        ids=list(found),
        states=[DeliveryState.FAILED],
        values=queued | {"reason": Reason.TRIED_AGAIN},
    )
    return sorted(found.values())


def give_up(session: Session, *, shown: Shown, by: str, now: datetime) -> list[int]:
    """Leave uncertain messages as they are, for good; return the messages it was said of."""
    found = _found(session, shown, DeliveryState.UNCERTAIN)
    decide(
        session,
        ids=list(found),
        states=[DeliveryState.UNCERTAIN],
        values={
            "state": DeliveryState.FAILED,
            "reason": Reason.GIVEN_UP,
            "owner": None,
            "decided_by": by,
            "decided_at": now,
        },
    )
    return sorted(found.values())


def decide_together(
    session: Session, *, action: str, shown: Shown, by: str, now: datetime
) -> list[int]:
    """Do one of the two; return the messages it was done to. Raises RuleError for anything else."""
    actions = {RESEND: send_again, GIVE_UP: give_up}
    if action not in actions:
        raise RuleError("action", N_("Choisissez ce qu’il faut faire des messages cochés."))
    return actions[action](session, shown=shown, by=by, now=now)


def take_back(session: Session, *, message_ids: Sequence[int], now: datetime) -> int:
    """Undo a decision on messages that have not left since; return how many."""
    rows = session.execute(
        select(Delivery.id)
        .join(OutboxMessage, OutboxMessage.delivery_id == Delivery.id)
        .where(OutboxMessage.id.in_(message_ids))
    )
    ids = list(rows.scalars())
    undone = {"decided_by": None, "decided_at": None, "settled_at": now}
    uncertain: dict[str, Any] = {
        **undone,
        "state": DeliveryState.UNCERTAIN,
        "reason": Reason.NO_ANSWER,
    }
    failed = {**undone, "state": DeliveryState.FAILED, "reason": Reason.TOO_MANY_ATTEMPTS}
    decisions = (
        (DeliveryState.FAILED, Reason.GIVEN_UP, uncertain),
        (DeliveryState.QUEUED, Reason.SENT_AGAIN, uncertain | {"resent": Delivery.resent - 1}),
        (DeliveryState.QUEUED, Reason.TRIED_AGAIN, failed),
    )
    return sum(
        decide(session, ids=ids, states=[state], reason=reason, values=values)
        for state, reason, values in decisions
    )


def _found(
    session: Session, shown: Shown, *states: DeliveryState, now: datetime | None = None
) -> dict[int, int]:
    """Return message by delivery, of those as shown; with `now`, not expired by then."""
    if not shown:
        return {}
    statement = (
        select(Delivery.id, OutboxMessage.id)
        .join(OutboxMessage, OutboxMessage.delivery_id == Delivery.id)
        .where(
            tuple_(OutboxMessage.id, Delivery.attempt).in_(list(shown)), Delivery.state.in_(states)
        )
        .with_for_update(of=Delivery)
    )
    if now is not None:
        expires_at = OutboxMessage.expires_at
        statement = statement.where(or_(expires_at.is_(None), expires_at > now))
    return dict(session.execute(statement).tuples().all())
