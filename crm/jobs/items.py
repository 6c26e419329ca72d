"""Work on many things, each in a transaction of its own: one that fails keeps no other."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from flask import current_app
from sqlalchemy.orm import Session

from crm.database import transaction

Item = TypeVar("Item")


def do_each(
    name: str, items: Iterable[Item], work: Callable[[Session, Item], object]
) -> tuple[int, int]:
    """Call `work(session, item)` for each item; return how many were done, and how many failed.

    What one of them wrote goes back when it fails, and the log says where; the rest go on.
    """
    done = failed = 0
    for item in items:
        try:
            with transaction() as session:
                work(session, item)
            done += 1
        except Exception:  # the others must be done all the same
            current_app.logger.exception("item failed", extra={"event": f"job:{name}"})
            failed += 1
    return done, failed
