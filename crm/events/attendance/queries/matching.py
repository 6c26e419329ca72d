"""Whom the lines of a file may be: registrations by address then by name, then people we know."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from crm.contacts.models import Contact
from crm.core.batches import in_batches
from crm.core.errors import N_
from crm.core.text import sort_key
from crm.events.attendance.rules import name_key, name_keys
from crm.events.attendance.types import Candidate, Decision
from crm.events.models import AttendanceRow, Registration
from crm.events.types import Match, RegistrationStatus
from crm.web.locale import translate

_REGISTERED, _GAVE_UP = N_("inscrite à cet événement"), N_("inscription annulée")
_SAME_ADDRESS, _SAME_NAME = N_("même adresse"), N_("même nom")
_MOST_WORDS = 5  # of a name whose order is tried


@dataclass(slots=True)
class Found:
    """Whom the lines of a file may be: what is sure, and what is to be chosen from."""

    sure: dict[int, Candidate] = field(default_factory=dict)
    possible: dict[int, list[Candidate]] = field(default_factory=dict)


def decision_of(candidate: Candidate) -> Decision:
    """Return what taking a candidate decides."""
    return Decision.PERSON if candidate.registration_id is None else Decision.REGISTRATION


def find_matches(session: Session, event_id: int, rows: Sequence[AttendanceRow]) -> Found:
    """Return whom each line is, by its number; a handful of reads, however many lines.

    Sure: the address of a registration; the name of one registration that no other line is; a
    person who has both the address and the name, and is the only one there.
    """
    registrations = session.scalars(
        select(Registration)
        .where(Registration.event_id == event_id)
        .order_by(Registration.status == RegistrationStatus.CANCELLED, Registration.id)
    ).all()
    book = _Book(registrations)
    people = _people(session, rows)
    found = Found()
    for row in rows:
        choices = [*book.at(row.email_key), *book.named(row.name)]
        choices += people.at(row.email_key, row.name) + people.named(row.name)
        found.possible[row.number] = _each_once(choices)
    _settle(found, rows, book, people)
    return found


def _settle(found: Found, rows: Sequence[AttendanceRow], book: "_Book", people: "_People") -> None:
    taken: set[int] = set()
    for row in rows:
        live = [each for each in book.at(row.email_key) if book.is_live(each)]
        if len(live) == 1:
            found.sure[row.number] = live[0]
            taken.add(live[0].registration_id or 0)
    by_name: defaultdict[int, list[tuple[int, Candidate]]] = defaultdict(list)
    for row in rows:
        named = [each for each in book.named(row.name) if book.is_live(each)]
        if row.number not in found.sure and len(named) == 1:
            by_name[named[0].registration_id or 0].append((row.number, named[0]))
    for registration_id, claims in by_name.items():
        if len(claims) == 1 and registration_id not in taken:
            found.sure[claims[0][0]] = claims[0][1]
    for row in rows:
        same = people.at(row.email_key, row.name)
        is_named = len(same) == 1 and name_key(same[0].name) in name_keys(row.name)
        if row.number not in found.sure and not book.named(row.name) and is_named:
            found.sure[row.number] = same[0]


class _Book:
    """The registrations of an event, by address and by name."""

    def __init__(self, registrations: Iterable[Registration]) -> None:
        self._by_address: defaultdict[str, list[Candidate]] = defaultdict(list)
        self._by_name: defaultdict[str, list[Candidate]] = defaultdict(list)
        self._live: set[int] = set()
        for each in registrations:
            is_live = each.status != RegistrationStatus.CANCELLED
            if is_live:
                self._live.add(each.id)
            name = " ".join(filter(None, (each.first_name, each.last_name)))
            said = translate(_REGISTERED if is_live else _GAVE_UP)
            detail = " · ".join(filter(None, (each.structure_name, each.email, said)))
            by_address = Candidate(each.id, each.contact_id, name, detail, Match.ADDRESS)
            by_name = Candidate(each.id, each.contact_id, name, detail, Match.NAME)
            self._by_address[each.email_key].append(by_address)
            self._by_name[name_key(name)].append(by_name)

    def at(self, address: str | None) -> list[Candidate]:
        return list(self._by_address.get(address, ())) if address else []

    def named(self, name: str) -> list[Candidate]:
        return [each for key in name_keys(name) for each in self._by_name.get(key, ())]

    def is_live(self, candidate: Candidate) -> bool:
        return candidate.registration_id in self._live


class _People:
    """The people we know, by address and by name."""

    def __init__(self, by_address: Iterable[Contact], by_name: Iterable[Contact]) -> None:
        self._by_address: defaultdict[str, list[Candidate]] = defaultdict(list)
        self._by_name: defaultdict[str, list[Candidate]] = defaultdict(list)
        for each in by_address:
            self._by_address[each.email_key or ""].append(_known(each, Match.ADDRESS))
        for each in by_name:
            self._by_name[name_key(each.full_name)].append(_known(each, Match.NAME))

    def at(self, address: str | None, name: str) -> list[Candidate]:
        """Return those at an address; several share it: those of this name, if any is."""
        there = self._by_address.get(address, []) if address else []
        same = [each for each in there if name_key(each.name) in name_keys(name)]
        return same or list(there)

    def named(self, name: str) -> list[Candidate]:
        return [each for key in name_keys(name) for each in self._by_name.get(key, ())]


def _known(contact: Contact, match: Match) -> Candidate:
    said = translate(_SAME_ADDRESS if match is Match.ADDRESS else _SAME_NAME)
    detail = " · ".join(filter(None, (contact.email, said)))
    return Candidate(None, contact.id, contact.full_name, detail, match)


def _people(session: Session, rows: Sequence[AttendanceRow]) -> _People:
    addresses = sorted({row.email_key for row in rows if row.email_key})
    keys = sorted({key for row in rows for key in _orders(row.name)})
    return _People(
        _contacts(session, addresses, Contact.email_key),
        _contacts(session, keys, Contact.sort_name),
    )


def _contacts(session: Session, values: Sequence[str], column: object) -> list[Contact]:
    held: ColumnElement[str] = column  # type: ignore[assignment]
    return [
        contact
        for batch in in_batches(values)
        for contact in session.scalars(
            select(Contact)
            .where(held.in_(batch), Contact.deleted_at.is_(None))
            .order_by(Contact.id)
        )
    ]


def _orders(name: str) -> list[str]:
    """Return the sort keys that a name may have: « Exemple Camille » for « Camille Exemple »."""
    found = sort_key(name).split()[:_MOST_WORDS]
    return [" ".join(found[cut:] + found[:cut]) for cut in range(len(found))]


def _each_once(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return each registration and each person once; a person who is registered, as such."""
    kept: dict[tuple[int | None, int | None], Candidate] = {}
    for each in candidates:
        kept.setdefault(
            (each.registration_id, None if each.registration_id else each.contact_id), each
        )
    registered = {each.contact_id for each in kept.values() if each.registration_id}
    return [
        each for each in kept.values() if each.registration_id or each.contact_id not in registered
    ]
