"""A labelled set of pairs: one person or structure written twice, and two that look alike."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from crm.core.text import words
from crm.duplicates.blocking import (
    keys_of_person,
    keys_of_structure,
    pairs_of,
    with_common_names,
)
from crm.duplicates.rules import LIKELY, is_generic_box, likeness_of_people
from crm.duplicates.structure_rules import initials_of, likeness_of_structures, name_words
from crm.duplicates.types import PersonCard, StructureCard

TUNING_SEED, HELD_OUT_SEED = 11, 20_261_125
_FIRST = (
    "Marie Jean Pierre Nathalie Philippe Isabelle Sylvie Nicolas Christophe Élodie Aurélie Hélène"
    " Stéphane Mathieu Thomas Céline François Jérôme Benoît Zoé Fatou Amadou Karim Léa Océane"
    " Hervé Denis Claire Agnès Laurence Sébastien Frédéric Valérie Éric Thérèse Ghislaine Régis"
    " Yannick Didier Mélanie Ousmane Aïcha Noémie Raphaël Vincent Cyril Mickaël Catherine"
).split()
_DOUBLE_FIRST = (
    "Jean-Marie",
    "Anne-Sophie",
    "Jean-Pierre",
    "Marie-Claude",
    "Jean-Luc",
    "Marie-Laure",
)
_LAST = (
    "Delattre Lefebvre Dupont Martin Leroy Vandenberghe Caron Wattrelos Desmet Dhondt Carpentier"
    " Bouchez Lecomte Fournier Delannoy Duquesne Thibaut Cousin Verhaeghe Masson Lemaire Debruyne"
    " Hennebelle Pruvost Boulanger Descamps Legrand Deroo Fontaine Roussel Chevalier Traoré Diallo"
    " Benali Kowalski Nowak Mercier Poulain Quesnel Bailleul Crépin Hochart Tison Maës Flament"
).split()
_PARTICLES = ("de la Tour", "Le Goff", "d’Hondt", "Van Damme", "de Saint-Aubin", "Du Bois")
_TOWNS = (
    ("62041", "Arras"), ("59350", "Lille"), ("80021", "Amiens"), ("02691", "Saint-Quentin"),
    ("60057", "Beauvais"), ("62498", "Lens"), ("59183", "Dunkerque"), ("62160", "Boulogne-sur-Mer"),
    ("59606", "Valenciennes"), ("60159", "Compiègne"), ("80001", "Abbeville"), ("59178", "Douai"),
    ("62765", "Saint-Omer"), ("02722", "Soissons"), ("59512", "Roubaix"),
)  # fmt: skip
_THINGS = (
    "Comité de jumelage", "Amicale laïque", "Maison des jeunes", "Solidarité internationale",
    "Puits du désert", "Écoles sans frontières", "Les amis du Bénin", "Enfants du Sahel",
    "Les jardins partagés", "Eau vive", "Secours alimentaire", "Artisans du monde",
    "Femmes et développement", "Les semeurs d’espoir", "Terre et culture", "Lumière du Mali",
    "Échanges franco-polonais", "Les compagnons du Togo", "Santé pour tous",
    "Rencontres africaines",
)  # fmt: skip
_CONSUMER = ("orange.fr", "gmail.com", "wanadoo.fr", "laposte.net", "sfr.fr", "free.fr")


@dataclass(slots=True)
class Person:
    """A person as someone typed them."""

    first: str
    last: str
    email: str | None = None
    phones: tuple[str, ...] = ()
    structure: int | None = None
    town: str | None = None


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


@dataclass(slots=True)
class LabelledSet:
    """Cards, and pairs of their ids: True when both tell of one person or structure."""

    people: list[PersonCard] = field(default_factory=list)
    structures: list[StructureCard] = field(default_factory=list)
    people_pairs: dict[tuple[int, int], bool] = field(default_factory=dict)
    structure_pairs: dict[tuple[int, int], bool] = field(default_factory=dict)


def labelled_pairs(seed: int, count: int = 2000) -> LabelledSet:
    """Return a seeded set of pairs, half of them people, half of them the same."""
    rng = random.Random(seed)
    made = LabelledSet()
    for number in range(count // 2):
        is_same = number % 2 == 0
        one, other = _two_people(rng, number, is_same=is_same)
        first_id = 2 * number + 1
        made.people += [_person_card(first_id, one), _person_card(first_id + 1, other)]
        made.people_pairs[first_id, first_id + 1] = is_same
        house, another = _two_houses(rng, number, first_id, is_same=is_same)
        made.structures += [_house_card(first_id, house), _house_card(first_id + 1, another)]
        made.structure_pairs[first_id, first_id + 1] = is_same
    made.people = _with_shared(made.people)
    made.structures = with_common_names(_with_shared(made.structures))
    return made


# People ---------------------------------------------------------------------------------------


def _person(rng: random.Random, number: int) -> Person:
    first = rng.choice(_DOUBLE_FIRST if rng.random() < 0.15 else _FIRST)
    last = rng.choice(_PARTICLES if rng.random() < 0.08 else _LAST)
    if rng.random() < 0.1:
        last = f"{last}-{rng.choice(_LAST)}"
    local = ".".join("".join(words(part)) for part in (first, last))
    sign = rng.choice(("", str(rng.randint(1, 99))))
    return Person(
        first,
        last,
        f"{local}{sign}{number}@{rng.choice(_CONSUMER)}" if rng.random() < 0.75 else None,
        (_phone(rng, number),) if rng.random() < 0.7 else (),
        10_000 + number if rng.random() < 0.8 else None,
        rng.choice(_TOWNS)[0],
    )


def _phone(rng: random.Random, number: int) -> str:
    return f"+336{number:05}{rng.randint(100, 999)}"


def _two_people(rng: random.Random, number: int, *, is_same: bool) -> tuple[Person, Person]:
    one = _person(rng, number)
    if is_same:
        while not (one.email or one.phones or one.structure):
            one = _person(rng, number)
        return one, _written_again(rng, one)
    return one, rng.choice(_LOOK_ALIKES)(rng, one, number)


def _written_again(rng: random.Random, one: Person) -> Person:
    other = replace(one)
    kinds = rng.sample(_CORRUPTIONS, rng.choice((0, 1, 1, 1, 2)))
    for corrupt in kinds:
        other.first, other.last = corrupt(rng, other.first, other.last)
    # What is known of them the second time: at least one thing besides the town.
    kept = [name for name in ("email", "phones", "structure") if getattr(one, name)]
    stays = rng.choice(kept)
    for name in kept:
        if name != stays and rng.random() < 0.5:
            setattr(other, name, () if name == "phones" else None)
    if stays != "email" and other.email and rng.random() < 0.4:
        other.email = other.email.partition("@")[0] + "@" + rng.choice(("ville.fr", "asso.fr"))
    if stays != "phones" and other.phones and rng.random() < 0.3:
        other.phones = (_phone(rng, rng.randint(50_000, 90_000)),)
    if rng.random() < 0.5:
        other.town = None
    return other


def _capitals(_rng: random.Random, first: str, last: str) -> tuple[str, str]:
    return first, last.upper()


def _no_accents(_rng: random.Random, first: str, last: str) -> tuple[str, str]:
    return " ".join(words(first)), " ".join(words(last))


def _initial(_rng: random.Random, first: str, last: str) -> tuple[str, str]:
    return "-".join(part[0] + "." for part in first.split("-")), last


def _swapped(_rng: random.Random, first: str, last: str) -> tuple[str, str]:
    return last, first


def _half_name(rng: random.Random, first: str, last: str) -> tuple[str, str]:
    """Leave out a maiden name, or add one."""
    if "-" in last:
        return first, rng.choice(last.split("-"))
    return first, f"{last}-{rng.choice(_LAST)}"


def _slip(rng: random.Random, first: str, last: str) -> tuple[str, str]:
    return (first, _mistyped(rng, last)) if rng.random() < 0.7 else (_mistyped(rng, first), last)


def _mistyped(rng: random.Random, text: str) -> str:
    at = rng.randrange(1, max(len(text) - 1, 2))
    letter = rng.choice("aeiournstl")
    return rng.choice(
        (
            text[:at] + text[at + 1 :],
            text[:at] + letter + text[at:],
            text[:at] + letter + text[at + 1 :],
            text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :] if at < len(text) else text,
        )
    )


def _by_ear(_rng: random.Random, first: str, last: str) -> tuple[str, str]:
    for one, other in (
        ("ph", "f"),
        ("th", "t"),
        ("eau", "ot"),
        ("ck", "k"),
        ("y", "i"),
        ("ce", "sse"),
    ):
        if one in last[1:]:
            return first, last[0] + last[1:].replace(one, other, 1)
    return first, last + rng_ending(last)


def rng_ending(last: str) -> str:
    """Return a silent letter that French writes or not at the end of a name."""
    return "" if last.endswith(("s", "t", "x")) else "s"


_CORRUPTIONS = (_capitals, _no_accents, _initial, _swapped, _half_name, _slip, _slip, _by_ear)


def _homonym(rng: random.Random, one: Person, number: int) -> Person:
    """Return the same name in another town, another house, with other addresses."""
    towns = [code for code, _ in _TOWNS if code != one.town]
    return Person(
        one.first,
        one.last,
        f"{number}.autre@{rng.choice(_CONSUMER)}" if rng.random() < 0.7 else None,
        (_phone(rng, number + 40_000),) if rng.random() < 0.7 else (),
        30_000 + number if rng.random() < 0.8 else None,
        rng.choice(towns),
    )


def _relative(rng: random.Random, one: Person, _number: int) -> Person:
    """Return a relative: the same name, telephone and address, often the box too."""
    first = rng.choice([each for each in _FIRST if each[0] != one.first[0]])
    return replace(one, first=first, email=one.email if rng.random() < 0.6 else None)


def _wife(rng: random.Random, one: Person, number: int) -> Person:
    """Return one of a couple whose first names differ by an ending."""
    one.first, first = rng.choice(
        (("Michel", "Michèle"), ("Pascal", "Pascale"), ("Daniel", "Danielle"), ("Joël", "Joëlle"),
         ("Frédéric", "Frédérique"), ("Dominic", "Dominique"), ("André", "Andrée"))
    )  # fmt: skip
    return replace(one, first=first, email=None if number % 3 else one.email)


def _colleague(rng: random.Random, one: Person, number: int) -> Person:
    """Return someone else of the same house, at the house's own box and number."""
    one.email, one.structure = f"contact@maison{number}.fr", 10_000 + number
    one.phones = (f"+333{number:08}",)
    last = rng.choice([each for each in _LAST if each[0] != one.last[0]])
    return replace(one, first=rng.choice(_FIRST), last=last)


