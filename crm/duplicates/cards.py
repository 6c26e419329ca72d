"""Reads what is compared of people and structures, of all of them or of some."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import chain
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from crm.among import is_among
from crm.contacts.models import Affiliation, Contact, ContactPoint, Structure
from crm.contacts.types import Medium
from crm.core.addresses import email_key
from crm.core.text import words
from crm.duplicates.rules import MOST_OWNERS, is_generic_box
from crm.duplicates.structure_rules import initials_of, name_words
from crm.duplicates.types import PersonCard, StructureCard
from crm.search.models import SearchWord
from crm.search.rules import LONGEST_WORD, address_word, number_word
from crm.sqlite_dialect import aside
from crm.territories.models import Commune

Card = TypeVar("Card", PersonCard, StructureCard)
Ids = Collection[int] | None
Reached = dict[int, tuple[set[str], set[str]]]


def _fits(column: InstrumentedAttribute[Any], ids: Ids) -> ColumnElement[bool]:
    return true() if ids is None else is_among(column, sorted(ids))


def cards_of_people(session: Session, ids: Ids = None) -> list[PersonCard]:
    """Return the cards of the people who are not in the trash, or of those of these ids, by id.

    Three statements for all; two more to know what addresses are shared when only some are read.
    """
    rows = session.connection().execute(
        select(
            Contact.id, Contact.first_name, Contact.last_name, Contact.email_key, Contact.phone,
            Contact.mobile,
        )
        .where(aside(Contact.deleted_at).is_(None), _fits(Contact.id, ids))
        .order_by(Contact.id)
    )  # fmt: skip
    reached = _points(session, ContactPoint.contact_id, ids)
    structures, communes = _places(session, ids)
    cards = []
    for record_id, first_name, last_name, email, *phones in rows:
        emails, numbers = reached.get(record_id, ((), ()))
        cards.append(
            PersonCard(
                record_id,
                tuple(words(first_name or "")),
                tuple(words(last_name)),
                frozenset(filter(None, (email, *emails))),
                frozenset(filter(None, (*phones, *numbers))),
                frozenset(structures.get(record_id, ())),
                frozenset(communes.get(record_id, ())),
            )
        )
    return _told_shared(session, cards, is_whole=ids is None)


def cards_of_structures(session: Session, ids: Ids = None) -> list[StructureCard]:
    """Return the cards of the structures that are not in the trash, or of those of these ids."""
    rows = session.connection().execute(
        _structure_columns().where(aside(Structure.deleted_at).is_(None), _fits(Structure.id, ids))
    )
    reached = _points(session, ContactPoint.structure_id, ids)
    cards = []
    for row in rows:
        emails, numbers = reached.get(row.id, ((), ()))
        derived, own = initials_of(row.name, row.acronym)
        cards.append(
            StructureCard(
                row.id,
                name_words(row.name),
                derived,
                own,
                row.family_code,
                row.siren or (row.siret[:9] if row.siret else None),
                row.rna,
                row.insee_code,
                row.epci_siren,
                row.commune_code,
                row.departement_code,
                _folded(row.commune),
                frozenset({email_key(row.email)} if row.email else ()).union(emails),
                frozenset({row.phone} if row.phone else ()).union(numbers),
                site_of(row.website),
                row.parent_id,
            )
        )
    return _told_shared(session, cards, is_whole=ids is None)


def _structure_columns() -> Select[Any]:
    return (
        select(
            Structure.id, Structure.name, Structure.acronym, Structure.family_code,
            Structure.siren, Structure.siret, Structure.rna, Structure.insee_code,
            Structure.epci_siren, Structure.commune_code, Structure.departement_code,
            Structure.email, Structure.phone, Structure.website, Structure.parent_id,
            Commune.name.label("commune"),
        )
        .outerjoin(Commune, Commune.insee_code == Structure.commune_code)
        .order_by(Structure.id)
    )  # fmt: skip


@lru_cache(maxsize=8192)
def _folded(name: str | None) -> frozenset[str]:
    return frozenset(words(name)) if name else frozenset()


def site_of(website: str | None) -> str | None:
    """Return a site's address without what changes nothing: https, www, the last slash."""
    if not website:
        return None
    plain = website.lower().partition("://")[2] or website.lower()
    return plain.removeprefix("www.").rstrip("/") or None


def _points(session: Session, owner: InstrumentedAttribute[int | None], ids: Ids) -> Reached:
    found: Reached = defaultdict(lambda: (set(), set()))
    rows = session.connection().execute(
        select(owner, ContactPoint.medium, ContactPoint.value_key).where(
            owner.is_not(None), _fits(owner, ids), ContactPoint.medium != Medium.LINK
        )
    )
    for record_id, medium, key in rows:
        found[record_id][medium == Medium.PHONE].add(key)
    return found


def _places(session: Session, ids: Ids) -> tuple[dict[int, set[int]], dict[int, set[str]]]:
    structures: dict[int, set[int]] = defaultdict(set)
    communes: dict[int, set[str]] = defaultdict(set)
    rows = session.connection().execute(
        select(Affiliation.contact_id, Affiliation.structure_id, Structure.commune_code)
        .join(Structure, Structure.id == Affiliation.structure_id)
        .where(_fits(Affiliation.contact_id, ids))
    )
    for contact_id, structure_id, code in rows:
        structures[contact_id].add(structure_id)
        if code:
            communes[contact_id].add(code)
    return structures, communes


def _told_shared(session: Session, cards: list[Card], *, is_whole: bool) -> list[Card]:
    """Return the cards, told which of their addresses and numbers prove nothing."""
    values = set(chain.from_iterable(_reached(cards)))
    shared: set[str] = {value for value in values if "@" in value and is_generic_box(value)}
    if is_whole:
        owners = Counter(chain.from_iterable(_reached(cards)))
        shared |= {value for value, count in owners.items() if count > MOST_OWNERS}
    shared |= _owned_by_many(session, () if is_whole else values, shared)
    return [_sharing(card, shared & (card.emails | card.phones)) for card in cards]


def _reached(cards: Sequence[PersonCard | StructureCard]) -> Iterator[frozenset[str]]:
    """Yield the addresses and numbers of each card."""
    for card in cards:
        yield card.emails | card.phones


def _sharing(card: Card, shared: Collection[str]) -> Card:
    return replace(card, shared=frozenset(shared)) if shared else card


def _owned_by_many(session: Session, values: Iterable[str], known: set[str]) -> set[str]:
    """Return the addresses and numbers that the index leads from to too many records."""
    by_word = {_word(value): value for value in values if value not in known}
    if not by_word:
        return set()
    rows = session.connection().execute(
        select(SearchWord.word)
        .where(
            SearchWord.kind.in_(("contact", "structure")),
            is_among(SearchWord.word, sorted(by_word)),
        )
        .group_by(SearchWord.word)
        .having(func.count() > MOST_OWNERS)
    )
    return {by_word[word] for (word,) in rows}


def _word(value: str) -> str:
    return address_word(value) if "@" in value else number_word(value)[:LONGEST_WORD]


def word_of(value: str) -> str:
    """Return the word of the index that leads to an address or a phone number."""
    return _word(value)
