"""Commands on accounts: `crm users …`."""

import click
from flask.cli import with_appcontext

from crm.accounts import messages
from crm.accounts.operations.passwords import (
    FIRST_ADMINISTRATOR_LIFETIME,
    issue_password_token,
)
from crm.accounts.operations.users import create_user, deactivate_user
from crm.accounts.permissions import Role
from crm.accounts.queries import find_user_by_email, list_users
from crm.core.errors import RuleError
from crm.database import db, transaction


@click.group()
def users() -> None:
    """Open, list and close the team's accounts."""


@users.command("create-admin")
@click.option("--email", required=True, help="The address the person signs in with.")
@click.option("--name", required=True, help="The name shown to the team.")
@with_appcontext
def create_admin(email: str, name: str) -> None:
    """Open an administrator's account and print a link to choose its password."""
    try:
        with transaction() as session:
            user = create_user(session, email=email, name=name, role=Role.ADMINISTRATOR)
            token, _ = issue_password_token(
                session, user_id=user.id, lifetime=FIRST_ADMINISTRATOR_LIFETIME
            )
    except RuleError as error:
        raise click.ClickException(str(error)) from None
    click.echo("Open this link within 24 hours to choose the password; it works once:")
    click.echo(messages.password_link(token))


@users.command("list")
@with_appcontext
def list_all() -> None:
    """List the accounts: address, role, state."""
    for user in list_users(db.session()):
        state = "active" if user.is_active else "deactivated"
        click.echo(f"{user.email}\t{user.role}\t{state}\t{user.name}")


@users.command("deactivate")
@click.option("--email", required=True, help="The address of the account to close.")
@with_appcontext
def deactivate(email: str) -> None:
    """Close an account and its log-ins."""
    user = find_user_by_email(db.session(), email)
    if user is None:
        raise click.ClickException("No account has this address.")
    try:
        with transaction() as session:
            deactivate_user(session, user_id=user.id, by_user_id=None)
    except RuleError as error:
        raise click.ClickException(str(error)) from None
    click.echo("The account is deactivated and its log-ins are closed.")