def _same_first(rng: random.Random, one: Person, _number: int) -> Person:
    last = rng.choice([each for each in _LAST if each[0] != one.last[0]])
    return replace(one, last=last, email=None)


def _same_town_name(rng: random.Random, one: Person, number: int) -> Person:
    """Return the same family name in one town, another first name with the same initial."""
    same = [each for each in _FIRST if each[0] == one.first[0] and words(each) != words(one.first)]
    first = rng.choice(same or ["Ulysse"])
    return replace(_homonym(rng, one, number), first=first, town=one.town)


_LOOK_ALIKES: tuple[Callable[[random.Random, Person, int], Person], ...] = (
    _homonym, _homonym, _relative, _wife, _colleague, _same_first, _same_town_name,
)  # fmt: skip


# Structures -----------------------------------------------------------------------------------


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
        email=f"asso{number}@{rng.choice(_CONSUMER)}" if rng.random() < 0.5 else None,
        phones=(f"+333{number:08}",) if rng.random() < 0.5 else (),
        site=f"asso{number}.fr" if rng.random() < 0.3 else None,
        siren=f"{100_000_000 + number}" if rng.random() < 0.3 else None,
        rna=f"W62{number:07}" if rng.random() < 0.3 else None,
    )


def _town(rng: random.Random, number: int) -> tuple[str, str]:
    """Return a town of this pair alone: its own code, a name that others have too."""
    code, name = rng.choice(_TOWNS)
    return f"{code[:2]}{number:04}", name


