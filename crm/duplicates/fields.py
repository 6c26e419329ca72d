"""The fields that a merge chooses between, and which value is proposed: pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from crm.core.errors import N_, RuleError

KEPT, MERGED, BOTH = "kept", "merged", "both"


@dataclass(frozen=True, slots=True)
class MergeField:
    """Columns chosen together; `takes_both` says that two texts can follow one another."""

    name: str
    label: str
    columns: tuple[str, ...]
    takes_both: bool = False


def _field(name: str, label: str, *columns: str, takes_both: bool = False) -> MergeField:
    return MergeField(name, label, columns or (name,), takes_both)


# The days of entering and leaving the directory are not chosen: past figures derive from them.
FIELDS: Mapping[str, tuple[MergeField, ...]] = {
    "structure": (
        _field("name", N_("Nom")),
        _field("acronym", N_("Sigle")),
        _field("family", N_("Famille et sous-type"), "family_code", "subtype_id"),
        _field("numbers", N_("SIREN et SIRET"), "siren", "siret"),
        _field("rna", N_("Numéro RNA")),
        _field("parent_id", N_("Rattachée à")),
        _field("place", N_("Adresse"), "address", "postcode", "commune_code"),
        _field("email", N_("Courriel")),
        _field("phone", N_("Téléphone")),
        _field("website", N_("Site")),
        _field("description", N_("Présentation"), takes_both=True),
        _field("referent_id", N_("Suivie par")),
    ),
    "contact": (
        _field("last_name", N_("Nom de famille")),
        _field("first_name", N_("Prénom")),
        _field("email", N_("Courriel")),
        _field("phone", N_("Téléphone")),
        _field("mobile", N_("Mobile")),
        _field("language", N_("Langue")),
        _field("notes", N_("Notes"), takes_both=True),
    ),
}
_NAMES = frozenset({"name", "first_name", "last_name"})


def values_of(record: Any, field: MergeField) -> tuple[Any, ...]:
    """Return what a record holds in the columns of a field."""
    return tuple(getattr(record, column) for column in field.columns)


def proposed(field: MergeField, kept: Any, merged: Any) -> str:
    """Return which value is fuller: that of the one kept, the other's, or both."""
    own, other = values_of(kept, field), values_of(merged, field)
    if own == other or not any(other):
        return KEPT
    if not any(own):
        return MERGED
    if field.takes_both:
        return BOTH
    if field.name in _NAMES:
        return MERGED if _fullness(str(other[0])) > _fullness(str(own[0])) else KEPT
    return MERGED if _filled(other) > _filled(own) else KEPT


def _fullness(name: str) -> tuple[bool, int, int]:
    """Rank a name: not in capitals, then longer, then with its accents."""
    capitals = sum(char.isupper() for char in name)
    return (capitals * 2 <= len(name), len(name), sum(not char.isascii() for char in name))


def _filled(values: Iterable[Any]) -> int:
    return sum(value not in (None, "") for value in values)


def better_kept(kind: str, one: Any, other: Any) -> Any:
    """Return the one of two records to keep: what cannot go, then the fuller, then the older."""

    def rank(record: Any) -> tuple[Any, ...]:
        filled = sum(any(values_of(record, field)) for field in FIELDS[kind])
        return (*_standing(kind, record), filled, -record.id)

    return max((one, other), key=rank)


def _standing(kind: str, record: Any) -> tuple[Any, ...]:
    if kind != "structure":
        return ()
    is_place = record.insee_code is not None or record.epci_siren is not None
    listed = record.listed_on
    age = (date.max - listed).days if listed else -1
    return is_place, listed is not None and record.closed_on is None, age


def check_merge(kind: str, kept: Any, merged: Any) -> None:
    """Raise RuleError with the reason why one record cannot become the other."""
    if kept.id == merged.id:
        raise RuleError("form", N_("Une fiche ne se fusionne pas avec elle-même."))
    if kind == "structure":
        _check_structures(kept, merged)


def _check_structures(kept: Any, merged: Any) -> None:
    places = [(each.insee_code, each.epci_siren) for each in (kept, merged)]
    names = {"kept": kept.name, "merged": merged.name}
    if all(any(place) for place in places):
        raise RuleError(
            "form",
            N_(
                "« %(kept)s » et « %(merged)s » sont deux collectivités différentes du"
                " référentiel : elles ne se fusionnent pas."
            ),
            **names,
        )
    if any(places[1]):
        raise RuleError(
            "form",
            N_("« %(merged)s » est la commune ou l’EPCI elle-même : gardez plutôt celle-ci."),
            **names,
        )
    if merged.id == kept.parent_id or kept.id == merged.parent_id:
        raise RuleError(
            "form",
            N_(
                "L’une dépend de l’autre : ce sont une structure et sa partie. Détachez-les d’abord"
                " si c’est une erreur."
            ),
        )
    if merged.listed_on is not None and merged.closed_on is None and _is_out(kept):
        raise RuleError(
            "form",
            N_(
                "« %(merged)s » est dans l’annuaire et « %(kept)s » n’y est pas : gardez plutôt"
                " « %(merged)s », les chiffres des années passées en dépendent."
            ),
            **names,
        )


def _is_out(structure: Any) -> bool:
    return structure.listed_on is None or structure.closed_on is not None
