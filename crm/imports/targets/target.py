"""How the records that rows speak of meet those that are there: found, compared, written."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import Select, select

from crm.among import is_among
from crm.core.errors import RuleError
from crm.history.recording import RecordedChange, keep_changes, plain
from crm.imports.targets.asking import answer_about_likely, ask_about_likely, chosen_among
from crm.imports.targets.base import Resolved, Work, same_value
from crm.imports.targets.lists import add_to_lists, compare_lists
from crm.imports.targets.pending import Key, Record
from crm.imports.types import Choice
from crm.imports.writing import created_fields, insert_rows, recorded, update_rows

Known = dict[Key, list[Record]]


class Target:
    """A kind of record that rows speak of; each kind says how it is found and what it must be."""

    entity: str
    model: type[Any]
    updatable: tuple[str, ...] = ()
    asks_likely = False

    def load(self, work: Work, batch: Sequence[Resolved]) -> Known:
        """Return the records that may be those of the batch, by key."""
        raise NotImplementedError

    def keys(self, resolved: Resolved) -> Iterable[Key]:
        """Yield what identifies the record, the surest first."""
        yield from resolved.item.keys

    def fits(self, resolved: Resolved, key: Key, record: Record) -> bool:
        """Tell whether a record found by a key can be this one."""
        return True

    def complete(self, work: Work, values: Record) -> Record:
        """Return a record's row, with what derives from its values."""
        return values

    def check(self, merged: Record) -> None:
        """Raise RuleError when a record could not stand with these values."""

    def check_alone(self, work: Work, resolved: Resolved, known: Known) -> None:
        """Refuse the row when another record holds what must be this one's alone."""

    def subjects(self, work: Work, values: Record) -> list[tuple[str, int]]:
        """Return the other records on whose pages a change is told."""
        return []

    def after(self, work: Work, batch: Sequence[Resolved]) -> None:
        """Do what follows from what was written."""

    def own_lists(self, resolved: Resolved) -> dict[str, list[Any]]:
        """Return the lists of a new record that `after` writes."""
        return {}

    def own_subjects(self, resolved: Resolved) -> list[tuple[str, int]]:
        """Return the records told of a new one besides `subjects`."""
        return []

    def identity(self, values: Record) -> Record:
        """Return the columns that `fits` looks at."""
        return {}

    # What follows is the same for every kind.

    @cached_property
    def _columns(self) -> frozenset[str]:
        return frozenset(self.model.__table__.c.keys())

    def settle(self, work: Work, batch: Sequence[Resolved]) -> None:
        """Find, compare and, unless it is a trial, write the records of the batch."""
        if not batch:
            return
        for resolved in batch:
            self._link(resolved)
        known = self.load(work, batch)
        fresh = [each for each in batch if not self._meet(work, each, known)]
        if self.asks_likely and work.is_trial:
            self._ask_about_likely(work, fresh)
        for resolved in fresh:
            if resolved.row.is_good and resolved.id is None and resolved.same_as is None:
                self._make(work, resolved, known)
        good = [each for each in batch if each.row.is_good]
        compare_lists(work, self.model, good)
        if not work.is_trial:
            self._write(work, good)

    def _link(self, resolved: Resolved) -> None:
        resolved.values = dict(resolved.item.values)
        for column, place in resolved.item.links.items():
            if column in self._columns:
                resolved.values[column] = resolved.row.resolved[place].record_id

    def _meet(self, work: Work, resolved: Resolved, known: Known) -> bool:
        """Join a row's item with the record it is; return False when there is none yet."""
        found = self._found(work, resolved, known)
        if found is None:
            return not resolved.row.is_good
        made: Resolved | None = found.get("made")
        if made is not None:
            resolved.same_as = made
            made.take_from(resolved)
        elif found["id"] > 0:
            resolved.id = found["id"]
            self._compare(work, resolved, found)
            self.check_alone(work, resolved, known)
        else:
            resolved.id = found["id"]
            resolved.changes = {
                name: [None, plain(value)]
                for name, value in resolved.values.items()
                if name not in found["filled"]
            }
            work.pending.fill(found, resolved.values)
        return True

    def _found(self, work: Work, resolved: Resolved, known: Known) -> Record | None:
        if resolved.item.extra.get("is_other"):
            return None
        merged: int | None = resolved.item.extra.get("merge")
        if merged is not None:
            named = known.get(("id", merged), [])
            return named[0] if named else None
        for key in self.keys(resolved):
            near: Sequence[Record] = known.get(key, ())
            if made := work.pending.of(self.entity, key):
                near = [*near, *made]
            found = [each for each in near if self.fits(resolved, key, each)]
            if len(found) == 1:
                return found[0]
            if found:
                there = [each for each in found if each["id"] is not None and each["id"] > 0]
                return chosen_among(work, resolved, key, map(self.choice, there), there)
        return None

    def choice(self, record: Record) -> Choice:
        """Return a record as an answer."""
        label = record.get("name") or record.get("last_name") or record["id"]
        return Choice(f"id:{record['id']}", str(label), None, (self.entity, record["id"]))

    def _compare(self, work: Work, resolved: Resolved, record: Record) -> None:
        """Note what the row adds to the record, and what it says otherwise."""
        for name, value in resolved.values.items():
            if name not in self.updatable:
                continue
            before = record.get(name)
            if before in (None, ""):
                resolved.changes[name] = [plain(before), plain(value)]
            elif not same_value(before, value):
                kept = resolved.changes if work.settings.replaces else resolved.left
                kept[name] = [plain(before), plain(value)]
        changed = {name: resolved.values[name] for name in resolved.changes}
        try:
            self.check({**record, **changed})
        except RuleError as error:
            resolved.row.refuse(resolved.item, error.field, error.message, **error.params)
            return
        record.update(changed)
        work.made[(self.entity, record["id"])] = record

    def _make(self, work: Work, resolved: Resolved, known: Known) -> None:
        """Note a record to be made, so that the next row that means it finds it."""
        # A row before it in the batch may be making the same one.
        if not resolved.item.extra.get("decided") and self._meet(work, resolved, {}):
            return
        said = {**resolved.item.defaults, **resolved.values}
        resolved.values = {name: value for name, value in said.items() if value is not None}
        self.check_alone(work, resolved, known)
        if not resolved.row.is_good:
            return
        resolved.is_new = True
        identity = self.identity(resolved.values)
        keys = self.keys(resolved)
        if work.is_trial:
            resolved.id = work.pending.try_new(self.entity, keys, resolved.values, identity)
            return
        for key in keys:
            work.pending.add(self.entity, key, {"id": None, "made": resolved, **identity})

    def _ask_about_likely(self, work: Work, fresh: Sequence[Resolved]) -> None:
        for resolved, likely in ask_about_likely(work, self.entity, fresh):
            record_id = answer_about_likely(work, self.entity, resolved, likely)
            if record_id is not None:
                resolved.item.extra["merge"] = record_id
                self._meet(work, resolved, self.load(work, [resolved]))

    def _write(self, work: Work, batch: Sequence[Resolved]) -> None:
        new = [each for each in batch if each.is_new]
        rows = [self.complete(work, dict(each.values)) for each in new]
        changes: list[RecordedChange] = []
        ids = insert_rows(work.session, self.model, rows)
        for resolved, row, record_id in zip(new, rows, ids, strict=True):
            resolved.id = record_id
            work.made[(self.entity, record_id)] = row
            lists = resolved.item.lists | self.own_lists(resolved)
            fields = created_fields(self.model, row, lists)
            subjects = [*self.subjects(work, row), *self.own_subjects(resolved)]
            changes.append(recorded("created", self.entity, record_id, fields, subjects))
        add_to_lists(work, self.model, batch)
        changes += self._update(work, batch)
        keep_changes(work.session, changes)
        self.after(work, batch)

    def _update(self, work: Work, batch: Sequence[Resolved]) -> Iterator[RecordedChange]:
        fields: dict[int, dict[str, list[Any]]] = {}
        for each in batch:
            if each.id is None or each.is_new or each.same_as is not None:
                continue
            for name, both in each.changes.items():
                first = fields.setdefault(each.id, {}).get(name, both)
                fields[each.id][name] = [first[0], both[1]]
        records = {each: work.made[(self.entity, each)] for each in fields}
        rows = [self.complete(work, {**record}) for record in records.values()]
        update_rows(work.session, self.model, self.columns, rows)
        for record_id, changed in fields.items():
            subjects = self.subjects(work, records[record_id])
            yield recorded("updated", self.entity, record_id, changed, subjects)

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns that an update writes."""
        return self.updatable

    def rows_where(
        self, work: Work, column: Any, values: Iterable[Any], *conditions: Any
    ) -> Iterator[Record]:
        """Yield the records whose column is among values and that are not in the trash.

        The real pass holds them. Saying in SQL that they are not in the trash is for columns whose
        index begins or ends with it: elsewhere it would lead SQLite to read the whole table.
        """
        wanted = sorted({value for value in values if value is not None})
        if not wanted:
            return
        statement = self._everything().where(is_among(column, wanted), *conditions)
        if not work.is_trial:
            statement = statement.with_for_update()
        for row in work.session.execute(statement).mappings():
            if row.get("deleted_at") is None:
                yield dict(row)

    def _everything(self) -> Select[Any]:
        return select(*self.model.__table__.c).order_by(self.model.__table__.c.id)
