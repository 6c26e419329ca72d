"""What happened for the targets of campaigns, as it is now: messages, events, sessions, dossiers.

Each of these selects (target_id, source_id, happened_on: a day or an instant), once for a target
and a source. They are read, never stored: a session put in the trash is no fact any more.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from crm.campaigns.models import Campaign, CampaignMailing, Target, campaign_event
from crm.campaigns.rules import ARRIVED_AFTER
from crm.campaigns.types import Cause
from crm.contacts.models import Structure
from crm.core import clock
from crm.database import UtcDateTime
from crm.events.models import Attendance, Event, Registration
from crm.events.types import RegistrationStatus
from crm.followups.models import AccompanimentSession, SessionStructure
from crm.followups.types import SessionStatus
from crm.funding.models import FundingApplication
from crm.funding.queries.conditions import counted_on, is_filed, is_kept, is_obtained
from crm.mail.models import Delivery, DeliveryEvent
from crm.mail.types import DeliveryState, ReportKind
from crm.mailings.models import MailingRecipient

ARRIVED_BEFORE = "arrived_before"
# The structure of a target, or one that was merged into it since.
_Itself, _Merged = aliased(Structure), aliased(Structure)


def is_targeted() -> ColumnElement[bool]:
    """Return the condition of targets that are there, of campaigns that are there."""
    return and_(Target.deleted_at.is_(None), Campaign.deleted_at.is_(None))


def _of_structures(*columns: Any) -> Select[Any]:
    return (
        select(Target.id.label("target_id"), *columns)
        .join(Campaign, Campaign.id == Target.campaign_id)
        .join(
            _Itself,
            or_(_Itself.id == Target.structure_id, _Itself.merged_into_id == Target.structure_id),
        )
        .where(is_targeted())
    )


def _in_campaign(day: Any) -> ColumnElement[bool]:
    return and_(day >= Campaign.starts_on, day <= Campaign.ends_on)


@cache
def session_facts() -> Select[Any]:
    """Select the sessions done with targets while their campaign lasts."""
    day = AccompanimentSession.held_on
    return (
        _of_structures(AccompanimentSession.id.label("source_id"), day.label("happened_on"))
        .join(SessionStructure, SessionStructure.structure_id == _Itself.id)
        .join(AccompanimentSession, AccompanimentSession.id == SessionStructure.session_id)
        .where(
            AccompanimentSession.status == SessionStatus.DONE,
            AccompanimentSession.deleted_at.is_(None),
            _in_campaign(day),
        )
        .distinct()
    )


def _is_for_campaign() -> ColumnElement[bool]:
    """Return whether an application is one that the campaign aims at: for its call, or scheme."""
    return or_(
        FundingApplication.call_id == Campaign.call_id,
        and_(Campaign.call_id.is_(None), FundingApplication.scheme_id == Campaign.scheme_id),
        and_(Campaign.call_id.is_(None), Campaign.scheme_id.is_(None)),
    )


def _applications(day: Any) -> Select[Any]:
    return (
        _of_structures(FundingApplication.id.label("source_id"), day.label("happened_on"))
        .join(FundingApplication, FundingApplication.beneficiary_id == _Itself.id)
        .where(is_kept(), is_filed(), _in_campaign(counted_on()), _is_for_campaign())
        .distinct()
    )


@cache
def application_facts() -> Select[Any]:
    """Select the applications that targets filed while their campaign lasts, for what it is of."""
    return _applications(counted_on())


@cache
def award_facts() -> Select[Any]:
    """Select those of the applications that obtained something, even decided later."""
    decided_on = func.coalesce(FundingApplication.decided_on, counted_on(), type_=Date)
    return _applications(decided_on).where(is_obtained())


def _of_mailings(at: Any) -> Select[Any]:
    return (
        select(
            Target.id.label("target_id"),
            CampaignMailing.mailing_id.label("source_id"),
            func.min(at, type_=UtcDateTime()).label("happened_on"),
        )
        .select_from(CampaignMailing)
        .join(Campaign, Campaign.id == CampaignMailing.campaign_id)
        .join(MailingRecipient, MailingRecipient.mailing_id == CampaignMailing.mailing_id)
        .join(Delivery, Delivery.id == MailingRecipient.delivery_id)
        .join(
            Target,
            and_(
                Target.campaign_id == Campaign.id,
                or_(
                    Target.structure_id == MailingRecipient.structure_id,
                    Target.contact_id == MailingRecipient.contact_id,
                    Target.structure_id.in_(_what_became_of(MailingRecipient.structure_id)),
                ),
            ),
        )
        .where(is_targeted(), MailingRecipient.is_in)
        .group_by(Target.id, CampaignMailing.mailing_id)
    )


def _what_became_of(structure_id: Any) -> Select[Any]:
    return select(_Merged.merged_into_id).where(
        _Merged.id == structure_id, _Merged.merged_into_id.is_not(None)
    )


@cache
def delivery_facts() -> Select[Any]:
    """Select the campaign's mailings that arrived: confirmed, or taken a day ago and not back."""
    return _of_mailings(Delivery.settled_at).where(
        or_(
            Delivery.state == DeliveryState.DELIVERED,
            and_(
                Delivery.state == DeliveryState.ACCEPTED,
                Delivery.settled_at <= bindparam(ARRIVED_BEFORE, type_=UtcDateTime()),
            ),
        )
    )


