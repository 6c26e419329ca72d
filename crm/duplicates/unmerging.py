"""Taking a merge apart: both come back with what was theirs; what came since is asked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from crm.contacts.models import ContactPoint
from crm.contacts.queries.identities import MODELS
from crm.core import clock
from crm.core.batches import in_batches
from crm.core.errors import N_, NotFoundError, RuleError
from crm.core.events import publish
from crm.database import Turn, take_turn
from crm.duplicates.merging import MADE, put_in_place, set_pair_state
from crm.duplicates.models import Merge
from crm.duplicates.moves import REFERENCES, Policy, Reference, has_twin, movable
from crm.duplicates.types import PairState
from crm.duplicates.wholes import wholes_of
from crm.followups.models import AccompanimentSession, SessionStructure, session_contact
from crm.history.kinds import find_kind, load_record, load_records
from crm.history.models import Change
from crm.history.recording import describe_save, identity_of, plain
from crm.notes.models import Note
from crm.search.events import WordsChanged

_SESSION_COLUMN = {"structure": "structure_id", "contact": "contact_id"}
_SESSION_TABLE = {"structure": "session_structure", "contact": "session_contact"}


@dataclass(frozen=True, slots=True)
class LaterItem:
    """Something that came to the one kept after the merge; `key` names it in the form."""

    table: str
    column: str
    record_id: int
    entity: str

    @property
    def key(self) -> str:
        """Return what stands for it in a form."""
        return f"{self.table}.{self.column}.{self.record_id}"


@dataclass(frozen=True, slots=True)
class Unmerged:
    """What taking a merge apart left with the one kept: rows and fields that changed since."""

    rows: Sequence[list[Any]]
    fields: Sequence[str]


def get_merge(session: Session, merge_id: int) -> Merge:
    """Return a merge; raise NotFoundError."""
    merge = session.get(Merge, merge_id)
    if merge is None:
        raise NotFoundError
    return merge


def why_not_unmerge(session: Session, merge: Merge) -> RuleError | None:
    """Return why a merge cannot be taken apart now, in a sentence; None when it can."""
    if merge.undone_at is not None:
        return RuleError("form", N_("Cette fusion a déjà été défaite."))
    model = MODELS[merge.kind]
    kept, merged = session.get(model, merge.kept_id), session.get(model, merge.merged_id)
    if kept is None or merged is None or merged.merged_into_id is None:
        return RuleError("form", N_("Une des deux fiches n’est plus là."))
    if kept.merged_into_id is not None:
        other = session.get_one(model, kept.merged_into_id)
        kind = find_kind(merge.kind)
        return RuleError(
            "form",
            N_(
                "« %(kept)s » a été fusionné depuis dans « %(other)s » : défaites d’abord cette"
                " fusion-là."
            ),
            record=(merge.kind, other.id),
            kept=merge.kept_name,
            other=kind.name_of(other) if kind else "",
        )
    if kept.deleted_at is not None:
        return RuleError(
            "form",
            N_("« %(kept)s » est à la corbeille : rétablissez cette fiche d’abord."),
            kept=merge.kept_name,
        )
    return None


def later_items(session: Session, merge: Merge) -> list[LaterItem]:
    """Return what was created for the one kept since the merge, in the order it came."""
    found: list[LaterItem] = []
    for reference in movable(merge.kind):
        entity = getattr(reference.model, "__history__", reference.table)
        column = getattr(reference.model, reference.column)
        held = _held(session, reference.model.id, column, merge.kept_id)
        found += [
            LaterItem(reference.table, reference.column, each, entity)
            for each in _created_since(session, merge, entity, held)
        ]
    of_record = select(Note.id).where(Note.entity == merge.kind, Note.record_id == merge.kept_id)
    notes = session.scalars(of_record.order_by(Note.id)).all()
    found += [
        LaterItem("note", "record_id", each, "note")
        for each in _created_since(session, merge, "note", notes)
    ]
    column = _session_column(merge.kind)
    held = _held(session, column.table.c.session_id, column, merge.kept_id)
    return found + [
        LaterItem(_SESSION_TABLE[merge.kind], _SESSION_COLUMN[merge.kind], each, "session")
        for each in _created_since(session, merge, "session", held)
    ]


def _created_since(
    session: Session, merge: Merge, entity: str, ids: Sequence[int]
) -> Sequence[int]:
    """Return those of the records that were made after the merge, by id.

    One that is a part of another was made with it, unless it came to it later.
    """
    made = _told_since(session, merge, entity, ids)
    wholes = wholes_of(session, entity, ids)
    for whole in {kind for kind, _ in wholes.values()}:
        since = _told_since(session, merge, whole, sorted({each for _, each in wholes.values()}))
        made |= {part for part, (_, each) in wholes.items() if each in since}
    return sorted(made)


def _told_since(session: Session, merge: Merge, entity: str, ids: Sequence[int]) -> set[int]:
    made: set[int] = set()
    for part in in_batches(ids):
        statement = select(Change.record_id).where(
            Change.entity == entity,
            Change.record_id.in_(part),
            Change.id > merge.last_change_id,
            Change.action == "created",
        )
        made.update(session.scalars(statement))
    return made


def _held(session: Session, identity: Any, column: Any, record_id: int) -> Sequence[int]:
    return session.scalars(select(identity).where(column == record_id).order_by(identity)).all()


def _session_column(kind: str) -> Any:
    if kind == "structure":
        return SessionStructure.__table__.c.structure_id
    return session_contact.c.contact_id


def unmerge_records(
    session: Session, *, merge_id: int, given_back: Collection[str] = frozenset()
) -> Unmerged:
    """Bring both records of a merge back, each with what was its own.

    `given_back` holds the keys of the later items that belong to the one that comes back; the
    others stay. A field or row that was changed since stays as it is, and is told. Raises RuleError
    when the merge cannot be taken apart.
    """
    take_turn(session, Turn.MERGE)
    merge = get_merge(session, merge_id)
    if (problem := why_not_unmerge(session, merge)) is not None:
        raise problem
    kind = find_kind(merge.kind)
    if kind is None:
        raise NotFoundError
    given = [each for each in later_items(session, merge) if each.key in given_back]
    label = f"Fusion défaite : « {merge.merged_name} » et « {merge.kept_name} »"
    describe_save(session, label=label, undoes_id=merge.change_set_id)
    kept = load_record(session, kind, merge.kept_id)
    merged = load_record(session, kind, merge.merged_id)
    fields = _give_fields_back(kind.model, merge, kept)
    session.flush()
    merged.deleted_at = merged.merged_into_id = None
    left = _give_rows_back(session, merge, kept, merged)
    references = {(each.table, each.column): each for each in REFERENCES[merge.kind]}
    for each in given:
        if _is_taken(session, each, references.get((each.table, each.column)), merged.id):
            left.append([each.table, each.column, each.record_id])
        else:
            _give(session, merge.kind, each, kept, merged)
    session.flush()
    for record in (kept, merged):
        kind.mend(session, record)
        publish(session, WordsChanged(merge.kind, record.id))
    merge.undone_at = clock.now()
    set_pair_state(session, merge, PairState.OPEN)
    session.flush()
    return Unmerged(left, fields)


def _give_fields_back(model: type[Any], merge: Merge, kept: Any) -> list[str]:
    changed = []
    for name, (before, after) in merge.fields.items():
        if name.startswith("+"):
            relation = name[1:]
            own = getattr(kept, relation)
            back = [each for each in own if identity_of(each) not in after]
            if len(back) < len(own):
                setattr(kept, relation, back)
                flag_modified(kept, "created_at")
        elif plain(getattr(kept, name)) == after:
            column = inspect(model).columns[name]
            is_text = column.type.python_type is str or before is None
            setattr(kept, name, before if is_text else column.type.python_type(before))
        else:
            changed.append(name)
    return changed


def _give_rows_back(session: Session, merge: Merge, kept: Any, merged: Any) -> list[list[Any]]:
    """Return the rows that could not be given back, for they have gone elsewhere since."""
    by_table = {(each.table, each.column): each for each in REFERENCES[merge.kind]}
    left: list[list[Any]] = []
    for table, column, record_id in merge.moved:
        if column == MADE:
            point = session.get(ContactPoint, record_id)
            if point is not None:
                session.delete(point)
            continue
        item = LaterItem(table, column, record_id, table)
        reference = by_table.get((table, column))
        if not _is_there(session, merge.kind, item, reference, kept.id) or _is_taken(
            session, item, reference, merged.id
        ):
            left.append([table, column, record_id])
            continue
        _give(session, merge.kind, item, kept, merged)
    return left


def _is_there(
    session: Session, kind: str, item: LaterItem, reference: Reference | None, kept_id: int
) -> bool:
    if reference is not None and reference.policy is Policy.LINK:
        column = _session_column(kind)
        return item.record_id in _held(session, column.table.c.session_id, column, kept_id)
    model = Note if item.table == "note" else reference.model if reference else None
    row = session.get(model, item.record_id) if model else None
    return row is not None and getattr(row, item.column) == kept_id


def _is_taken(
    session: Session, item: LaterItem, reference: Reference | None, merged_id: int
) -> bool:
    """Tell whether what is to go back would stand beside a twin that stayed: it is told instead."""
    if reference is None or not reference.is_unique:
        return False
    row = session.get_one(reference.model, item.record_id)
    return has_twin(session, reference, row, merged_id)


def _give(session: Session, kind: str, item: LaterItem, kept: Any, merged: Any) -> None:
    if item.table in ("session_structure", "session_contact"):
        _give_session(session, kind, item.record_id, kept, merged)
        return
    references = {(each.table, each.column): each for each in REFERENCES[kind]}
    model: Any = Note if item.table == "note" else references[item.table, item.column].model
    setattr(session.get_one(model, item.record_id), item.column, merged.id)
    session.flush()


def _give_session(session: Session, kind: str, session_id: int, kept: Any, merged: Any) -> None:
    found = find_kind("session")
    records: list[AccompanimentSession] = (
        load_records(session, found, [session_id]) if found is not None else []
    )
    for record in records:
        if kind == "contact":
            person = next(each for each in record.contacts if each.id == kept.id)
            put_in_place(record, person, merged)
        elif all(seat.structure_id != merged.id for seat in record.structures):
            seat = next(each for each in record.structures if each.structure_id == kept.id)
            mine = SessionStructure(
                structure_id=merged.id,
                structure_name=merged.name,
                family_code=merged.family_code,
                departement_code=merged.departement_code,
            )
            record.structures = [mine if each is seat else each for each in record.structures]
            flag_modified(record, "created_at")
    session.flush()
