"""The list of messages: what it shows and what narrows it."""

from collections.abc import Mapping
from typing import Any

from flask import url_for
from sqlalchemy import CTE, Select, func, select
from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.mail.models import Delivery, OutboxMessage
from crm.mail.operations import GIVE_UP, RESEND
from crm.mail.types import STATE_LABELS
from crm.web.list_definition import Column, Filter, ListDefinition, Narrowing, Sort
from crm.web.lists import Listing
from crm.web.locale import translate

_STATE_WORDS = {each.value: label for each, label in STATE_LABELS.items()}
_COLUMNS = (
    Column("created_at", N_("Écrit le"), sort="recent"),
    Column("subject", N_("Objet et destinataire")),
    Column("state", N_("État"), words=_STATE_WORDS),
    Column("answer", N_("Réponse du relais"), is_wide=True),
)


def outbox_list() -> ListDefinition:
    """Return the list of messages, the newest first."""
    return ListDefinition(
        url=url_for("outbox.index"),
        statement=_joined(
            OutboxMessage.id,
            OutboxMessage.created_at,
            OutboxMessage.subject,
            OutboxMessage.recipient,
            Delivery.state,
            Delivery.attempt,
            Delivery.answer,
            Delivery.reason,
            Delivery.resent,
        ),
        columns=_COLUMNS,
        sorts={"recent": Sort((OutboxMessage.id,), descending=True)},
        default_sort="recent",
        filters=(
            Filter(
                "etat",
                N_("État"),
                Delivery.state.in_,
                lambda _: [(each.value, translate(label)) for each, label in STATE_LABELS.items()],
                read=list,
                tally=_tally,
            ),
        ),
        search_label=N_("Destinataire, objet"),
        count_words=(N_("%(count)s message"), N_("%(count)s messages")),
        bulk_actions=((RESEND, N_("Renvoyer")), (GIVE_UP, N_("Abandonner"))),
        export_url=lambda extension: url_for("outbox.export", extension=extension),
        counted=_joined(OutboxMessage.id),
        empty_text=N_("Les messages que Passerelle écrit à l’équipe apparaîtront ici."),
    )


def narrow_messages(session: Session, listing: Listing) -> Narrowing:
    """Apply the filters of the URL and the words searched."""
    narrowing = listing.narrow(session)
    if not listing.search:
        return narrowing
    found = OutboxMessage.recipient.icontains(
        listing.search, autoescape=True
    ) | OutboxMessage.subject.icontains(listing.search, autoescape=True)
    return narrowing.kept_to(found, listing.search)


def exported_columns() -> Mapping[str, Column]:
    """Return what an export holds: what the page shows, and the number of the message."""
    others = (
        Column("subject", N_("Objet")),
        Column("recipient", N_("Destinataire")),
        Column("attempt", N_("Essais")),
    )
    shown = {each.key: each for each in _COLUMNS}
    return {"id": Column("id", "")} | shown | {each.key: each for each in others}


def _joined(*columns: Any) -> Select[Any]:
    return select(*columns).join(Delivery, Delivery.id == OutboxMessage.delivery_id)


def _tally(found: CTE) -> Select[Any]:
    return (
        _joined(Delivery.state, func.count(OutboxMessage.id))
        .where(OutboxMessage.id.in_(select(found.c.id)))
        .group_by(Delivery.state)
    )
