"""Which words lead to a structure, a person, a group.

When a structure is renamed or moved, its people follow at once (`refresh_people`), for they are
looked up by where they are. A session keeps the name of its day, in the index too.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session, aliased

from crm.contacts.models import Affiliation, Contact, Group, Structure
from crm.core.sounds import sounds_of_person
from crm.core.text import acronyms, words
from crm.reference.models import ReferenceItem
from crm.search.events import WordsChanged
from crm.search.index import AROUND, index_records, make_findable, ranked_words
from crm.sqlite_dialect import aside
from crm.territories.indexing import epci_words
from crm.territories.models import Commune, CommunePostcode, Country

STRUCTURE, CONTACT, GROUP = "structure", "contact", "group"
Records = Iterator[tuple[int, dict[str, int]]]


def structure_ranks(
    name: str,
    given_acronym: str | None,
    commune_name: str | None,
    *,
    is_commune: bool = False,
    is_epci: bool = False,
    numbers: Iterable[str | None] = (),
    email: str | None = None,
) -> dict[str, int]:
    """Return the words of a structure: name and acronyms first, then its commune.

    A town hall is found by « mairie » and « commune » too. `numbers` are identifiers, postcodes and
    phone numbers.
    """
    around = [
        commune_name,
        "mairie commune ville" if is_commune else None,
        epci_words(name) if is_epci else None,
    ]
    return ranked_words(
        [name, given_acronym, *acronyms(name)],
        around,
        names=[name, given_acronym],
        numbers=numbers,
        addresses=[email],
    )


def contact_ranks(
    first_name: str | None,
    last_name: str,
    email: str | None,
    structures: list[str],
    phones: Iterable[str | None] = (),
) -> dict[str, int]:
    """Return the words of a person: names first, then the addresses and the structures.

    How the name sounds is a word too, out of the way of all others: likely duplicates share it.
    """
    local_part = email.partition("@")[0] if email else None
    first, last = words(first_name or ""), words(last_name)
    ranks = ranked_words(
        [last_name, first_name],
        [local_part, *structures],
        numbers=phones,
        addresses=[email],
        whole=[(*first, *last), (*last, *first)],
    )
    return ranks | dict.fromkeys(sounds_of_person(first, last), AROUND)


def index_structure(session: Session, structure: Structure) -> None:
    """Make a structure findable by what it is today; in the trash it is not."""
    found = all_structures(session, Structure.id == structure.id)
    make_findable(session, STRUCTURE, structure.id, found)


def index_contact(session: Session, contact: Contact) -> None:
    """Make a person findable by what they are today; in the trash they are not."""
    found = all_contacts(session, Contact.id == contact.id)
    make_findable(session, CONTACT, contact.id, found)


def index_group(session: Session, group: Group) -> None:
    """Make a group findable by its name, its country or its theme."""
    make_findable(session, GROUP, group.id, all_groups(session, Group.id == group.id))


def refresh_people(session: Session, event: WordsChanged) -> None:
    """Let the people of a structure be found by its present name."""
    if event.kind == STRUCTURE:
        people = select(Affiliation.contact_id).where(Affiliation.structure_id == event.record_id)
        index_records(session, CONTACT, dict(all_contacts(session, Contact.id.in_(people))))


def all_structures(session: Session, condition: ColumnElement[bool] | None = None) -> Records:
    """Yield (id, words) of the structures that are not in the trash, or of those that fit."""
    fits = true() if condition is None else condition
    postcodes = _postcodes(session, select(Structure.insee_code).where(fits))
    former = _former_names(session, Structure, ("name", "acronym"), fits)
    rows = session.execute(
        select(
            Structure.id, Structure.name, Structure.acronym, Commune.name, Structure.insee_code,
            Structure.epci_siren, Structure.siren, Structure.siret, Structure.rna,
            Structure.postcode, Structure.phone, Structure.email,
        )
        .outerjoin(Commune, Structure.commune_code == Commune.insee_code)
        .where(aside(Structure.deleted_at).is_(None), fits)
        .order_by(Structure.id)
    ).all()  # fmt: skip
    for row in rows:
        record_id, name, given_acronym, commune, insee_code, epci, siren, *others, email = row
        siret = others.pop(0)
        yield (
            record_id,
            former.get(record_id, {})
            | structure_ranks(
                name,
                given_acronym,
                commune,
                is_commune=insee_code is not None,
                is_epci=epci is not None,
                numbers=[insee_code, siret or siren, *others, *postcodes.get(insee_code, ())],
                email=email,
            ),
        )


def all_contacts(session: Session, condition: ColumnElement[bool] | None = None) -> Records:
    """Yield (id, words) of the people who are not in the trash, or of those that fit."""
    fits = true() if condition is None else condition
    structures: dict[int, list[str]] = {}
    places = (
        select(Affiliation.contact_id, Structure.name, Structure.deleted_at)
        .join(Structure, Affiliation.structure_id == Structure.id)
        .order_by(Affiliation.id)
    )
    if condition is not None:
        places = places.join(Contact, Contact.id == Affiliation.contact_id).where(fits)
    # Said in SQL, it would have SQLite read every structure for each person.
    for contact_id, name, deleted_at in session.execute(places).tuples():
        if deleted_at is None:
            structures.setdefault(contact_id, []).append(name)
    former = _former_names(session, Contact, ("first_name", "last_name"), fits)
    rows = session.execute(
        select(
            Contact.id, Contact.first_name, Contact.last_name, Contact.email, Contact.phone,
            Contact.mobile,
        )
        .where(aside(Contact.deleted_at).is_(None), fits)
        .order_by(Contact.id)
    ).all()  # fmt: skip
    for record_id, first_name, last_name, email, *phones in rows:
        places_of = structures.get(record_id, [])
        ranks = contact_ranks(first_name, last_name, email, places_of, phones)
        yield record_id, former.get(record_id, {}) | ranks


def _former_names(
    session: Session,
    model: type[Any],
    names: Sequence[str],
    fits: ColumnElement[bool],
) -> dict[int, dict[str, int]]:
    """Return the words of what was merged into each record: its old name leads to it too."""
    former = aliased(model)
    kept = select(model.id).where(fits).correlate(None)
    statement = (
        select(former.merged_into_id, *(getattr(former, name) for name in names))
        .where(former.merged_into_id.is_not(None), former.merged_into_id.in_(kept))
        .order_by(former.id)
    )
    found: dict[int, dict[str, int]] = {}
    for record_id, *texts in session.execute(statement):
        words_of = ranked_words([], texts, names=[" ".join(filter(None, texts)), *texts])
        found.setdefault(record_id, {}).update(words_of)
    return found


def all_groups(session: Session, condition: ColumnElement[bool] | None = None) -> Records:
    """Yield (id, words) of the groups, or of those that fit."""
    rows = session.execute(
        select(Group.id, Group.name, Country.name, ReferenceItem.label)
        .outerjoin(Country, Country.code == Group.country_code)
        .outerjoin(ReferenceItem, ReferenceItem.id == Group.theme_id)
        .where(Group.deleted_at.is_(None), true() if condition is None else condition)
        .order_by(Group.id)
    ).all()
    for record_id, name, country, theme in rows:
        yield record_id, ranked_words([name, *acronyms(name)], [country, theme], names=[name])


def _postcodes(session: Session, insee_codes: object) -> dict[str | None, Sequence[str]]:
    found: dict[str | None, list[str]] = {}
    rows = session.execute(
        select(CommunePostcode.insee_code, CommunePostcode.postcode)
        .where(CommunePostcode.insee_code.in_(insee_codes))  # type: ignore[arg-type]
        .order_by(CommunePostcode.insee_code, CommunePostcode.postcode)
    )
    for insee_code, postcode in rows.tuples():
        found.setdefault(insee_code, []).append(postcode)
    return dict(found)
