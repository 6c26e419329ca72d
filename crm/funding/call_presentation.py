"""What the pages of schemes and calls put together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from crm.attachments.presentation import files_of_page
from crm.contacts.listings import departements
from crm.core import clock
from crm.core.errors import N_
from crm.funding import rules
from crm.funding.models import FundingCall
from crm.funding.queries.calls import call_for_page, other_editions, totals_by_status
from crm.funding.queries.schemes import editions_of, scheme_for_page, totals_by_call
from crm.funding.types import STATUS_LABELS, ApplicationStatus, CallData, CallPhase
from crm.history.queries import history_of
from crm.history.wording import tell
from crm.reference.queries import labels_by_code
from crm.web.panels import panels_of

_OTHERS_SHOWN = 8
MILESTONES = (
    ("opens_on", N_("Ouverture")),
    ("predeposit_on", N_("Prédépôt")),
    ("closes_on", N_("Clôture")),
    ("results_on", N_("Résultats")),
)


@dataclass(frozen=True, slots=True)
class Edition:
    """A call among those of its scheme: where it is today, and what became of its applications."""

    call: FundingCall
    phase: CallPhase
    totals: Row[Any] | None


@dataclass(frozen=True, slots=True)
class Milestone:
    """A date of a call, and in how many days it is: negative once it has passed."""

    label: str
    day: date
    days_left: int


@dataclass(frozen=True, slots=True)
class StatusLine:
    """How many applications to a call have a status, and their cents."""

    status: ApplicationStatus
    label: str
    count: int
    requested_cents: int
    awarded_cents: int


def scheme_page(session: Session, scheme_id: int) -> dict[str, Any]:
    """Return what a scheme's page shows; raise NotFoundError."""
    scheme = scheme_for_page(session, scheme_id)
    totals = totals_by_call(session, scheme_id)
    editions = [
        Edition(call, phase_today(call), totals.get(call.id))
        for call in editions_of(session, scheme_id)
    ]
    return {
        "scheme": scheme,
        "editions": editions,
        "without_call": totals.get(None),
        "sums": _sums(totals),
        "panels": panels_of(session, "funding_scheme", scheme_id),
        "changes": tell(
            session, history_of(session, entity="funding_scheme", record_id=scheme_id, limit=20)
        ),
    }


def call_page(session: Session, call_id: int) -> dict[str, Any]:
    """Return what a call's page shows; raise NotFoundError."""
    call = call_for_page(session, call_id)
    lines = _status_lines(totals_by_status(session, call_id))
    return {
        "call": call,
        "phase": phase_today(call),
        "milestones": milestones_of(call, clock.today()),
        "families": _eligible(session, call),
        "departements": _places(session, call),
        "lines": lines,
        "awarded_cents": sum(line.awarded_cents for line in lines),
        "others": other_editions(session, call, _OTHERS_SHOWN),
        **files_of_page(session, entity="funding_call", record_id=call_id),
        "panels": panels_of(session, "funding_call", call_id),
        "changes": tell(
            session, history_of(session, entity="funding_call", record_id=call_id, limit=20)
        ),
    }


def phase_today(call: FundingCall) -> CallPhase:
    """Return where a call is today."""
    return rules.phase_on(
        clock.today(),
        opens_on=call.opens_on,
        closes_on=call.closes_on,
        results_on=call.results_on,
    )


def milestones_of(call: FundingCall, today: date) -> list[Milestone]:
    """Return the dates of a call that are known, in their order."""
    dated = ((label, getattr(call, name)) for name, label in MILESTONES)
    return [Milestone(label, day, (day - today).days) for label, day in dated if day is not None]


def data_of_call(call: FundingCall) -> CallData:
    """Return what a form says of a call that is there."""
    return CallData(
        scheme_id=call.scheme_id,
        name=call.name,
        year=call.year,
        opens_on=call.opens_on,
        predeposit_on=call.predeposit_on,
        closes_on=call.closes_on,
        results_on=call.results_on,
        family_codes=tuple(row.family_code for row in call.families),
        departement_codes=tuple(row.departement_code for row in call.departements),
        minimum_partners=call.minimum_partners,
        cap_cents=call.cap_cents,
        rate_percent=call.rate_percent,
        budget_cents=call.budget_cents,
        link=call.link,
        notes=call.notes,
    )


def _sums(totals: Mapping[int | None, Row[Any]]) -> dict[str, int]:
    names = ("filed", "obtained", "requested_cents", "awarded_cents")
    return {name: sum(getattr(row, name) for row in totals.values()) for name in names}


def _status_lines(rows: Sequence[Row[Any]]) -> list[StatusLine]:
    by_status = {row.status: row for row in rows}
    return [
        StatusLine(status, label, row.number, row.requested_cents, row.awarded_cents)
        for status, label in STATUS_LABELS.items()
        if (row := by_status.get(status)) is not None
    ]


def _eligible(session: Session, call: FundingCall) -> list[tuple[str, str]]:
    chosen = {row.family_code for row in call.families}
    return [pair for pair in labels_by_code(session, "family") if pair[0] in chosen]


def _places(session: Session, call: FundingCall) -> list[tuple[str, str]]:
    chosen = {row.departement_code for row in call.departements}
    return [pair for pair in departements(session) if pair[0] in chosen]
