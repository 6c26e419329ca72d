"""Reads of targets: one with all its page shows, the board, who is to be called."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from crm.accounts.models import User
from crm.campaigns.models import Campaign, Target, TargetMove
from crm.campaigns.queries.campaigns import moves_told
from crm.campaigns.queries.conditions import is_there, names_elsewhere
from crm.campaigns.rules import next_stage
from crm.campaigns.types import STAGE_LABELS, Stage
from crm.contacts.models import Affiliation, Contact, Structure
from crm.contacts.queries.people import is_current_on
from crm.core.errors import NotFoundError
from crm.territories.models import Commune
from crm.web.list_definition import Narrowing

SHOWN = 30
QUEUE = 10
_Before = aliased(Target)
# Those who are called without a day being set: nobody has been spoken to yet.
_UNSPOKEN = (Stage.TO_CONTACT, Stage.CONTACTED)


def target_for_page(session: Session, target_id: int) -> Target:
    """Return a target with its campaign, structure, person and officer; raise NotFoundError."""
    target = session.scalar(
        select(Target)
        .join(Campaign, Campaign.id == Target.campaign_id)
        .where(Target.id == target_id, Target.deleted_at.is_(None), Campaign.deleted_at.is_(None))
        .options(
            joinedload(Target.campaign),
            joinedload(Target.structure).joinedload(Structure.commune),
            joinedload(Target.contact),
            joinedload(Target.officer),
        )
    )
    if target is None:
        raise NotFoundError
    return target


def moves_of(session: Session, target_id: int) -> Sequence[Row[Any]]:
    """Return the moves of a target, the latest first."""
    return session.execute(
        moves_told().where(TargetMove.target_id == target_id).order_by(TargetMove.id.desc())
    ).all()


def people_to_reach(session: Session, structure_id: int, day: date) -> list[tuple[str, str]]:
    """Return (id, name and role) of the people of a structure, elected ones first."""
    rows = session.execute(
        select(Contact.id, Contact.first_name, Contact.last_name, Affiliation.role)
        .join(Affiliation, Affiliation.contact_id == Contact.id)
        .where(
            Affiliation.structure_id == structure_id,
            is_current_on(day),
            Contact.deleted_at.is_(None),
        )
        .order_by(Affiliation.is_elected.desc(), Contact.sort_name, Contact.id, Affiliation.id)
    ).tuples()
    found: dict[str, str] = {}
    for contact_id, first_name, last_name, role in rows:
        name = f"{first_name or ''} {last_name}".strip()
        found.setdefault(str(contact_id), f"{name}, {role}")
    return list(found.items())


def before(campaign: Campaign) -> Select[Any]:
    """Select the stage that a target's structure came to in the campaign this one goes on from."""
    return (
        select(_Before.stage)
        .where(
            _Before.campaign_id == campaign.cloned_from_id,
            _Before.structure_id == Target.structure_id,
            _Before.deleted_at.is_(None),
        )
        .correlate(Target)
    )


def target_before(session: Session, target: Target) -> Target | None:
    """Return what the structure of a target was in the campaign that this one goes on from."""
    if target.campaign.cloned_from_id is None:
        return None
    return session.scalar(
        select(Target)
        .where(
            Target.campaign_id == target.campaign.cloned_from_id,
            Target.structure_id == target.structure_id,
            Target.deleted_at.is_(None),
        )
        .options(joinedload(Target.campaign))
    )


@dataclass(slots=True)
class BoardColumn:
    """A stage: how many targets stand there, and the cards shown."""

    stage: Stage
    label: str
    count: int = 0
    cards: list[Row[Any]] = field(default_factory=list)

    @property
    def next_stage(self) -> Stage | None:
        """Return the stage that its cards go to next."""
        return next_stage(self.stage)


def board_columns(session: Session, campaign: Campaign, narrowing: Narrowing) -> list[BoardColumn]:
    """Return the columns of the targets that a list is narrowed to: one statement."""
    columns = {stage: BoardColumn(stage, label) for stage, label in STAGE_LABELS.items()}
    for row in session.execute(_ranked_cards(campaign, narrowing), narrowing.values):
        column = columns[Stage(row.stage)]
        column.count = row.total
        column.cards.append(row)
    return list(columns.values())


def _ranked_cards(campaign: Campaign, narrowing: Narrowing) -> Select[Any]:
    if narrowing.counted is None:
        raise ValueError("a list that counts its ids was expected")
    wanted = narrowing.counted.subquery()
    order = (Target.next_call_on.is_(None), Target.next_call_on, Structure.sort_name, Target.id)
    ranked = (
        select(
            Target.id.label("ranked_id"),
            func.row_number().over(partition_by=Target.stage, order_by=order).label("rank"),
            func.count().over(partition_by=Target.stage).label("total"),
        )
        .join(wanted, wanted.c.id == Target.id)
        .join(Structure, Structure.id == Target.structure_id)
        .subquery()
    )
    return (
        _cards(campaign)
        .add_columns(ranked.c.total)
        .join(ranked, ranked.c.ranked_id == Target.id)
        .where(ranked.c.rank <= SHOWN)
        .order_by(Target.stage, ranked.c.rank)
    )


def _cards(campaign: Campaign) -> Select[Any]:
    latest = (
        select(func.max(TargetMove.at))
        .where(TargetMove.target_id == Target.id)
        .correlate(Target)
        .scalar_subquery()
    )
    return (
        select(
            Target.id,
            Target.structure_id,
            Target.stage,
            Target.obstacle,
            Target.role,
            Target.next_call_on,
            Target.departement_code,
            Structure.name,
            Structure.phone,
            Commune.name.label("commune"),
            User.name.label("officer"),
            latest.label("moved_at"),
            names_elsewhere().label("elsewhere"),
            before(campaign).scalar_subquery().label("before"),
        )
        .join(Structure, Structure.id == Target.structure_id)
        .outerjoin(User, User.id == Target.officer_id)
        .outerjoin(Commune, Commune.insee_code == Structure.commune_code)
    )


def is_to_call(today: date) -> ColumnElement[bool]:
    """Return the condition of targets to call: the day has come, or nobody was spoken to yet."""
    return or_(
        Target.next_call_on <= today,
        and_(Target.next_call_on.is_(None), Target.stage.in_(_UNSPOKEN)),
    )


def call_queue(
    session: Session,
    campaign: Campaign,
    today: date,
    *,
    officer_id: int | None = None,
    departement: str | None = None,
) -> tuple[Sequence[Row[Any]], int]:
    """Return who is to be called, the most overdue first, and how many there are."""
    conditions = [Target.campaign_id == campaign.id, is_there(), is_to_call(today)]
    if officer_id is not None:
        conditions.append(Target.officer_id == officer_id)
    if departement:
        conditions.append(Target.departement_code == departement)
    rows = session.execute(
        _cards(campaign)
        .where(*conditions)
        .order_by(
            Target.next_call_on.is_(None), Target.next_call_on, Structure.sort_name, Target.id
        )
        .limit(QUEUE)
    ).all()
    count = session.scalar(select(func.count()).select_from(Target).where(*conditions)) or 0
    return rows, count
