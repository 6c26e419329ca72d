"""How paths come back, and what of them points at structures."""

from flask import url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.accompaniment.models import Accompaniment, StageChange
from crm.accompaniment.rules import check_stage
from crm.accompaniment.types import STAGE_LABELS, Stage
from crm.contacts.models import Structure
from crm.core.errors import N_
from crm.history.kinds import Kind, Pointer
from crm.web.access import Permission
from crm.web.formats import short_date
from crm.web.locale import translate


def _mend(session: Session, record: Accompaniment) -> None:
    """See that a path that is there has at least the step it began with."""
    check_stage(record.stage)
    session.flush()
    first = select(StageChange.id).where(StageChange.accompaniment_id == record.id).limit(1)
    if record.deleted_at is None and session.scalar(first) is None:
        session.add(
            StageChange(accompaniment_id=record.id, stage=record.stage, changed_on=record.opened_on)
        )
        session.flush()


def _structure_in_trash(session: Session, record: Accompaniment) -> str | None:
    return session.scalar(
        select(Structure.name).where(
            Structure.id == record.structure_id,
            Structure.deleted_at.is_not(None),
            Structure.merged_into_id.is_(None),
        )
    )


KINDS = (
    Kind(
        "accompaniment",
        Accompaniment,
        lambda record: record.about or short_date(record.opened_on),
        page=("accompaniments.show", "accompaniment_id"),
        permission=Permission.LOG_SESSIONS,
        mend=_mend,
        plain=frozenset({"about", "next_milestone", "next_milestone_on", "person_id"}),
        owned=frozenset({"accompaniment_obstacle", "accompaniment_stage"}),
        missing=_structure_in_trash,
    ),
    Kind(
        "accompaniment_stage",
        StageChange,
        lambda change: STAGE_LABELS[Stage(change.stage)],
        permission=Permission.LOG_SESSIONS,
    ),
)
RELEASED = (("project", "accompaniment.project_id"),)


def accompaniments_of_structure(session: Session, structure_id: int) -> Pointer | None:
    """Say how many paths a structure has, current and closed."""
    count = session.scalar(
        select(func.count()).where(
            Accompaniment.structure_id == structure_id, Accompaniment.deleted_at.is_(None)
        )
    )
    if not count:
        return None
    return Pointer(
        translate(N_("Accompagnements : %(count)s"), count=count),
        url_for("accompaniments.index", structure=structure_id),
    )


POINTERS = (("structure", accompaniments_of_structure),)
