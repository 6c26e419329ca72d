"""One change to many records at once: written by tables, kept in history as if one by one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.contacts.models import (
    Contact,
    Group,
    Membership,
    Structure,
    Tag,
    contact_tag,
    structure_tag,
    structure_theme,
)
from crm.contacts.operations.structures import check_parent_of_all
from crm.contacts.operations.tags import find_or_create_tags
from crm.contacts.rules import LONGEST_TAG, dates_of_standing
from crm.contacts.types import Standing
from crm.core.batches import in_batches
from crm.core.errors import N_, RuleError
from crm.core.numbers import parse_id
from crm.core.text import fold, sort_key
from crm.history.bulk import check_all_found, check_selection
from crm.history.recording import RecordedChange, describe_save, keep_changes, plain
from crm.reference.models import ReferenceItem

_CHUNK = 1_000
_DATES = ("listed_on", "dormant_on", "closed_on")


@dataclass(frozen=True, slots=True)
class Links:
    """A list of a kind of record: the table that holds it, and its name in history."""

    model: type[Structure] | type[Contact]
    table: Table
    owner: str
    member: str
    field: str


TAGS_OF_STRUCTURES = Links(Structure, structure_tag, "structure_id", "tag_id", "tags")
THEMES_OF_STRUCTURES = Links(Structure, structure_theme, "structure_id", "theme_id", "themes")
TAGS_OF_CONTACTS = Links(Contact, contact_tag, "contact_id", "tag_id", "tags")


def add_tag(session: Session, *, links: Links, ids: Sequence[int], label: str) -> int:
    """Put a tag on records; return how many did not have it yet."""
    if not fold(label):
        raise RuleError("value", N_("Écrivez l’étiquette à ajouter."))
    if len(label) > LONGEST_TAG:
        raise RuleError("value", N_("Une étiquette compte 60 caractères au plus."))
    wanted = _present(session, links.model, ids)
    describe_save(session, label=N_("Étiquette ajoutée à une sélection"))
    tag = find_or_create_tags(session, [label])[0]
    return _link(session, links, wanted, tag.id)


def remove_tag(session: Session, *, links: Links, ids: Sequence[int], label: str) -> int:
    """Take a tag off records; return how many had it."""
    tag_id = session.scalar(select(Tag.id).where(Tag.key == fold(label)[:LONGEST_TAG]))
    if tag_id is None:
        raise RuleError("value", N_("Aucune étiquette ne s’écrit ainsi."))
    wanted = _present(session, links.model, ids)
    describe_save(session, label=N_("Étiquette retirée d’une sélection"))
    return _unlink(session, links, wanted, tag_id)


def add_theme(session: Session, *, ids: Sequence[int], theme_id: int) -> int:
    """Put a theme on structures; return how many did not have it yet."""
    _check_theme(session, theme_id)
    wanted = _present(session, Structure, ids)
    describe_save(session, label=N_("Thème ajouté à une sélection"))
    return _link(session, THEMES_OF_STRUCTURES, wanted, theme_id)


def remove_theme(session: Session, *, ids: Sequence[int], theme_id: int) -> int:
    """Take a theme off structures; return how many had it."""
    _check_theme(session, theme_id)
    wanted = _present(session, Structure, ids)
    describe_save(session, label=N_("Thème retiré d’une sélection"))
    return _unlink(session, THEMES_OF_STRUCTURES, wanted, theme_id)


def entrust(session: Session, *, ids: Sequence[int], user_id: int | None) -> int:
    """Name who is in charge of structures, or nobody; return how many had someone else."""
    if user_id is not None:
        user = session.get(User, user_id)
        if user is None or not user.is_active:
            raise RuleError("value", N_("Cette personne n’est plus dans l’équipe."))
    wanted = _present(session, Structure, ids)
    describe_save(session, label=N_("Personne en charge d’une sélection"))
    return _set(session, wanted, ("referent_id",), lambda _row: {"referent_id": user_id})


def set_standing(session: Session, *, ids: Sequence[int], standing: str, day: date) -> int:
    """Give structures the dates that make them actors, dormant or closed on a day."""
    if standing not in (Standing.ACTOR, Standing.DORMANT, Standing.CLOSED):
        raise RuleError("value", N_("Choisissez un statut dans la liste."))
    wanted = _present(session, Structure, ids)
    describe_save(session, label=N_("Statut d’une sélection"))

    def dates(row: Any) -> dict[str, date | None]:
        found = dates_of_standing(
            Standing(standing), row.listed_on, row.dormant_on, row.closed_on, day
        )
        return dict(zip(_DATES, found, strict=True))

    return _set(session, wanted, _DATES, dates)


def place_under(session: Session, *, ids: Sequence[int], parent: str) -> int:
    """Attach structures to one, by its number or its exact name, or to none; return how many moved.

    Raises RuleError when it is not to be found, or depends itself on one of them.
    """
    parent_id = _structure_called(session, parent) if parent else None
    wanted = _present(session, Structure, ids)
    check_parent_of_all(session, set(wanted), parent_id)
    describe_save(session, label=N_("Structure parente d’une sélection"))
    return _set(session, wanted, ("parent_id",), lambda _row: {"parent_id": parent_id})


def _structure_called(session: Session, text: str) -> int:
    number = parse_id(text)
    condition = Structure.sort_name == sort_key(text) if number is None else Structure.id == number
    found = session.scalars(
        select(Structure.id).where(condition, Structure.deleted_at.is_(None)).limit(2)
    ).all()
    if not found:
        raise RuleError("value", N_("Aucune structure ne s’appelle exactement ainsi."))
    if len(found) > 1:
        raise RuleError(
            "value",
            N_(
                "Plusieurs structures s’appellent ainsi : écrivez le numéro de la bonne, celui qui"
                " termine l’adresse de sa fiche."
            ),
        )
    return found[0]


def add_to_group(session: Session, *, ids: Sequence[int], group_id: int, day: date) -> int:
    """Make structures members of a group from a day on; return how many were not already."""
    group = session.get(Group, group_id)
    if group is None or (group.closed_on is not None and group.closed_on < day):
        raise RuleError("value", N_("Choisissez un groupe ouvert dans la liste."))
    wanted = _present(session, Structure, ids)
    describe_save(session, label=N_("Sélection ajoutée à un groupe"))
    present = set(
        session.scalars(
            select(Membership.structure_id).where(
                Membership.group_id == group_id,
                Membership.end_on.is_(None) | (Membership.end_on >= day),
            )
        )
    )
    values = {"group_id": group_id, "start_on": day, "end_on": None, "version": 1}
    rows = [{**values, "structure_id": each} for each in wanted if each not in present]
    if not rows:
        return 0
    statement = insert(Membership).returning(Membership.id, sort_by_parameter_order=True)
    made = session.connection().execute(statement, rows).scalars().all()
    kept = ("group_id", "structure_id", "start_on")
    keep_changes(
        session,
        [
            RecordedChange(
                "created",
                "membership",
                membership_id,
                {name: [None, plain(row[name])] for name in kept},
                [("group", group_id), ("structure", int(row["structure_id"]))],  # type: ignore[call-overload]
            )
            for membership_id, row in zip(made, rows, strict=True)
        ],
    )
    return len(rows)


def _check_theme(session: Session, theme_id: int) -> None:
    item = session.get(ReferenceItem, theme_id)
    if item is None or item.list_code != "theme":
        raise RuleError("value", N_("Choisissez un thème dans la liste."))


def _present(
    session: Session, model: type[Structure] | type[Contact], ids: Sequence[int]
) -> list[int]:
    """Return the ids, each once and in order; raise RuleError unless each is a present record."""
    wanted = check_selection(ids)
    found = 0
    for chunk in in_batches(wanted, _CHUNK):
        alive = select(model.id).where(model.id.in_(chunk), model.deleted_at.is_(None))
        found += len(session.scalars(alive).all())
    check_all_found(wanted, found)
    return wanted


def _link(session: Session, links: Links, ids: Sequence[int], member_id: int) -> int:
    before = _members(session, links, ids)
    changed = [each for each in ids if member_id not in before.get(each, ())]
    if changed:
        rows = [{links.owner: each, links.member: member_id} for each in changed]
        session.connection().execute(insert(links.table), rows)
    _keep_lists(session, links, {i: before.get(i, []) for i in changed}, lambda b: {*b, member_id})
    return len(changed)


def _unlink(session: Session, links: Links, ids: Sequence[int], member_id: int) -> int:
    before = _members(session, links, ids)
    changed = [each for each in ids if member_id in before.get(each, ())]
    columns = links.table.c
    for chunk in in_batches(changed, _CHUNK):
        gone = columns[links.owner].in_(chunk) & (columns[links.member] == member_id)
        session.connection().execute(delete(links.table).where(gone))
    _keep_lists(session, links, {i: before[i] for i in changed}, lambda b: {*b} - {member_id})
    return len(changed)


def _members(session: Session, links: Links, ids: Sequence[int]) -> dict[int, list[int]]:
    owner, member = links.table.c[links.owner], links.table.c[links.member]
    found: dict[int, list[int]] = {}
    for chunk in in_batches(ids, _CHUNK):
        rows = session.execute(select(owner, member).where(owner.in_(chunk)).order_by(member))
        for owner_id, member_id in rows.tuples():
            found.setdefault(owner_id, []).append(member_id)
    return found


def _keep_lists(
    session: Session,
    links: Links,
    before: Mapping[int, list[int]],
    changed: Callable[[list[int]], set[int]],
) -> None:
    for chunk in in_batches(list(before), _CHUNK):
        grown = update(links.model).where(links.model.id.in_(chunk))
        session.connection().execute(grown.values(version=links.model.version + 1))
    keep_changes(
        session,
        [
            RecordedChange(
                "updated",
                links.model.__history__,
                record_id,
                {links.field: [members, sorted(changed(members))]},
            )
            for record_id, members in before.items()
        ],
    )
    session.expire_all()


def _set(
    session: Session,
    ids: Sequence[int],
    names: Sequence[str],
    values_of: Callable[[Any], dict[str, Any]],
) -> int:
    """Set columns of structures, from what each holds; return how many have changed."""
    columns = [getattr(Structure, name) for name in names]
    changes: list[RecordedChange] = []
    rows: list[dict[str, Any]] = []
    for chunk in in_batches(ids, _CHUNK):
        for row in session.execute(
            select(Structure.id, *columns).where(Structure.id.in_(chunk)).order_by(Structure.id)
        ):
            values = values_of(row)
            both = {name: [plain(getattr(row, name)), plain(values[name])] for name in names}
            fields = {name: pair for name, pair in both.items() if pair[0] != pair[1]}
            if fields:
                rows.append({"changed_id": row.id, **values})
                changes.append(RecordedChange("updated", "structure", row.id, fields))
    if rows:
        table = Structure.__table__
        statement = (
            update(table)  # type: ignore[arg-type]
            .where(table.c.id == bindparam("changed_id"))
            .values({"version": table.c.version + 1, **{name: bindparam(name) for name in names}})
        )
        session.connection().execute(statement, rows)
    keep_changes(session, changes)
    session.expire_all()
    return len(rows)
