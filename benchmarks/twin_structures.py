"""Labelled structures: one written twice, and two that look alike."""

import random
from dataclasses import dataclass, replace

from benchmarks.twin_words import CONSUMER, TOWNS, mistyped
from crm.core.text import words
from crm.duplicates.structure_rules import initials_of, name_words
from crm.duplicates.types import StructureCard

_THINGS = (
    "Comité de jumelage", "Amicale laïque", "Maison des jeunes", "Solidarité internationale",
    "Puits du désert", "Écoles sans frontières", "Les amis du Bénin", "Enfants du Sahel",
    "Les jardins partagés", "Eau vive", "Secours alimentaire", "Artisans du monde",
    "Femmes et développement", "Les semeurs d’espoir", "Terre et culture", "Lumière du Mali",
    "Échanges franco-polonais", "Les compagnons du Togo", "Santé pour tous",
    "Rencontres africaines",
)  # fmt: skip


@dataclass(slots=True)
class House:
    """A structure as someone typed it."""

    name: str
    town: tuple[str, str] | None = None
    acronym: str | None = None
    family: str = "association"
    email: str | None = None
    phones: tuple[str, ...] = ()
    site: str | None = None
    siren: str | None = None
    rna: str | None = None
    insee_code: str | None = None
    epci_siren: str | None = None
    parent: int | None = None


def _house(rng: random.Random, number: int) -> House:
    town = _town(rng, number)
    thing = rng.choice(_THINGS)
    name = rng.choice(
        (
            thing,
            f"{thing} de {town[1]}",
            f"Association {thing}",
            f"Association {thing} de {town[1]}",
        )
    )
    return House(
        f"{name} {rng.choice(_BEARERS)}" if rng.random() < 0.6 else name,
        town,
        email=f"asso{number}@{rng.choice(CONSUMER)}" if rng.random() < 0.5 else None,
        phones=(f"+333{number:08}",) if rng.random() < 0.5 else (),
        site=f"asso{number}.fr" if rng.random() < 0.3 else None,
        siren=f"{100_000_000 + number}" if rng.random() < 0.3 else None,
        rna=f"W62{number:07}" if rng.random() < 0.3 else None,
    )


def _town(rng: random.Random, number: int) -> tuple[str, str]:
    """Return a town of this pair alone: its own code, a name that others have too."""
    code, name = rng.choice(TOWNS)
    return f"{code[:2]}{number:04}", name


_BEARERS = (
    "Passerelle Mangrove Lanterne Nacelle Calebasse Racine Moisson Palabre Pirogue Boussole"
    " Baobab Karité Colibri Tamarin Sillage Flamboyant Rivage Tisserand Sémaphore Horizon Oasis"
).split()


def two_houses(
    rng: random.Random, number: int, first_id: int, *, is_same: bool
) -> tuple[House, House]:
    """Return a structure and the same one written again, or another that looks alike."""
    one = _house(rng, number)
    if is_same:
        return one, _house_again(rng, one)
    return rng.choice(_HOUSES_ALIKE)(rng, one, number, first_id)


def _house_again(rng: random.Random, one: House) -> House:
    other = replace(one)
    for change in rng.sample(_HOUSE_CORRUPTIONS, rng.choice((0, 1, 1, 1, 2))):
        change(rng, other)
    for name, nothing in (
        ("email", None),
        ("phones", ()),
        ("site", None),
        ("siren", None),
        ("rna", None),
    ):
        if rng.random() < 0.5:
            setattr(other, name, nothing)
    # A club of a common name, in no known town, with no address, could be anyone's.
    if rng.random() < 0.2 and ((other.email, other.phones) != (None, ()) or _bearer(one)):
        other.town = None
    return other


def _bearer(one: House) -> bool:
    return bool(set(_BEARERS).intersection(one.name.split()))


def _short_word(rng: random.Random, one: House) -> None:
    if "Association" in one.name:
        one.name = one.name.replace(
            "Association", rng.choice(("Asso", "Assoc.", "ASSOCIATION", "Ass."))
        )
    else:
        one.name = "Association " + one.name


def _saint(_rng: random.Random, one: House) -> None:
    one.name = one.name.replace("Saint-", "St ")


def _house_acronym(_rng: random.Random, one: House) -> None:
    letters = "".join(word[0] for word in words(one.name) if word not in _LITTLE).upper()
    if len(letters) > 2:
        one.acronym = letters
        if len(letters) > 3:
            one.name = letters


def _house_slip(rng: random.Random, one: House) -> None:
    found = one.name.split()
    long = [at for at, word in enumerate(found) if len(word) > 4]
    if long:
        at = rng.choice(long)
        found[at] = mistyped(rng, found[at])
        one.name = " ".join(found)


