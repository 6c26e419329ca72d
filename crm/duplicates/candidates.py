"""Cards of people and structures typed, or read in a file, that are not in the base yet."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.among import is_among
from crm.contacts.models import Structure
from crm.core.addresses import email_key
from crm.core.text import words
from crm.duplicates.cards import site_of
from crm.duplicates.rules import is_generic_box
from crm.duplicates.structure_rules import initials_of, name_words
from crm.duplicates.types import ContactCandidate, PersonCard, StructureCandidate, StructureCard
from crm.territories.models import Commune


def person_card(each: ContactCandidate, communes: Mapping[int, str]) -> PersonCard:
    """Return what is compared of a person who is not in the base."""
    emails = frozenset({email_key(each.email)} if each.email else ())
    return PersonCard(
        each.record_id or 0,
        tuple(words(each.first_name or "")),
        tuple(words(each.last_name)),
        emails,
        frozenset(each.phones),
        frozenset(each.structure_ids),
        frozenset(communes[one] for one in each.structure_ids if one in communes),
        frozenset(email for email in emails if is_generic_box(email)),
    )


def structure_card(each: StructureCandidate, names: Mapping[str, Any]) -> StructureCard:
    """Return what is compared of a structure that is not in the base."""
    derived, own = initials_of(each.name, each.acronym)
    commune = names.get(each.commune_code or "")
    emails = frozenset({email_key(each.email)} if each.email else ())
    return StructureCard(
        each.record_id or 0,
        name_words(each.name),
        derived,
        own,
        each.family_code,
        each.siren or (each.siret[:9] if each.siret else None),
        each.rna,
        each.insee_code,
        each.epci_siren,
        each.commune_code,
        commune.departement_code if commune else each.departement_code,
        frozenset(words(commune.name)) if commune else frozenset(),
        emails,
        frozenset(each.phones),
        site_of(each.website),
        each.parent_id,
        frozenset(email for email in emails if is_generic_box(email)),
    )


def communes_of(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """Return the commune of each structure that has one, by its id."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    rows = session.connection().execute(
        select(Structure.id, Structure.commune_code).where(
            is_among(Structure.id, wanted), Structure.commune_code.is_not(None)
        )
    )
    return {record_id: code for record_id, code in rows}  # noqa: C416 - rows are no pairs to mypy


def names_of_communes(session: Session, codes: Iterable[str]) -> dict[str, Any]:
    """Return the name and département of communes, by their code."""
    wanted = sorted(set(codes))
    if not wanted:
        return {}
    rows = session.connection().execute(
        select(Commune.insee_code, Commune.name, Commune.departement_code).where(
            is_among(Commune.insee_code, wanted)
        )
    )
    return {row.insee_code: row for row in rows}
