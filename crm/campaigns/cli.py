"""`crm import-directory`: the directory of town halls, without the screen."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from crm.campaigns.directory.importing import import_directory
from crm.core.errors import RuleError
from crm.history.recording import Actor

_ACTOR = Actor(user_id=None, name="Commande", source="command")


@click.command("import-directory")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def directory_command(file: Path) -> None:
    """Read the directory of town halls in FILE: fill in the communes' records that lack it."""
    try:
        with file.open("rb") as stream:
            report = import_directory(stream, actor=_ACTOR)
    except RuleError as error:
        raise click.ClickException(str(error)) from error
    click.echo(
        f"Town halls read: {report.town_halls} ({report.outside} outside the territory)."
        f" Values filled in: {report.filled}. Records that say something else: {report.differing}."
    )
    if report.wrong:
        click.echo(f"Values not understood: {report.wrong}.", err=True)
