"""What surrounds the money of the demonstration's applications: payments, reports, co-funders."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from sqlalchemy.orm import Session

from crm.core import clock
from crm.demo.bulk import Row, add_links
from crm.funding.models import CoFunding, Payment, ReportingDeadline

_FIRST_PAYMENT = timedelta(days=45)
_REPORT_DUE = timedelta(days=480)
_REPORTS_SENT = 0.6


@dataclass(frozen=True, slots=True)
class Grant:
    """An application that obtained something; amounts in euros."""

    application_id: int
    funder_id: int
    decided_on: date
    awarded: int
    missing: int
    is_settled: bool


def add_money(
    session: Session, grants: Sequence[Grant], funder_ids: Sequence[int], seed: int
) -> None:
    """Add what was paid of each award, the report it owes, and what another funder gave."""
    random, today = Random(f"{seed}:money"), clock.today()
    payments: list[Row] = []
    deadlines: list[Row] = []
    others: list[Row] = []
    for grant in grants:
        payments += _payments(grant, today)
        deadlines.append(_deadline(random, grant, today))
        others += _co_funding(random, grant, funder_ids)
    add_links(session, Payment, payments)
    add_links(session, ReportingDeadline, deadlines)
    add_links(session, CoFunding, others)


def _payments(grant: Grant, today: date) -> Iterator[Row]:
    """Yield four fifths on signing, and the rest once all is settled."""
    first = grant.awarded * 4 // 5
    paid_on = grant.decided_on + _FIRST_PAYMENT
    if paid_on <= today:
        yield _payment(grant, paid_on, first)
    if grant.is_settled:
        yield _payment(grant, min(paid_on + _REPORT_DUE, today), grant.awarded - first)


def _payment(grant: Grant, received_on: date, euros: int) -> Row:
    return {
        "application_id": grant.application_id,
        "received_on": received_on,
        "amount_cents": euros * 100,
        "version": 1,
    }


def _deadline(random: Random, grant: Grant, today: date) -> Row:
    due_on = grant.decided_on + _REPORT_DUE
    sent_on = due_on - timedelta(days=random.randint(2, 40))
    is_sent = grant.is_settled or (sent_on <= today and random.random() < _REPORTS_SENT)
    return {
        "application_id": grant.application_id,
        "what": "Compte rendu technique et financier",
        "due_on": due_on,
        "done_on": min(sent_on, today) if is_sent else None,
        "version": 1,
    }


def _co_funding(random: Random, grant: Grant, funder_ids: Sequence[int]) -> Iterator[Row]:
    if grant.missing > 0 and random.random() < 0.3:
        asked = max(500, grant.missing // 2 // 500 * 500)
        yield {
            "application_id": grant.application_id,
            "funder_id": random.choice([each for each in funder_ids if each != grant.funder_id]),
            "requested_cents": asked * 100,
            "awarded_cents": asked * 100 if random.random() < 0.6 else 0,
            "version": 1,
        }
