"""People: found by their address and name, or by their name where they work; and their roles."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import select

from crm.among import is_among
from crm.contacts.indexing import CONTACT
from crm.contacts.models import Affiliation, Contact
from crm.contacts.rules import check_order
from crm.core.addresses import email_key
from crm.core.days import meet
from crm.core.text import fold, sort_key
from crm.imports.targets.base import Resolved, Work, index_by
from crm.imports.targets.pending import Key, Record
from crm.imports.targets.target import Known, Target
from crm.imports.types import Choice

_ALIVE = Contact.deleted_at.is_(None)


class ContactTarget(Target):
    """People."""

    entity = "contact"
    model = Contact
    asks_likely = True
    updatable = ("first_name", "last_name", "email", "phone", "mobile", "notes")

    def load(self, work: Work, batch: Sequence[Resolved]) -> Known:
        """Return the people of these addresses and names, and where they work."""
        addresses: set[str] = set()
        names: set[str] = set()
        merged: set[int] = set()
        for resolved in batch:
            for key in resolved.item.keys:
                (addresses if key[0] == "email" else names).add(key[1])
            if record_id := resolved.item.extra.get("merge"):
                merged.add(record_id)
        found: dict[int, Record] = {}
        lookups: tuple[tuple[Any, Iterable[Any], tuple[Any, ...]], ...] = (
            (Contact.email_key, addresses, ()),
            (Contact.sort_name, names, (_ALIVE,)),
            (Contact.id, merged, ()),
        )
        for column, values, conditions in lookups:
            for record in self.rows_where(work, column, values, *conditions):
                found.setdefault(record["id"], record)
        places = _places_of(work, sorted(found))
        return index_by(
            (key, each)
            for each in found.values()
            for key in _keys_of(each, places.get(each["id"], ()))
        )

    def keys(self, resolved: Resolved) -> Iterable[Key]:
        """Yield the address with the name, the name in the structure, the name of one without."""
        name = resolved.item.keys[-1][1]
        if resolved.item.keys[0][0] == "email":
            yield resolved.item.keys[0]
        near = resolved.item.links.get("near")
        if near is not None:
            yield ("near", resolved.row.resolved[near].record_id, name)
        if near is None and not resolved.values.get("email"):
            yield ("alone", name)

    def complete(self, work: Work, values: Record) -> Record:
        """Return the row with its sort and comparison keys."""
        email = values.get("email")
        name = f"{values['last_name']} {values.get('first_name') or ''}"
        return {
            **values,
            "sort_name": sort_key(name),
            "email_key": email_key(email) if email else None,
        }

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns that an update writes."""
        return (*self.updatable, "sort_name", "email_key")

    def choice(self, record: Record) -> Choice:
        """Return a person as an answer."""
        name = " ".join(filter(None, (record["first_name"], record["last_name"])))
        return Choice(f"id:{record['id']}", name, record["email"], (self.entity, record["id"]))

    def after(self, work: Work, batch: Sequence[Resolved]) -> None:
        """Note the people to index anew."""
        for resolved in batch:
            if resolved.is_new or resolved.changes:
                work.touch(CONTACT, resolved.id)


def _places_of(work: Work, ids: Sequence[int]) -> dict[int, list[int]]:
    places: dict[int, list[int]] = {}
    if not ids:
        return places
    rows = work.session.execute(
        select(Affiliation.contact_id, Affiliation.structure_id)
        .where(is_among(Affiliation.contact_id, ids))
        .distinct()
    )
    for contact_id, structure_id in rows.tuples():
        places.setdefault(contact_id, []).append(structure_id)
    return places


def _keys_of(record: Record, places: Iterable[int]) -> Iterator[Key]:
    name = record["sort_name"]
    yield ("id", record["id"])
    if record["email_key"]:
        yield ("email", record["email_key"], name)
    for place in places:
        yield ("near", place, name)
    if not record["email_key"] and not places:
        yield ("alone", name)


class AffiliationTarget(Target):
    """What people do: the same role in the same structure at the same time is one."""

    entity = "affiliation"
    model = Affiliation
    updatable = ("start_on", "end_on")

    def load(self, work: Work, batch: Sequence[Resolved]) -> Known:
        """Return the roles of these people."""
        ids = {each.values["contact_id"] for each in batch}
        there = (each for each in ids if each is not None and each > 0)
        return index_by(
            (key, record)
            for record in self.rows_where(work, Affiliation.contact_id, there)
            for key in (
                (record["contact_id"], record["structure_id"]),
                (record["contact_id"], record["structure_id"], fold(record["role"])),
            )
        )

    def keys(self, resolved: Resolved) -> Iterable[Key]:
        """Yield the person, the structure and the role; without a role, any role will do."""
        both = (resolved.values["contact_id"], resolved.values["structure_id"])
        role = resolved.item.values.get("role")
        yield both if role is None else (*both, fold(role))

    def fits(self, resolved: Resolved, key: Key, record: Record) -> bool:
        """Tell whether the dates of the row are those of the role that is there."""
        said, held = self.identity(resolved.values), self.identity(record)
        return meet(said["start_on"], said["end_on"], held["start_on"], held["end_on"])

    def identity(self, values: Record) -> Record:
        """Return the columns that `fits` looks at."""
        return {"start_on": values.get("start_on"), "end_on": values.get("end_on")}

    def check(self, merged: Record) -> None:
        """Raise RuleError when the role would end before it starts."""
        check_order(merged.get("start_on"), merged.get("end_on"), "end_on")

    def subjects(self, work: Work, values: Record) -> list[tuple[str, int]]:
        """Return the person and the structure."""
        return [("contact", values["contact_id"]), ("structure", values["structure_id"])]

    def after(self, work: Work, batch: Sequence[Resolved]) -> None:
        """Note that these people are found by one more structure."""
        for resolved in batch:
            if resolved.is_new:
                work.touch(CONTACT, resolved.values["contact_id"])
