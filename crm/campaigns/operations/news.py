"""What campaigns hear from the packages below: a message arrived, a session, an application."""

from collections.abc import Collection

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from crm.campaigns.models import CampaignMailing, Target, campaign_event
from crm.campaigns.operations.moves import advance
from crm.campaigns.types import Cause
from crm.contacts.models import Structure
from crm.events.events import Attended, Registered
from crm.followups.events import SessionSaved
from crm.followups.models import SessionStructure
from crm.funding.events import ApplicationSaved
from crm.funding.models import FundingApplication
from crm.mail.events import DeliveryReported
from crm.mail.models import Delivery
from crm.mail.types import ReportKind

_CAUSES = {ReportKind.DELIVERED: Cause.DELIVERY, ReportKind.REPLIED: Cause.REPLY}


def move_with_delivery(session: Session, event: DeliveryReported) -> None:
    """Move the targets that a message of a campaign reached, or who replied to it."""
    cause = _CAUSES.get(event.kind)
    if cause is None or event.batch_id is None or not _is_planned(session, event.batch_id):
        return
    advance(session, {cause}, Delivery.id == event.delivery_id)


def _is_planned(session: Session, mailing_id: int) -> bool:
    found = select(CampaignMailing.id).where(CampaignMailing.mailing_id == mailing_id)
    return session.scalar(found) is not None


# The structures of a session or an application that campaigns aim at, under the ids they have now.
_TARGETED = select(Target.structure_id).distinct().where(Target.deleted_at.is_(None))
_TODAY = select(func.coalesce(Structure.merged_into_id, Structure.id))
_OF_SESSION = _TARGETED.where(
    Target.structure_id.in_(
        _TODAY.join(SessionStructure, SessionStructure.structure_id == Structure.id).where(
            SessionStructure.session_id == bindparam("session_id")
        )
    )
)
_OF_APPLICATION = _TARGETED.where(
    Target.structure_id.in_(
        _TODAY.join(FundingApplication, FundingApplication.beneficiary_id == Structure.id).where(
            FundingApplication.id == bindparam("application_id")
        )
    )
)


def move_with_session(session: Session, event: SessionSaved) -> None:
    """Move the targets that were accompanied."""
    values = {"session_id": event.session_id}
    ids = session.connection().scalars(_OF_SESSION, values).all()
    if ids:
        advance(session, {Cause.SESSION}, Target.structure_id.in_(ids))


def move_with_application(session: Session, event: ApplicationSaved) -> None:
    """Move the target that filed an application, or obtained something."""
    ids = session.scalars(_OF_APPLICATION, {"application_id": event.application_id}).all()
    if ids:
        advance(session, {Cause.FILING, Cause.AWARD}, Target.structure_id.in_(ids))


def _what_they_are(session: Session, ids: Collection[int]) -> set[int]:
    """Return the structures that these are now, those merged as what they were merged into."""
    if not ids:
        return set()
    itself = func.coalesce(Structure.merged_into_id, Structure.id)
    return set(session.scalars(select(itself).where(Structure.id.in_(ids))))


def move_with_registration(session: Session, event: Registered | Attended) -> None:
    """Move the targets of whoever has a seat at an event of a campaign, or came to it.

    That someone does not come any more is not listened to: nothing goes backwards by itself.
    """
    causes = {Cause.REGISTRATION, Cause.ATTENDANCE}
    of_event = campaign_event.c.event_id == event.event_id
    if session.scalar(select(campaign_event.c.campaign_id).where(of_event).limit(1)) is None:
        return
    theirs = [Target.contact_id == event.contact_id] if event.contact_id else []
    if event.structure_id:
        theirs.append(Target.structure_id.in_(_what_they_are(session, {event.structure_id})))
    if theirs:
        advance(session, causes, of_event, or_(*theirs))
