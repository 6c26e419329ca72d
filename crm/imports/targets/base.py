"""What a pass over some rows works with: the rows, their records, what was found."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from crm.core.text import fold
from crm.imports.lookups import Lookups
from crm.imports.targets.pending import Key, Pending, Record
from crm.imports.types import Draft, Issue, Item, Settings


@dataclass(slots=True, eq=False)
class Resolved:
    """An item of a row and the record it is: found, or to be made; `same_as` one made before."""

    item: Item
    row: "Row"
    values: dict[str, Any] = field(default_factory=dict)
    id: int | None = None
    same_as: "Resolved | None" = None
    is_new: bool = False
    changes: dict[str, list[Any]] = field(default_factory=dict)
    left: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def record_id(self) -> int | None:
        """Return the record's id; below zero for one that a trial would make."""
        return self.same_as.record_id if self.same_as is not None else self.id

    def take_from(self, other: "Resolved") -> None:
        """Take what another row says of the same new record and this one does not."""
        for name, value in other.values.items():
            if self.values.get(name) is None:
                self.values[name] = value
        for name, members in other.item.lists.items():
            own = self.item.lists.setdefault(name, [])
            own += [member for member in members if member not in own]


@dataclass(slots=True, eq=False)
class Row:
    """A row at work: what it says, and what becomes of each of its records."""

    draft: Draft
    resolved: list[Resolved] = field(default_factory=list)
    is_skipped: bool = False

    @property
    def is_good(self) -> bool:
        """Tell whether nothing keeps the row from coming in."""
        return not (self.is_skipped or self.draft.issues or self.draft.questions)

    def let_go(self) -> None:
        """Let go of its records, each of which knows it: the collector would have to find them."""
        self.resolved.clear()

    def refuse(self, item: Item, column: str, message: str, **params: Any) -> None:
        """Note why the row cannot come in."""
        self.draft.issues.append(Issue(item.said.get(column), message, params))


@dataclass(slots=True)
class Work:
    """A pass over some hundreds of rows: a trial, which writes nothing, or the real one."""

    session: Session
    settings: Settings
    decisions: Mapping[str, str]
    lookups: Lookups
    today: date
    is_trial: bool
    user_id: int | None = None
    pending: Pending = field(default_factory=Pending)
    touched: dict[str, set[int]] = field(default_factory=dict)
    made: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)

    def touch(self, entity: str, record_id: int | None) -> None:
        """Note that the words that lead to a record may have changed."""
        if record_id is not None and record_id > 0:
            self.touched.setdefault(entity, set()).add(record_id)


def same_value(one: Any, other: Any) -> bool:
    """Tell whether two values say the same: texts, but for capitals, accents and punctuation."""
    if isinstance(one, str) and isinstance(other, str):
        return one == other or (bool(fold(one)) and fold(one) == fold(other))
    return bool(one == other)


def index_by(records: Iterable[tuple[Key, Record]]) -> dict[Key, list[Record]]:
    """Return records by key, each once under a key."""
    found: dict[Key, list[Record]] = {}
    for key, record in records:
        under = found.setdefault(key, [])
        if all(each["id"] != record["id"] for each in under):
            under.append(record)
    return found
