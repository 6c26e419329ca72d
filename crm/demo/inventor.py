"""Drawing the demonstration's structures; public bodies are real, the others invented."""

from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from crm.contacts.types import Family
from crm.demo import names
from crm.demo.places import ABROAD, COUNTRIES
from crm.demo.reference import Reference, Town
from crm.demo.roster import NAMED_TOWNS, THEMES, draw_kind

_ADDRESSED_TOWNS = 60
_OF_DEPARTEMENT = {
    "02": "de l’Aisne",
    "59": "du Nord",
    "60": "de l’Oise",
    "62": "du Pas-de-Calais",
    "80": "de la Somme",
}


@dataclass(slots=True)
class DemoStructure:
    """A structure and what later parts of the demonstration ask of it."""

    name: str
    family: str
    subtype: str | None
    listed_on: date | None
    closed_on: date | None = None
    town: Town | None = None
    departement_code: str | None = None
    themes: list[str] = field(default_factory=list)
    countries: list[str] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)
    later: tuple[date, dict[str, str]] | None = None
    id: int = 0

    def as_of(self, day: date) -> tuple[str, str]:
        """Return the name and the family it had on a day."""
        if self.later is not None and self.later[0] <= day:
            changed = self.later[1]
            return changed.get("name", self.name), changed.get("family_code", self.family)
        return self.name, self.family

    def is_listed_on(self, day: date) -> bool:
        """Tell whether it is in the directory on a day."""
        return (
            self.listed_on is not None
            and self.listed_on <= day
            and (self.closed_on is None or self.closed_on > day)
        )


class Inventor:
    """Draws structures; public bodies are taken in the order of their population."""

    def __init__(self, random: Random, reference: Reference) -> None:
        self._random = random
        self._names = names.Names(random)
        self._towns = reference.towns[:_ADDRESSED_TOWNS]
        named = [_town(reference, *each) for each in NAMED_TOWNS]
        others = [town for town in reference.towns if town not in named]
        self._communes = iter([*named, *others])
        self._epci = iter(reference.epci)
        self._departements = iter(
            each for each in reference.departements if each[0] in _OF_DEPARTEMENT
        )
        self._universities: list[str] = []

    def structure(self, family: str, index: int, listed_on: date | None) -> DemoStructure:
        """Return the structure of that rank in its family."""
        if family == Family.COLLECTIVITE:
            each = self._public_body(index)
        elif family == Family.UNIVERSITAIRE:
            each = self._university(index)
        else:
            each = self._private_body(family)
        each.listed_on = listed_on
        each.themes = self._random.sample(THEMES, self._random.choice((1, 2, 2, 3)))
        countries = self._random.choices(COUNTRIES, k=self._random.choice((1, 1, 2, 3)))
        each.countries = sorted({*each.countries, *countries})
        return each

    def _public_body(self, index: int) -> DemoStructure:
        if 44 <= index < 56 and (epci := next(self._epci, None)):
            return DemoStructure(
                epci.name, Family.COLLECTIVITE, "collectivite_epci", None,
                departement_code=epci.departement_code,
                extra={"siren": epci.siren, "epci_siren": epci.siren},
            )  # fmt: skip
        if 56 <= index < 61 and (departement := next(self._departements, None)):
            return DemoStructure(
                f"Conseil départemental {_OF_DEPARTEMENT[departement[0]]}", Family.COLLECTIVITE,
                "collectivite_departement", None, departement_code=departement[0],
            )  # fmt: skip
        if index == 61:
            return DemoStructure(
                "Conseil régional", Family.COLLECTIVITE, "collectivite_region", None,
                town=self._towns[0], departement_code=self._towns[0].departement_code,
            )  # fmt: skip
        town = next(self._communes)
        return DemoStructure(
            town.name, Family.COLLECTIVITE, "collectivite_commune", None, town=town,
            departement_code=town.departement_code,
            extra={"siren": town.siren, "insee_code": town.insee_code},
        )  # fmt: skip

    def _university(self, index: int) -> DemoStructure:
        town = self._towns[index % 12]
        if index < 3:
            name = ("Université des Trois-Rives", "Université du Littoral-Haut",
                    "Université des Plaines")[index]  # fmt: skip
            self._universities.append(name)
            subtype = "universitaire_universite"
        else:
            parent = self._universities[index % 3]
            name = self._names.faculty(parent)
            subtype = "universitaire_composante_ufr"
            for word, code in (("Master", "master"), ("Laboratoire", "laboratoire")):
                if word in name:
                    subtype = f"universitaire_{code}"
        return DemoStructure(
            name, Family.UNIVERSITAIRE, subtype, None, town=town,
            departement_code=town.departement_code,
        )  # fmt: skip

    def _private_body(self, family: str) -> DemoStructure:
        town = self._random.choice(self._towns)
        country, abroad = self._random.choice(ABROAD)
        subtype, label = draw_kind(self._random, family)
        if family == Family.ASSOCIATION:
            kind = (subtype or "").removeprefix("association_")
            name = self._names.association(kind, town.name, abroad)
        elif family == Family.ENTREPRISE:
            name = self._names.company()
        elif family == Family.ETRANGER:
            name = self._names.house(label, abroad)
            return DemoStructure(name, family, None, None, countries=[country])
        else:
            name = self._names.house(label, town.name)
        return DemoStructure(
            name, family, subtype, None, town=town, countries=[country],
            departement_code=town.departement_code,
        )  # fmt: skip


def _town(reference: Reference, name: str, departement_code: str) -> Town:
    return next(
        town
        for town in reference.towns
        if town.name == name and town.departement_code == departement_code
    )
