"""What happened in each commune of the territory: the rows that every figure adds up."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    String,
    Subquery,
    and_,
    case,
    cast,
    exists,
    extract,
    func,
    select,
)
from sqlalchemy.orm import aliased

from crm.contacts.models import Structure
from crm.coverage.queries.contacts import CONTACTS_ALONE, contacted_ids
from crm.coverage.types import RANKS, Scope, State
from crm.followups.models import AccompanimentSession, SessionStructure
from crm.followups.types import SessionStatus
from crm.funding.models import FundingApplication
from crm.funding.queries.conditions import (
    counted_on,
    is_filed,
    is_kept,
    is_obtained,
    present_code,
    seat_code,
)
from crm.territories.models import Commune, Departement, FormerCommune

_Present = aliased(Structure)
Conditions = Sequence[ColumnElement[bool]]


def in_territory() -> ColumnElement[bool]:
    """Return the condition of communes that exist today, in a département that is covered."""
    covered = select(Departement.code).where(Departement.is_covered)
    return and_(
        Commune.departement_code.in_(covered),
        Commune.insee_code.not_in(select(FormerCommune.insee_code)),
    )


def in_scope(scope: Scope) -> ColumnElement[bool]:
    """Return the condition of the applications that are looked at: filed in those years."""
    years = counted_on().between(scope.years.start, scope.years.end)
    conditions = [is_kept(), is_filed(), years]
    if scope.scheme_id is not None:
        conditions.append(FundingApplication.scheme_id == scope.scheme_id)
    return and_(*conditions)


def filed_applications(scope: Scope) -> Select[Any]:
    """Select each application looked at: its seat (`code`), its year, what it asked and obtained.

    The seat is the INSEE code of a present commune, or NULL where none is known.
    """
    return (
        select(
            seat_code().label("code"),
            cast(extract("year", counted_on()), Integer).label("year"),
            case((is_obtained(), 1), else_=0).label("obtained"),
            func.coalesce(FundingApplication.requested_cents, 0).label("requested_cents"),
            func.coalesce(FundingApplication.awarded_cents, 0).label("awarded_cents"),
        )
        .select_from(FundingApplication)
        .where(in_scope(scope))
    )


def whole(expression: Any) -> ColumnElement[int]:
    """Return the sum as a whole number, which PostgreSQL makes a decimal of."""
    return cast(func.coalesce(func.sum(expression), 0), BigInteger)


@dataclass(frozen=True)
class CommuneFacts:
    """The communes beside what happened in each: a FROM clause and its columns.

    `rank` is that of the state, `RANKS`; a commune is in one state, the highest that it reached.
    """

    scope: Scope

    @cached_property
    def _filed(self) -> Subquery:
        each = filed_applications(self.scope).subquery("filed")
        return (
            select(
                _as_code(each.c.code),
                func.count().label("filed"),
                whole(each.c.obtained).label("obtained"),
                whole(each.c.requested_cents).label("requested_cents"),
                whole(each.c.awarded_cents).label("awarded_cents"),
            )
            .group_by(each.c.code)
            .subquery("filed_by_commune")
        )

    @cached_property
    def _accompanied(self) -> Subquery:
        years = self.scope.years
        # One in the other, from a structure to its sessions: most have one soon found. Joined, they
        # may be read from the sessions of all the years, for each structure again.
        was_done = exists().where(
            AccompanimentSession.id == SessionStructure.session_id,
            AccompanimentSession.status == SessionStatus.DONE,
            AccompanimentSession.deleted_at.is_(None),
            AccompanimentSession.held_on.between(years.start, years.end),
        )
        has_one = exists().where(SessionStructure.structure_id == Structure.id, was_done)
        return _seats(has_one, "accompanied")

    @cached_property
    def _contacted(self) -> Subquery:
        years = self.scope.years
        found = contacted_ids(years.start, years.end, sources=CONTACTS_ALONE)
        return _seats(Structure.id.in_(found), "contacted")

    @cached_property
    def source(self) -> FromClause:
        """Return the communes joined with the facts."""
        joined: FromClause = Commune.__table__
        for facts in (self._filed, self._accompanied, self._contacted):
            joined = joined.outerjoin(facts, facts.c.code == Commune.insee_code)
        return joined

    @cached_property
    def rank(self) -> ColumnElement[int]:
        """Return the rank of the state that the commune is in."""
        return case(
            (self._filed.c.obtained > 0, RANKS[State.OBTAINED]),
            (self._filed.c.filed > 0, RANKS[State.FILED]),
            (self._accompanied.c.code.is_not(None), RANKS[State.ACCOMPANIED]),
            (self._contacted.c.code.is_not(None), RANKS[State.CONTACTED]),
            else_=RANKS[State.NONE],
        )

    def amount(self, name: str) -> ColumnElement[int]:
        """Return a number of the applications: filed, obtained, requested_cents, awarded_cents."""
        return func.coalesce(self._filed.c[name], 0)


AMOUNTS = ("filed", "obtained", "requested_cents", "awarded_cents")


def commune_rows(facts: CommuneFacts, conditions: Conditions = ()) -> Select[Any]:
    """Select each commune of the territory with what happened in it, one row each."""
    return (
        select(
            Commune.insee_code.label("id"),
            Commune.name,
            Commune.sort_name,
            Commune.departement_code,
            Commune.arrondissement_code,
            Commune.epci_siren,
            Commune.population,
            facts.rank.label("state_rank"),
            *(facts.amount(name).label(name) for name in AMOUNTS),
        )
        .select_from(facts.source)
        .where(in_territory(), *conditions)
    )


def _seats(condition: ColumnElement[bool], name: str) -> Subquery:
    """Select once each present commune where a structure so described has its seat today.

    One that was merged into another is that other, wherever its own seat was.
    """
    is_itself = Structure.merged_into_id.is_(None)
    written = case((is_itself, Structure.commune_code), else_=_Present.commune_code)
    each = (
        select(present_code(written).label("code"))
        .select_from(Structure)
        .outerjoin(_Present, _Present.id == Structure.merged_into_id)
        .where(condition, written.is_not(None))
        .subquery(f"{name}_each")
    )
    return select(_as_code(each.c.code)).distinct().subquery(name)


def _as_code(expression: Any) -> ColumnElement[str]:
    """Return a code said to be text: SQLite looks up no other kind of expression in an index."""
    return cast(expression, String(5)).label("code")
