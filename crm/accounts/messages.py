"""The messages that accounts send, each composed here and nowhere else."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from flask import current_app, g, has_request_context
from flask_babel import force_locale
from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.accounts.sessions import hash_token
from crm.core import clock
from crm.core.errors import N_
from crm.mail.outbox import post
from crm.web.formats import instant

PASSWORD_CHANGED = N_("Le mot de passe de votre compte Passerelle vient d’être changé.")
EMAIL_CHANGED = N_("L’adresse de votre compte Passerelle vient d’être changée.")
SECOND_FACTOR_ON = N_("La vérification en deux étapes vient d’être activée sur votre compte.")
SECOND_FACTOR_OFF = N_("La vérification en deux étapes vient d’être retirée de votre compte.")


@dataclass(frozen=True, slots=True)
class Composed:
    """A message in words."""

    subject: str
    text_body: str
    html_body: str


def password_link(token: str) -> str:
    """Return the absolute address to choose a password at: from the settings, never from Host."""
    path = current_app.url_map.bind("").build("accounts.choose_password", {"token": token})
    return str(current_app.config["SETTINGS"].base_url).rstrip("/") + path


def send_invitation(session: Session, *, user: User, token: str, expires_at: datetime) -> None:
    """Write to a new member of the team."""
    _send_link(session, "invitation", user, token, expires_at)


def send_password_reset(session: Session, *, user: User, token: str, expires_at: datetime) -> None:
    """Write to someone who asked for a new password."""
    _send_link(session, "password_reset", user, token, expires_at)


def send_notice(session: Session, *, user: User, what: str, recipient: str | None = None) -> None:
    """Tell someone that their account has changed; `what` is one of the sentences above."""
    with _speaking(user.locale):
        composed = _compose("security_notice", user, what=what, when=instant(clock.now()))
    post(
        session,
        unique_key=f"notice:{secrets.token_hex(16)}",
        recipient=recipient or user.email,
        subject=composed.subject,
        text_body=composed.text_body,
        html_body=composed.html_body,
    )


def _send_link(session: Session, name: str, user: User, token: str, expires_at: datetime) -> None:
    with _speaking(user.locale):
        composed = _compose(name, user, link=password_link(token), until=instant(expires_at))
    post(
        session,
        unique_key=f"{name}:{hash_token(token)}",
        recipient=user.email,
        subject=composed.subject,
        text_body=composed.text_body,
        html_body=composed.html_body,
        expires_at=expires_at,
    )


def _compose(name: str, user: User, **context: str) -> Composed:
    words = {
        "name": user.name,
        "language": user.locale,
        "network": current_app.config["SETTINGS"].network_name,
        **context,
    }

    def render(part: str) -> str:
        return current_app.jinja_env.get_template(f"mail/{name}/{part}").render(words).strip()

    subject = " ".join(render("subject.txt").split())
    return Composed(subject, render("body.txt") + "\n", render("body.html") + "\n")


@contextmanager
def _speaking(locale: str) -> Iterator[None]:
    """Speak the reader's language, not that of the person at work."""
    if not has_request_context():
        yield
        return
    before = g.get("locale", "fr")
    g.locale = locale
    try:
        with force_locale(locale):
            yield
    finally:
        g.locale = before
