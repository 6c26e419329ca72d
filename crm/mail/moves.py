"""The two moves that each message makes as it leaves, as fast as a database allows.

Several letters make one move together: each is still named by its attempt, and moves or not.

Their statements are made once and read again from there: a mailing runs them thousands of times,
and writing a statement takes longer than running it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Integer, String, Table, Update, bindparam, case, insert, tuple_, update
from sqlalchemy.orm import Session

from crm.mail.models import Delivery, DeliveryAttempt
from crm.mail.types import DeliveryState


class LostLeaseError(RuntimeError):
    """The delivery is no longer this process's own: another has taken it, or someone decided."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this process may begin to send."""

    id: int
    attempt: int
    owner: str
    batch_id: int | None = None


def _table(model: type[Delivery | DeliveryAttempt]) -> Table:
    found = model.__table__
    if not isinstance(found, Table):
        raise TypeError("a model of rows")
    return found


_DELIVERY, _ATTEMPT = _table(Delivery), _table(DeliveryAttempt)
_BEGIN_ATTEMPT = insert(_ATTEMPT)
_END_ATTEMPT = (
    update(_ATTEMPT)
    .where(
        _ATTEMPT.c.delivery_id == bindparam("of_delivery"),
        _ATTEMPT.c.number == bindparam("of_number"),
    )
    .values({name: bindparam(name) for name in ("ended_at", "outcome", "answer")})
)


def move(
    session: Session,
    claimed: Claimed,
    leaves: DeliveryState,
    *,
    leased_at: datetime | None = None,
    **values: Any,
) -> None:
    """Move a delivery that is still ours, in this state and attempt; raise LostLeaseError.

    With `leased_at`, its lease must last beyond that instant.
    """
    parameters: dict[str, Any] = {
        "of_id": claimed.id,
        "of_owner": claimed.owner,
        "of_attempt": claimed.attempt,
        "of_state": leaves,
    }
    if leased_at is not None:
        parameters["of_instant"] = leased_at
    parameters |= {f"to_{name}": value for name, value in values.items()}
    statement = _move_statement(tuple(values), leased_at is not None)
    if session.connection().execute(statement, parameters).rowcount != 1:
        raise LostLeaseError(f"delivery {claimed.id} is no longer ours")


@cache
def _move_statement(names: tuple[str, ...], has_lease: bool) -> Update:  # noqa: FBT001 - a key
    columns = _DELIVERY.c
    statement = update(_DELIVERY).where(
        columns.id == bindparam("of_id"),
        columns.owner == bindparam("of_owner"),
        columns.attempt == bindparam("of_attempt"),
        columns.state == bindparam("of_state"),
    )
    if has_lease:
        statement = statement.where(columns.due_at > bindparam("of_instant"))
    return statement.values({name: bindparam(f"to_{name}") for name in names})


def begin_all(
    session: Session, group: Sequence[Claimed], *, leased_at: datetime, **values: Any
) -> set[int]:
    """Move those still ours from leased to a new attempt at sending; return the ids that moved.

    A lease must last beyond `leased_at`.
    """
    values = {"state": DeliveryState.SENDING, "reason": None, "answer": None, **values}
    parameters = _named(group) | {f"to_{name}": value for name, value in values.items()}
    parameters |= {"of_state": DeliveryState.LEASED, "of_instant": leased_at}
    statement = _begin_statement(len(group), tuple(values))
    return set(session.connection().execute(statement, parameters).scalars())


@cache
def _begin_statement(count: int, names: tuple[str, ...]) -> Any:
    columns = _DELIVERY.c
    changed: dict[str, Any] = {name: bindparam(f"to_{name}") for name in names}
    return (
        update(_DELIVERY)
        .where(*_still_ours(count), columns.due_at > bindparam("of_instant"))
        .values(attempt=columns.attempt + 1, **changed)
        .returning(columns.id)
    )


def settle_all(
    session: Session, group: Sequence[tuple[Claimed, str]], *, outcome: str, now: datetime,
    **values: Any,
) -> set[int]:  # fmt: skip
    """Move those still ours from sending, each with its answer; return the ids that moved."""
    answers = {f"to_answer_{place}": answer for place, (_claimed, answer) in enumerate(group)}
    parameters = _named([claimed for claimed, _answer in group]) | answers
    parameters |= {f"to_{name}": value for name, value in values.items()}
    parameters |= {"of_state": DeliveryState.SENDING, "ended_at": now, "outcome": outcome}
    statement, attempts = _settle_statements(len(group), tuple(values))
    moved = set(session.connection().execute(statement, parameters).scalars())
    if len(moved) == len(group):
        session.connection().execute(attempts, parameters)
        return moved
    for claimed, answer in group:
        if claimed.id in moved:
            end_attempt(session, claimed, ended_at=now, outcome=outcome, answer=answer)
    return moved


@cache
def _settle_statements(count: int, names: tuple[str, ...]) -> tuple[Any, Any]:
    columns, of_attempt = _DELIVERY.c, _ATTEMPT.c
    delivery = (
        update(_DELIVERY)
        .where(*_still_ours(count))
        .values(
            answer=_answer_of(count, columns.id),
            **{name: bindparam(f"to_{name}") for name in names},
        )
        .returning(columns.id)
    )
    attempt = (
        update(_ATTEMPT)
        .where(tuple_(of_attempt.delivery_id, of_attempt.number).in_(_pairs(count)))
        .values(
            answer=_answer_of(count, of_attempt.delivery_id),
            ended_at=bindparam("ended_at"),
            outcome=bindparam("outcome"),
        )
    )
    return delivery, attempt


def _named(group: Sequence[Claimed]) -> dict[str, Any]:
    parameters: dict[str, Any] = {"of_owner": group[0].owner}
    for place, each in enumerate(group):
        parameters |= {f"of_id_{place}": each.id, f"of_attempt_{place}": each.attempt}
    return parameters


def _still_ours(count: int) -> tuple[Any, ...]:
    columns = _DELIVERY.c
    return (
        tuple_(columns.id, columns.attempt).in_(_pairs(count)),
        columns.owner == bindparam("of_owner"),
        columns.state == bindparam("of_state"),
    )


def _pairs(count: int) -> list[Any]:
    return [
        tuple_(
            bindparam(f"of_id_{place}", type_=Integer),
            bindparam(f"of_attempt_{place}", type_=Integer),
        )
        for place in range(count)
    ]


def _answer_of(count: int, delivery_id: Any) -> Any:
    answers = [
        (
            bindparam(f"of_id_{place}", type_=Integer),
            bindparam(f"to_answer_{place}", type_=String),
        )
        for place in range(count)
    ]
    return case(*((delivery_id == each, answer) for each, answer in answers))


def begin_attempts(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Note that attempts begin."""
    session.connection().execute(_BEGIN_ATTEMPT, rows)


def end_attempt(session: Session, claimed: Claimed, **values: Any) -> None:
    """Note how the attempt of a delivery ended."""
    of = {"of_delivery": claimed.id, "of_number": claimed.attempt}
    session.connection().execute(_END_ATTEMPT, of | values)
