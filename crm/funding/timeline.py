"""What applications tell in the timelines of structures and projects: filed, decided."""

from typing import Any

from flask import url_for
from sqlalchemy import Row
from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.funding.queries.applications import told_of
from crm.funding.types import STATUS_LABELS, ApplicationStatus
from crm.web.formats import money
from crm.web.locale import translate
from crm.web.timeline import TimelineEntry


def application_entries(
    session: Session, *, entity: str, record_id: int, limit: int
) -> list[TimelineEntry]:
    """Return the latest filings and decisions of a record's applications; none of another kind."""
    return [
        TimelineEntry(
            when=row.day,
            title=_title(row),
            url=url_for("applications.show", application_id=row.id),
            body=_amount(row),
            icon="coin-euro" if row.is_decision else "send",
        )
        for row in told_of(session, entity, record_id, limit)
    ]


def _title(row: Row[Any]) -> str:
    if not row.is_decision:
        return translate(N_("Dossier déposé : %(title)s"), title=row.title)
    # The day is that of the decision: what was settled since was obtained then.
    is_settled = row.status == ApplicationStatus.SETTLED
    then = ApplicationStatus.AWARDED if is_settled else ApplicationStatus(row.status)
    status = translate(STATUS_LABELS[then])
    return translate(N_("Dossier %(status)s : %(title)s"), status=status.lower(), title=row.title)


def _amount(row: Row[Any]) -> str | None:
    if row.is_decision:
        cents, said = row.awarded_cents, N_("Obtenu : %(amount)s")
    else:
        cents, said = row.requested_cents, N_("Demandé : %(amount)s")
    return None if cents is None else translate(said, amount=money(cents))
