"""The command line: `crm`."""

import os
import socket
from dataclasses import replace
from typing import Any

import click
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.util import CommandError
from flask import Flask, current_app
from flask.cli import ScriptInfo, with_appcontext
from sqlalchemy import text
from sqlalchemy.exc import ArgumentError, OperationalError, ProgrammingError

from crm import create_lasting_app, schema
from crm.accounts.cli import users
from crm.campaigns.cli import directory_command
from crm.composing.defaults import load_default_templates
from crm.config import ConfigurationError, Settings
from crm.core.errors import DatabaseBusyError
from crm.database import db, is_passing, transaction
from crm.demo.load import DEFAULT_SEED, DemoRefusedError, is_network_empty, load_demo
from crm.demo.users import DEMO_LOGINS, DEMO_PASSWORD, has_demo_users
from crm.funding.defaults import load_default_schemes
from crm.imports.cli import import_command, undo_command
from crm.mail.bounce_command import bounce_command
from crm.reference.defaults import load_defaults
from crm.reports.cli import counts_command
from crm.revisions import current_revision, latest_revision
from crm.scheduler import do_what_is_due
from crm.search.kinds import reindex_all
from crm.segments.cli import segment_command
from crm.serving import serve
from crm.territories.operations import holds_territories, load_territories
from crm.territories.source import MissingGeographyError
from crm.worker import run_worker
from crm.yearly.cli import report_command
from crm.yearly.defaults import load_default_report

_PLAIN_SENTENCES = (ConfigurationError, MissingGeographyError, DemoRefusedError)


class ExplainedError(click.ClickException):
    """Something a person can put right: one sentence on standard error, status 2."""

    exit_code = 2


class PlainSpokenGroup(click.Group):
    """A group whose commands end with a sentence, not with a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; turn what a person can put right into an ExplainedError."""
        try:
            return super().invoke(ctx)
        except _PLAIN_SENTENCES as error:
            raise ExplainedError(str(error)) from error
        except DatabaseBusyError as error:
            raise ExplainedError(
                f"The database is busy ({error}): nothing was written, try again in a moment."
            ) from error
        except ArgumentError as error:
            raise ExplainedError("DATABASE_URL is not the address of a database.") from error
        except CommandError as error:
            raise ExplainedError(
                f"The database is of another version of Passerelle ({error})."
            ) from error
        except (OperationalError, ProgrammingError) as error:
            if sentence := _explained(error):
                raise ExplainedError(sentence) from error
            raise


def _explained(error: OperationalError | ProgrammingError) -> str | None:
    reason = (str(error.orig).strip() or "no reason given").splitlines()[0]
    if "no such table" in reason or "does not exist" in reason:
        return f"The database is not up to date ({reason}): run 'crm db upgrade'."
    if isinstance(error, OperationalError) and is_passing(error):
        return f"The database is busy ({reason}): nothing was written, try again in a moment."
    if isinstance(error, OperationalError) and error.statement is None:
        return f"The database does not answer: {reason}"
    return None


