"""How many applications there are, by what became of them, and their euros: one definition."""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Label, Select, case, cast, func, select

from crm.funding.models import FundingApplication
from crm.funding.queries.conditions import is_filed, is_kept, is_obtained, is_pending


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, FundingApplication.id)))


def cents_of(amount: Any) -> ColumnElement[int]:
    """Return the sum of an amount over a group, in cents; zero for none."""
    return cast(func.coalesce(func.sum(amount), 0), BigInteger)


def filed() -> ColumnElement[int]:
    """Return how many of a group of applications were filed."""
    return _how_many(is_filed())


def obtained() -> ColumnElement[int]:
    """Return how many of a group of applications obtained something."""
    return _how_many(is_obtained())


def requested_cents() -> ColumnElement[int]:
    """Return what the filed applications of a group asked for in all, in cents."""
    return cents_of(case((is_filed(), FundingApplication.requested_cents)))


def awarded_cents() -> ColumnElement[int]:
    """Return what a group of applications obtained in all, in cents."""
    return cents_of(FundingApplication.awarded_cents)


def total_columns() -> tuple[Label[int], ...]:
    """Return the totals of a group of applications, each under its name."""
    return (
        filed().label("filed"),
        _how_many(is_pending()).label("pending"),
        obtained().label("obtained"),
        requested_cents().label("requested_cents"),
        awarded_cents().label("awarded_cents"),
    )


def totals_by(key: Any) -> Select[Any]:
    """Select the totals of the applications that are not in the trash, by a key (`key`)."""
    return select(key.label("key"), *total_columns()).where(is_kept()).group_by(key)
