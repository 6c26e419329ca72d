"""What introductions tell in the timelines of structures and people."""

from flask import url_for
from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.introductions.queries import introductions_of
from crm.introductions.types import (
    OUTCOME_LABELS,
    STATUS_LABELS,
    IntroductionOutcome,
    IntroductionStatus,
)
from crm.web.locale import translate
from crm.web.timeline import TimelineEntry


def introduction_entries(
    session: Session, *, entity: str, record_id: int, limit: int
) -> list[TimelineEntry]:
    """Return the latest introductions of a structure or a person; none of another kind."""
    return [
        TimelineEntry(
            when=row.made_on or row.introduced_on,
            title=translate(N_("Mise en relation : %(names)s"), names=row.name),
            url=url_for("introductions.show", introduction_id=row.id),
            body=_state(row.status, row.outcome),
            icon="affiliate",
            who=row.person,
        )
        for row in introductions_of(session, entity, record_id, limit)
    ]


def _state(status: str, outcome: str | None) -> str:
    said = translate(STATUS_LABELS[IntroductionStatus(status)])
    if outcome is None:
        return said
    return f"{said} · {translate(OUTCOME_LABELS[IntroductionOutcome(outcome)])}"
