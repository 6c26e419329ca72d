"""Typed settings, read once from the environment; production refuses to start half-configured."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, cast

from sqlalchemy.engine import make_url

from crm.core.environment import ConfigurationError, whole_number
from crm.mail_settings import MailSettings

__all__ = ["ConfigurationError", "MailSettings", "Settings"]

Mode = Literal["development", "test", "production"]

PROJECT_ROOT = Path(__file__).resolve().parent.parent
DEFAULT_DEPARTEMENTS = ("02", "59", "60", "62", "80")
MINIMUM_SECRET_LENGTH = 32


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
    presence_percent: int

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
            trusted_proxies=whole_number(environ, "CRM_TRUSTED_PROXIES", 0),
            largest_attachment_megabytes=whole_number(environ, "CRM_LARGEST_ATTACHMENT_MB", 20),
            presence_percent=_percent(environ, "CRM_PRESENCE_PERCENT", 50),
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


def _percent(environ: Mapping[str, str], name: str, default: int) -> int:
    percent = whole_number(environ, name, default)
    if not 1 <= percent <= 100:  # noqa: PLR2004 - per cent
        raise ConfigurationError(f"{name} is {percent}: set it from 1 to 100.")
    return percent


def _comma_list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


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
