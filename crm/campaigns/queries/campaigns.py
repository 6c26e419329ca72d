"""Reads of campaigns: one with all its page shows, its plan, what happened lately."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from crm.accounts.models import User
from crm.campaigns.models import Campaign, CampaignMailing, Target, TargetMove
from crm.campaigns.queries.conditions import is_there, is_undone
from crm.campaigns.types import Cause, Stage, Status
from crm.contacts.models import Structure
from crm.core.errors import NotFoundError
from crm.mail.models import Delivery
from crm.mailings.models import Mailing, MailingRecipient
from crm.mailings.queries.results import LEFT

LATELY = timedelta(days=7)
_SHOWN = 12


def campaign_for_page(session: Session, campaign_id: int) -> Campaign:
    """Return a campaign with its call, scheme, theme, segment and lists; raise NotFoundError."""
    campaign = session.scalar(
        select(Campaign)
        .where(Campaign.id == campaign_id, Campaign.deleted_at.is_(None))
        .options(
            joinedload(Campaign.call),
            joinedload(Campaign.scheme),
            joinedload(Campaign.theme),
            joinedload(Campaign.segment),
            joinedload(Campaign.cloned_from),
            selectinload(Campaign.axes),
            selectinload(Campaign.members),
            selectinload(Campaign.events),
            selectinload(Campaign.goals),
        )
    )
    if campaign is None:
        raise NotFoundError
    return campaign


def find_campaign(session: Session, campaign_id: int) -> Campaign:
    """Return a campaign that is not in the trash, alone; raise NotFoundError."""
    campaign = session.get(Campaign, campaign_id)
    if campaign is None or campaign.deleted_at is not None:
        raise NotFoundError
    return campaign


@dataclass(frozen=True, slots=True)
class PlannedMessage:
    """A step of the message plan, with what became of its mailing."""

    id: int
    what: str
    planned_on: date | None
    mailing_id: int | None
    status: str | None
    left: int


def message_plan(session: Session, campaign_id: int) -> list[PlannedMessage]:
    """Return the steps of the plan, those without a day last; one statement."""
    left = (
        select(func.count())
        .select_from(MailingRecipient)
        .join(Delivery, Delivery.id == MailingRecipient.delivery_id)
        .where(MailingRecipient.mailing_id == CampaignMailing.mailing_id, Delivery.state.in_(LEFT))
        .correlate(CampaignMailing)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            CampaignMailing.id,
            CampaignMailing.what,
            CampaignMailing.planned_on,
            Mailing.id,
            Mailing.status,
            left,
        )
        .outerjoin(
            Mailing, (Mailing.id == CampaignMailing.mailing_id) & Mailing.deleted_at.is_(None)
        )
        .where(CampaignMailing.campaign_id == campaign_id)
        .order_by(
            CampaignMailing.planned_on.is_(None), CampaignMailing.planned_on, CampaignMailing.id
        )
    ).tuples()
    return [PlannedMessage(*row) for row in rows]


def mailings_to_link(session: Session) -> list[tuple[str, str]]:
    """Return (id, name) of the mailings that are no campaign's yet, the newest first."""
    taken = select(CampaignMailing.mailing_id).where(CampaignMailing.mailing_id.is_not(None))
    rows = session.execute(
        select(Mailing.id, Mailing.name)
        .where(Mailing.deleted_at.is_(None), Mailing.id.not_in(taken))
        .order_by(Mailing.created_at.desc(), Mailing.id.desc())
        .limit(100)
    ).tuples()
    return [(str(mailing_id), name) for mailing_id, name in rows]


@dataclass(frozen=True, slots=True)
class Lately:
    """What changed in a campaign in the last seven days: where those who moved are, the latest.

    `counts` has how many of them are at each stage now; moves taken back since do not count.
    """

    counts: Sequence[tuple[str, int]]
    moves: Sequence[Row[Any]]


def has_moved(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of moves of the last seven days, those taken back left out."""
    return (
        TargetMove.at > now - LATELY,
        TargetMove.cause != Cause.UNDONE,
        TargetMove.from_stage != TargetMove.to_stage,
        ~is_undone(),
    )


def lately(session: Session, campaign_id: int, now: datetime) -> Lately:
    """Return what changed in the last seven days."""
    conditions = (TargetMove.campaign_id == campaign_id, *has_moved(now), is_there())
    counts = session.execute(
        select(Target.stage, func.count(Target.id.distinct()))
        .join(TargetMove, TargetMove.target_id == Target.id)
        .where(*conditions)
        .group_by(Target.stage)
    ).tuples()
    found = dict(counts.all())
    moves = session.execute(
        moves_told().where(*conditions).order_by(TargetMove.id.desc()).limit(_SHOWN)
    ).all()
    return Lately([(each, found[each]) for each in Stage if each in found], moves)


def moves_told() -> Select[Any]:
    """Select what is told of moves: who, from where to where, why."""
    return (
        select(
            TargetMove.id,
            TargetMove.target_id,
            TargetMove.from_stage,
            TargetMove.to_stage,
            TargetMove.reached,
            TargetMove.cause,
            TargetMove.note,
            TargetMove.obstacle,
            TargetMove.source_kind,
            TargetMove.source_id,
            TargetMove.happened_on,
            TargetMove.at,
            TargetMove.undoes_id,
            is_undone().label("is_undone"),
            User.name.label("author"),
            Structure.name.label("structure"),
        )
        .join(Target, Target.id == TargetMove.target_id)
        .join(Structure, Structure.id == Target.structure_id)
        .outerjoin(User, User.id == TargetMove.author_id)
    )


OF_STRUCTURE = (
    select(
        Target.id,
        Target.stage,
        Target.obstacle,
        Campaign.id.label("campaign_id"),
        Campaign.name,
        Campaign.status,
        Campaign.starts_on,
    )
    .join(Campaign, Campaign.id == Target.campaign_id)
    .where(
        Target.structure_id == bindparam("record_id"),
        Target.deleted_at.is_(None),
        Campaign.deleted_at.is_(None),
    )
    .order_by(Campaign.status != Status.RUNNING, Campaign.starts_on.desc(), Campaign.id.desc())
)


def campaigns_of(session: Session, structure_id: int) -> Sequence[Row[Any]]:
    """Return the campaigns that target a structure: running first, then the latest."""
    return session.connection().execute(OF_STRUCTURE, {"record_id": structure_id}).all()
