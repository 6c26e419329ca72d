"""News that travels up the staircase, inside the transaction that made it."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

Handler = Callable[[Session, Any], None]

_handlers: dict[type, list[Handler]] = defaultdict(list)


def subscribe(event_type: type, handler: Handler) -> None:
    """Call `handler(session, event)` for each published event of this type; twice is once."""
    if handler not in _handlers[event_type]:
        _handlers[event_type].append(handler)


def publish(session: Session, event: object) -> None:
    """Hand the event to its subscribers, in order; their errors are the caller's."""
    for handler in _handlers[type(event)]:
        handler(session, event)
