"""Who writes the messages that leave, and who has a say before each; the wiring names them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from crm.mail.models import Delivery
from crm.mail.types import Reason


@dataclass(frozen=True, slots=True)
class Written:
    """What a message says."""

    subject: str
    text_body: str
    html_body: str
    headers: dict[str, str] = field(default_factory=dict)


Writer = Callable[[Session, Delivery, datetime], Written | Reason]
Objection = Callable[[Session, Delivery], Reason | None]

_writers: dict[str, Writer] = {}
_objections: list[Objection] = []


def write_by(kind: str, writer: Writer) -> None:
    """Let `writer(session, delivery, now)` write the messages of this kind, or say why not."""
    _writers[kind] = writer


def object_by(objection: Objection) -> None:
    """Ask `objection(session, delivery)` before each message leaves; twice is once."""
    if objection not in _objections:
        _objections.append(objection)


def write(session: Session, delivery: Delivery, now: datetime) -> Written | Reason:
    """Return the words of a message, or why it must not leave."""
    for objection in _objections:
        if reason := objection(session, delivery):
            return reason
    writer = _writers.get(delivery.kind)
    return writer(session, delivery, now) if writer else Reason.UNWRITABLE