@click.group(cls=PlainSpokenGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def main(ctx: click.Context) -> None:
    """Passerelle: a CRM for regional networks of international cooperation."""
    if ctx.obj is None:
        ctx.obj = ScriptInfo(create_app=create_lasting_app, set_debug_flag=False)


@main.group("db")
def db_group() -> None:
    """Look after the database."""


@db_group.command("upgrade")
@with_appcontext
def upgrade_command() -> None:
    """Bring the database to the version of the program."""
    before, after = _upgrade()
    click.echo(f"Database: {before or 'empty'} → {after}." if before != after else "Up to date.")


@db_group.command("check")
@with_appcontext
def check_command() -> None:
    """Tell whether the database is sound and up to date; status 1 when it is not."""
    faults = _faults()
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        raise SystemExit(1)
    click.echo("The database is sound and up to date.")


@main.command("load-reference")
@with_appcontext
def load_reference_command() -> None:
    """Bring the lists and the geography of the covered départements up to date."""
    for name, count in _load_reference().items():
        click.echo(f"{name:20}{count:>8}")


@main.command("reindex")
@with_appcontext
def reindex_command() -> None:
    """Rebuild the search index from the records; nothing else changes."""
    click.echo(f"Search index: {_reindex()} words.")


@main.group("demo")
def demo_group() -> None:
    """Fill a network with invented records."""


@demo_group.command("load")
@click.option("--seed", default=DEFAULT_SEED, show_default=True, help="Another draw.")
@with_appcontext
def demo_load_command(seed: int) -> None:
    """Fill an empty network with invented people, structures and sessions."""
    _load_demo(seed)
    _print_logins()


@main.command("serve")
@click.option("--demo", is_flag=True, help="Fill the network with invented records if empty.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=5000, show_default=True, type=click.IntRange(1, 65535))
@with_appcontext
def serve_command(demo: bool, host: str, port: int) -> None:  # noqa: FBT001 - click passes flags so
    """Prepare the database and serve the application until Ctrl-C."""
    _check_port_is_free(host, port)
    _upgrade()
    if not holds_territories(db.session(), _settings().departements):
        click.echo("Loading the lists and the geography…")
        _load_reference(with_schemes=not demo)
    if demo and is_network_empty(db.session()):
        click.echo("Inventing a network…")
        _load_demo(DEFAULT_SEED)
    shown = f"[{host}]" if ":" in host else host
    _use_base_url(f"http://{shown}:{port}")
    click.echo(f"Passerelle: http://{shown}:{port}/  (Ctrl-C stops it)")
    if has_demo_users(db.session()):
        _check_demo_stays_here()
        _print_logins()
    serve(_application(), f"{shown}:{port}")


@main.command("worker")
@with_appcontext
def worker_command() -> None:
    """Send messages and do the daily jobs until SIGTERM; one or more beside the web server."""
    if has_demo_users(db.session()):
        _check_demo_stays_here()
    click.echo("Working: messages leave within seconds, jobs in their time (Ctrl-C stops it).")
    application = _application()
    db.session.remove()
    run_worker(application)


@main.command("run-jobs")
@with_appcontext
def run_jobs() -> None:
    """Do what is due today and not done yet, as the worker does each minute by itself."""
    done = do_what_is_due()
    click.echo(", ".join(done) or "Nothing was due.")


for _command in (
    bounce_command, counts_command, directory_command, report_command, segment_command,
    import_command, undo_command, users,
):  # fmt: skip
    main.add_command(_command)


def _application() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined,no-any-return]  # noqa: SLF001


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _use_base_url(url: str) -> None:
    """Let the links in messages lead to this server, unless the settings say where."""
    if not _settings().is_production and "CRM_BASE_URL" not in os.environ:
        current_app.config["SETTINGS"] = replace(_settings(), base_url=url)


def _revisions() -> tuple[str | None, str | None]:
    with db.engine.connect() as connection:
        return current_revision(connection), latest_revision()


def _upgrade() -> tuple[str | None, str | None]:
    before, latest = _revisions()
    if before != latest:
        schema.upgrade(db.engine)
        if before is not None:
            _reindex()  # another version may read words otherwise
            with transaction() as session:
                load_default_report(session)
    return before, latest


def _reindex() -> int:
    with transaction() as session:
        return reindex_all(session)


def _faults() -> list[str]:
    current, latest = _revisions()
    if current != latest:
        stage = f"at revision {current}" if current else "empty"
        return [f"The database is {stage}, the program at {latest}: run 'crm db upgrade'."]
    faults = []
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        faults += [
            f"The tables are not those of the program: {difference[0]} {difference[1:]}"
            for difference in compare_metadata(context, schema.metadata)
        ]
        if connection.dialect.name == "sqlite":
            answers = connection.execute(text("PRAGMA integrity_check")).scalars()
            faults += [f"SQLite: {answer}" for answer in answers if answer != "ok"]
            orphans = connection.execute(text("PRAGMA foreign_key_check")).all()
            faults += [f"Table {row[0]}: row {row[1]} points to no {row[2]}." for row in orphans]
    return sorted(faults)


def _load_reference(*, with_schemes: bool = True) -> dict[str, int]:
    """Load what every network starts from; a demonstration invents schemes of its own."""
    with transaction() as session:
        added = {
            "reference_item": load_defaults(session),
            "message_template": load_default_templates(session),
            "report_definition": load_default_report(session),
        }
        if with_schemes:
            added["funding_scheme"] = load_default_schemes(session)
        try:
            return added | load_territories(session, _settings().departements)
        except ValueError as error:
            raise ConfigurationError(f"CRM_DEPARTEMENTS: {error}") from error


def _load_demo(seed: int) -> None:
    with transaction() as session:
        load_demo(session, _settings(), seed=seed)


def _print_logins() -> None:
    click.echo(f"Demonstration log-ins, password {DEMO_PASSWORD}:")
    for email, role in DEMO_LOGINS:
        click.echo(f"  {email:26}{role}")


def _check_demo_stays_here() -> None:
    if _settings().mail.leaves_the_machine:
        raise ExplainedError(
            "A demonstration sends nothing outside this machine: unset CRM_MAIL_SMTP_HOST and "
            "CRM_MAIL_SENDGRID_API_KEY."
        )


def _check_port_is_free(host: str, port: int) -> None:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise ExplainedError(
            f"Cannot listen on {host} port {port} ({error.strerror}): choose another with --port."
        ) from error
