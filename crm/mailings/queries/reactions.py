"""Who reacted to a mailing, and who did not: the one definition of a reaction."""

from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, exists, func, or_, select, union
from sqlalchemy.orm import aliased

from crm.contacts.models import Contact, Structure
from crm.mail.models import Delivery, DeliveryEvent
from crm.mail.types import DeliveryState, ReportKind
from crm.mailings.models import MailingRecipient
from crm.mailings.registrations import has_ever_registered

# A message that is taken to have reached its reader's mailbox.
ARRIVED = (DeliveryState.ACCEPTED, DeliveryState.DELIVERED)
_REACTIONS = (
    ReportKind.CLICKED,
    ReportKind.REPLIED,
    ReportKind.UNSUBSCRIBED,
    ReportKind.COMPLAINED,
)


def has_event(*kinds: ReportKind, of: Any = MailingRecipient) -> ColumnElement[bool]:
    """Return the condition of recipients of whom a person's deed of these kinds is known."""
    return exists().where(
        DeliveryEvent.delivery_id == of.delivery_id,
        DeliveryEvent.kind.in_([kind.value for kind in kinds]),
        ~DeliveryEvent.is_robot,
    )


def has_not_reacted() -> ColumnElement[bool]:
    """Return the condition of recipients who did not click, reply, register, nor leave.

    What one record of a person did, all of them did once they are found to be one.
    """
    of_structure = and_(
        MailingRecipient.contact_id.is_(None), _has_twin_who_reacted(Structure, "structure_id")
    )
    deeds = (*_deeds(MailingRecipient), _has_twin_who_reacted(Contact, "contact_id"), of_structure)
    # Each « not » by itself: a database then sets them aside together, not row by row.
    return and_(*(~each for each in deeds))


def _deeds(of: Any) -> tuple[ColumnElement[bool], ...]:
    return has_event(*_REACTIONS, of=of), has_ever_registered(of)


def _has_twin_who_reacted(model: Any, name: str) -> ColumnElement[bool]:
    """Return the condition of recipients merged with another of the same mailing who reacted."""
    column = getattr(MailingRecipient, name)
    then, twin, row = aliased(model), aliased(model), aliased(MailingRecipient)
    # Few are: those alone are looked at one by one.
    are_merged = union(
        select(then.id).where(then.merged_into_id.is_not(None)),
        select(then.merged_into_id).where(then.merged_into_id.is_not(None)),
    )
    survivor = _survivor(model, column)
    found = (
        select(row.id)
        .join(twin, twin.id == getattr(row, name))
        .where(
            or_(twin.id == survivor, twin.merged_into_id == survivor),
            row.mailing_id == MailingRecipient.mailing_id,
            row.id != MailingRecipient.id,
            or_(*_deeds(row)),
        )
        .correlate(MailingRecipient)
        .exists()
    )
    return and_(column.in_(are_merged), found)


def survivor_of_contact() -> ColumnElement[Any]:
    """Return who a recipient is today: the person they were merged into, if they were."""
    return _survivor(Contact, MailingRecipient.contact_id)


def survivor_of_structure() -> ColumnElement[Any]:
    """Return which structure a recipient's is today."""
    return _survivor(Structure, MailingRecipient.structure_id)


def _survivor(model: Any, column: Any) -> ColumnElement[Any]:
    then = aliased(model)
    merged = select(then.merged_into_id).where(then.id == column).correlate(MailingRecipient)
    return func.coalesce(merged.scalar_subquery(), column)


def silent_recipients(mailing_id: int) -> Subquery:
    """Return those whom a mailing reached, as they are today, and who did not react."""
    return (
        select(
            survivor_of_contact().label("contact_id"),
            survivor_of_structure().label("structure_id"),
            MailingRecipient.segment_id,
        )
        .join(Delivery, Delivery.id == MailingRecipient.delivery_id)
        .where(
            MailingRecipient.mailing_id == mailing_id,
            MailingRecipient.is_in,
            Delivery.state.in_(ARRIVED),
            has_not_reacted(),
        )
        .subquery()
    )
