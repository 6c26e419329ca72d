"""Which words lead to a structure or a person."""

from collections.abc import Iterator

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from crm.contacts.models import Affiliation, Contact, Structure
from crm.core.text import acronym
from crm.search.index import (
    forget_record,
    index_record,
    learn_words,
    ranked_words,
    word_rows,
)
from crm.search.models import SearchVariant, SearchWord
from crm.territories.models import Commune

STRUCTURE, CONTACT = "structure", "contact"
_BATCH_ROWS = 5_000


def structure_ranks(
    name: str,
    given_acronym: str | None,
    commune_name: str | None,
    *,
    is_commune: bool = False,
) -> dict[str, int]:
    """Return the words of a structure: name and acronyms first, then its commune.

    A town hall is found by « mairie » and « commune » too.
    """
    around = [commune_name, "mairie commune ville" if is_commune else None]
    return ranked_words([name, given_acronym, acronym(name)], around)


def contact_ranks(
    first_name: str | None, last_name: str, email: str | None, structures: list[str]
) -> dict[str, int]:
    """Return the words of a person: names first, then the address and the structures."""
    local_part = email.partition("@")[0] if email else None
    return ranked_words([last_name, first_name], [local_part, *structures])


def index_structure(session: Session, structure: Structure) -> None:
    """Make a structure findable by what it is today; in the trash it is not."""
    if structure.deleted_at is not None:
        forget_record(session, STRUCTURE, structure.id)
        return
    commune = session.get(Commune, structure.commune_code) if structure.commune_code else None
    ranks = structure_ranks(
        structure.name,
        structure.acronym,
        commune.name if commune else None,
        is_commune=structure.insee_code is not None,
    )
    index_record(session, STRUCTURE, structure.id, ranks)


def index_contact(session: Session, contact: Contact) -> None:
    """Make a person findable by what they are today; in the trash they are not."""
    if contact.deleted_at is not None:
        forget_record(session, CONTACT, contact.id)
        return
    names = session.scalars(
        select(Structure.name)
        .join(Affiliation, Affiliation.structure_id == Structure.id)
        .where(Affiliation.contact_id == contact.id)
    ).all()
    ranks = contact_ranks(contact.first_name, contact.last_name, contact.email, list(names))
    index_record(session, CONTACT, contact.id, ranks)


def reindex_all(session: Session) -> int:
    """Rebuild the whole index in one pass, as after a bulk load; return the rows written."""
    session.flush()
    session.execute(delete(SearchWord).where(SearchWord.kind.in_((STRUCTURE, CONTACT))))
    session.execute(delete(SearchVariant).where(SearchVariant.kind.in_((STRUCTURE, CONTACT))))
    written = 0
    for kind, records in ((STRUCTURE, _all_structures), (CONTACT, _all_contacts)):
        known: set[str] = set()
        rows: list[dict[str, object]] = []
        for record_id, ranks in records(session):
            rows += word_rows(kind, record_id, ranks)
            known.update(ranks)
            if len(rows) >= _BATCH_ROWS:
                session.execute(insert(SearchWord), rows)
                written += len(rows)
                rows = []
        if rows:
            session.execute(insert(SearchWord), rows)
            written += len(rows)
        learn_words(session, kind, known)
    return written


def _all_structures(session: Session) -> Iterator[tuple[int, dict[str, int]]]:
    rows = session.execute(
        select(Structure.id, Structure.name, Structure.acronym, Commune.name, Structure.insee_code)
        .outerjoin(Commune, Structure.commune_code == Commune.insee_code)
        .where(Structure.deleted_at.is_(None))
        .order_by(Structure.id)
    ).all()
    for record_id, name, given_acronym, commune_name, insee_code in rows:
        yield (
            record_id,
            structure_ranks(name, given_acronym, commune_name, is_commune=insee_code is not None),
        )


def _all_contacts(session: Session) -> Iterator[tuple[int, dict[str, int]]]:
    structures: dict[int, list[str]] = {}
    for contact_id, name in session.execute(
        select(Affiliation.contact_id, Structure.name)
        .join(Structure, Affiliation.structure_id == Structure.id)
        .order_by(Affiliation.id)
    ).tuples():
        structures.setdefault(contact_id, []).append(name)
    rows = session.execute(
        select(Contact.id, Contact.first_name, Contact.last_name, Contact.email)
        .where(Contact.deleted_at.is_(None))
        .order_by(Contact.id)
    ).all()
    for record_id, first_name, last_name, email in rows:
        yield (
            record_id,
            contact_ranks(first_name, last_name, email, structures.get(record_id, [])),
        )
