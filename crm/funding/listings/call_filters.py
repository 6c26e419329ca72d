"""What narrows the list of calls, and the calendar of them."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, exists, false, func, or_, select
from sqlalchemy.orm import Session

from crm.contacts.listings import departements, numbers
from crm.contacts.listings.filters import tally_by
from crm.core.errors import N_
from crm.funding.models import CallDepartement, CallFamily, FundingCall
from crm.funding.models.schemes import funding_scheme_funder
from crm.funding.queries.calls import phase_of_calls
from crm.funding.queries.schemes import all_scheme_options, funder_options
from crm.funding.types import CALL_PHASE_LABELS
from crm.reference.queries import labels_by_code
from crm.web.list_definition import Filter
from crm.web.locale import translate

Options = list[tuple[str, str]]
CLOSINGS = (7, 15, 30, 60, 90)


def call_filters(today: date) -> list[Filter]:
    """Return what narrows a list of calls on a day."""
    return [*_filters_of_time(today), *_filters_of_scheme(), *_filters_of_eligibility()]


def _filters_of_time(today: date) -> list[Filter]:
    phase = phase_of_calls(today)
    return [
        Filter(
            "phase",
            N_("Où il en est"),
            phase.in_,
            lambda _session: [
                (each.value, translate(text)) for each, text in CALL_PHASE_LABELS.items()
            ],
            tally=tally_by(FundingCall.id, phase),
        ),
        Filter(
            "cloture",
            N_("Clôture"),
            lambda values: _closing_within(values, today),
            lambda _session: [
                (str(days), translate(N_("dans %(count)s jours au plus"), count=days))
                for days in CLOSINGS
            ],
            everything_label=N_("Peu importe"),
        ),
        Filter(
            "annee",
            N_("Année"),
            lambda values: FundingCall.year.in_(numbers(values)),
            _years,
            everything_label=N_("Toutes"),
            tally=tally_by(FundingCall.id, FundingCall.year),
        ),
    ]


def _filters_of_scheme() -> list[Filter]:
    return [
        Filter(
            "dispositif",
            N_("Dispositif"),
            lambda values: FundingCall.scheme_id.in_(numbers(values)),
            all_scheme_options,
            tally=tally_by(FundingCall.id, FundingCall.scheme_id),
        ),
        Filter(
            "financeur",
            N_("Financeur"),
            lambda values: exists().where(
                funding_scheme_funder.c.scheme_id == FundingCall.scheme_id,
                funding_scheme_funder.c.structure_id.in_(numbers(values)),
            ),
            funder_options,
            tally=_tally_of_funders,
        ),
    ]


def _filters_of_eligibility() -> list[Filter]:
    return [
        Filter(
            "famille",
            N_("Ouvert à la famille"),
            lambda values: _open_to(CallFamily.call_id, CallFamily.family_code, values),
            lambda session: labels_by_code(session, "family"),
            everything_label=N_("Toutes"),
        ),
        Filter(
            "departement",
            N_("Ouvert au département"),
            lambda values: _open_to(
                CallDepartement.call_id, CallDepartement.departement_code, values
            ),
            departements,
        ),
    ]


def _open_to(call_id: Any, code: Any, values: list[str]) -> ColumnElement[bool]:
    """Return the condition of calls that name one of the codes, or none at all: open to all."""
    of_call = call_id == FundingCall.id
    return or_(~exists().where(of_call), exists().where(of_call, code.in_(values)))


def _closing_within(values: list[str], today: date) -> ColumnElement[bool]:
    asked = [days for days in CLOSINGS if str(days) in values]
    if not asked:
        return false()
    return FundingCall.closes_on.between(today, today + timedelta(days=max(asked)))


def _tally_of_funders(found: CTE) -> Select[Any]:
    return (
        select(funding_scheme_funder.c.structure_id, func.count())
        .join(FundingCall, FundingCall.scheme_id == funding_scheme_funder.c.scheme_id)
        .where(FundingCall.id.in_(select(found.c.id)))
        .group_by(funding_scheme_funder.c.structure_id)
    )


def _years(session: Session) -> Options:
    rows = session.scalars(
        select(FundingCall.year)
        .where(FundingCall.deleted_at.is_(None))
        .distinct()
        .order_by(FundingCall.year.desc())
    )
    return [(str(year), str(year)) for year in rows]
