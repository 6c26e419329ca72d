"""The outbox on screen: what the product has written, to whom, in what words."""

from flask import Blueprint, render_template, request, url_for
from sqlalchemy import select

from crm.core.errors import N_
from crm.database import db
from crm.mail.models import OutboxMessage
from crm.mail.queries import read_message
from crm.web.access import Permission, allow
from crm.web.list_definition import Column, ListDefinition, Sort
from crm.web.lists import Listing

blueprint = Blueprint("outbox", __name__, url_prefix="/administration/messages")


def outbox_list() -> ListDefinition:
    """Return the list of messages, the newest first."""
    return ListDefinition(
        url=url_for("outbox.index"),
        statement=select(
            OutboxMessage.id,
            OutboxMessage.recipient,
            OutboxMessage.subject,
            OutboxMessage.created_at,
        ),
        columns=(
            Column("created_at", N_("Écrit le"), sort="recent"),
            Column("subject", N_("Objet")),
            Column("recipient", N_("Destinataire")),
        ),
        sorts={"recent": Sort((OutboxMessage.id,), descending=True)},
        default_sort="recent",
        search_label=N_("Destinataire, objet"),
        count_words=(N_("%(count)s message"), N_("%(count)s messages")),
    )


@blueprint.get("")
@allow(Permission.READ_OUTBOX)
def index() -> str:
    """Show the messages, the newest first."""
    session = db.session()
    listing = Listing(outbox_list(), request.args)
    narrowing = listing.narrow(session)
    if listing.search:
        narrowing.statement = narrowing.statement.where(
            OutboxMessage.recipient.icontains(listing.search, autoescape=True)
            | OutboxMessage.subject.icontains(listing.search, autoescape=True)
        )
    return render_template("mail/outbox.html", listing=listing.fill(session, narrowing))


@blueprint.get("/<int:message_id>")
@allow(Permission.READ_OUTBOX)
def show(message_id: int) -> str:
    """Show a message: its text, and its HTML as it is written, which nothing here runs."""
    return render_template("mail/message.html", message=read_message(db.session(), message_id))
