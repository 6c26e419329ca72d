"""How campaigns and their targets come back, and what of them points at other records."""

from collections.abc import Sequence
from datetime import datetime

from flask import url_for
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from crm.campaigns.models import Campaign, CampaignMailing, Target, TargetMove
from crm.campaigns.types import Cause, Obstacle, Stage
from crm.contacts.models import Structure
from crm.core import clock
from crm.core.errors import N_
from crm.core.text import sort_key
from crm.history.kinds import Kind, Pointer
from crm.history.recording import actor_of
from crm.web.access import Permission
from crm.web.locale import translate


def _mend_campaign(session: Session, campaign: Campaign) -> None:
    campaign.sort_name = sort_key(campaign.name)
    session.flush()


def _mend_target(session: Session, target: Target) -> None:
    """Let a stage that was put back be told by a move, and its obstacle go with it."""
    stage = inspect(target).attrs.stage.history
    if stage.has_changes() and stage.deleted:
        if target.stage != Stage.DROPPED:
            target.obstacle = target.obstacle_note = None
        elif target.obstacle is None:
            target.obstacle = Obstacle.OTHER
        _tell(session, target, stage.deleted[0])
    session.flush()


def _tell(session: Session, target: Target, before: str) -> None:
    """Add the move that takes back the latest one, where it led to the stage that is left."""
    at: datetime = clock.now()
    latest = session.scalars(
        select(TargetMove)
        .where(TargetMove.target_id == target.id)
        .order_by(TargetMove.id.desc())
        .limit(1)
    ).first()
    undone = latest if latest is not None and _leads(latest, target, before) else None
    session.add(
        TargetMove(
            target_id=target.id,
            campaign_id=target.campaign_id,
            from_stage=before,
            to_stage=target.stage,
            cause=Cause.UNDONE,
            obstacle=target.obstacle,
            source_kind="target_move" if undone else None,
            source_id=undone.id if undone else None,
            happened_on=clock.in_paris(at).date(),
            at=at,
            author_id=actor_of(session).user_id,
            undoes_id=undone.id if undone else None,
        )
    )


def _leads(move: TargetMove, target: Target, stage: str) -> bool:
    is_last = move.to_stage == stage and move.from_stage == target.stage
    return is_last and move.cause != Cause.UNDONE


def _missing_of_target(session: Session, target: Target) -> str | None:
    """Name what is in the trash without which a target cannot come back."""
    campaign = session.scalar(
        select(Campaign.name).where(
            Campaign.id == target.campaign_id, Campaign.deleted_at.is_not(None)
        )
    )
    return campaign or session.scalar(
        select(Structure.name).where(
            Structure.id == target.structure_id,
            Structure.deleted_at.is_not(None),
            Structure.merged_into_id.is_(None),
        )
    )


KINDS = (
    Kind(
        "campaign",
        Campaign,
        lambda campaign: campaign.name,
        page=("campaigns.show", "campaign_id"),
        mend=_mend_campaign,
        plain=frozenset({"purpose", "script", "functions", "status"}),
        owned=frozenset(
            {
                "campaign_axis",
                "campaign_member",
                "campaign_event",
                "campaign_goal",
                "campaign_mailing",
                "target.campaign_id",
                "target_move",
            }
        ),
        released=frozenset({"campaign.cloned_from_id"}),
    ),
    Kind(
        "target",
        Target,
        lambda target: target.structure_name,
        page=("campaigns.show_target", "target_id"),
        permission=Permission.LOG_SESSIONS,
        mend=_mend_target,
        plain=frozenset({"contact_id", "role", "officer_id", "next_call_on", "deleted_at"}),
        owned=frozenset({"target_move"}),
        missing=_missing_of_target,
    ),
    Kind("campaign_mailing", CampaignMailing, lambda step: step.what),
)
RELEASED = (
    ("segment", "campaign.segment_id"),
    ("funding_call", "campaign.call_id"),
    ("funding_scheme", "campaign.scheme_id"),
    ("contact", "target.contact_id"),
    ("mailing", "campaign_mailing.mailing_id"),
)
OWNED = (("event", "campaign_event"),)


def campaigns_of_structure(session: Session, structure_id: int) -> Pointer | None:
    """Say which campaigns target a structure; it can go to the trash all the same."""
    rows: Sequence[str] = session.scalars(
        select(Campaign.name)
        .join(Target, Target.campaign_id == Campaign.id)
        .where(
            Target.structure_id == structure_id,
            Target.deleted_at.is_(None),
            Campaign.deleted_at.is_(None),
        )
        .order_by(Campaign.starts_on.desc(), Campaign.id)
    ).all()
    if not rows:
        return None
    return Pointer(
        translate(N_("Campagnes : %(names)s"), names=", ".join(rows)),
        url_for("campaigns.index"),
        blocks=False,
    )


POINTERS = (("structure", campaigns_of_structure),)
