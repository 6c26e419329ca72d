"""What paths tell in the timeline of a structure: each step, each end."""

from flask import url_for
from sqlalchemy.orm import Session

from crm.accompaniment.queries import told_of
from crm.accompaniment.types import OUTCOME_LABELS, STAGE_LABELS, Outcome, Stage
from crm.core.errors import N_
from crm.web.locale import translate
from crm.web.timeline import TimelineEntry


def step_entries(
    session: Session, *, entity: str, record_id: int, limit: int
) -> list[TimelineEntry]:
    """Return the latest steps and ends of a structure's paths; none for another kind of record."""
    if entity != "structure":
        return []
    return [
        TimelineEntry(
            when=row.day,
            title=_title(row.code, is_end=bool(row.is_end)),
            url=url_for("accompaniments.show", accompaniment_id=row.id),
            icon="flag" if row.is_end else "target-arrow",
            who=row.who,
        )
        for row in told_of(session, record_id, limit)
    ]


def _title(code: str, *, is_end: bool) -> str:
    if is_end:
        return translate(
            N_("Accompagnement clos : %(outcome)s"),
            outcome=translate(OUTCOME_LABELS[Outcome(code)]).lower(),
        )
    return translate(
        N_("Accompagnement, étape « %(stage)s »"), stage=translate(STAGE_LABELS[Stage(code)])
    )
