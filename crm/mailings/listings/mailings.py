"""The list of mailings."""

from typing import Any

from flask import url_for
from sqlalchemy import CTE, Date, Select, func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from crm.core.errors import N_
from crm.core.text import fold
from crm.mailings.models import Mailing, MailingRecipient
from crm.mailings.types import PURPOSE_LABELS, STATUS_LABELS
from crm.web.list_definition import Column, Filter, ListDefinition, Narrowing, Sort
from crm.web.lists import Listing
from crm.web.locale import translate

MAILINGS = "mailings"
_STATUSES = {each.value: label for each, label in STATUS_LABELS.items()}
_PURPOSES = {each.value: label for each, label in PURPOSE_LABELS.items()}
_AUDIENCE = (
    select(func.count())
    .where(MailingRecipient.mailing_id == Mailing.id, MailingRecipient.is_in)
    .correlate(Mailing)
    .scalar_subquery()
)
_WHEN = func.coalesce(Mailing.starts_at, Mailing.frozen_at, Mailing.created_at)


def mailing_list(_arguments: MultiDict[str, str] | None = None) -> ListDefinition:
    """Return the list of mailings, the newest first."""
    return ListDefinition(
        code=MAILINGS,
        url=url_for("mailings.index"),
        statement=_rows(),
        counted=select(Mailing.id).where(Mailing.deleted_at.is_(None)),
        columns=(
            Column("name", N_("Envoi"), sort="nom"),
            Column("status", N_("État"), sort="etat", name="etat", words=_STATUSES),
            Column("purpose", N_("Finalité"), name="finalite", words=_PURPOSES),
            Column("audience", N_("Destinataires"), name="destinataires", is_numeric=True,
                   extra=_AUDIENCE),
            Column("left_on", N_("Départ"), sort="depart", name="depart", kind="date"),
            Column("ended_on", N_("Terminé"), name="fin", kind="date", is_usual=False,
                   extra=func.date(Mailing.ended_at, type_=Date)),
        ),
        sorts={
            "depart": Sort((_WHEN, Mailing.id), descending=True),
            "nom": Sort((Mailing.sort_name, Mailing.id)),
            "etat": Sort((Mailing.status, Mailing.id)),
        },
        default_sort="depart",
        filters=(
            _choice("etat", N_("État"), Mailing.status, _STATUSES),
            _choice("finalite", N_("Finalité"), Mailing.purpose, _PURPOSES),
        ),
        search_label=N_("Nom de l’envoi"),
        takes_all=True,
        has_more_actions=True,
        count_words=(N_("%(count)s envoi"), N_("%(count)s envois")),
        export_url=lambda extension: url_for("mailings.export", extension=extension),
        empty_text=N_(
            "Écrivez un message en blocs, choisissez un segment, voyez qui le recevra et pourquoi :"
            " rien ne part avant votre accord."
        ),
    )  # fmt: skip


def _choice(name: str, label: str, column: Any, words: dict[str, str]) -> Filter:
    def tally(found: CTE) -> Select[Any]:
        return (
            select(column, func.count()).where(Mailing.id.in_(select(found.c.id))).group_by(column)
        )

    return Filter(
        name,
        label,
        column.in_,
        lambda _session: [(code, translate(text)) for code, text in words.items()],
        read=list,
        tally=tally,
    )


def narrow_mailings(session: Session, listing: Listing) -> Narrowing:
    """Apply the filters of the URL and the words searched, accents aside."""
    narrowing = listing.narrow(session)
    if not listing.search:
        return narrowing
    return narrowing.kept_to(
        Mailing.sort_name.contains(fold(listing.search), autoescape=True), listing.search
    )


def _rows() -> Select[Any]:
    return select(
        Mailing.id,
        Mailing.name,
        Mailing.status,
        Mailing.purpose,
        Mailing.starts_at,
        func.date(_WHEN, type_=Date).label("left_on"),
    ).where(Mailing.deleted_at.is_(None))
