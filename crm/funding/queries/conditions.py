"""The one definition of each thing said of an application: filed, obtained, its day, its place."""

from typing import Any

from sqlalchemy import ColumnElement, Date, case, func, select
from sqlalchemy.orm import aliased

from crm.contacts.models import Structure
from crm.funding.models import FundingApplication
from crm.funding.types import DECIDED, LOST, OBTAINED, PENDING
from crm.territories.models import FormerCommune

_Beneficiary, _Survivor = aliased(Structure), aliased(Structure)


def is_kept() -> ColumnElement[bool]:
    """Return the condition of applications that are not in the trash."""
    return FundingApplication.deleted_at.is_(None)


def counted_on() -> ColumnElement[Any]:
    """Return the day an application counts for: its filing, or its decision if that is all."""
    return func.coalesce(FundingApplication.filed_on, FundingApplication.decided_on, type_=Date)


def is_filed() -> ColumnElement[bool]:
    """Return the condition of applications that were filed, whatever became of them."""
    return counted_on().is_not(None)


def is_obtained() -> ColumnElement[bool]:
    """Return the condition of applications that obtained something."""
    return FundingApplication.status.in_(OBTAINED)


def is_pending() -> ColumnElement[bool]:
    """Return the condition of applications whose funder has not decided yet."""
    return FundingApplication.status.in_(PENDING)


def is_lost() -> ColumnElement[bool]:
    """Return the condition of applications refused or found ineligible."""
    return FundingApplication.status.in_(LOST)


def is_decided() -> ColumnElement[bool]:
    """Return the condition of applications that a funder decided on."""
    return FundingApplication.status.in_(DECIDED)


def seat_code() -> ColumnElement[Any]:
    """Return the INSEE code of the present commune where the beneficiary had its seat.

    That is the seat written on the application the day it was filed, or today's where none was
    known, of the beneficiary or of the structure that it was merged into; a commune that has
    merged since counts as the one it is in now.
    """
    # Looked up only where nothing is written: most structures need not be read.
    today = (
        select(
            case(
                (_Beneficiary.merged_into_id.is_(None), _Beneficiary.commune_code),
                else_=_Survivor.commune_code,
            )
        )
        .select_from(_Beneficiary)
        .outerjoin(_Survivor, _Survivor.id == _Beneficiary.merged_into_id)
        .where(_Beneficiary.id == FundingApplication.beneficiary_id)
        .correlate(FundingApplication)
        .scalar_subquery()
    )
    return present_code(func.coalesce(FundingApplication.commune_code, today))


def present_code(written: Any) -> ColumnElement[Any]:
    """Return the INSEE code that a commune has now; that of a former one is followed."""
    now = (
        select(FormerCommune.current_insee_code)
        .where(FormerCommune.insee_code == written)
        .correlate_except(FormerCommune)
        .scalar_subquery()
    )
    # Few codes are former ones: the list is hashed once, and the rest is asked for those alone.
    return case((written.in_(select(FormerCommune.insee_code)), now), else_=written)