@cache
def reply_facts() -> Select[Any]:
    """Select the campaign's mailings that someone of the target replied to."""
    return (
        _of_mailings(DeliveryEvent.happened_at)
        .join(DeliveryEvent, DeliveryEvent.delivery_id == MailingRecipient.delivery_id)
        .where(DeliveryEvent.kind == ReportKind.REPLIED, ~DeliveryEvent.is_robot)
    )


def _of_events(linked: Any, when: Any) -> Select[Any]:
    is_theirs = or_(
        Target.structure_id == linked.structure_id,
        Target.contact_id == linked.contact_id,
        Target.structure_id.in_(_what_became_of(linked.structure_id)),
    )
    return (
        select(
            Target.id.label("target_id"),
            campaign_event.c.event_id.label("source_id"),
            func.min(when, type_=when.type).label("happened_on"),
        )
        .select_from(campaign_event)
        .join(Campaign, Campaign.id == campaign_event.c.campaign_id)
        .join(Event, Event.id == campaign_event.c.event_id)
        .join(linked, linked.event_id == Event.id)
        .join(Target, and_(Target.campaign_id == Campaign.id, is_theirs))
        .where(is_targeted(), Event.deleted_at.is_(None))
        .group_by(Target.id, campaign_event.c.event_id)
    )


@cache
def registration_facts() -> Select[Any]:
    """Select the campaign's events that someone of the target has a seat at."""
    is_seated = Registration.status == RegistrationStatus.REGISTERED
    return _of_events(Registration, Registration.created_at).where(is_seated)


@cache
def attendance_facts() -> Select[Any]:
    """Select the campaign's events that someone of the target came to."""
    day = func.coalesce(Event.held_on, func.date(Attendance.created_at, type_=Date), type_=Date)
    return _of_events(Attendance, day).where(Attendance.is_present)


FACTS: Mapping[Cause, Callable[[], Select[Any]]] = {
    Cause.DELIVERY: delivery_facts,
    Cause.REPLY: reply_facts,
    Cause.REGISTRATION: registration_facts,
    Cause.ATTENDANCE: attendance_facts,
    Cause.SESSION: session_facts,
    Cause.FILING: application_facts,
    Cause.AWARD: award_facts,
}


def values_of(cause: Cause, now: datetime) -> dict[str, datetime]:
    """Return the parameters that the statement of a cause takes at this instant."""
    return {ARRIVED_BEFORE: now - ARRIVED_AFTER} if cause is Cause.DELIVERY else {}


def day_of(value: Any, otherwise: date) -> date:
    """Return the day in Paris that a fact holds; another one where it says none."""
    if isinstance(value, datetime):
        return clock.in_paris(value).date()
    return value if isinstance(value, date) else otherwise
