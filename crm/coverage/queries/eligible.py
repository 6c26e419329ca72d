"""Who could apply to a call and has not been contacted: structures, and communes to come."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from crm.contacts.models import Structure
from crm.contacts.types import Family
from crm.core.errors import NotFoundError
from crm.coverage.queries.communes import in_territory
from crm.coverage.queries.contacts import contacted_ids
from crm.funding.models import CallDepartement, CallFamily, FundingApplication, FundingCall
from crm.funding.queries.conditions import is_kept
from crm.territories.models import Commune

_Beneficiary = aliased(Structure)


@dataclass(frozen=True, slots=True)
class OpenCall:
    """A call as far as it says who may apply; no family or département means any."""

    id: int
    name: str
    year: int
    opens_on: date | None
    closes_on: date | None
    family_codes: tuple[str, ...]
    departement_codes: tuple[str, ...]

    @property
    def since(self) -> date:
        """Return the day from which a contact counts: the opening, or the first of its year."""
        return self.opens_on or date(self.year, 1, 1)

    def since_by(self, today: date) -> date:
        """Return that day, or today for a call that opens later: nobody was told of it yet."""
        return min(self.since, today)

    @property
    def takes_communes(self) -> bool:
        """Tell whether a commune may apply."""
        return not self.family_codes or Family.COLLECTIVITE.value in self.family_codes


def open_call(session: Session, call_id: int) -> OpenCall:
    """Return who may apply to a call; raise NotFoundError."""
    row = session.execute(
        select(
            FundingCall.id,
            FundingCall.name,
            FundingCall.year,
            FundingCall.opens_on,
            FundingCall.closes_on,
        ).where(FundingCall.id == call_id, FundingCall.deleted_at.is_(None))
    ).one_or_none()
    if row is None:
        raise NotFoundError
    families = session.scalars(
        select(CallFamily.family_code)
        .where(CallFamily.call_id == call_id)
        .order_by(CallFamily.family_code)
    )
    places = session.scalars(
        select(CallDepartement.departement_code)
        .where(CallDepartement.call_id == call_id)
        .order_by(CallDepartement.departement_code)
    )
    return OpenCall(
        row.id,
        row.name,
        row.year,
        row.opens_on,
        row.closes_on,
        family_codes=tuple(families),
        departement_codes=tuple(places),
    )


def is_eligible(call: OpenCall, since: date, today: date) -> ColumnElement[bool]:
    """Return the condition of the actors of the network who could apply and were not contacted.

    Listed and not closed; of a family and a département that fit; without any contact from
    `since` on, and without an application to this call, by themselves or by one merged into them.
    """
    return and_(
        Structure.deleted_at.is_(None),
        Structure.listed_on <= today,
        _is_not_closed(today),
        *_fits(call),
        _is_untouched(call, since),
    )


def is_commune_to_come(call: OpenCall, since: date, today: date) -> ColumnElement[bool]:
    """Return the condition of the communes that could apply and are no actors yet.

    One that has a page without being listed is among them, unless it was contacted or has applied.
    """
    prospect = and_(
        or_(Structure.listed_on.is_(None), Structure.listed_on > today),
        _is_not_closed(today),
        _is_untouched(call, since),
    )
    known = (
        select(Structure.insee_code)
        .where(Structure.insee_code.is_not(None), Structure.deleted_at.is_(None), ~prospect)
        .correlate(None)
    )
    places = call.departement_codes
    return and_(
        in_territory(),
        Commune.insee_code.not_in(known),
        *([Commune.departement_code.in_(places)] if places else []),
    )


def count_eligible(session: Session, call: OpenCall, since: date, today: date) -> tuple[int, int]:
    """Return how many structures, and how many communes, could apply and were not contacted."""
    structures = select(func.count(Structure.id)).where(is_eligible(call, since, today))
    communes = 0
    if call.takes_communes:
        communes = session.scalar(_communes(call, since, today)) or 0
    return session.scalar(structures) or 0, communes


def _communes(call: OpenCall, since: date, today: date) -> Select[Any]:
    return select(func.count(Commune.insee_code)).where(is_commune_to_come(call, since, today))


def _is_not_closed(today: date) -> ColumnElement[bool]:
    return or_(Structure.closed_on.is_(None), Structure.closed_on > today)


def _fits(call: OpenCall) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if call.family_codes:
        conditions.append(Structure.family_code.in_(call.family_codes))
    if call.departement_codes:
        conditions.append(Structure.departement_code.in_(call.departement_codes))
    return conditions


def _is_untouched(call: OpenCall, since: date) -> ColumnElement[bool]:
    applied = (
        select(func.coalesce(_Beneficiary.merged_into_id, _Beneficiary.id))
        .join(FundingApplication, FundingApplication.beneficiary_id == _Beneficiary.id)
        .where(FundingApplication.call_id == call.id, is_kept())
    )
    return and_(
        Structure.id.not_in(contacted_ids(since)),
        Structure.id.not_in(applied),
    )
