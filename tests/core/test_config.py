"""Settings: defaults for a newcomer, and a production that refuses to start half-configured."""

from pathlib import Path

import pytest

from crm.config import ConfigurationError, Settings

COMPLETE = {
    "CRM_MODE": "production",
    "CRM_SECRET_KEY": "s" * 64,
    "CRM_HOST_NAMES": "crm.reseau.example",
    "CRM_BASE_URL": "https://crm.reseau.example",
    "CRM_MAIL_SENDER": "contact@reseau.example",
}


@pytest.mark.parametrize(
    "missing", ["CRM_SECRET_KEY", "CRM_HOST_NAMES", "CRM_BASE_URL", "CRM_MAIL_SENDER"]
)
def test_production_says_what_to_set(missing: str, tmp_path: Path) -> None:
    environ = {**COMPLETE, "CRM_DATA_DIRECTORY": str(tmp_path)}
    del environ[missing]
    with pytest.raises(ConfigurationError, match=missing):
        Settings.read(environ)


def test_a_complete_production_starts(tmp_path: Path) -> None:
    settings = Settings.read({**COMPLETE, "CRM_DATA_DIRECTORY": str(tmp_path)})
    assert settings.is_production
    assert settings.host_names == ("crm.reseau.example",)


@pytest.mark.parametrize(
    ("name", "value"),
    [("CRM_MODE", "prod"), ("DATABASE_URL", "mysql://x/y"), ("CRM_TRUSTED_PROXIES", "-1")],
)
def test_a_wrong_value_is_named(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=name):
        Settings.read({name: value, "CRM_DATA_DIRECTORY": str(tmp_path)})


def test_a_development_secret_is_kept_between_starts(tmp_path: Path) -> None:
    environ = {"CRM_DATA_DIRECTORY": str(tmp_path)}
    first, second = Settings.read(environ), Settings.read(environ)
    assert first.secret_key == second.secret_key
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_a_bare_postgresql_address_gets_the_driver_we_ship(tmp_path: Path) -> None:
    settings = Settings.read(
        {"DATABASE_URL": "postgres://u:p@h/d", "CRM_DATA_DIRECTORY": str(tmp_path)}
    )
    assert settings.database_url == "postgresql+psycopg://u:p@h/d"
