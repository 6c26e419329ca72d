"""The demonstration's funders, schemes and calls."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts.models import Structure
from crm.core import clock
from crm.core.text import sort_key
from crm.demo.bulk import Row, add_links, add_rows, created, tell
from crm.demo.funding_plan import FIRST_CALL, FUNDERS, SCHEMES, SchemePlan
from crm.funding.models import CallFamily, FundingCall, FundingScheme
from crm.funding.models.schemes import funding_scheme_funder

_RESULTS_AFTER = timedelta(days=75)
_BEGINNING = datetime(2015, 1, 5, 9, tzinfo=clock.PARIS)


@dataclass(frozen=True, slots=True)
class Edition:
    """A year of a scheme; `call_id` is None for a scheme that takes applications at any time."""

    plan: SchemePlan
    scheme_id: int
    funder_id: int
    year: int
    call_id: int | None
    opens_on: date
    closes_on: date
    results_on: date


def add_funding(session: Session) -> list[Edition]:
    """Add the funders, their schemes and each edition up to the coming year; return these."""
    funders = _add_funders(session)
    schemes = _add_schemes(session, funders)
    editions = [
        (plan, year)
        for plan in SCHEMES
        for year in range(FIRST_CALL, clock.today().year + 2)
        if year >= plan.first_year and (not plan.every or _is_held(plan, year))
    ]
    held = [(plan, year) for plan, year in editions if plan.every]
    rows = [_call_row(plan, year, schemes[plan.name]) for plan, year in held]
    ids = add_rows(session, FundingCall, rows)
    tell(session, created("funding_call", rows, ids))
    call_ids = {(plan.name, year): call_id for (plan, year), call_id in zip(held, ids, strict=True)}
    add_links(
        session,
        CallFamily,
        (
            {"call_id": call_ids[plan.name, year], "family_code": family.value}
            for plan, year in held
            for family in plan.families
        ),
    )
    return [
        Edition(
            plan,
            schemes[plan.name],
            funders[plan.funder],
            year,
            call_ids.get((plan.name, year)),
            plan.opening(year),
            plan.closing(year),
            plan.closing(year) + _RESULTS_AFTER,
        )
        for plan, year in editions
    ]


def _is_held(plan: SchemePlan, year: int) -> bool:
    return (year - plan.first_year) % plan.every == 0


def _add_funders(session: Session) -> dict[str, int]:
    rows: list[Row] = [
        {
            "name": name,
            "acronym": acronym,
            "sort_name": sort_key(name),
            "family_code": family.value,
            "created_at": _BEGINNING,
        }
        for name, (family, acronym) in FUNDERS.items()
    ]
    ids = add_rows(session, Structure, rows)
    tell(session, created("structure", rows, ids))
    return dict(zip(FUNDERS, ids, strict=True))


def _add_schemes(session: Session, funders: Mapping[str, int]) -> dict[str, int]:
    """Add the schemes that the network does not have yet, and say who funds each."""
    known = dict(session.execute(select(FundingScheme.name, FundingScheme.id)).tuples().all())
    missing = [plan for plan in SCHEMES if plan.name not in known]
    rows = [_scheme_row(plan) for plan in missing]
    ids = add_rows(session, FundingScheme, rows)
    tell(session, created("funding_scheme", rows, ids))
    known |= {plan.name: scheme_id for plan, scheme_id in zip(missing, ids, strict=True)}
    add_links(
        session,
        funding_scheme_funder,
        ({"scheme_id": known[plan.name], "structure_id": funders[plan.funder]} for plan in SCHEMES),
    )
    return known


def _scheme_row(plan: SchemePlan) -> Row:
    return {
        "name": plan.name,
        "sort_name": sort_key(plan.name),
        "summary": plan.summary,
        "link": None,
        "is_recurring": plan.every == 1,
        "is_active": True,
        "created_at": _BEGINNING,
        "version": 1,
    }


def _call_row(plan: SchemePlan, year: int, scheme_id: int) -> Row:
    opens_on, closes_on = plan.opening(year), plan.closing(year)
    return {
        "scheme_id": scheme_id,
        "name": plan.edition_name(year),
        "year": year,
        "opens_on": opens_on,
        "closes_on": closes_on,
        "results_on": closes_on + _RESULTS_AFTER,
        "minimum_partners": plan.partners,
        "cap_cents": plan.cap * 100 if plan.cap else None,
        "rate_percent": plan.rate,
        "created_at": datetime.combine(opens_on, time(9), clock.PARIS),
        "version": 1,
    }
