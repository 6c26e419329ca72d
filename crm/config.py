"""Typed settings, read once from the environment; production refuses to start half-configured."""

import os
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, cast

from sqlalchemy.engine import make_url

Mode = Literal["development", "test", "production"]
Gateway = Literal["file", "smtp"]
Security = Literal["starttls", "tls", "none"]

PROJECT_ROOT = Path(__file__).resolve().parent.parent
DEFAULT_DEPARTEMENTS = ("02", "59", "60", "62", "80")
MINIMUM_SECRET_LENGTH = 32


class ConfigurationError(RuntimeError):
    """The settings do not allow a safe start; the message says what to set."""


_LONGEST_TIMEOUT_SECONDS = 30
_ADDRESS = re.compile(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+")
_SMTP_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class MailSettings:
    """How messages leave: by the relay that is named, or into a folder when none is.

    `envelope_sender` gets the failures; `{token}` in it says of which message (VERP).
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
    timeout_seconds: int

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
        settings = cls(
            gateway="smtp" if host else "file",
            sender=sender,
            reply_to=environ.get("CRM_MAIL_REPLY_TO", ""),
            envelope_sender=environ.get("CRM_MAIL_ENVELOPE_SENDER", "") or sender,
            smtp_host=host,
            smtp_port=_whole_number(environ, "CRM_MAIL_SMTP_PORT", _SMTP_PORTS[security]),
            smtp_security=cast("Security", security),
            smtp_user=environ.get("CRM_MAIL_SMTP_USER", ""),
            smtp_password=environ.get("CRM_MAIL_SMTP_PASSWORD", ""),
            timeout_seconds=_whole_number(environ, "CRM_MAIL_TIMEOUT_SECONDS", 30),
        )
        named = [name for name in environ if name.startswith("CRM_MAIL_SMTP_") and environ[name]]
        if faults := list(settings._faults(mode, named)):
            raise ConfigurationError("Mail is set by half:\n  - " + "\n  - ".join(faults))
        return settings

    def _faults(self, mode: str, named: list[str]) -> Iterator[str]:
        is_elsewhere = bool(self.smtp_host) and self.smtp_host not in _LOOPBACK
        if named and not self.smtp_host:
            yield f"CRM_MAIL_SMTP_HOST: the relay that {', '.join(sorted(named))} speaks of"
        if self.smtp_user and not self.smtp_password:
            yield "CRM_MAIL_SMTP_PASSWORD: the password of CRM_MAIL_SMTP_USER"
        if self.smtp_password and not self.smtp_user:
            yield "CRM_MAIL_SMTP_USER: whose password CRM_MAIL_SMTP_PASSWORD is"
        if self.smtp_user and self.smtp_security == "none" and is_elsewhere:
            yield "CRM_MAIL_SMTP_SECURITY: starttls or tls, for a password is sent"
        if mode == "test" and is_elsewhere:
            yield "CRM_MAIL_SMTP_HOST: a test sends to this machine alone"
        if not 1 <= self.timeout_seconds <= _LONGEST_TIMEOUT_SECONDS:
            yield "CRM_MAIL_TIMEOUT_SECONDS: from 1 to 30"
        for name in ("sender", "reply_to", "envelope_sender"):
            address = getattr(self, name)
            if address and not _ADDRESS.fullmatch(address.replace("{token}", "")):
                yield f"CRM_MAIL_{name.upper()}: an address alone, as contact@reseau.fr"
            if not address.isascii():
                yield f"CRM_MAIL_{name.upper()}: an address without accents, as relays take it"


@dataclass(frozen=True, slots=True)
class Settings:
    """What an installation decides; `Settings.read()` builds it from the environment."""

    mode: Mode
    secret_key: str
    database_url: str
    data_directory: Path
    host_names: tuple[str, ...]
    network_name: str
    network_logo: str | None
    departements: tuple[str, ...]
    mail: MailSettings
    base_url: str
    trusted_proxies: int
    largest_attachment_megabytes: int

    @property
    def is_production(self) -> bool:
        """Tell whether real people's data is at stake."""
        return self.mode == "production"

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Return the settings of this environment; raise ConfigurationError with what to set."""
        mode = environ.get("CRM_MODE", "development")
        if mode not in ("development", "test", "production"):
            raise ConfigurationError(
                f"CRM_MODE is {mode!r}: set it to development, test or production."
            )
        data_directory = Path(environ.get("CRM_DATA_DIRECTORY", PROJECT_ROOT / "var")).absolute()
        settings = cls(
            mode=cast("Mode", mode),
            secret_key=environ.get("CRM_SECRET_KEY", ""),
            database_url=_database_url(environ, data_directory),
            data_directory=data_directory,
            host_names=_comma_list(environ.get("CRM_HOST_NAMES", "")),
            network_name=environ.get("CRM_NETWORK_NAME", "Réseau de démonstration"),
            network_logo=environ.get("CRM_NETWORK_LOGO") or None,
            departements=_comma_list(environ.get("CRM_DEPARTEMENTS", "")) or DEFAULT_DEPARTEMENTS,
            mail=MailSettings.read(environ, mode),
            base_url=environ.get("CRM_BASE_URL", ""),
            trusted_proxies=_whole_number(environ, "CRM_TRUSTED_PROXIES", 0),
            largest_attachment_megabytes=_whole_number(environ, "CRM_LARGEST_ATTACHMENT_MB", 20),
        )
        return settings._checked() if settings.is_production else settings._with_defaults()

    def _checked(self) -> "Settings":
        missing = [
            sentence
            for is_missing, sentence in (
                (
                    len(self.secret_key) < MINIMUM_SECRET_LENGTH,
                    (
                        "CRM_SECRET_KEY: a random text of at least 32 characters "
                        "(python3 -c 'import secrets; print(secrets.token_hex(32))')"
                    ),
                ),
                (not self.host_names, "CRM_HOST_NAMES: the host names people type, with commas"),
                (
                    not self.base_url.startswith("https://"),
                    "CRM_BASE_URL: the public address, beginning with https://",
                ),
                (
                    not self.mail.sender,
                    "CRM_MAIL_SENDER: the address that messages come from",
                ),
            )
            if is_missing
        ]
        if missing:
            raise ConfigurationError(
                "Production needs these settings before it can start:\n  - "
                + "\n  - ".join(missing)
            )
        return self

    def _with_defaults(self) -> "Settings":
        return replace(
            self,
            secret_key=self.secret_key or _kept_secret(self.data_directory, self.mode),
            host_names=self.host_names or ("localhost", "127.0.0.1", "[::1]"),
            base_url=self.base_url or "http://127.0.0.1:5000",
        )


def _comma_list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _whole_number(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name, str(default))
    if not text.isdigit():
        raise ConfigurationError(f"{name} is {text!r}: set it to a whole number, 0 or more.")
    return int(text)


def _database_url(environ: Mapping[str, str], data_directory: Path) -> str:
    url = environ.get("DATABASE_URL", "")
    if not url:
        return f"sqlite:///{data_directory / 'passerelle.sqlite'}"
    driver = make_url(url).drivername
    if driver in ("postgres", "postgresql"):
        # SQLAlchemy 2.0 reads a bare postgresql:// as psycopg2, which is not installed.
        return "postgresql+psycopg" + url[url.index("://") :]
    if driver not in ("sqlite", "postgresql+psycopg"):
        raise ConfigurationError(
            f"DATABASE_URL names {driver!r}: use sqlite:///… or postgresql://…"
        )
    return url


def _kept_secret(data_directory: Path, mode: Mode) -> str:
    """Return a secret that survives restarts of a development server, so that log-ins do too."""
    if mode == "test":
        return "test-" + "0" * MINIMUM_SECRET_LENGTH
    path = data_directory / "secret_key"
    if not path.exists():
        data_directory.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32), encoding="ascii")
    return path.read_text(encoding="ascii")
