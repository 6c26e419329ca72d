"""Making and changing structures; adopting communes and EPCI as actors."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import flag_modified

from crm.accounts.models import User
from crm.contacts.indexing import index_structure
from crm.contacts.models import Structure
from crm.contacts.operations.tags import find_or_create_tags
from crm.contacts.queries.identities import find_present
from crm.contacts.rules import clean_structure
from crm.contacts.types import Family, StructureData
from crm.core import clock
from crm.core.errors import N_, NotFoundError, RuleError, StaleRecordError
from crm.core.numbers import parse_id
from crm.core.text import sort_key
from crm.database import Turn, take_turn
from crm.reference.models import ReferenceItem
from crm.territories.models import Commune, Country, Epci
from crm.territories.queries import find_commune

_PLAIN_FIELDS = (
    "name", "acronym", "family_code", "subtype_id", "siren", "siret", "rna", "address",
    "postcode", "commune_code", "email", "phone", "website", "description", "listed_on",
    "dormant_on", "closed_on", "verified_on", "parent_id", "referent_id",
)  # fmt: skip


def create_structure(session: Session, *, data: StructureData) -> Structure:
    """Make a structure and return it; raise RuleError with the field that does not fit."""
    structure = Structure(created_at=clock.now(), themes=[], expertises=[], countries=[], tags=[])
    _fill(session, structure, clean_structure(data))
    session.add(structure)
    session.flush()
    index_structure(session, structure)
    return structure


def update_structure(
    session: Session, *, structure_id: int, version: int, data: StructureData
) -> Structure:
    """Change a structure as it was at that version; raise StaleRecordError if it has moved on."""
    structure = get_structure(session, structure_id)
    if structure.version != version:
        raise StaleRecordError(structure)
    _fill(session, structure, clean_structure(data))
    session.flush()
    index_structure(session, structure)
    return structure


def get_structure(session: Session, structure_id: int) -> Structure:
    """Return a structure that is not in the trash, with its lists; raise NotFoundError."""
    structure = session.scalar(
        select(Structure)
        .where(Structure.id == structure_id, Structure.deleted_at.is_(None))
        .options(
            selectinload(Structure.themes),
            selectinload(Structure.expertises),
            selectinload(Structure.countries),
            selectinload(Structure.tags),
        )
    )
    if structure is None:
        raise NotFoundError
    return structure


def resolve_structure(
    session: Session, *, value: str, family_code: str | None, field: str = "structures"
) -> Structure:
    """Return the structure that a picker's value names, making it when it is new.

    Values: an id; `commune:INSEE` or `epci:SIREN`, adopted from the reference; `new:Name`.
    Raises RuleError on `field`, or on `new_family` when a new one has no family yet.
    """
    kind, _, rest = value.partition(":")
    if kind == "commune" and rest:
        return adopt_commune(session, insee_code=rest)
    if kind == "epci" and rest:
        return adopt_epci(session, siren=rest)
    if kind == "new" and rest.strip():
        if not family_code:
            raise RuleError(
                "new_family",
                N_("Choisissez la famille de « %(name)s » pour l’ajouter."),
                name=rest.strip()[:60],
            )
        data = StructureData(name=rest, family_code=family_code, listed_on=clock.today())
        return create_structure(session, data=data)
    record_id = parse_id(value)
    found = find_present(session, "structure", record_id) if record_id is not None else None
    if isinstance(found, Structure):
        return found
    raise RuleError(field, N_("Choisissez une structure dans la liste."))


def adopt_commune(session: Session, *, insee_code: str) -> Structure:
    """Return the commune as an actor of the network, made from the reference the first time."""
    commune = find_commune(session, insee_code)
    if commune is None:
        raise RuleError("structures", N_("Aucune commune n’a le code INSEE demandé."))
    known = _alive(session, Structure.insee_code == commune.insee_code)
    return known or _adopt(session, commune)


def _adopt(session: Session, commune: Commune) -> Structure:
    structure = create_structure(
        session,
        data=StructureData(
            name=commune.name,
            family_code=Family.COLLECTIVITE,
            subtype_id=_subtype_id(session, "collectivite_commune"),
            siren=commune.siren,
            commune_code=commune.insee_code,
            listed_on=clock.today(),
        ),
    )
    structure.insee_code = commune.insee_code
    session.flush()
    index_structure(session, structure)
    return structure


def adopt_epci(session: Session, *, siren: str) -> Structure:
    """Return the EPCI as an actor of the network, made from the reference the first time."""
    epci = session.get(Epci, siren)
    if epci is None:
        raise RuleError("structures", N_("Aucun EPCI n’a le SIREN demandé."))
    known = _alive(session, Structure.epci_siren == siren)
    if known is not None:
        return known
    structure = create_structure(
        session,
        data=StructureData(
            name=epci.name,
            family_code=Family.COLLECTIVITE,
            subtype_id=_subtype_id(session, "collectivite_epci"),
            siren=epci.siren,
            listed_on=clock.today(),
        ),
    )
    structure.epci_siren = epci.siren
    structure.departement_code = epci.departement_code
    session.flush()
    index_structure(session, structure)
    return structure


def _alive(session: Session, condition: object) -> Structure | None:
    return session.scalar(select(Structure).where(condition, Structure.deleted_at.is_(None)))  # type: ignore[arg-type]


def _subtype_id(session: Session, code: str) -> int | None:
    return session.scalar(
        select(ReferenceItem.id).where(
            ReferenceItem.list_code == "subtype", ReferenceItem.code == code
        )
    )


def _fill(session: Session, structure: Structure, data: StructureData) -> None:
    _check_identifiers_are_free(session, structure, data)
    commune = _commune(session, data.commune_code)
    _check_subtype(session, data)
    with session.no_autoflush:
        check_parent(session, structure.id, data.parent_id)
        _check_referent(session, data.referent_id, kept_id=structure.referent_id)
    for name in _PLAIN_FIELDS:
        if getattr(structure, name) != getattr(data, name):
            setattr(structure, name, getattr(data, name))
    structure.commune_code = commune.insee_code if commune else None
    if commune is not None:
        structure.departement_code = commune.departement_code
    elif structure.epci_siren is None:
        structure.departement_code = None
    structure.sort_name = sort_key(data.name)
    _fill_lists(session, structure, data)


def _fill_lists(session: Session, structure: Structure, data: StructureData) -> None:
    lists: dict[str, list[Any]] = {
        "themes": _items(session, "theme", data.theme_ids, "theme_ids"),
        "expertises": _items(session, "expertise", data.expertise_ids, "expertise_ids"),
        "countries": _countries(session, data.country_codes),
        "tags": find_or_create_tags(session, data.tag_labels),
    }
    for name, members in lists.items():
        if set(getattr(structure, name)) != set(members):
            setattr(structure, name, members)
            # A list alone does not touch the row: this makes its version grow all the same.
            flag_modified(structure, "created_at")


def _commune(session: Session, code: str | None) -> Commune | None:
    if not code:
        return None
    commune = find_commune(session, code)
    if commune is None:
        raise RuleError(
            "commune_code", N_("Aucune commune n’a ce code INSEE : choisissez-la dans la liste.")
        )
    return commune


def _check_subtype(session: Session, data: StructureData) -> None:
    if data.subtype_id is None:
        return
    item = session.get(ReferenceItem, data.subtype_id)
    if item is None or item.list_code != "subtype" or item.family_code != data.family_code:
        raise RuleError("subtype_id", N_("Ce sous-type n’est pas de cette famille."))


def _check_identifiers_are_free(
    session: Session, structure: Structure, data: StructureData
) -> None:
    for name, label in (("siret", "SIRET"), ("rna", "RNA")):
        value = getattr(data, name)
        if not value:
            continue
        with session.no_autoflush:
            other = session.execute(
                select(Structure.id, Structure.name).where(
                    getattr(Structure, name) == value, Structure.deleted_at.is_(None)
                )
            ).first()
        if other is not None and other.id != structure.id:
            raise RuleError(
                name,
                N_("Ce numéro %(label)s est déjà celui de « %(name)s »."),
                record=("structure", other.id),
                label=label,
                name=other.name,
            )


def check_parent(session: Session, structure_id: int | None, parent_id: int | None) -> None:
    """Raise RuleError when the parent does not exist, or depends itself on the structure."""
    check_parent_of_all(session, [structure_id], parent_id)


def check_parent_of_all(
    session: Session, structure_ids: Collection[int | None], parent_id: int | None
) -> None:
    """Raise RuleError when the parent does not exist, or depends itself on one of these."""
    if parent_id is None:
        return
    # Two parents given at the same moment could close a circle that neither sees.
    take_turn(session, Turn.GIVE_PARENT)
    above: int | None = parent_id
    seen: set[int] = set()
    while above is not None and above not in seen:
        seen.add(above)
        row = session.execute(
            select(Structure.name, Structure.parent_id).where(
                Structure.id == above, Structure.deleted_at.is_(None)
            )
        ).first()
        if row is None and above == parent_id:
            raise RuleError("parent", N_("Cette structure n’existe pas ou plus."))
        if above in structure_ids:
            raise RuleError(
                "parent", N_("Une structure ne peut pas dépendre d’elle-même, même de loin.")
            )
        above = row.parent_id if row else None


def _check_referent(session: Session, user_id: int | None, *, kept_id: int | None) -> None:
    if user_id is None or user_id == kept_id:
        return
    user = session.get(User, user_id)
    if user is None or not user.is_active:
        raise RuleError("referent_id", N_("Cette personne n’est plus dans l’équipe."))


def _items(
    session: Session, list_code: str, item_ids: tuple[int, ...], field: str
) -> list[ReferenceItem]:
    found = session.scalars(
        select(ReferenceItem)
        .where(ReferenceItem.list_code == list_code, ReferenceItem.id.in_(item_ids))
        .order_by(ReferenceItem.position)
    ).all()
    if len(found) != len(set(item_ids)):
        raise RuleError(field, N_("Une de ces entrées n’existe plus dans les listes du réseau."))
    return list(found)


def _countries(session: Session, codes: tuple[str, ...]) -> list[Country]:
    found = session.scalars(
        select(Country).where(Country.code.in_(codes)).order_by(Country.sort_name)
    ).all()
    if len(found) != len(set(codes)):
        raise RuleError("country_codes", N_("Un de ces pays n’existe pas."))
    return list(found)
