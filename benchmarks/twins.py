"""A labelled set of pairs: one person or structure written twice, and two that look alike."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from benchmarks.twin_people import person_card, two_people
from benchmarks.twin_structures import house_card, two_houses
from crm.duplicates.blocking import (
    keys_of_person,
    keys_of_structure,
    pairs_of,
    with_common_names,
)
from crm.duplicates.rules import LIKELY, is_generic_box, likeness_of_people
from crm.duplicates.structure_rules import likeness_of_structures
from crm.duplicates.types import PersonCard, StructureCard

TUNING_SEED, HELD_OUT_SEED = 11, 20_261_125


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
        one, other = two_people(rng, number, is_same=is_same)
        first_id = 2 * number + 1
        made.people += [person_card(first_id, one), person_card(first_id + 1, other)]
        made.people_pairs[first_id, first_id + 1] = is_same
        house, another = two_houses(rng, number, first_id, is_same=is_same)
        made.structures += [house_card(first_id, house), house_card(first_id + 1, another)]
        made.structure_pairs[first_id, first_id + 1] = is_same
    made.people = _with_shared(made.people)
    made.structures = with_common_names(_with_shared(made.structures))
    return made


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
