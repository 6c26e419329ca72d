"""The campaign that goes on from another one: its plan, its goals, the targets that it takes."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.campaigns.models import Campaign, CampaignGoal, CampaignMailing
from crm.campaigns.operations.campaigns import create_campaign, get_campaign
from crm.campaigns.operations.targets import copy_targets
from crm.campaigns.types import CampaignData
from crm.core import clock


def clone_campaign(
    session: Session, *, source_id: int, data: CampaignData, stages: Collection[str]
) -> Campaign:
    """Make the campaign that goes on from one, with the targets that stood at these stages.

    The goals and the plan come along, the plan without its days nor its mailings; each target
    begins anew. Raises RuleError, or NotFoundError.
    """
    source = get_campaign(session, source_id)
    made = create_campaign(session, data=data, cloned_from_id=source.id)
    made.goals = [
        CampaignGoal(departement_code=each.departement_code, measure=each.measure, count=each.count)
        for each in source.goals
    ]
    steps = session.scalars(
        select(CampaignMailing)
        .where(CampaignMailing.campaign_id == source.id)
        .order_by(CampaignMailing.planned_on.is_(None), CampaignMailing.planned_on)
        .order_by(CampaignMailing.id)
    )
    session.add_all(
        [
            CampaignMailing(campaign_id=made.id, what=each.what, created_at=clock.now())
            for each in steps
        ]
    )
    session.flush()
    copy_targets(session, campaign=made, stages=stages)
    return made
