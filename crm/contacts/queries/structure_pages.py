"""What a structure's page reads of it: columns alone, by statements that are built once.

Entities take two to ten times as long to load: with thirteen people a page paid a millisecond.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Row, String, and_, bindparam, cast, literal, select, union_all
from sqlalchemy.orm import Session, aliased

from crm.accounts.models import User
from crm.contacts.models import (
    Affiliation,
    Contact,
    Group,
    Membership,
    Structure,
    Tag,
    structure_country,
    structure_expertise,
    structure_tag,
    structure_theme,
)
from crm.core.errors import NotFoundError
from crm.reference.models import ReferenceItem
from crm.territories.models import Commune, Country, Departement, Epci

_Family, _Subtype = aliased(ReferenceItem), aliased(ReferenceItem)
_Parent, _Seat, _OfSeat = aliased(Structure), aliased(Epci), aliased(Structure)


class StructureShown(NamedTuple):
    """A structure as its page shows it; what is named after another record is that record's."""

    id: int
    name: str
    acronym: str | None
    siren: str | None
    siret: str | None
    rna: str | None
    insee_code: str | None
    epci_siren: str | None
    address: str | None
    postcode: str | None
    departement_code: str | None
    email: str | None
    phone: str | None
    website: str | None
    description: str | None
    listed_on: date | None
    dormant_on: date | None
    closed_on: date | None
    verified_on: date | None
    parent_id: int | None
    parent: str | None
    family: str | None
    subtype: str | None
    commune: str | None
    commune_population: int | None
    departement: str | None
    epci_population: int | None
    referent: str | None
    seat_epci_siren: str | None
    seat_epci: str | None
    seat_epci_id: int | None


class PersonThere(NamedTuple):
    """Someone who is or was in a structure."""

    contact_id: int
    first_name: str | None
    last_name: str
    phone: str | None
    mobile: str | None
    role: str
    is_elected: bool
    start_on: date | None
    end_on: date | None
    end_reason: str | None

    @property
    def full_name(self) -> str:
        """Return the first and last names as one reads them aloud."""
        return " ".join(filter(None, (self.first_name, self.last_name)))


_OF_PAGE = (
    select(
        Structure.id,
        Structure.name,
        Structure.acronym,
        Structure.siren,
        Structure.siret,
        Structure.rna,
        Structure.insee_code,
        Structure.epci_siren,
        Structure.address,
        Structure.postcode,
        Structure.departement_code,
        Structure.email,
        Structure.phone,
        Structure.website,
        Structure.description,
        Structure.listed_on,
        Structure.dormant_on,
        Structure.closed_on,
        Structure.verified_on,
        Structure.parent_id,
        _Parent.name,
        _Family.label,
        _Subtype.label,
        Commune.name,
        Commune.population,
        Departement.name,
        Epci.population,
        User.name,
        _Seat.siren,
        _Seat.name,
        _OfSeat.id,
    )
    .outerjoin(_Parent, _Parent.id == Structure.parent_id)
    .outerjoin(_Family, and_(_Family.list_code == "family", _Family.code == Structure.family_code))
    .outerjoin(_Subtype, _Subtype.id == Structure.subtype_id)
    .outerjoin(Commune, Commune.insee_code == Structure.commune_code)
    .outerjoin(Departement, Departement.code == Structure.departement_code)
    .outerjoin(Epci, Epci.siren == Structure.epci_siren)
    .outerjoin(User, User.id == Structure.referent_id)
    .outerjoin(_Seat, _Seat.siren == Commune.epci_siren)
    .outerjoin(_OfSeat, and_(_OfSeat.epci_siren == _Seat.siren, _OfSeat.deleted_at.is_(None)))
    .where(Structure.id == bindparam("structure_id"), Structure.deleted_at.is_(None))
)
_LABELS = union_all(
    select(
        literal("themes").label("list"),
        cast(ReferenceItem.id, String).label("value"),
        ReferenceItem.label.label("text"),
        ReferenceItem.position.label("position"),
        literal("").label("sort_name"),
    )
    .join(structure_theme, structure_theme.c.theme_id == ReferenceItem.id)
    .where(structure_theme.c.structure_id == bindparam("structure_id")),
    select(
        literal("expertises"),
        cast(ReferenceItem.id, String),
        ReferenceItem.label,
        ReferenceItem.position,
        literal(""),
    )
    .join(structure_expertise, structure_expertise.c.expertise_id == ReferenceItem.id)
    .where(structure_expertise.c.structure_id == bindparam("structure_id")),
    select(literal("countries"), Country.code, Country.name, literal(0), Country.sort_name)
    .join(structure_country, structure_country.c.country_code == Country.code)
    .where(structure_country.c.structure_id == bindparam("structure_id")),
    select(literal("tags"), cast(Tag.id, String), Tag.label, literal(0), Tag.key)
    .join(structure_tag, structure_tag.c.tag_id == Tag.id)
    .where(structure_tag.c.structure_id == bindparam("structure_id")),
).order_by("list", "position", "sort_name")
_PEOPLE = (
    select(
        Affiliation.contact_id,
        Contact.first_name,
        Contact.last_name,
        Contact.phone,
        Contact.mobile,
        Affiliation.role,
        Affiliation.is_elected,
        Affiliation.start_on,
        Affiliation.end_on,
        Affiliation.end_reason,
    )
    .join(Affiliation.contact)
    .where(Affiliation.structure_id == bindparam("structure_id"), Contact.deleted_at.is_(None))
    .order_by(Affiliation.end_on.is_not(None), Affiliation.end_on.desc(), Contact.sort_name)
)
_MEMBERSHIPS = (
    select(Membership.group_id, Group.name, Membership.start_on, Membership.end_on)
    .join(Membership.group)
    .where(Membership.structure_id == bindparam("structure_id"), Group.deleted_at.is_(None))
    .order_by(Group.sort_name, Membership.start_on)
)


def structure_for_page(session: Session, structure_id: int) -> StructureShown:
    """Return a structure with what its page shows of it, but `labels_of`; raise NotFoundError."""
    row = session.connection().execute(_OF_PAGE, {"structure_id": structure_id}).one_or_none()
    if row is None:
        raise NotFoundError
    return StructureShown(*row)


def labels_of(session: Session, structure_id: int) -> dict[str, list[tuple[str, str]]]:
    """Return the (value, text) of a structure's themes, expertises, countries and tags."""
    labels: dict[str, list[tuple[str, str]]] = {
        "themes": [],
        "expertises": [],
        "countries": [],
        "tags": [],
    }
    for row in session.connection().execute(_LABELS, {"structure_id": structure_id}):
        labels[row.list].append((row.value, row.text))
    return labels


def people_of(session: Session, structure_id: int) -> list[PersonThere]:
    """Return everyone who is or was there, the present ones without an end first."""
    rows = session.connection().execute(_PEOPLE, {"structure_id": structure_id})
    return [PersonThere(*row) for row in rows]


def memberships_of(session: Session, structure_id: int) -> Sequence[Row[Any]]:
    """Return the groups a structure is or was in, by name: group_id, name, start_on, end_on."""
    return session.connection().execute(_MEMBERSHIPS, {"structure_id": structure_id}).all()
