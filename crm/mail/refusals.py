"""Addresses that a relay says are nobody's: told like messages that came back for good."""

from collections.abc import Sequence

from flask import current_app

from crm.core import clock
from crm.database import transaction
from crm.mail.handing import Begun
from crm.mail.reports import report
from crm.mail.types import Outcome, Refused, Report, ReportKind


def report_refusals(provider: str, ends: Sequence[tuple[Begun, Outcome]]) -> None:
    """Report the letters refused because their address is dead.

    It is noted apart from the answers: these are kept whatever is made of the news.
    """
    now = clock.now()
    reports = [
        Report(
            provider=provider,
            event_id=f"refusal:{letter.token}:{claimed.attempt}",
            token=letter.token,
            kind=ReportKind.BOUNCED,
            happened_at=now,
            detail=outcome.reason,
            is_permanent=True,
        )
        for (claimed, letter), outcome in ends
        if isinstance(outcome, Refused) and outcome.is_dead
    ]
    if not reports:
        return
    try:
        with transaction() as session:
            report(session, reports, now=now)
    except Exception:
        current_app.logger.exception("refusal not told", extra={"event": "mail_refusal"})
