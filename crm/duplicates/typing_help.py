"""What is found while someone types a new structure or person."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.contacts.models import Affiliation, Contact, Structure
from crm.contacts.rules import parse_phone
from crm.core.errors import RuleError
from crm.core.identifiers import parse_rna, parse_siren, parse_siret
from crm.core.numbers import parse_ids
from crm.duplicates.matching import likely_contacts, likely_structures
from crm.duplicates.rules import LIKELY
from crm.duplicates.types import ContactCandidate, Found, StructureCandidate
from crm.duplicates.wording import reasons_in_words
from crm.history.kinds import find_kind
from crm.territories.models import Commune
from crm.web.lookalikes import Lookalike

_SHORTEST = 3
_MOST_SHOWN = 4


def structures_like_typed(session: Session, values: Mapping[str, Any]) -> list[Lookalike]:
    """Return the structures that the one typed may be, with why."""
    name = values["name"] or ""
    if len(name.strip()) < _SHORTEST:
        return []
    candidate = StructureCandidate(
        name=name[:200],
        acronym=values["acronym"],
        family_code=values["family_code"] or "",
        siren=_read(parse_siren, values["siren"]),
        siret=_read(parse_siret, values["siret"]),
        rna=_read(parse_rna, values["rna"]),
        commune_code=next(iter(values["commune_code"] or ()), None),
        email=values["email"],
        phones=_phones(values["phone"]),
        website=values["website"],
        parent_id=next(iter(parse_ids(list(values["parent"] or []))), None),
    )
    (found,) = likely_structures(session, [candidate], _MOST_SHOWN)
    return _shown(found, _structures(session, found), "structure")


def people_like_typed(session: Session, values: Mapping[str, Any]) -> list[Lookalike]:
    """Return the people that the one typed may be, with why."""
    last_name = values["last_name"] or ""
    if len(last_name.strip()) < _SHORTEST and not values["email"]:
        return []
    candidate = ContactCandidate(
        last_name=last_name[:100],
        first_name=(values["first_name"] or "")[:100],
        email=values["email"],
        phones=(*_phones(values["phone"]), *_phones(values["mobile"])),
        structure_ids=tuple(parse_ids(list(values.get("structure") or []))),
    )
    (found,) = likely_contacts(session, [candidate], _MOST_SHOWN)
    return _shown(found, _people(session, found), "contact")


def _read(parse: Callable[[str], str], text: str | None) -> str | None:
    """Return a number as it is kept; None while it is not whole."""
    try:
        return parse(text) if text else None
    except RuleError:
        return None


def _phones(text: str | None) -> tuple[str, ...]:
    number = _read(parse_phone, text)
    return (number,) if number else ()


def _structures(session: Session, found: Sequence[Found]) -> dict[int, tuple[str, str | None]]:
    rows = session.execute(
        select(Structure.id, Structure.name, Commune.name)
        .outerjoin(Commune, Commune.insee_code == Structure.commune_code)
        .where(Structure.id.in_([each.record_id for each in found]))
    )
    return {record_id: (name, commune) for record_id, name, commune in rows.tuples()}


def _people(session: Session, found: Sequence[Found]) -> dict[int, tuple[str, str | None]]:
    rows = session.execute(
        select(Contact.id, Contact.first_name, Contact.last_name, func.min(Structure.name))
        .outerjoin(Affiliation, Affiliation.contact_id == Contact.id)
        .outerjoin(Structure, Structure.id == Affiliation.structure_id)
        .where(Contact.id.in_([each.record_id for each in found]))
        .group_by(Contact.id, Contact.first_name, Contact.last_name)
    )
    return {
        record_id: (" ".join(filter(None, (first, last))), place)
        for record_id, first, last, place in rows.tuples()
    }


def _shown(
    found: Sequence[Found],
    names: Mapping[int, tuple[str, str | None]],
    kind: str,
) -> list[Lookalike]:
    known = find_kind(kind)
    return [
        Lookalike(
            record_id=each.record_id,
            name=names[each.record_id][0],
            url=(known.url_of(each.record_id) if known else None) or "",
            detail=names[each.record_id][1],
            why=reasons_in_words(each.reasons),
            is_likely=each.score >= LIKELY,
        )
        for each in found
    ]
