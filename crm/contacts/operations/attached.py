"""What hangs on a structure or a person: adding, changing and taking away."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crm.contacts import rules
from crm.contacts.models import (
    Contact,
    ContactPoint,
    NetworkMembership,
    Partnership,
    Seat,
    Structure,
    StructureAddress,
)
from crm.contacts.operations.structures import resolve_structure
from crm.contacts.types import (
    AddressData,
    ContactPointData,
    Family,
    NetworkMembershipData,
    PartnershipData,
    SeatData,
)
from crm.core import clock
from crm.core.errors import N_, NotFoundError, RuleError, StaleRecordError
from crm.core.money import parse_money
from crm.territories.queries import find_commune

Data = ContactPointData | AddressData | NetworkMembershipData | PartnershipData | SeatData
_OWNERS: dict[str, type[Any]] = {"structure_id": Structure, "contact_id": Contact}


@dataclass(frozen=True, slots=True)
class Attached:
    """A kind of attached record: its table, its owner's column, and how its data goes in."""

    model: type[Any]
    owner: str
    fill: Callable[[Session, Any, Any], None]


def _fill_contact_point(session: Session, record: ContactPoint, data: ContactPointData) -> None:
    data = rules.clean_contact_point(data)
    record.medium, record.nature = data.medium, data.nature
    record.value, record.label = data.value, data.label
    key_contact_point(session, record)


def key_contact_point(session: Session, record: ContactPoint) -> None:
    """Derive what makes an address one of a kind; raise RuleError when its owner has it already."""
    key = rules.contact_point_key(record.medium, record.value)
    twin = session.scalar(
        select(ContactPoint.id).where(
            ContactPoint.value_key == key,
            ContactPoint.structure_id.is_not_distinct_from(record.structure_id),
            ContactPoint.contact_id.is_not_distinct_from(record.contact_id),
            ContactPoint.id != (record.id or 0),
        )
    )
    if twin is not None:
        raise RuleError("value", N_("Elle est déjà notée ici."))
    record.value_key = key


def _fill_address(session: Session, record: StructureAddress, data: AddressData) -> None:
    data = rules.clean_address(data)
    commune = find_commune(session, data.commune_code) if data.commune_code else None
    if data.commune_code and commune is None:
        raise RuleError(
            "commune_code", N_("Aucune commune n’a ce code INSEE : choisissez-la dans la liste.")
        )
    record.label, record.address, record.postcode = data.label, data.address, data.postcode
    record.commune_code = commune.insee_code if commune else None


def _fill_network_membership(
    session: Session, record: NetworkMembership, data: NetworkMembershipData
) -> None:
    rules.check_membership_year(data, clock.today().year)
    taken = session.scalar(
        select(NetworkMembership.id).where(
            NetworkMembership.structure_id == record.structure_id,
            NetworkMembership.year == data.year,
            NetworkMembership.id != (record.id or 0),
        )
    )
    if taken is not None:
        raise RuleError("year", N_("L’adhésion de cette année est déjà notée."))
    if data.voting_contact_id is not None:
        voter = session.get(Contact, data.voting_contact_id)
        if voter is None or voter.deleted_at is not None:
            raise RuleError("voting_contact", N_("Cette personne n’existe pas ou plus."))
    record.year, record.is_paid, record.paid_on = data.year, data.is_paid, data.paid_on
    record.fee_cents = parse_money(data.fee, "fee") if data.fee else None
    record.voting_contact_id = data.voting_contact_id


def _fill_partnership(session: Session, record: Partnership, data: PartnershipData) -> None:
    rules.check_order(data.start_on, data.end_on, "end_on")
    partner = resolve_structure(
        session, value=data.partner, family_code=Family.ETRANGER, field="partner"
    )
    if partner.id == record.structure_id:
        raise RuleError("partner", N_("Une structure n’est pas son propre partenaire."))
    record.partner_id, record.about = partner.id, data.about
    record.start_on, record.end_on = data.start_on, data.end_on


def _fill_seat(_session: Session, record: Seat, data: SeatData) -> None:
    data = rules.clean_seat(data)
    record.role, record.is_elected = data.role, data.is_elected
    record.opened_on, record.closed_on = data.opened_on, data.closed_on


POINT_OF_STRUCTURE = Attached(ContactPoint, "structure_id", _fill_contact_point)
POINT_OF_CONTACT = Attached(ContactPoint, "contact_id", _fill_contact_point)
ADDRESS = Attached(StructureAddress, "structure_id", _fill_address)
NETWORK_MEMBERSHIP = Attached(NetworkMembership, "structure_id", _fill_network_membership)
PARTNERSHIP = Attached(Partnership, "structure_id", _fill_partnership)
SEAT = Attached(Seat, "structure_id", _fill_seat)


def add_attached(session: Session, *, kind: Attached, owner_id: int, data: Data) -> Any:
    """Hang a new record on its owner and return it; raise NotFoundError or RuleError."""
    owner = session.get(_OWNERS[kind.owner], owner_id)
    if owner is None or owner.deleted_at is not None:
        raise NotFoundError
    record = kind.model(**{kind.owner: owner_id})
    with session.no_autoflush:
        kind.fill(session, record, data)
    session.add(record)
    _flush(session)
    return record


def update_attached(
    session: Session, *, kind: Attached, record_id: int, version: int, data: Data
) -> Any:
    """Change an attached record; raise StaleRecordError if it has moved on."""
    record = get_attached(session, kind=kind, record_id=record_id)
    if record.version != version:
        raise StaleRecordError(record)
    with session.no_autoflush:
        kind.fill(session, record, data)
    _flush(session)
    return record


def remove_attached(session: Session, *, kind: Attached, record_id: int) -> int:
    """Take an attached record away and return its owner's id; history brings it back."""
    record = get_attached(session, kind=kind, record_id=record_id)
    owner_id: int = getattr(record, kind.owner)
    session.delete(record)
    try:
        session.flush()
    except IntegrityError as error:
        raise RuleError("form", N_("Des fonctions s’appuient sur ce siège : fermez-le.")) from error
    return owner_id


def get_attached(session: Session, *, kind: Attached, record_id: int) -> Any:
    """Return an attached record of this kind, its owner out of the trash; raise NotFoundError."""
    record = session.get(kind.model, record_id)
    owner_id = getattr(record, kind.owner, None)
    owner = session.get(_OWNERS[kind.owner], owner_id) if owner_id is not None else None
    if owner is None or owner.deleted_at is not None:
        raise NotFoundError
    return record


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        raise RuleError("year", N_("Elle est déjà notée ici.")) from error
