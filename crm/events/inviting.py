"""Inviting to an event: its card in any message, and a mailing that begins with it."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from crm.composing.cards import Card
from crm.composing.operations.blocks import add_block
from crm.composing.operations.messages import get_message, seen_heading, update_heading
from crm.composing.rules import new_key
from crm.composing.types import EventBlock, MessageData, TextBlock
from crm.core import clock
from crm.core.errors import N_, RuleError
from crm.events.dates import when_words
from crm.events.letters import LOCALE
from crm.events.models import Event
from crm.events.queries.events import event_for_page
from crm.events.rules import has_begun
from crm.events.types import EventStatus
from crm.mail.composing import absolute_url, speaking
from crm.mail.types import Purpose
from crm.mailings.models import Mailing
from crm.mailings.operations.mailings import create_mailing
from crm.mailings.types import MailingData
from crm.web.locale import translate

NOTHING_TO_INVITE_TO = N_("Cet événement est passé ou annulé : il n’y a plus à y inviter personne.")
_MOST_OFFERED = 50
_LONGEST_NAME = 120
_TO_COME = (EventStatus.PREPARED, EventStatus.CONFIRMED, EventStatus.POSTPONED)


def coming_cards(session: Session) -> Sequence[Card]:
    """Return the cards of the events to come, those whose date is to be fixed last."""
    found = session.scalars(
        select(Event)
        .where(
            Event.deleted_at.is_(None),
            Event.status.in_(_TO_COME),
            or_(Event.starts_at.is_(None), Event.starts_at > clock.now()),
        )
        .order_by(Event.starts_at.is_(None), Event.starts_at, Event.id)
        .limit(_MOST_OFFERED)
    )
    return [card_of(event) for event in found]


def card_of(event: Event) -> Card:
    """Return what readers are told of an event, in their language; the link is where they register.

    The link of the meeting itself is for those who have a seat.
    """
    with speaking(LOCALE):
        when = when_words(event.starts_at, event.ends_at, is_all_day=event.is_all_day)
        online = translate(N_("En ligne")) if event.link else ""
    link = absolute_url("registration.show", event_id=event.id)
    return Card(
        event_id=event.id,
        name=f"{event.title} ({when})",
        title=event.title,
        when=when,
        place=event.place or online,
        link=link if event.takes_registrations else "",
    )


def can_invite(event: Event) -> bool:
    """Tell whether there is still something to invite to."""
    return event.status in _TO_COME and not has_begun(event.starts_at, clock.now())


def invite(session: Session, *, event_id: int) -> Mailing:
    """Begin a mailing that invites to an event; raise RuleError when it is past or called off."""
    event = event_for_page(session, event_id)
    if not can_invite(event):
        raise RuleError("event", NOTHING_TO_INVITE_TO)
    card = card_of(event)
    with speaking(LOCALE):
        subject = translate(N_("Invitation : %(title)s"), title=card.title)
        greeting = translate(N_("Bonjour {prénom | à vous},\n\nNous vous invitons à :"))
    purpose = Purpose.CALLS if event.call_id else Purpose.INVITATIONS
    mailing = create_mailing(session, data=MailingData(subject[:_LONGEST_NAME], purpose))
    message_id = mailing.message_id
    heading = seen_heading(get_message(session, message_id))
    data = MessageData(subject=_without_braces(subject))
    update_heading(session, message_id=message_id, seen=heading, data=data)
    block = EventBlock(
        new_key(), _without_braces(card.title), card.when, _without_braces(card.place), "",
        card.link,
    )  # fmt: skip
    for each in (TextBlock(new_key(), greeting), block):
        add_block(session, message_id=message_id, block=each, after=None)
    return mailing


def _without_braces(text: str) -> str:
    """Return the words of a record for a message, where braces would name a field."""
    return text.replace("{", "(").replace("}", ")")
