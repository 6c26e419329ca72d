"""Passerelle: a CRM for regional multi-actor networks."""

from pathlib import Path

from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from crm.accounts.gate import register_gate
from crm.config import Settings
from crm.core.collector import keep_what_is_loaded
from crm.database import db, end_reading, engine_options
from crm.web.addresses import Application, register_addresses
from crm.web.assets import register_assets
from crm.web.errors import register_errors
from crm.web.formats import register_formats
from crm.web.headers import register_headers
from crm.web.locale import register_locale
from crm.web.logs import register_logs
from crm.web.uploads import register_uploads
from crm.wiring import register_packages

__version__ = "0.1.0"

LARGEST_REQUEST_BYTES = 8 * 1024 * 1024
_HERE = Path(__file__).resolve().parent


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application for these settings (the environment's, when none are given)."""
    settings = settings or Settings.read()
    app = Application(__name__, template_folder=str(_template_folder()))
    configure(app, settings)
    register_logs(app)
    register_database(app, settings)
    register_locale(app)
    register_assets(app)
    register_formats(app)
    register_headers(app)
    register_errors(app)
    register_addresses(app)
    register_uploads(app)
    register_gate(app)
    register_packages(app)
    return app


def create_lasting_app() -> Flask:
    """Return the application that a process serves or works for to its end."""
    app = create_app()
    keep_what_is_loaded()
    return app


def configure(app: Flask, settings: Settings) -> None:
    """Set what Flask leaves open by default: hosts, cookies, upload size, undefined names."""
    secure = settings.is_production
    app.config.update(
        SETTINGS=settings,
        TESTING=settings.mode == "test",
        SECRET_KEY=settings.secret_key,
        TRUSTED_HOSTS=list(settings.host_names),
        MAX_CONTENT_LENGTH=LARGEST_REQUEST_BYTES,
        MAX_FORM_MEMORY_SIZE=LARGEST_REQUEST_BYTES,
        SESSION_COOKIE_NAME="__Host-passerelle" if secure else "passerelle",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SEND_FILE_MAX_AGE_DEFAULT=31536000,
        PREFERRED_URL_SCHEME="https" if secure else "http",
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops
        )


def register_database(app: Flask, settings: Settings) -> None:
    """Open the database of the settings."""
    settings.data_directory.mkdir(parents=True, exist_ok=True)
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings.database_url)
    db.init_app(app)
    app.teardown_request(end_reading)


def _template_folder() -> Path:
    # A wheel has the templates inside the package, a checkout beside it.
    return next(path for path in (_HERE / "templates", _HERE.parent / "templates") if path.is_dir())
