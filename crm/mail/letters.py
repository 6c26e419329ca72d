"""A message in words becomes an e-mail, built strictly (RFC 5322, 2045, 3834)."""

from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from crm.config import MailSettings
from crm.core import clock
from crm.mail.models import Delivery
from crm.mail.rules import check_headers, check_html, check_one_line
from crm.mail.types import Letter
from crm.mail.writers import Written

# Seven bits, so that any relay takes it as it is.
_POLICY = SMTP.clone(cte_type="7bit", raise_on_defect=True)


def compose(
    settings: MailSettings, sender_name: str, delivery: Delivery, written: Written
) -> Letter:
    """Return the e-mail and its envelope; composed again, it is the same to the byte.

    Raises ValueError when an address, a header or the HTML is not what an e-mail may hold.
    """
    check_one_line(delivery.recipient, written.subject, sender_name)
    check_headers(written.headers)
    check_html(written.html_body)
    recipient = routable(delivery.recipient)
    message = EmailMessage(policy=_POLICY)
    message["From"] = _address(settings.sender, sender_name)
    message["To"] = _address(recipient)
    if settings.reply_to:
        message["Reply-To"] = _address(settings.reply_to)
    message["Subject"] = written.subject
    message["Date"] = format_datetime(clock.in_paris(delivery.created_at))
    message["Message-ID"] = message_id(settings, delivery.token)
    message["Auto-Submitted"] = "auto-generated"
    for name, value in written.headers.items():
        message[name] = value
    message.set_content(written.text_body)
    if written.html_body:
        message.add_alternative(written.html_body, subtype="html")
        message.set_boundary(f"=_{delivery.token}")
    return Letter(
        token=delivery.token,
        file_name=f"{delivery.created_at:%Y%m%dT%H%M%S}-{delivery.token}.eml",
        envelope_sender=settings.envelope_sender.replace("{token}", delivery.token),
        recipient=recipient,
        message=message,
    )


def routable(address: str) -> str:
    """Return the address with its domain as the network writes it (RFC 5891).

    Raises ValueError for a domain that cannot be; accents before the @ few relays take.
    """
    name, _at, domain = address.rpartition("@")
    return f"{name}@{domain.encode('idna').decode('ascii')}"


def _address(text: str, name: str = "") -> Address:
    try:
        return Address(display_name=name, addr_spec=text)
    except (HeaderParseError, IndexError) as error:
        raise ValueError("not the address of anybody") from error


def message_id(settings: MailSettings, token: str) -> str:
    """Return the Message-ID of a delivery: always the same, so that a repeat is recognised."""
    return f"<{token}@{settings.sender.rpartition('@')[2]}>"
