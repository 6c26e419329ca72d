"""Who writes the messages that leave, and who has a say before each; the wiring names them."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from crm.mail.models import Delivery
from crm.mail.suppressed import Origins
from crm.mail.types import InlineImage, Reason, Written

__all__ = [
    "InlineImage",
    "Writer",
    "Written",
    "object_by",
    "write_all",
    "write_by",
    "write_many_by",
]

Writer = Callable[[Session, Delivery, datetime], Written | Reason]
# Writes several at once: what it asks of the database, it asks once.
GroupWriter = Callable[[Session, Sequence[Delivery], datetime], Sequence[Written | Reason]]
Objection = Callable[[Session, Delivery, Origins], Reason | None]

_writers: dict[str, GroupWriter] = {}
_objections: list[Objection] = []


def write_by(kind: str, writer: Writer) -> None:
    """Let `writer(session, delivery, now)` write the messages of this kind, or say why not."""
    write_many_by(kind, one_by_one(writer))


def one_by_one(writer: Writer) -> GroupWriter:
    """Return a writer of several messages that writes each by itself."""

    def write(
        session: Session, deliveries: Sequence[Delivery], now: datetime
    ) -> list[Written | Reason]:
        return [writer(session, each, now) for each in deliveries]

    return write


def write_many_by(kind: str, writer: GroupWriter) -> None:
    """Let `writer(session, deliveries, now)` write several messages of this kind together."""
    _writers[kind] = writer


def object_by(objection: Objection) -> None:
    """Ask `objection(session, delivery, origins)` before each message leaves; twice is once.

    `origins` says how its address came to be suppressed for its purpose.
    """
    if objection not in _objections:
        _objections.append(objection)


def write_all(
    session: Session, deliveries: Sequence[Delivery], origins: Sequence[Origins], now: datetime
) -> list[Written | Reason]:
    """Return the words of each message, or why it must not leave."""
    found: dict[int, Written | Reason] = {}
    by_kind: defaultdict[str, list[Delivery]] = defaultdict(list)
    for delivery, origin in zip(deliveries, origins, strict=True):
        if reason := _objected(session, delivery, origin):
            found[delivery.id] = reason
        elif delivery.kind in _writers:
            by_kind[delivery.kind].append(delivery)
        else:
            found[delivery.id] = Reason.UNWRITABLE
    for kind, group in by_kind.items():
        written = _writers[kind](session, group, now)
        found |= {each.id: words for each, words in zip(group, written, strict=True)}
    return [found[each.id] for each in deliveries]


def _objected(session: Session, delivery: Delivery, origins: Origins) -> Reason | None:
    for objection in _objections:
        if reason := objection(session, delivery, origins):
            return reason
    return None
