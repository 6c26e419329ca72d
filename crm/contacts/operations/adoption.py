"""Many communes of the reference made structures at once."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts.indexing import STRUCTURE, all_structures
from crm.contacts.models import Structure
from crm.contacts.types import Family
from crm.core import clock
from crm.core.batches import in_batches
from crm.core.text import sort_key
from crm.reference.models import ReferenceItem
from crm.search.index import index_records
from crm.territories.models import Commune


def adopt_communes(session: Session, *, insee_codes: Collection[str]) -> dict[str, int]:
    """Return the structure of each commune that exists, made from the reference where it had none.

    Those made are prospects, not actors: they enter the directory the day they do something.
    """
    wanted = sorted(set(insee_codes))
    known: dict[str, int] = {}
    for batch in in_batches(wanted):
        known.update(_structures_of(session, batch))
    missing = [code for code in wanted if code not in known]
    for batch in in_batches(missing):
        known.update(_make(session, batch))
    return known


def _structures_of(session: Session, codes: Collection[str]) -> dict[str, int]:
    rows = session.execute(
        select(Structure.insee_code, Structure.id).where(
            Structure.insee_code.in_(codes), Structure.deleted_at.is_(None)
        )
    ).tuples()
    return {code: structure_id for code, structure_id in rows if code}


def _make(session: Session, codes: Collection[str]) -> dict[str, int]:
    subtype_id = session.scalar(
        select(ReferenceItem.id).where(
            ReferenceItem.list_code == "subtype", ReferenceItem.code == "collectivite_commune"
        )
    )
    communes = session.scalars(
        select(Commune).where(Commune.insee_code.in_(codes)).order_by(Commune.insee_code)
    )
    made = [
        Structure(
            name=commune.name,
            sort_name=sort_key(commune.name),
            family_code=Family.COLLECTIVITE,
            subtype_id=subtype_id,
            siren=commune.siren,
            insee_code=commune.insee_code,
            commune_code=commune.insee_code,
            departement_code=commune.departement_code,
            created_at=clock.now(),
            themes=[], expertises=[], countries=[], tags=[],
        )
        for commune in communes
    ]  # fmt: skip
    session.add_all(made)
    session.flush()
    found = all_structures(session, Structure.id.in_([each.id for each in made]))
    index_records(session, STRUCTURE, dict(found))
    return {each.insee_code: each.id for each in made if each.insee_code}
