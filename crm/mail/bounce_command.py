"""`crm bounce`: a message that came back, handed over by the mail server."""

import sys

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from crm.config import Settings
from crm.core.errors import DatabaseBusyError
from crm.mail.receiving import receive
from crm.mail.returns import LARGEST_BYTES

# EX_TEMPFAIL (sysexits.h): the mail server keeps the message and tries again.
TRY_AGAIN = 75


@click.command("bounce")
@click.option("--recipient", default="", help="The address that the message was delivered to.")
@with_appcontext
def bounce_command(recipient: str) -> None:
    """Note what a message on standard input says: a return, a complaint, an answer.

    Ends with 0 when that is done, whatever the message is, and with 75 when it has to be handed
    over again.
    """
    settings: Settings = current_app.config["SETTINGS"]
    raw = sys.stdin.buffer.read(LARGEST_BYTES)
    try:
        nature = receive(settings.mail, raw, envelope_recipient=recipient)
    except (DatabaseBusyError, SQLAlchemyError) as error:
        click.echo(f"Not noted ({type(error).__name__}): hand it over again.", err=True)
        raise SystemExit(TRY_AGAIN) from error
    click.echo(nature.value)
