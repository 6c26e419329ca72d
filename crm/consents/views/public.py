"""What the public pages share: how often one may ask, and the page that answers."""

from flask import current_app, g, render_template
from flask.typing import ResponseReturnValue

from crm.accounts.keys import attempt_keys
from crm.accounts.operations.attempts import take_attempt
from crm.accounts.types import RESET_LIMITS
from crm.config import Settings
from crm.core.addresses import email_key
from crm.core.errors import N_
from crm.database import transaction
from crm.web.locale import translate

# The referrer stays as everywhere: over HTTPS a form without one is refused.
ROBOTS = {"X-Robots-Tag": "noindex"}


def seconds_to_wait(subject: str, address: str) -> int:
    """Count one more message asked to an address; return how long to wait, 0 when it may leave."""
    keys = attempt_keys(subject, email_key(address))
    with transaction() as session:
        return take_attempt(session, keys=keys, limits=RESET_LIMITS)


def too_often(wait: int) -> ResponseReturnValue:
    """Ask to wait."""
    return render_template("errors/429.html", status=429), 429, {"Retry-After": str(wait)}


def answer(title: str, text: str, status: int = 200) -> ResponseReturnValue:
    """Say what became of a link, in a sentence."""
    page = render_template("consents/answer.html", heading=translate(title), text=translate(text))
    return page, status, ROBOTS


def closed_link() -> ResponseReturnValue:
    """Say that a link opens nothing, without telling why."""
    return answer(
        N_("Ce lien n’est plus valable"),
        N_("Demandez-en un autre : il arrivera à votre adresse."),
        410,
    )


def rights_contact() -> str:
    """Return the address to which one writes to exercise one's rights."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.mail.reply_to or settings.mail.sender


def tell_log(event: str) -> None:
    """Log that something happened on a public page: never to whom."""
    current_app.logger.info(event, extra={"event": event, "request_id": g.get("request_id")})
