"""What is in the base already and a file may say again, found as duplicates are."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts.models import Contact, Structure
from crm.duplicates.matching import likely_contacts, likely_structures
from crm.duplicates.rules import LIKELY
from crm.duplicates.types import ContactCandidate, Found, StructureCandidate
from crm.duplicates.wording import reasons_in_words
from crm.imports.matching import Candidate, Likely


def structures_like(
    session: Session, candidates: Sequence[Candidate], limit: int
) -> list[list[Likely]]:
    """Return the structures that each of these may be, with why."""
    asked = [
        StructureCandidate(
            name=each.values["name"],
            acronym=each.values.get("acronym"),
            family_code=each.values.get("family_code") or "",
            siren=each.values.get("siren"),
            siret=each.values.get("siret"),
            rna=each.values.get("rna"),
            commune_code=each.values.get("commune_code"),
            email=each.values.get("email"),
            phones=_phones(each.values),
            website=each.values.get("website"),
        )
        for each in candidates
    ]
    found = likely_structures(session, asked, limit, least=LIKELY)
    rows = session.execute(
        select(Structure.id, Structure.name).where(Structure.id.in_(_ids(found)))
    )
    return _told(found, dict(rows.tuples().all()))


def people_like(
    session: Session, candidates: Sequence[Candidate], limit: int
) -> list[list[Likely]]:
    """Return the people that each of these may be, with why."""
    asked = [
        ContactCandidate(
            last_name=each.values["last_name"],
            first_name=each.values.get("first_name"),
            email=each.values.get("email"),
            phones=_phones(each.values),
            structure_ids=each.structure_ids,
        )
        for each in candidates
    ]
    found = likely_contacts(session, asked, limit, least=LIKELY)
    people = session.scalars(select(Contact).where(Contact.id.in_(_ids(found))))
    return _told(found, {each.id: each.full_name for each in people})


def _phones(values: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(values[name] for name in ("phone", "mobile") if values.get(name))


def _ids(found: Sequence[Sequence[Found]]) -> list[int]:
    return sorted({each.record_id for group in found for each in group})


def _told(found: Sequence[Sequence[Found]], names: Mapping[int, str]) -> list[list[Likely]]:
    return [
        [
            Likely(
                each.record_id,
                names[each.record_id],
                each.score,
                (reasons_in_words(each.reasons),),
            )
            for each in group
            if each.record_id in names
        ]
        for group in found
    ]
