"""Labelled people: one written twice, and two that look alike."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from benchmarks.twin_words import CONSUMER, TOWNS, mistyped
from crm.core.text import words
from crm.duplicates.types import PersonCard

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


@dataclass(slots=True)
class Person:
    """A person as someone typed them."""

    first: str
    last: str
    email: str | None = None
    phones: tuple[str, ...] = ()
    structure: int | None = None
    town: str | None = None


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
        f"{local}{sign}{number}@{rng.choice(CONSUMER)}" if rng.random() < 0.75 else None,
        (_phone(rng, number),) if rng.random() < 0.7 else (),
        10_000 + number if rng.random() < 0.8 else None,
        rng.choice(TOWNS)[0],
    )


def _phone(rng: random.Random, number: int) -> str:
    return f"+336{number:05}{rng.randint(100, 999)}"


def two_people(rng: random.Random, number: int, *, is_same: bool) -> tuple[Person, Person]:
    """Return a person and the same one written again, or another who looks alike."""
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
    return (first, mistyped(rng, last)) if rng.random() < 0.7 else (mistyped(rng, first), last)


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
    towns = [code for code, _ in TOWNS if code != one.town]
    return Person(
        one.first,
        one.last,
        f"{number}.autre@{rng.choice(CONSUMER)}" if rng.random() < 0.7 else None,
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


def person_card(record_id: int, one: Person) -> PersonCard:
    """Return what is compared of a person."""
    return PersonCard(
        record_id,
        tuple(words(one.first)),
        tuple(words(one.last)),
        frozenset({one.email} if one.email else ()),
        frozenset(one.phones),
        frozenset({one.structure} if one.structure else ()),
        frozenset({one.town} if one.town and one.structure else ()),
    )
