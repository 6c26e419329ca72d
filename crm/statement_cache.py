"""Compiled statements, found again without hashing them."""

from collections.abc import Hashable
from typing import Any

from sqlalchemy import Compiled
from sqlalchemy.util import LRUCache

_MOST_KEPT = 500


class StatementCache(LRUCache[Any, Compiled]):
    """What SQLAlchemy looks a statement up in before it compiles it.

    Its key is a deep tuple, which Python hashes anew each time: for the thirty statements of a
    record's page that takes longer than the database works on a third of them. A statement that is
    built once hands in the very same tuple each time, and is known by that.
    """

    __slots__ = ("_known",)

    def __init__(self) -> None:
        super().__init__(_MOST_KEPT)
        # The tuple is kept beside what it leads to: while it lives, no other has its identity.
        self._known: dict[Hashable, tuple[Any, Compiled]] = {}

    def get(self, key: Any, default: Any = None) -> Any:
        """Return what was compiled under this key; the default when nothing was."""
        dialect, statement, *others = key
        identity = (dialect, id(statement), *others)
        known = self._known.get(identity)
        if known is not None:
            return known[1]
        compiled = super().get(key, default)
        if compiled is not None and compiled is not default:
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            self._known[identity] = (statement, compiled)
        return compiled