_BEARERS = (
    "Passerelle Mangrove Lanterne Nacelle Calebasse Racine Moisson Palabre Pirogue Boussole"
    " Baobab Karité Colibri Tamarin Sillage Flamboyant Rivage Tisserand Sémaphore Horizon Oasis"
).split()


def _two_houses(
    rng: random.Random, number: int, first_id: int, *, is_same: bool
) -> tuple[House, House]:
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
        found[at] = _mistyped(rng, found[at])
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
    town = one.town or _TOWNS[0]
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
    town = one.town or _TOWNS[0]
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


# Cards ----------------------------------------------------------------------------------------


def _person_card(record_id: int, one: Person) -> PersonCard:
    return PersonCard(
        record_id,
        tuple(words(one.first)),
        tuple(words(one.last)),
        frozenset({one.email} if one.email else ()),
        frozenset(one.phones),
        frozenset({one.structure} if one.structure else ()),
        frozenset({one.town} if one.town and one.structure else ()),
    )


def _house_card(record_id: int, one: House) -> StructureCard:
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


def _with_shared(cards: list) -> list:  # type: ignore[type-arg]
    return [
        replace(card, shared=frozenset(email for email in card.emails if is_generic_box(email)))
        for card in cards
    ]


def outcomes(made: LabelledSet) -> Iterator[tuple[str, tuple[int, int], bool, bool]]:
    """Yield (kind, pair, is the same, was found) of every labelled pair, by blocking and rules."""
    for kind, cards, pairs, keys, likeness in (
        ("contact", made.people, made.people_pairs, keys_of_person, likeness_of_people),
        (
            "structure",
            made.structures,
            made.structure_pairs,
            keys_of_structure,
            likeness_of_structures,
        ),
    ):
        found = {
            (other.id, card.id)
            for card, others in pairs_of(cards, keys)
            for other in others
            if (match := likeness(card, other)) and match.score >= LIKELY
        }
        for pair, is_same in pairs.items():
            yield kind, pair, is_same, pair in found
        for pair in sorted(found - pairs.keys()):
            yield kind + "-unlabelled", pair, False, True
