"""The messages that accounts send, each composed here and nowhere else."""

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.accounts.sessions import hash_token
from crm.core import clock
from crm.core.errors import N_
from crm.mail.composing import absolute_url, compose, speaking
from crm.mail.outbox import post
from crm.web.formats import instant

PASSWORD_CHANGED = N_("Le mot de passe de votre compte Passerelle vient d’être changé.")
EMAIL_CHANGED = N_("L’adresse de votre compte Passerelle vient d’être changée.")
SECOND_FACTOR_ON = N_("La vérification en deux étapes vient d’être activée sur votre compte.")
SECOND_FACTOR_OFF = N_("La vérification en deux étapes vient d’être retirée de votre compte.")


def password_link(token: str) -> str:
    """Return the absolute address to choose a password at: from the settings, never from Host."""
    return absolute_url("accounts.choose_password", token=token)


def send_invitation(session: Session, *, user: User, token: str, expires_at: datetime) -> None:
    """Write to a new member of the team."""
    _send_link(session, "invitation", user, token, expires_at)


def send_password_reset(session: Session, *, user: User, token: str, expires_at: datetime) -> None:
    """Write to someone who asked for a new password."""
    _send_link(session, "password_reset", user, token, expires_at)


def send_notice(session: Session, *, user: User, what: str, recipient: str | None = None) -> None:
    """Tell someone that their account has changed; `what` is one of the sentences above."""
    with speaking(user.locale):
        when = instant(clock.now())
    composed = compose("security_notice", locale=user.locale, name=user.name, what=what, when=when)
    post(
        session,
        unique_key=f"notice:{secrets.token_hex(16)}",
        recipient=recipient or user.email,
        subject=composed.subject,
        text_body=composed.text_body,
        html_body=composed.html_body,
    )


def _send_link(session: Session, name: str, user: User, token: str, expires_at: datetime) -> None:
    with speaking(user.locale):
        until = instant(expires_at)
    link = password_link(token)
    composed = compose(name, locale=user.locale, name=user.name, link=link, until=until)
    post(
        session,
        unique_key=f"{name}:{hash_token(token)}",
        recipient=user.email,
        subject=composed.subject,
        text_body=composed.text_body,
        html_body=composed.html_body,
        expires_at=expires_at,
    )
