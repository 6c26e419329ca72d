"""The report of a year, from the command line."""

from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from crm.core.errors import N_, NotFoundError, RuleError
from crm.database import db
from crm.web.locale import sentence, translate
from crm.yearly.files.verification import Verified, verify_pack
from crm.yearly.making import make_file
from crm.yearly.presentation import network_name, year_report
from crm.yearly.queries import closures_by_digest, closures_of, first_definition

_YEARS = click.IntRange(1990, 2100)
_KINDS = ("json", "docx", "xlsx", "pdf", "csv", "zip")


class YearGroup(click.Group):
    """A group whose first word may be a year: `crm report 2019 --pdf`."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Read a year as the command that writes it."""
        if args and args[0].isdecimal():
            args = ["year", *args]
        return super().resolve_command(ctx, args)


@click.group("report", cls=YearGroup, subcommand_metavar="YEAR --json|--docx|… | verify FILE")
def report_command() -> None:
    """Write the report of a year, or verify a pack for an audit."""


@report_command.command("year", hidden=True)
@click.argument("year", type=_YEARS)
@click.option("--json", "kind", flag_value="json", default=True, help="Plain data (default).")
@click.option("--docx", "kind", flag_value="docx", help="In the network's Word template.")
@click.option("--xlsx", "kind", flag_value="xlsx", help="A sheet for each figure, with its rows.")
@click.option("--pdf", "kind", flag_value="pdf", help="To print.")
@click.option("--csv", "kind", flag_value="csv", help="Long form, a row for each figure.")
@click.option("--zip", "kind", flag_value="zip", help="The pack for an audit.")
@click.option("--definition", "definition_id", type=int, help="Which report; the first by default.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Where to.")
@with_appcontext
def year_command(year: int, kind: str, definition_id: int | None, output: Path | None) -> None:
    """Write the report of YEAR: as it was published once it is closed."""
    session = db.session()
    if definition_id is None:
        first = first_definition(session)
        definition_id = first.id if first else 0
    try:
        found = year_report(session, definition_id, year)
        body = make_file(session, found, kind)
    except NotFoundError:
        raise click.ClickException("There is no such report.") from None
    except RuleError as error:
        raise click.ClickException(sentence(error)) from error
    _write(body, kind, year, output)


@report_command.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def verify_command(file: Path) -> None:
    """Tell whether the pack in FILE is as it was written; status 1 when it is not.

    What was published is compared with the closure of this database, where it has that one.
    """
    found = verify_pack(file.read_bytes())
    faults, known = list(found.faults), ""
    if not faults:
        faults, known = _known_here(found)
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        raise SystemExit(1)
    click.echo(f"The pack is whole: every file says what the snapshot does. {known}")


def _known_here(found: Verified) -> tuple[list[str], str]:
    """Return what the closures of this database contradict; else what was compared, in words."""
    if not found.digest:
        return [], "The year was open when it was made: nothing was published to compare."
    try:
        closures = closures_by_digest(db.session(), found.digest)
        rivals = closures_of(db.session(), found.definition_id, found.year)
    except SQLAlchemyError:
        return [], "This database could not be read: compare the published hash with the report."
    if any(found.closed_at == each.closed_at for each in closures):
        return [], "It is what this database holds as published."
    if closures:
        return [translate(N_("Le jour de la clôture n’est pas celui de cette base."))], ""
    if rivals and found.network == network_name():
        said = N_("Ce n’est pas ce que cette base a publié : aucune clôture n’a cette empreinte.")
        return [translate(said)], ""
    return [], "This database has no closure of it: compare the published hash with the report."


def _write(body: bytes, kind: str, year: int, output: Path | None) -> None:
    """Write to the file asked; text to standard output, the rest to a file here."""
    if output is None and kind in ("json", "csv"):
        click.echo(body.decode(), nl=False)
        return
    target = output or Path(f"rapport-{year}.{kind}")
    target.write_bytes(body)
    click.echo(f"{target}: {len(body)} bytes.", err=True)
