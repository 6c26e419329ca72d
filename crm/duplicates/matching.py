"""Which records a person or structure typed, or read in a file, may be: many at once.

Candidates come from the search index, which every write keeps in step, so that a record made a
second ago is found. The number of statements does not grow with the candidates, but where they have
tens of thousands of people to be compared with.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.among import is_among
from crm.contacts.models import Structure
from crm.core.sounds import sounds_of_person
from crm.core.text import deletions
from crm.duplicates.blocking import with_common_names
from crm.duplicates.candidates import (
    communes_of,
    names_of_communes,
    person_card,
    structure_card,
)
from crm.duplicates.cards import cards_of_people, cards_of_structures, word_of
from crm.duplicates.rules import WORTH_SHOWING, is_typo, likeness_of_people
from crm.duplicates.structure_rules import likeness_of_structures
from crm.duplicates.types import (
    ContactCandidate,
    Found,
    Match,
    PersonCard,
    StructureCandidate,
    StructureCard,
)
from crm.search.models import SearchVariant, SearchWord
from crm.sqlite_dialect import aside

_MOST_COMPARED = 400
_MOST_HELD = 20_000
_SHORTEST_VARIED = 4
_ENOUGH_WORDS = 2
_COMMON = frozenset("association comite groupe club maison mairie les".split())

Card = TypeVar("Card", PersonCard, StructureCard)


def likely_contacts(
    session: Session,
    candidates: Sequence[ContactCandidate],
    limit: int = 5,
    *,
    least: float = WORTH_SHOWING,
) -> list[list[Found]]:
    """Return, for each candidate in order, the people it may be: the likeliest first."""
    communes = communes_of(session, {one for each in candidates for one in each.structure_ids})
    cards = [person_card(each, communes) for each in candidates]
    return people_like(session, cards, limit, least=least)


def likely_structures(
    session: Session,
    candidates: Sequence[StructureCandidate],
    limit: int = 5,
    *,
    least: float = WORTH_SHOWING,
) -> list[list[Found]]:
    """Return, for each candidate in order, the structures it may be: the likeliest first."""
    names = names_of_communes(
        session, {each.commune_code for each in candidates if each.commune_code}
    )
    cards = [structure_card(each, names) for each in candidates]
    return structures_like(session, cards, limit, least=least)


def people_like(
    session: Session, cards: Sequence[PersonCard], limit: int, *, least: float
) -> list[list[Found]]:
    """Return, for each card in order, the people of the base it may be, itself left out."""
    variants = _variants(session, "contact", {word for card in cards for word in card.last})
    wanted = [_words_of_person(card, variants) for card in cards]
    leads = _leads(session, "contact", {word for group in wanted for word in group})
    near = [
        _nearest(Counter(one for word in group for one in leads.get(word, ()))) for group in wanted
    ]
    found: list[list[Found]] = []
    for part in _parts_of(near):
        known = _read(session, near[part], cards_of_people)
        found += [
            _likest(card, group, known, likeness_of_people, limit=limit, least=least)
            for card, group in zip(cards[part], near[part], strict=True)
        ]
    return found


def structures_like(
    session: Session, cards: Sequence[StructureCard], limit: int, *, least: float
) -> list[list[Found]]:
    """Return, for each card in order, the structures of the base it may be, itself left out."""
    said = [_said(card) for card in cards]
    variants = _variants(session, "structure", {word for group in said for word in group})
    wanted = [_numbers_of(card) for card in cards]
    spelt = {one for group in said for word in group for one in (word, *variants[word])}
    leads = _leads(session, "structure", spelt.union(*wanted))
    by_siren = _by_siren(session, {card.siren for card in cards if card.siren})
    near = []
    for card, group, numbers in zip(cards, said, wanted, strict=True):
        kept = _sharing_words(group, variants, leads)
        for number in numbers:
            kept.update(dict.fromkeys(leads.get(number, ()), _MOST_COMPARED))
        kept.update(dict.fromkeys(by_siren.get(card.siren or "", ()), _MOST_COMPARED))
        near.append(_nearest(kept))
    known = _read(session, near, cards_of_structures)
    known = {card.id: card for card in with_common_names(list(known.values()))}
    return [
        _likest(card, group, known, likeness_of_structures, limit=limit, least=least)
        for card, group in zip(cards, near, strict=True)
    ]


def _sharing_words(
    group: Sequence[str], variants: Mapping[str, set[str]], leads: Mapping[str, list[int]]
) -> Counter[int]:
    shared = Counter(
        record_id
        for word in group
        for record_id in {one for each in (word, *variants[word]) for one in leads.get(each, ())}
    )
    enough = min(_ENOUGH_WORDS, len(group))
    return Counter({one: count for one, count in shared.items() if count >= enough})


def _by_siren(session: Session, sirens: Iterable[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    statement = select(Structure.siren, Structure.id).where(
        is_among(Structure.siren, sorted(sirens)), aside(Structure.deleted_at).is_(None)
    )
    for siren, record_id in session.execute(statement).tuples():
        if siren is not None:
            found[siren].append(record_id)
    return found


# Words that lead to records --------------------------------------------------------------------


def _words_of_person(card: PersonCard, variants: Mapping[str, set[str]]) -> set[str]:
    found = {word_of(value) for value in (*card.emails, *card.phones)}
    found |= sounds_of_person(card.first, card.last) | sounds_of_person(card.last, card.first)
    for word in card.last:
        for variant in variants[word]:
            found |= sounds_of_person(card.first, (variant,))
    return found


def _said(card: StructureCard) -> list[str]:
    """Return the words of a name that lead somewhere: not those that half the base bears."""
    kept = [word for word in card.name if word not in _COMMON and word not in card.place]
    return list(dict.fromkeys(kept or card.name))[:6]


def _numbers_of(card: StructureCard) -> set[str]:
    """Return the words of numbers, addresses and acronyms, each of which is enough by itself."""
    found = {word_of(value) for value in (*card.phones, *card.emails)}
    found |= {card.rna.lower()} if card.rna else set()
    return found | card.own_acronyms | card.acronyms


def _variants(session: Session, kind: str, typed: Iterable[str]) -> dict[str, set[str]]:
    """Return, for each word, the known words that a slip of the fingers makes of it."""
    forms: dict[str, set[str]] = defaultdict(set)
    for word in typed:
        if len(word) >= _SHORTEST_VARIED and word.isalpha():
            for form in deletions(word):
                forms[form].add(word)
    found: dict[str, set[str]] = defaultdict(set)
    statement = select(SearchVariant.variant, SearchVariant.word).where(
        SearchVariant.kind == kind, is_among(SearchVariant.variant, sorted(forms))
    )
    for variant, word in session.execute(statement).tuples():
        for typed_word in forms[variant]:
            if typed_word != word and is_typo(typed_word, word):
                found[typed_word].add(word)
    return found


def _leads(session: Session, kind: str, wanted: Iterable[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    statement = select(SearchWord.word, SearchWord.record_id).where(
        SearchWord.kind == kind, is_among(SearchWord.word, sorted(set(wanted)))
    )
    for word, record_id in session.execute(statement).tuples():
        found[word].append(record_id)
    return found


# Comparing -------------------------------------------------------------------------------------


def _nearest(near: Counter[int]) -> list[int]:
    return [record_id for record_id, _ in near.most_common(_MOST_COMPARED)]


def _parts_of(near: Sequence[Sequence[int]]) -> Iterator[slice]:
    """Yield parts in order whose records may be held at once: those of all would weigh."""
    first, held = 0, 0
    for place, group in enumerate(near):
        if place > first and held + len(group) > _MOST_HELD:
            yield slice(first, place)
            first, held = place, 0
        held += len(group)
    yield slice(first, len(near))


def _read(
    session: Session,
    near: Sequence[Sequence[int]],
    read: Callable[[Session, Sequence[int]], list[Card]],
) -> dict[int, Card]:
    ids = sorted({record_id for group in near for record_id in group})
    return {card.id: card for card in read(session, ids)} if ids else {}


def _likest(
    card: Card,
    group: Sequence[int],
    known: Mapping[int, Card],
    likeness: Callable[[Card, Card], Match | None],
    *,
    limit: int,
    least: float,
) -> list[Found]:
    found = [
        Found(record_id, match.score, match.reasons)
        for record_id in group
        if record_id in known
        and record_id != card.id
        and (match := likeness(card, known[record_id])) is not None
        and match.score >= least
    ]
    return sorted(found, key=lambda one: (-one.score, one.record_id))[:limit]
