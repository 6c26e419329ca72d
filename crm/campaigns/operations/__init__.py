"""Writes of campaigns."""

from crm.campaigns.operations.campaigns import (
    create_campaign,
    get_campaign,
    set_goals,
    update_campaign,
)
from crm.campaigns.operations.cloning import clone_campaign
from crm.campaigns.operations.events import link_event, unlink_event
from crm.campaigns.operations.moves import advance, get_target, note_call, set_stage, undo_move
from crm.campaigns.operations.plans import begin_mailing, link_mailing, plan_message, remove_step
from crm.campaigns.operations.targets import add_targets, update_target

__all__ = [
    "add_targets",
    "advance",
    "begin_mailing",
    "clone_campaign",
    "create_campaign",
    "get_campaign",
    "get_target",
    "link_event",
    "link_mailing",
    "note_call",
    "plan_message",
    "remove_step",
    "set_goals",
    "set_stage",
    "undo_move",
    "unlink_event",
    "update_campaign",
    "update_target",
]
