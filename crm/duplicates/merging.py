"""One record becoming another: everything attached moves, nothing is deleted, all can be undone."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import inspect, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from crm.consents.operations import settle_merged
from crm.contacts.models import Contact, ContactPoint
from crm.contacts.queries.identities import MODELS
from crm.contacts.rules import contact_point_key
from crm.contacts.types import Medium
from crm.core import clock
from crm.core.errors import N_, NotFoundError, RuleError
from crm.core.events import publish
from crm.database import Turn, take_turn
from crm.duplicates.fields import BOTH, FIELDS, MERGED, check_merge, proposed
from crm.duplicates.models import DuplicatePair, Merge
from crm.duplicates.moves import UNIONS, Moved, movable, move_rows
from crm.duplicates.scanning import last_change
from crm.duplicates.types import PairState
from crm.followups.models import AccompanimentSession, session_contact
from crm.history.kinds import find_kind, load_records
from crm.history.recording import describe_save, open_change_set, plain
from crm.notes.models import Note
from crm.search.events import WordsChanged

_REACHED_BY = {
    "email": Medium.EMAIL,
    "phone": Medium.PHONE,
    "mobile": Medium.PHONE,
    "website": Medium.LINK,
}
MADE = "+"


def load_pair(session: Session, kind: str, one_id: int, other_id: int) -> tuple[Any, Any]:
    """Return two records with their lists, in this order.

    Raises NotFoundError, or RuleError when one of them is merged already or in the trash.
    """
    if one_id == other_id:
        raise RuleError("form", N_("Une fiche ne se fusionne pas avec elle-même."))
    found = find_kind(kind)
    if kind not in MODELS or found is None:
        raise NotFoundError
    by_id = {each.id: each for each in load_records(session, found, sorted((one_id, other_id)))}
    if len(by_id) < len({one_id, other_id}):
        raise NotFoundError
    for record in by_id.values():
        if record.merged_into_id is not None:
            other = session.get_one(MODELS[kind], record.merged_into_id)
            raise RuleError(
                "form",
                N_("« %(name)s » a déjà été fusionné dans « %(other)s »."),
                record=(kind, other.id),
                name=found.name_of(record),
                other=found.name_of(other),
            )
        if record.deleted_at is not None:
            raise RuleError(
                "form",
                N_("« %(name)s » est à la corbeille : rétablissez cette fiche d’abord."),
                name=found.name_of(record),
            )
    return by_id[one_id], by_id[other_id]


def merge_records(
    session: Session,
    *,
    kind: str,
    kept_id: int,
    merged_id: int,
    choices: Mapping[str, str] | None = None,
    versions: tuple[int, int] | None = None,
) -> Merge:
    """Make one record the other, and return what was done.

    `choices` says for each field whose value is kept; the fuller one where it does not. `versions`
    are those of the two records when they were shown. Raises RuleError, and changes nothing, when
    the two cannot be one or have changed.
    """
    take_turn(session, Turn.MERGE)
    kept, merged = load_pair(session, kind, kept_id, merged_id)
    if versions is not None and versions != (kept.version, merged.version):
        raise RuleError(
            "form",
            N_("Une des deux fiches vient de changer : relisez-les avant de les fusionner."),
        )
    check_merge(kind, kept, merged)
    name_of = _kind(kind).name_of
    made = Merge(
        kind=kind, kept_id=kept_id, merged_id=merged_id, kept_name=name_of(kept)[:300],
        merged_name=name_of(merged)[:300], at=clock.now(),
    )  # fmt: skip
    label = f"Fusion de « {made.merged_name} » dans « {made.kept_name} »"
    describe_save(session, label=label)
    made.change_set_id = open_change_set(session)
    _fill_in(session, made, kept, merged, choices or {})
    session.add(made)
    session.flush()
    set_pair_state(session, made, PairState.MERGED)
    return made


def _fill_in(
    session: Session, made: Merge, kept: Any, merged: Any, choices: Mapping[str, str]
) -> None:
    """Do the merge, and note in it what was moved, kept and changed."""
    kind, moved = made.kind, Moved()
    # Hidden first: what is unique among records that are not hidden becomes free for the other.
    merged.deleted_at, merged.merged_into_id = made.at, kept.id
    session.flush()
    fields, lost = _take_fields(kind, kept, merged, choices)
    fields.update(_join_lists(kind, kept, merged))
    session.flush()
    _move_all(session, kind, kept, merged, moved)
    if kind == "contact":
        settle_merged(session, kept_id=kept.id, merged_id=merged.id)
    for address in lost:
        _keep_as_point(session, kind, kept, address, moved)
    _put_right(session, kind, kept, merged)
    made.moved, made.kept, made.fields = moved.rows, moved.kept, fields
    made.last_change_id = last_change(session)


def set_pair_state(session: Session, merge: Merge, state: PairState) -> None:
    """Say of the pair, if it was found, that it is merged, or open again."""
    low, high = sorted((merge.kept_id, merge.merged_id))
    session.execute(
        update(DuplicatePair)
        .where(
            DuplicatePair.kind == merge.kind,
            DuplicatePair.low_id == low,
            DuplicatePair.high_id == high,
        )
        .values(state=state.value)
    )


def _kind(kind: str) -> Any:
    found = find_kind(kind)
    if found is None:
        raise NotFoundError
    return found


def _take_fields(
    kind: str, kept: Any, merged: Any, choices: Mapping[str, str]
) -> tuple[dict[str, list[Any]], list[tuple[Medium, str]]]:
    """Give the one kept the values chosen; return them, and the addresses that lose."""
    lost_addresses: list[tuple[Medium, str]] = []
    before_and_after: dict[str, list[Any]] = {}
    for field in FIELDS[kind]:
        choice = choices.get(field.name) or proposed(field, kept, merged)
        for column in field.columns:
            own, other = getattr(kept, column), getattr(merged, column)
            taken = own
            if choice == MERGED:
                taken = other
            elif choice == BOTH and field.takes_both and other and other != own:
                taken = "\n\n".join(filter(None, (own, other)))
            lost = own if taken == other else other
            if column in _REACHED_BY and lost and lost != taken:
                lost_addresses.append((_REACHED_BY[column], lost))
            if taken != own:
                before_and_after[column] = [plain(own), plain(taken)]
                setattr(kept, column, taken)
    return before_and_after, lost_addresses


def _keep_as_point(
    session: Session, kind: str, kept: Any, address: tuple[Medium, str], moved: Moved
) -> None:
    """Keep an address that another was chosen over as a further one."""
    medium, value = address
    key = contact_point_key(medium, value)
    owner = {"structure_id" if kind == "structure" else "contact_id": kept.id}
    known = session.scalar(select(ContactPoint.id).filter_by(value_key=key, **owner).limit(1))
    if known is not None or value in (kept.email, kept.phone, getattr(kept, "mobile", None)):
        return
    point = ContactPoint(medium=medium, value=value, value_key=key, **owner)
    session.add(point)
    session.flush()
    moved.rows.append(["contact_point", MADE, point.id])


def _move_all(session: Session, kind: str, kept: Any, merged: Any, moved: Moved) -> None:
    with session.no_autoflush:
        for reference in movable(kind):
            move_rows(session, reference, merged.id, kept.id, moved)
            session.flush()
        notes = select(Note).where(Note.entity == kind, Note.record_id == merged.id)
        for note in session.scalars(notes.order_by(Note.id)):
            note.record_id = kept.id
            moved.rows.append(["note", "record_id", note.id])
        session.flush()
        if kind == "contact":
            move_sessions(session, merged, kept, moved)


def move_sessions(
    session: Session, from_contact: Contact, to_contact: Contact, moved: Moved
) -> None:
    """Make the sessions of a person those of another; one that has both keeps both."""
    for record in sessions_of(session, from_contact.id):
        line = ["session_contact", "contact_id", record.id]
        if to_contact in record.contacts:
            moved.kept.append(line)
            continue
        put_in_place(record, from_contact, to_contact)
        moved.rows.append(line)
    session.flush()


def put_in_place(record: AccompanimentSession, old: Contact, new: Contact) -> None:
    """Let another person stand in a session in the place of one."""
    record.contacts = [new if each is old else each for each in record.contacts]
    flag_modified(record, "created_at")


def sessions_of(session: Session, contact_id: int) -> list[AccompanimentSession]:
    """Return the sessions of a person, with their lists, those in the trash too."""
    ids = session.scalars(
        select(session_contact.c.session_id)
        .where(session_contact.c.contact_id == contact_id)
        .order_by(session_contact.c.session_id)
    ).all()
    return load_records(session, _kind("session"), ids) if ids else []


def _join_lists(kind: str, kept: Any, merged: Any) -> dict[str, list[Any]]:
    """Give the one kept what the other's lists have more; both keep their own rows."""
    added: dict[str, list[Any]] = {}
    for name in UNIONS[kind]:
        own, other = getattr(kept, name), getattr(merged, name)
        more = [each for each in other if each not in own]
        if more:
            setattr(kept, name, [*own, *more])
            flag_modified(kept, "created_at")
            added[f"+{name}"] = [[], [inspect(each).identity[0] for each in more]]
    return added


def _put_right(session: Session, kind: str, kept: Any, merged: Any) -> None:
    for record in (merged, kept):
        _kind(kind).mend(session, record)
    session.flush()
    publish(session, WordsChanged(kind, kept.id))
