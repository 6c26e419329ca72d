"""What campaigns tell in the timeline of a structure, and on its page."""

from collections.abc import Sequence
from typing import Any

from flask import url_for
from sqlalchemy import Integer, Row, bindparam, select
from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.campaigns.models import Campaign, Target, TargetMove
from crm.campaigns.queries.campaigns import campaigns_of
from crm.campaigns.queries.conditions import is_undone
from crm.campaigns.types import (
    CAUSE_LABELS,
    OBSTACLE_LABELS,
    STAGE_LABELS,
    STATUS_LABELS,
    Cause,
    Obstacle,
    Stage,
    Status,
)
from crm.core.errors import N_
from crm.web.locale import translate
from crm.web.panels import Panel, PanelRow
from crm.web.timeline import TimelineEntry

# Sessions and applications tell themselves.
_TOLD = (Cause.BY_HAND, Cause.CALL, Cause.REPLY, Cause.REGISTRATION, Cause.ATTENDANCE)


def move_entries(
    session: Session, *, entity: str, record_id: int, limit: int
) -> list[TimelineEntry]:
    """Return the latest moves of a structure in its campaigns; none for another kind of record."""
    if entity != "structure":
        return []
    return [
        TimelineEntry(
            when=row.at,
            title=_title(row),
            url=url_for("campaigns.show_target", target_id=row.target_id),
            body=row.note,
            icon="target",
            who=row.author,
        )
        for row in _moves(session, record_id, limit)
    ]


def _moves(session: Session, structure_id: int, limit: int) -> Sequence[Row[Any]]:
    values = {"record_id": structure_id, "limit": limit}
    return session.connection().execute(MOVES, values).all()


MOVES = (
    select(
        TargetMove.target_id,
        TargetMove.at,
        TargetMove.to_stage,
        TargetMove.cause,
        TargetMove.note,
        Campaign.name.label("campaign"),
        User.name.label("author"),
    )
    .join(Target, Target.id == TargetMove.target_id)
    .join(Campaign, Campaign.id == TargetMove.campaign_id)
    .outerjoin(User, User.id == TargetMove.author_id)
    .where(
        Target.structure_id == bindparam("record_id"),
        Target.deleted_at.is_(None),
        Campaign.deleted_at.is_(None),
        TargetMove.cause.in_(_TOLD),
        ~is_undone(),
    )
    .order_by(TargetMove.at.desc(), TargetMove.id.desc())
    .limit(bindparam("limit", type_=Integer))
)


def _title(row: Row[Any]) -> str:
    return translate(
        N_("Campagne « %(campaign)s », %(cause)s : %(stage)s"),
        campaign=row.campaign,
        cause=translate(CAUSE_LABELS[Cause(row.cause)]).lower(),
        stage=translate(STAGE_LABELS[Stage(row.to_stage)]).lower(),
    )


def structure_panel(session: Session, structure_id: int) -> Panel:
    """Return the campaigns that target a structure, and where it stands in each."""
    rows = [
        PanelRow(
            title=each.name,
            url=url_for("campaigns.show_target", target_id=each.id),
            detail=_stage(each),
            aside=translate(STATUS_LABELS[Status(each.status)]),
        )
        for each in campaigns_of(session, structure_id)
    ]
    return Panel(translate(N_("Campagnes")), rows)


def _stage(row: Row[Any]) -> str:
    stage = translate(STAGE_LABELS[Stage(row.stage)])
    if row.obstacle is None:
        return stage
    return f"{stage} ({translate(OBSTACLE_LABELS[Obstacle(row.obstacle)]).lower()})"