def _house_capitals(_rng: random.Random, one: House) -> None:
    one.name = " ".join(words(one.name)).upper()


def _no_town(_rng: random.Random, one: House) -> None:
    if one.town and f" de {one.town[1]}" in one.name:
        one.name = one.name.replace(f" de {one.town[1]}", "")


_LITTLE = frozenset("de des du la le les et d l sur sans pour".split())
_HOUSE_CORRUPTIONS = (
    _short_word, _short_word, _saint, _house_acronym, _house_slip, _house_slip, _house_capitals,
    _no_town,
)  # fmt: skip


def _elsewhere(rng: random.Random, one: House, number: int, _first: int) -> tuple[House, House]:
    """Return the same name in another town, as committees and clubs have."""
    town = _town(rng, number + 5_000)
    one.name = f"{rng.choice(_THINGS)}"
    other = House(one.name, town, phones=(f"+339{number:08}",))
    if rng.random() < 0.5 and one.town:
        one.name += f" de {one.town[1]}"
        other.name += f" de {town[1]}"
    return one, other


def _sections(rng: random.Random, one: House, _number: int, _first: int) -> tuple[House, House]:
    sports = rng.sample(("judo", "football", "théâtre", "musique", "tennis", "danse"), 2)
    other = replace(one, name=f"{one.name} section {sports[1]}")
    if rng.random() < 0.5:
        one.name += f" section {sports[0]}"
    return one, other


def _services(rng: random.Random, one: House, number: int, first_id: int) -> tuple[House, House]:
    town = one.town or TOWNS[0]
    services = rng.sample(
        ("culture", "jeunesse", "relations internationales", "sports", "scolaire"), 2
    )
    siren, email = f"2{number:08}", f"mairie@ville{number}.fr"
    base = House(
        "", town, family="collectivite", siren=siren, email=email, phones=(f"+333{number:08}",)
    )
    one = replace(base, name=f"Mairie de {town[1]} service {services[0]}")
    if rng.random() < 0.5:
        one = replace(base, name=f"Mairie de {town[1]}")
        return one, replace(base, name=f"Service {services[1]}", parent=first_id)
    return one, replace(base, name=f"Mairie de {town[1]} service {services[1]}")


def _epci(rng: random.Random, _one: House, number: int, _first: int) -> tuple[House, House]:
    code, name = _town(rng, number)
    commune = House(name, (code, name), family="collectivite", insee_code=code)
    label = rng.choice(
        (f"CA de {name}", f"Communauté urbaine de {name}", f"{name} Métropole", name)
    )
    return commune, House(label, (code, name), family="collectivite", epci_siren=f"2{number:08}")


def _two_communes(rng: random.Random, _one: House, _number: int, _f: int) -> tuple[House, House]:
    name = rng.choice(("Saint-Martin", "Neuville", "Beaumont", "Villers", "Hautecourt"))
    codes = rng.sample([f"02{n:03}" for n in range(1, 800)], 2)
    first, second = (
        House(name, (code, name), family="collectivite", insee_code=code) for code in codes
    )
    return first, second


def _shared_box(rng: random.Random, one: House, number: int, _first: int) -> tuple[House, House]:
    """Return two houses at one address of a federation."""
    box = f"contact@maison-des-associations{number}.fr"
    things = rng.sample(_THINGS, 2)
    town = one.town or TOWNS[0]
    return House(things[0], town, email=box, phones=one.phones), House(
        things[1], town, email=box, phones=one.phones
    )


def _school_club(rng: random.Random, _one: House, number: int, _f: int) -> tuple[House, House]:
    town, name = _town(rng, number), rng.choice(("Faidherbe", "Gambetta", "Pasteur", "Robespierre"))
    return House(f"Lycée {name}", town, family="scolaire"), House(
        rng.choice((f"Association sportive du lycée {name}", f"Collège {name}")), town
    )


_HOUSES_ALIKE = (
    _elsewhere, _elsewhere, _sections, _services, _epci, _two_communes, _shared_box, _school_club,
)  # fmt: skip


def house_card(record_id: int, one: House) -> StructureCard:
    """Return what is compared of a structure."""
    derived, own = initials_of(one.name, one.acronym)
    return StructureCard(
        record_id,
        name_words(one.name),
        derived,
        own,
        one.family,
        one.siren,
        one.rna,
        one.insee_code,
        one.epci_siren,
        one.town[0] if one.town else None,
        one.town[0][:2] if one.town else None,
        frozenset(words(one.town[1])) if one.town else frozenset(),
        frozenset({one.email} if one.email else ()),
        frozenset(one.phones),
        one.site,
        one.parent,
    )
