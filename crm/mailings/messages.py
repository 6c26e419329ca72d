"""The message of a mailing: ready for many readers, and what it says of each of them."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.composing.checks import problems
from crm.composing.queries import footer_for, message_for_page, message_to_compile
from crm.composing.rendering import PREFERENCES, UNSUBSCRIBE, WEB, Compiled, compile_message
from crm.composing.types import Footer, Problem, Values
from crm.consents.links import preferences_url
from crm.mail.models import Delivery
from crm.mailings.links import click_url, letter_token, link_token, web_version_url
from crm.mailings.models import Mailing
from crm.territories.models import Departement

_MOST_KEPT = 8
# A message is locked once its mailing is frozen: what was made of it serves for all its readers.
_ready: OrderedDict[tuple[int, datetime], Compiled] = OrderedDict()
_departements: dict[str, str] = {}


def footer_of(session: Session, mailing: Mailing) -> Footer:
    """Return the foot of the message: as it was frozen, or as it would be now."""
    if mailing.footer is not None:
        return Footer(**mailing.footer)
    return footer_for(session, message_for_page(session, mailing.message_id))


def problems_of(session: Session, mailing: Mailing) -> Sequence[Problem]:
    """Return what is wrong with the message, its weight too."""
    message = message_to_compile(session, mailing.message_id)
    footer = footer_of(session, mailing)
    return problems(message, footer=footer, compiled=compile_message(message, footer=footer))


def compiled(session: Session, mailing: Mailing) -> Compiled:
    """Return the message of a mailing, made ready; once only when it is frozen."""
    if mailing.frozen_at is None:
        return _compile(session, mailing)
    return frozen_message(session, mailing.id, mailing.frozen_at)


def frozen_message(session: Session, mailing_id: int, frozen_at: datetime) -> Compiled:
    """Return the message of a mailing that was frozen at this instant."""
    key = (mailing_id, frozen_at)
    if key not in _ready:
        _ready[key] = _compile(session, session.get_one(Mailing, mailing_id))
        while len(_ready) > _MOST_KEPT:
            _ready.popitem(last=False)
    return _ready[key]


def _compile(session: Session, mailing: Mailing) -> Compiled:
    message = message_to_compile(session, mailing.message_id)
    return compile_message(message, footer=footer_of(session, mailing))


def values_of(session: Session, recipient: Any) -> Values:
    """Return what a message may say of its reader, by the name of the field."""
    return {
        "prenom": recipient.first_name,
        "nom": recipient.last_name,
        "fonction": recipient.role,
        "structure": recipient.structure_name,
        "commune": recipient.commune_name,
        "departement": _departement(session, recipient.departement_code),
    }


def _departement(session: Session, code: str | None) -> str | None:
    """Return the name of a département; the list never changes while a process lives."""
    if code is None:
        return None
    if code not in _departements:
        rows = session.execute(select(Departement.code, Departement.name)).tuples()
        _departements.update(dict(rows.all()))
    return _departements.get(code)


def urls_for(recipient: Any, delivery: Delivery, way_out: str, links: int) -> Mapping[str, str]:
    """Return the addresses that the message carries for its reader; `way_out` leaves at once."""
    token = link_token(delivery.id)
    return {
        UNSUBSCRIBE: way_out,
        PREFERENCES: preferences_url(
            recipient=delivery.recipient,
            contact_id=recipient.contact_id,
            purpose=delivery.purpose,
            delivery_id=delivery.id,
        ),
        WEB: web_version_url(letter_token(delivery.id)),
        **{str(number): click_url(token, number) for number in range(links)},
    }
