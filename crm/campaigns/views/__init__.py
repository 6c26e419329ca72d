"""The pages of campaigns."""

from crm.campaigns.views import (
    calls,
    campaigns,
    directories,
    lists,
    picking,
    plans,
    steps,
    targets,
)
from crm.campaigns.views.blueprint import BLUEPRINTS

__all__ = [
    "BLUEPRINTS",
    "calls",
    "campaigns",
    "directories",
    "lists",
    "picking",
    "plans",
    "steps",
    "targets",
]
