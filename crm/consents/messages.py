"""The messages that consents send, each composed here and nowhere else."""

import secrets
from collections.abc import Sequence

from sqlalchemy.orm import Session

from crm.consents.links import preferences_url
from crm.consents.models import SubscriptionRequest
from crm.core import clock
from crm.mail.composing import absolute_url, compose, speaking
from crm.mail.outbox import post
from crm.mail.types import Priority
from crm.web.formats import instant

_LOCALE = "fr"


def send_confirmation(
    session: Session, *, request: SubscriptionRequest, token: str, texts: Sequence[str]
) -> None:
    """Write to the address that was typed: only its reader can confirm."""
    with speaking(_LOCALE):
        until = instant(request.expires_at)
    composed = compose(
        "subscription",
        locale=_LOCALE,
        link=absolute_url("subscription.confirm", token=token),
        texts=texts,
        until=until,
    )
    post(
        session,
        unique_key=f"subscription:{request.token_hash}",
        recipient=request.email,
        subject=composed.subject,
        text_body=composed.text_body,
        html_body=composed.html_body,
        expires_at=request.expires_at,
    )


def send_preferences_link(session: Session, *, address: str, contact_id: int | None) -> None:
    """Write to an address the link at which its reader chooses what they receive."""
    link = preferences_url(recipient=address, contact_id=contact_id)
    composed = compose("preferences_link", locale=_LOCALE, link=link, day=clock.today())
    post(
        session,
        unique_key=f"preferences:{secrets.token_hex(16)}",
        recipient=address,
        subject=composed.subject,
        text_body=composed.text_body,
        html_body=composed.html_body,
        priority=Priority.AWAITED,
    )
