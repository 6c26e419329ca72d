"""The forms of campaigns."""

from crm.campaigns.forms.campaigns import CampaignForm, CloneForm, GoalsForm
from crm.campaigns.forms.picking import PickForm
from crm.campaigns.forms.plans import DirectoryForm, EventLinkForm, LinkForm, MessageForm, StepForm
from crm.campaigns.forms.targets import CallForm, DropForm, TargetForm

__all__ = [
    "CallForm",
    "CampaignForm",
    "CloneForm",
    "DirectoryForm",
    "DropForm",
    "EventLinkForm",
    "GoalsForm",
    "LinkForm",
    "MessageForm",
    "PickForm",
    "StepForm",
    "TargetForm",
]
