"""What the rows of a file make, so that the next row that means the same record finds it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

Key = tuple[Any, ...]
Record = dict[str, Any]
Trace = tuple[frozenset[str], tuple[str, ...], tuple[Any, ...]]
_NO_TRACE: Trace = (frozenset(), (), ())


@dataclass(slots=True)
class Pending:
    """What a pass would have made or makes, by key; a trial's ids go down from minus two.

    Of a key only its hash is kept, and of a record that a trial would make only which of its
    columns are filled and what tells it apart, one object for all that have the same: a hundred
    thousand names and addresses would weigh.
    """

    records: dict[int, list[Record]] = field(default_factory=dict)
    ids: dict[int, int | tuple[int, ...]] = field(default_factory=dict)
    traces: list[Trace] = field(default_factory=list)
    same: dict[Any, Any] = field(default_factory=dict)

    def of(self, entity: str, key: Key) -> Sequence[Record]:
        """Return what is made under a key."""
        hashed = hash((entity, key))
        made, tried = self.records.get(hashed, []), self.ids.get(hashed)
        return made if tried is None else [*made, *self._tried(tried)]

    def _tried(self, ids: int | tuple[int, ...]) -> Iterator[Record]:
        for each in (ids,) if isinstance(ids, int) else ids:
            filled, columns, values = self.traces[_place(each)]
            yield {"id": each, "filled": filled, **dict(zip(columns, values, strict=True))}

    def add(self, entity: str, key: Key, record: Record) -> None:
        """Keep what is made under a key."""
        self.records.setdefault(hash((entity, key)), []).append(record)

    def try_new(self, entity: str, keys: Iterable[Key], said: Record, identity: Record) -> int:
        """Keep that a trial would make a record that says this; return its id."""
        record_id = self.next_id()
        self._trace(record_id, frozenset(said), tuple(identity), tuple(identity.values()))
        for key in keys:
            hashed = hash((entity, key))
            known = self.ids.get(hashed, ())
            before = (known,) if isinstance(known, int) else known
            self.ids[hashed] = (*before, record_id) if before else record_id
        return record_id

    def fill(self, record: Record, names: Iterable[str]) -> None:
        """Note that another row fills more columns of a record that a trial would make."""
        filled, columns, values = self.traces[_place(record["id"])]
        self._trace(record["id"], filled.union(names), columns, values)

    def _trace(self, record_id: int, *parts: Any) -> None:
        trace = tuple(self.same.setdefault(each, each) for each in parts)
        self.traces[_place(record_id)] = self.same.setdefault(trace, trace)

    def next_id(self) -> int:
        """Return an id that no record has."""
        self.traces.append(_NO_TRACE)
        return -1 - len(self.traces)  # minus one and minus two have the same hash


def _place(record_id: int) -> int:
    return -2 - record_id
