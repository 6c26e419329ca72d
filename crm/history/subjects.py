"""Which records tell a change on their pages."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm.base import PASSIVE_NO_INITIALIZE


class _AsItWas:
    """A record before this flush: what its fields and lists held then."""

    def __init__(self, instance: Any) -> None:
        self._instance = instance

    def __getattr__(self, name: str) -> Any:
        state = inspect(self._instance)
        if name not in state.attrs:
            return getattr(self._instance, name)
        past = state.get_history(name, PASSIVE_NO_INITIALIZE)
        if name in state.mapper.relationships and state.mapper.relationships[name].uselist:
            return [*(past.unchanged or ()), *(past.deleted or ())]
        return past.deleted[0] if past.deleted else getattr(self._instance, name)


def subjects_of(instance: Any, action: str) -> Sequence[tuple[str, int]]:
    """Return the records that tell a change: those it is about, those it was about until now."""
    if not hasattr(instance, "history_subjects"):
        return ()
    found: Sequence[tuple[str, int]] = instance.history_subjects()
    if action != "updated":
        return found
    return [*found, *type(instance).history_subjects(_AsItWas(instance))]
