"""How messages leave and what comes back of them: settings, refused when they are set by half."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, cast
from urllib.parse import urlsplit

from crm.core.environment import ConfigurationError, whole_number

Gateway = Literal["file", "smtp", "sendgrid"]
Security = Literal["starttls", "tls", "none"]

SENDGRID_HOST = "https://api.sendgrid.com"
_LONGEST_TIMEOUT_SECONDS = 30
_USUAL_CONNECTIONS, _MOST_CONNECTIONS = 4, 10
_ADDRESS = re.compile(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+")
_SMTP_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_IMAP_PORTS = {"starttls": 143, "tls": 993, "none": 143}
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class SendGridSettings:
    """The account at SendGrid; `webhook_key` is the public key that its reports are signed with."""

    api_key: str
    host: str
    webhook_key: str

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "SendGridSettings":
        """Return the settings of SendGrid, as they are written."""
        return cls(
            api_key=environ.get("CRM_MAIL_SENDGRID_API_KEY", ""),
            host=environ.get("CRM_MAIL_SENDGRID_HOST", "") or SENDGRID_HOST,
            webhook_key=environ.get("CRM_MAIL_SENDGRID_WEBHOOK_KEY", ""),
        )

    @property
    def is_elsewhere(self) -> bool:
        """Tell whether what is sent leaves this machine."""
        return urlsplit(self.host).hostname not in _LOOPBACK

    def faults(self, mode: str) -> Iterator[str]:
        """Give what has to be set right."""
        if not self.api_key:
            if self.webhook_key or self.host != SENDGRID_HOST:
                yield "CRM_MAIL_SENDGRID_API_KEY: the key of the account at SendGrid"
            return
        if not self.api_key.isascii() or not self.api_key.isprintable() or " " in self.api_key:
            yield "CRM_MAIL_SENDGRID_API_KEY: the key alone, as SendGrid shows it"
        parts = urlsplit(self.host)
        if parts.scheme != "https" and self.is_elsewhere:
            yield "CRM_MAIL_SENDGRID_HOST: an address that begins with https://"
        if mode == "test" and self.is_elsewhere:
            yield "CRM_MAIL_SENDGRID_HOST: a test sends to this machine alone"
        try:
            base64.b64decode(self.webhook_key, validate=True)
        except (binascii.Error, ValueError):
            yield "CRM_MAIL_SENDGRID_WEBHOOK_KEY: the public key that SendGrid shows, on one line"


@dataclass(frozen=True, slots=True)
class BounceSettings:
    """The mailbox that messages come back to, read by IMAP.

    What was read goes to `done_folder`; nothing is erased.
    """

    host: str
    port: int
    security: Security
    user: str
    password: str
    folder: str
    done_folder: str

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "BounceSettings":
        """Return the settings of the mailbox; raise ConfigurationError for an unknown word."""
        security = environ.get("CRM_MAIL_BOUNCES_IMAP_SECURITY", "tls")
        if security not in _IMAP_PORTS:
            raise ConfigurationError(
                f"CRM_MAIL_BOUNCES_IMAP_SECURITY is {security!r}: set it to tls, starttls or none."
            )
        return cls(
            host=environ.get("CRM_MAIL_BOUNCES_IMAP_HOST", ""),
            port=whole_number(environ, "CRM_MAIL_BOUNCES_IMAP_PORT", _IMAP_PORTS[security]),
            security=cast("Security", security),
            user=environ.get("CRM_MAIL_BOUNCES_IMAP_USER", ""),
            password=environ.get("CRM_MAIL_BOUNCES_IMAP_PASSWORD", ""),
            folder=environ.get("CRM_MAIL_BOUNCES_IMAP_FOLDER", "INBOX"),
            done_folder=environ.get("CRM_MAIL_BOUNCES_IMAP_DONE_FOLDER", "Passerelle"),
        )

    def faults(self, mode: str, named: list[str]) -> Iterator[str]:
        """Give what has to be set right."""
        is_elsewhere = bool(self.host) and self.host not in _LOOPBACK
        if named and not self.host:
            yield f"CRM_MAIL_BOUNCES_IMAP_HOST: the mailbox that {', '.join(named)} speaks of"
        if self.host and not (self.user and self.password):
            yield "CRM_MAIL_BOUNCES_IMAP_USER and _PASSWORD: whose mailbox it is"
        if self.security == "none" and is_elsewhere:
            yield "CRM_MAIL_BOUNCES_IMAP_SECURITY: starttls or tls, for a password is sent"
        if mode == "test" and is_elsewhere:
            yield "CRM_MAIL_BOUNCES_IMAP_HOST: a test reads from this machine alone"
        for folder in (self.folder, self.done_folder):
            if not folder.isascii() or not folder.isprintable() or '"' in folder or "\\" in folder:
                yield "CRM_MAIL_BOUNCES_IMAP_FOLDER: letters without accents"
        if self.folder == self.done_folder:
            yield "CRM_MAIL_BOUNCES_IMAP_DONE_FOLDER: another folder than the one that is read"


@dataclass(frozen=True, slots=True)
class MailSettings:
    """How messages leave: by the relay that is named, or into a folder when none is.

    `smtp_connections` letters of a mailing leave at the same time. `envelope_sender` gets the
    failures; `{token}` in it says of which message (VERP).
    """

    gateway: Gateway
    sender: str
    reply_to: str
    envelope_sender: str
    smtp_host: str
    smtp_port: int
    smtp_security: Security
    smtp_user: str
    smtp_password: str
    smtp_connections: int
    timeout_seconds: int
    sendgrid: SendGridSettings
    bounces: BounceSettings

    @classmethod
    def read(cls, environ: Mapping[str, str], mode: str) -> "MailSettings":
        """Return the settings of mail; raise ConfigurationError for what is set by half."""
        host = environ.get("CRM_MAIL_SMTP_HOST", "")
        security = environ.get("CRM_MAIL_SMTP_SECURITY", "starttls")
        if security not in _SMTP_PORTS:
            raise ConfigurationError(
                f"CRM_MAIL_SMTP_SECURITY is {security!r}: set it to starttls, tls or none."
            )
        default_sender = "" if mode == "production" else "passerelle@reseau.example"
        sender = environ.get("CRM_MAIL_SENDER", "") or default_sender
        sendgrid = SendGridSettings.read(environ)
        settings = cls(
            gateway="smtp" if host else "sendgrid" if sendgrid.api_key else "file",
            sender=sender,
            reply_to=environ.get("CRM_MAIL_REPLY_TO", ""),
            envelope_sender=environ.get("CRM_MAIL_ENVELOPE_SENDER", "") or sender,
            smtp_host=host,
            smtp_port=whole_number(environ, "CRM_MAIL_SMTP_PORT", _SMTP_PORTS[security]),
            smtp_security=cast("Security", security),
            smtp_user=environ.get("CRM_MAIL_SMTP_USER", ""),
            smtp_password=environ.get("CRM_MAIL_SMTP_PASSWORD", ""),
            smtp_connections=whole_number(environ, "CRM_MAIL_SMTP_CONNECTIONS", _USUAL_CONNECTIONS),
            timeout_seconds=whole_number(environ, "CRM_MAIL_TIMEOUT_SECONDS", 30),
            sendgrid=sendgrid,
            bounces=BounceSettings.read(environ),
        )
        if faults := list(settings._faults(mode, environ)):
            raise ConfigurationError("Mail is set by half:\n  - " + "\n  - ".join(faults))
        return settings

    @property
    def leaves_the_machine(self) -> bool:
        """Tell whether messages go further than this machine."""
        if self.gateway == "sendgrid":
            return self.sendgrid.is_elsewhere
        return self.gateway == "smtp" and self.smtp_host not in _LOOPBACK

    def _faults(self, mode: str, environ: Mapping[str, str]) -> Iterator[str]:
        yield from self._smtp_faults(mode, _named(environ, "CRM_MAIL_SMTP_"))
        yield from self.sendgrid.faults(mode)
        yield from self.bounces.faults(mode, _named(environ, "CRM_MAIL_BOUNCES_IMAP_"))
        if self.smtp_host and self.sendgrid.api_key:
            yield "CRM_MAIL_SMTP_HOST or CRM_MAIL_SENDGRID_API_KEY: one way out, not two"
        if not 1 <= self.timeout_seconds <= _LONGEST_TIMEOUT_SECONDS:
            yield "CRM_MAIL_TIMEOUT_SECONDS: from 1 to 30"
        for name in ("sender", "reply_to", "envelope_sender"):
            address = getattr(self, name)
            if address and not _ADDRESS.fullmatch(address.replace("{token}", "")):
                yield f"CRM_MAIL_{name.upper()}: an address alone, as contact@reseau.fr"
            if not address.isascii():
                yield f"CRM_MAIL_{name.upper()}: an address without accents, as relays take it"

    def _smtp_faults(self, mode: str, named: list[str]) -> Iterator[str]:
        is_elsewhere = bool(self.smtp_host) and self.smtp_host not in _LOOPBACK
        if named and not self.smtp_host:
            yield f"CRM_MAIL_SMTP_HOST: the relay that {', '.join(named)} speaks of"
        if self.smtp_user and not self.smtp_password:
            yield "CRM_MAIL_SMTP_PASSWORD: the password of CRM_MAIL_SMTP_USER"
        if self.smtp_password and not self.smtp_user:
            yield "CRM_MAIL_SMTP_USER: whose password CRM_MAIL_SMTP_PASSWORD is"
        if self.smtp_user and self.smtp_security == "none" and is_elsewhere:
            yield "CRM_MAIL_SMTP_SECURITY: starttls or tls, for a password is sent"
        if not 1 <= self.smtp_connections <= _MOST_CONNECTIONS:
            yield "CRM_MAIL_SMTP_CONNECTIONS: from 1 to 10"
        if mode == "test" and is_elsewhere:
            yield "CRM_MAIL_SMTP_HOST: a test sends to this machine alone"


def _named(environ: Mapping[str, str], prefix: str) -> list[str]:
    return sorted(name for name in environ if name.startswith(prefix) and environ[name])
