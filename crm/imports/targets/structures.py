"""Structures: found by their identifiers, then by their name and where they are."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from crm.contacts.indexing import STRUCTURE
from crm.contacts.models import ContactPoint, Structure
from crm.contacts.rules import check_order
from crm.core.errors import N_, RuleError
from crm.core.text import sort_key
from crm.imports.targets.base import Resolved, Work, index_by
from crm.imports.targets.parties import is_party, name_is_enough, settle_parties
from crm.imports.targets.pending import Key, Record
from crm.imports.targets.target import Known, Target
from crm.imports.types import Choice

_IDENTIFIERS = ("siret", "rna", "siren")
_UNIQUE = (("siret", "SIRET"), ("rna", "RNA"))
_ALIVE = Structure.deleted_at.is_(None)


class StructureTarget(Target):
    """Structures."""

    entity = "structure"
    model = Structure
    asks_likely = True
    updatable = (
        "name", "acronym", "family_code", "subtype_id", "siren", "siret", "rna", "address",
        "postcode", "commune_code", "departement_code", "email", "phone", "website",
        "description", "listed_on",
    )  # fmt: skip

    def load(self, work: Work, batch: Sequence[Resolved]) -> Known:
        """Return the structures that may be those of the batch."""
        wanted: dict[str, set[Any]] = {}
        for resolved in batch:
            for key in resolved.item.keys:
                wanted.setdefault(key[0], set()).add(key[1])
            if merged := resolved.item.extra.get("merge"):
                wanted.setdefault("id", set()).add(merged)
            for name, _label in _UNIQUE:
                if value := resolved.values.get(name):
                    wanted.setdefault(name, set()).add(value)
        columns = {
            "siret": Structure.siret, "rna": Structure.rna, "siren": Structure.siren,
            "insee": Structure.insee_code, "epci": Structure.epci_siren,
            "name": Structure.sort_name, "id": Structure.id,
        }  # fmt: skip
        found: dict[int, Record] = {}
        for name, values in sorted(wanted.items()):
            alive = () if name in ("siren", "id") else (_ALIVE,)
            for record in self.rows_where(work, columns[name], values, *alive):
                found.setdefault(record["id"], record)
        return index_by((key, each) for each in found.values() for key in _keys_of(each))

    def keys(self, resolved: Resolved) -> Iterable[Key]:
        """Yield the identifiers, then the name whatever the place: `fits` looks at that.

        A legal person is given a subsidy, whatever the family that its name suggests.
        """
        for key in resolved.item.keys:
            if key[0] == "siren" and is_party(resolved):
                yield ("legal", key[1])
            else:
                yield ("name", key[1]) if key[0] == "name" else key

    def fits(self, resolved: Resolved, key: Key, record: Record) -> bool:
        """Tell whether a structure found by a weak key is not told apart by a stronger one."""
        if key[0] in ("siret", "rna", "insee", "epci", "legal"):
            return True
        if not _agree(resolved.values, record, _IDENTIFIERS):
            return False
        if key[0] == "siren":
            return True
        if is_party(resolved) and not name_is_enough(resolved, record):
            return False
        return _agree(resolved.values, record, ("commune_code",))

    def _ask_about_likely(self, work: Work, fresh: Sequence[Resolved]) -> None:
        super()._ask_about_likely(work, [each for each in fresh if not is_party(each)])
        parties = [each for each in fresh if is_party(each) and each.row.is_good]
        if not parties:
            return
        known = self.load(work, parties)
        namesakes = {
            place: [
                record
                for record in known.get(_name_key(each), ())
                if _agree(each.values, record, (*_IDENTIFIERS, "commune_code"))
            ]
            for place, each in enumerate(parties)
        }
        settle_parties(work, parties, namesakes)
        merged = [each for each in parties if each.item.extra.get("merge")]
        known = self.load(work, merged)
        for each in merged:
            self._meet(work, each, known)

    def identity(self, values: Record) -> Record:
        """Return the columns that `fits` looks at."""
        return {name: values.get(name) for name in (*_IDENTIFIERS, "commune_code", "name")}

    def choice(self, record: Record) -> Choice:
        """Return a structure as an answer."""
        detail = " ".join(filter(None, (record.get("postcode"), record.get("siret")))) or None
        place = record.get("commune_code")
        return Choice(
            f"id:{record['id']}",
            record["name"] + (f" ({place})" if place else ""),
            detail,
            (self.entity, record["id"]),
        )

    def check(self, merged: Record) -> None:
        """Raise RuleError when the structure could not stand so."""
        check_order(merged.get("listed_on"), merged.get("closed_on"), "listed_on")
        siren, siret = merged.get("siren"), merged.get("siret")
        if siren and siret and not siret.startswith(siren):
            raise RuleError("siret", N_("Ce SIRET ne commence pas par le SIREN indiqué."))

    def check_alone(self, work: Work, resolved: Resolved, known: Known) -> None:
        """Refuse an identifier that is another structure's already."""
        for name, label in _UNIQUE:
            value = resolved.values.get(name)
            if not value or (not resolved.changes.get(name) and resolved.id):
                continue
            for other in (
                *known.get((name, value), ()),
                *work.pending.of(self.entity, (name, value)),
            ):
                if other["id"] != resolved.id and other.get("made") is not resolved:
                    resolved.row.refuse(
                        resolved.item,
                        name,
                        N_("Ce numéro %(label)s est déjà celui de « %(name)s »."),
                        label=label,
                        name=other.get("name") or "",
                    )

    def complete(self, work: Work, values: Record) -> Record:
        """Return the row with its sort key."""
        return {**values, "sort_name": sort_key(values["name"])}

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns that an update writes."""
        return (*self.updatable, "sort_name")

    def after(self, work: Work, batch: Sequence[Resolved]) -> None:
        """Note the structures to index anew."""
        for resolved in batch:
            if resolved.is_new or resolved.changes:
                work.touch(STRUCTURE, resolved.id)


def _agree(one: Record, other: Record, names: Iterable[str]) -> bool:
    """Tell whether no value that both have tells two structures apart."""
    return not any(one.get(name) and other.get(name) and one[name] != other[name] for name in names)


def _name_key(resolved: Resolved) -> Key:
    return next((key[:2] for key in resolved.item.keys if key[0] == "name"), ())


def _keys_of(record: Record) -> Iterator[Key]:
    yield ("id", record["id"])
    for name, column in (("siret", "siret"), ("rna", "rna"), ("insee", "insee_code"),
                         ("epci", "epci_siren")):  # fmt: skip
        if record[column]:
            yield (name, record[column])
    if record["siren"]:
        yield ("siren", record["siren"], record["family_code"])
        yield ("legal", record["siren"])
    yield ("name", record["sort_name"])


class ContactPointTarget(Target):
    """Further e-mails and phones; the same one is never kept twice by its owner."""

    entity = "contact_point"
    model = ContactPoint

    def load(self, work: Work, batch: Sequence[Resolved]) -> Known:
        """Return the contact points of the owners."""
        found: list[tuple[Key, Record]] = []
        for owner in ("structure_id", "contact_id"):
            ids = {each.values.get(owner) for each in batch}
            column = ContactPoint.__table__.c[owner]
            there = (each for each in ids if each is not None and each > 0)
            found += [
                ((owner, record[owner], record["value_key"]), record)
                for record in self.rows_where(work, column, there)
            ]
        return index_by(found)

    def keys(self, resolved: Resolved) -> Iterable[Key]:
        """Yield the owner and the value."""
        owner = "structure_id" if "structure_id" in resolved.item.links else "contact_id"
        yield (owner, resolved.values[owner], resolved.values["value_key"])

    def subjects(self, work: Work, values: Record) -> list[tuple[str, int]]:
        """Return the owner."""
        if values.get("structure_id") is not None:
            return [("structure", values["structure_id"])]
        return [("contact", values["contact_id"])]
