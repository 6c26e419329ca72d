"""The lists of campaigns and of their targets."""

from crm.campaigns.listings.campaigns import CAMPAIGNS, campaign_list, narrow_campaigns
from crm.campaigns.listings.directory import directory_list, narrow_directory
from crm.campaigns.listings.targets import narrow_targets, target_list

__all__ = [
    "CAMPAIGNS",
    "campaign_list",
    "directory_list",
    "narrow_campaigns",
    "narrow_directory",
    "narrow_targets",
    "target_list",
]
