"""The figures of funding, counted: all together, by year, by key, by how much we helped."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    case,
    cast,
    extract,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session

from crm.coverage.indicators import NOBODY, By
from crm.coverage.queries.communes import whole
from crm.coverage.queries.support import is_supported, support_level
from crm.coverage.types import Scope
from crm.funding.models import CoFunding, FundingApplication
from crm.funding.queries.conditions import (
    counted_on,
    is_decided,
    is_filed,
    is_kept,
    is_obtained,
    is_pending,
)


@dataclass(frozen=True, slots=True)
class Line:
    """The figures of one key: a year, an id, a code; "" for all, NOBODY where there is none."""

    key: str = ""
    filed: int = 0
    requested_cents: int = 0
    pending: int = 0
    expected_cents: int = 0
    decided: int = 0
    awarded: int = 0
    awarded_cents: int = 0


@dataclass(frozen=True, slots=True)
class CoFundedLine:
    """What a funder was asked and gave beside the main one of the application."""

    requested_cents: int = 0
    awarded_cents: int = 0


@dataclass(frozen=True, slots=True)
class SupportLine:
    """Applications obtained at one level of support ("" for none): how many, and their euros."""

    level: str
    awarded: int
    awarded_cents: int


_KEYS: Mapping[By, ColumnElement[Any]] = {
    By.SCHEME: FundingApplication.scheme_id.expression,
    By.FAMILY: FundingApplication.family_code.expression,
    By.DEPARTEMENT: FundingApplication.departement_code.expression,
    By.FUNDER: FundingApplication.funder_id.expression,
}


def totals(session: Session, scope: Scope) -> Line:
    """Return the figures of all the applications looked at."""
    row = session.execute(select(*_figures(scope)).where(_looked_at(scope))).one()
    return Line("", *row)


def split(session: Session, scope: Scope, by: By) -> list[Line]:
    """Return the figures for each key that has some."""
    key = _KEYS[by]
    statement = select(key, *_figures(scope)).where(_looked_at(scope)).group_by(key)
    return [_line(row) for row in session.execute(statement)]


def by_year(session: Session, scope: Scope) -> list[Line]:
    """Return each year's figures: what was filed in it, and what was decided in it."""
    found: dict[int, dict[str, int]] = {}
    for names, rows in _halves(session, scope):
        for year, *values in rows:
            found.setdefault(int(year), {}).update(zip(names, values, strict=True))
    return [Line(str(year), **found.get(year, {})) for year in scope.years.all]


def co_funding(session: Session, scope: Scope) -> dict[str, CoFundedLine]:
    """Return what each other funder was asked and gave for what was filed, by the funder's id."""
    rows = session.execute(
        select(
            CoFunding.funder_id,
            whole(case((_filed_in(scope), CoFunding.requested_cents))),
            whole(case((and_(is_obtained(), _decided_in(scope)), CoFunding.awarded_cents))),
        )
        .join(FundingApplication, FundingApplication.id == CoFunding.application_id)
        .where(
            is_kept(),
            or_(_filed_in(scope), and_(is_obtained(), _decided_in(scope))),
            _of_scheme(scope),
        )
        .group_by(CoFunding.funder_id)
    )
    return {str(funder): CoFundedLine(requested, awarded) for funder, requested, awarded in rows}


def by_support(session: Session, scope: Scope) -> list[SupportLine]:
    """Return the applications obtained by level of support, those without one under ""."""
    each = (
        select(
            func.coalesce(support_level(), "").label("level"),
            FundingApplication.awarded_cents.label("cents"),
        )
        .where(is_kept(), is_obtained(), _decided_in(scope), _of_scheme(scope))
        .subquery("obtained")
    )
    rows = session.execute(
        select(each.c.level, func.count(), whole(each.c.cents)).group_by(each.c.level)
    )
    return [SupportLine(level, count, cents) for level, count, cents in rows]


def success_by_support(session: Session, scope: Scope) -> dict[bool, tuple[int, int]]:
    """Return (decided, awarded) of the applications that a session helped, and of the others."""
    each = (
        select(
            case((is_supported(), 1), else_=0).label("is_supported"),
            case((is_obtained(), 1), else_=0).label("is_obtained"),
        )
        .where(is_kept(), is_decided(), _decided_in(scope), _of_scheme(scope))
        .subquery("decided")
    )
    rows = session.execute(
        select(each.c.is_supported, func.count(), whole(each.c.is_obtained)).group_by(
            each.c.is_supported
        )
    )
    found = {bool(supported): (decided, awarded) for supported, decided, awarded in rows}
    return {supported: found.get(supported, (0, 0)) for supported in (True, False)}


def _line(row: Any) -> Line:
    key, *values = row
    return Line(NOBODY if key is None else str(key), *values)


def _filed_figures(condition: ColumnElement[bool]) -> dict[str, ColumnElement[int]]:
    pending = and_(condition, is_pending())
    return {
        "filed": whole(case((condition, 1), else_=0)),
        "requested_cents": whole(case((condition, FundingApplication.requested_cents), else_=0)),
        "pending": whole(case((pending, 1), else_=0)),
        "expected_cents": whole(case((pending, FundingApplication.requested_cents), else_=0)),
    }


def _decided_figures(condition: ColumnElement[bool]) -> dict[str, ColumnElement[int]]:
    decided, obtained = and_(condition, is_decided()), and_(condition, is_obtained())
    return {
        "decided": whole(case((decided, 1), else_=0)),
        "awarded": whole(case((obtained, 1), else_=0)),
        "awarded_cents": whole(case((obtained, FundingApplication.awarded_cents), else_=0)),
    }


def _figures(scope: Scope) -> list[ColumnElement[int]]:
    filed, decided = _filed_figures(_filed_in(scope)), _decided_figures(_decided_in(scope))
    return [*filed.values(), *decided.values()]


def _halves(session: Session, scope: Scope) -> Iterator[tuple[list[str], Any]]:
    """Yield the names and (year, values) of what is counted by filing, then by decision."""
    for day, condition, figures in (
        (counted_on(), _filed_in(scope), _filed_figures(true())),
        (FundingApplication.decided_on, _decided_in(scope), _decided_figures(true())),
    ):
        statement: Select[Any] = (
            select(cast(extract("year", day), Integer).label("counted_year"), *figures.values())
            .where(is_kept(), condition, _of_scheme(scope))
            .group_by("counted_year")
        )
        yield list(figures), session.execute(statement)


def _filed_in(scope: Scope) -> ColumnElement[bool]:
    return and_(is_filed(), counted_on().between(scope.years.start, scope.years.end))


def _decided_in(scope: Scope) -> ColumnElement[bool]:
    return FundingApplication.decided_on.between(scope.years.start, scope.years.end)


def _of_scheme(scope: Scope) -> ColumnElement[bool]:
    if scope.scheme_id is None:
        return true()
    return FundingApplication.scheme_id == scope.scheme_id


def _looked_at(scope: Scope) -> ColumnElement[bool]:
    return and_(is_kept(), _of_scheme(scope), or_(_filed_in(scope), _decided_in(scope)))
