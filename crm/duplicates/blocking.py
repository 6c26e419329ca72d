"""Which records are worth comparing: those that share a key. Pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import TypeVar

from crm.core.sounds import sound_of
from crm.duplicates.types import PersonCard, StructureCard

# A key that more records share tells nothing: a common name in a big town, a box of a federation.
LARGEST_BLOCK = 120
_SHORTEST_WORD = 3
_MOST_WORDS = 4

Card = TypeVar("Card", PersonCard, StructureCard)
Keys = Callable[[Card], Iterable[str]]


def keys_of_person(card: PersonCard) -> set[str]:
    """Return the keys of a person: addresses, numbers, and the name with where they are."""
    keys = {f"e{email}" for email in card.emails} | {f"t{phone}" for phone in card.phones}
    starts = {word[0] for word in (*card.last[:1], *card.first[:1])}
    keys.update(f"s{place}:{start}" for place in card.structure_ids for start in starts)
    names = {
        sound_of(word)[:6] for word in (*card.last, *card.first) if len(word) >= _SHORTEST_WORD
    }
    keys.update(f"c{code}:{name}" for code in card.commune_codes for name in names)
    return keys


def keys_of_structure(card: StructureCard) -> set[str]:
    """Return the keys of a structure: numbers, addresses, words said alike in one place."""
    keys = {f"n{number}" for number in (card.siren, card.rna) if number}
    keys |= {f"e{email}" for email in card.emails} | {f"t{phone}" for phone in card.phones}
    if card.site:
        keys.add(f"w{card.site}")
    said = sorted({sound_of(word) for word in card.name if len(word) >= _SHORTEST_WORD})
    keys.add("=" + " ".join(said))
    keys.update(f"c{card.commune_code}:{sound}" for sound in said if card.commune_code)
    own = sorted({sound_of(word) for word in card.name if word not in card.place})
    keys.update(f"2{one} {other}" for one, other in combinations(own[:_MOST_WORDS], 2))
    keys.update(f"a{letters}" for letters in card.acronyms | card.own_acronyms)
    return keys


def with_common_names(cards: Sequence[StructureCard]) -> list[StructureCard]:
    """Return the cards, told of those whose name three structures or more bear."""
    bearers = Counter(frozenset(card.name) for card in cards)
    return [
        replace(card, is_common=True) if bearers[frozenset(card.name)] > 2 else card  # noqa: PLR2004
        for card in cards
    ]


def pairs_of(
    cards: Sequence[Card], keys: Callable[[Card], Iterable[str]], after_id: int = 0
) -> Iterator[tuple[Card, list[Card]]]:
    """Yield each card beyond an id, by id, with the earlier ones that share a key with it."""
    blocks: dict[str, list[Card]] = defaultdict(list)
    for card in sorted(cards, key=lambda each: each.id):
        near: dict[int, Card] = {}
        for key in keys(card):
            block = blocks[key]
            if len(block) < LARGEST_BLOCK:
                near.update((each.id, each) for each in block)
                block.append(card)
        if card.id > after_id:
            yield card, [near[each] for each in sorted(near)]
