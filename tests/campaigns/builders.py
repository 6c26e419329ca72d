"""What tests of campaigns start from."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.campaigns.models import Campaign, Target, TargetMove
from crm.campaigns.operations import add_targets, create_campaign
from crm.campaigns.queries.picking import Choice
from crm.campaigns.types import CampaignData, Origin
from crm.contacts.models import Structure
from crm.core import clock
from tests.factories.contacts import StructureFactory


def campaign_data(**changes: Any) -> CampaignData:
    """Return what a form says of a campaign that has lasted for a month and lasts for another."""
    today = clock.today()
    values: dict[str, Any] = {
        "name": "Hiver des communes",
        "starts_on": today - timedelta(days=30),
        "ends_on": today + timedelta(days=30),
        "reporting_year": today.year,
        "status": "en_cours",
    }
    return CampaignData(**(values | changes))


def make_campaign(session: Session, **changes: Any) -> Campaign:
    """Return a running campaign."""
    return create_campaign(session, data=campaign_data(**changes))


def choice(structure: Structure) -> Choice:
    """Return a structure as something to add."""
    return Choice(structure.name, structure.departement_code, structure.id)


def aim_at(session: Session, campaign: Campaign, structures: Sequence[Structure]) -> list[Target]:
    """Make these structures targets, and return them in the same order."""
    choices = [choice(each) for each in structures]
    add_targets(session, campaign_id=campaign.id, choices=choices, origin=Origin.PASTED)
    by_structure = {each.structure_id: each for each in targets_of(session, campaign)}
    return [by_structure[each.id] for each in structures]


def one_target(session: Session, campaign: Campaign | None = None, **structure: Any) -> Target:
    """Return a target of a campaign, a new structure."""
    campaign = campaign or make_campaign(session)
    return aim_at(session, campaign, [StructureFactory(**structure)])[0]


def targets_of(session: Session, campaign: Campaign) -> list[Target]:
    """Return the targets of a campaign as the database has them."""
    return list(
        session.scalars(
            select(Target)
            .where(Target.campaign_id == campaign.id, Target.deleted_at.is_(None))
            .order_by(Target.id)
            .execution_options(populate_existing=True)
        )
    )


def moves(session: Session, target: Target) -> list[TargetMove]:
    """Return the moves of a target, the first first."""
    return list(
        session.scalars(
            select(TargetMove)
            .where(TargetMove.target_id == target.id)
            .order_by(TargetMove.id)
            .execution_options(populate_existing=True)
        )
    )


def start_anew(session: Session) -> None:
    """End the transaction's notes, as a commit does: the next save is another one."""
    session.flush()
    for name in ("change_set_id", "change_set_description"):
        session.info.pop(name, None)


def days_ago(count: int) -> date:
    """Return the day so many days ago."""
    return clock.today() - timedelta(days=count)


def structure_of(session: Session, target: Target) -> Structure:
    """Return the structure of a target."""
    return session.get_one(Structure, target.structure_id)
