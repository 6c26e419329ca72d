"""The events that count for a campaign."""

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from crm.campaigns.models import Campaign, Target
from crm.campaigns.operations.campaigns import get_campaign
from crm.campaigns.operations.moves import advance
from crm.campaigns.types import Cause
from crm.core.errors import N_, RuleError
from crm.events.models import Event


def link_event(session: Session, *, campaign_id: int, event_id: int) -> Campaign:
    """Let an event count for a campaign: who registered or came already is moved; twice is once."""
    campaign = get_campaign(session, campaign_id, for_update=True)
    event = session.get(Event, event_id)
    if event is None or event.deleted_at is not None:
        raise RuleError("event", N_("Choisissez un événement de la liste."))
    if event not in campaign.events:
        campaign.events.append(event)
        flag_modified(campaign, "created_at")  # a list alone does not make the version grow
        session.flush()
        causes = {Cause.REGISTRATION, Cause.ATTENDANCE}
        advance(session, causes, Target.campaign_id == campaign_id)
    return campaign


def unlink_event(session: Session, *, campaign_id: int, event_id: int) -> Campaign:
    """Let an event count for a campaign no more; what it moved stays moved."""
    campaign = get_campaign(session, campaign_id, for_update=True)
    kept = [each for each in campaign.events if each.id != event_id]
    if len(kept) != len(campaign.events):
        campaign.events = kept
        flag_modified(campaign, "created_at")
    session.flush()
    return campaign
