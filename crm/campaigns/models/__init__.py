"""The tables of campaigns."""

from crm.campaigns.models.campaigns import (
    Campaign,
    CampaignGoal,
    CampaignMailing,
    campaign_axis,
    campaign_event,
    campaign_member,
)
from crm.campaigns.models.directory import DirectoryEntry
from crm.campaigns.models.targets import Target, TargetMove

__all__ = [
    "Campaign",
    "CampaignGoal",
    "CampaignMailing",
    "DirectoryEntry",
    "Target",
    "TargetMove",
    "campaign_axis",
    "campaign_event",
    "campaign_member",
]
