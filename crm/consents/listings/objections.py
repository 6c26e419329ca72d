"""The list of the addresses that nothing is sent to: hashes, found by typing the address."""

from typing import Any

from flask import url_for
from sqlalchemy import CTE, Select, func, select
from sqlalchemy.orm import Session

from crm.consents.types import PURPOSE_LABELS
from crm.core.errors import N_
from crm.mail.models import Suppression
from crm.mail.suppression import Origin, hashed
from crm.mail.types import Purpose
from crm.web.list_definition import Column, Filter, ListDefinition, Narrowing, Sort
from crm.web.lists import Listing
from crm.web.locale import translate

ORIGIN_LABELS = {
    Origin.OBJECTION.value: N_("Opposition"),
    Origin.COMPLAINT.value: N_("Signalé comme indésirable"),
    Origin.BOUNCE.value: N_("Adresse qui ne reçoit plus"),
    Origin.WITHDRAWAL.value: N_("Désabonnement"),
}
SUPPRESSED_LABELS = {
    **PURPOSE_LABELS,
    Purpose.BROADCAST.value: N_("Tous les envois en nombre"),
    Purpose.ANY.value: N_("Absolument tout"),
    Purpose.DIGEST.value: N_("Rappels de l’équipe"),
    Purpose.ACCOUNT.value: N_("Messages de compte"),
}
_COLUMNS = (
    Column("address_hash", N_("Empreinte de l’adresse")),
    Column("purpose", N_("Ne plus envoyer"), words=SUPPRESSED_LABELS),
    Column("origin", N_("Origine"), words=ORIGIN_LABELS),
    Column("reason", N_("Raison"), is_wide=True),
    Column("created_by", N_("Noté par")),
    Column("created_at", N_("Depuis"), sort="recent", kind="date"),
)


def objection_list() -> ListDefinition:
    """Return the list of suppressed addresses, the latest first."""
    return ListDefinition(
        url=url_for("objections.index"),
        statement=select(
            Suppression.id,
            Suppression.address_hash,
            Suppression.purpose,
            Suppression.origin,
            Suppression.reason,
            Suppression.created_by,
            Suppression.created_at,
        ),
        counted=select(Suppression.id),
        columns=_COLUMNS,
        sorts={"recent": Sort((Suppression.id,), descending=True)},
        default_sort="recent",
        filters=(
            _filter("origine", N_("Origine"), Suppression.origin, ORIGIN_LABELS),
            _filter("envoi", N_("Ne plus envoyer"), Suppression.purpose, SUPPRESSED_LABELS),
        ),
        search_label=N_("Adresse entière"),
        count_words=(N_("%(count)s opposition"), N_("%(count)s oppositions")),
        export_url=lambda extension: url_for("objections.export", extension=extension),
        empty_text=N_("Personne ne s’est opposé aux envois."),
    )


def narrow_objections(session: Session, listing: Listing) -> Narrowing:
    """Apply the filters of the URL, and the address typed: the list knows no part of one."""
    narrowing = listing.narrow(session)
    if not listing.search:
        return narrowing
    return narrowing.kept_to(Suppression.address_hash == hashed(listing.search), listing.search)


def exported_columns() -> dict[str, Column]:
    """Return what an export holds."""
    return {each.key: each for each in _COLUMNS}


def _filter(name: str, label: str, column: Any, words: dict[str, str]) -> Filter:
    def tally(found: CTE) -> Select[Any]:
        return (
            select(column, func.count(Suppression.id))
            .where(Suppression.id.in_(select(found.c.id)))
            .group_by(column)
        )

    return Filter(
        name,
        label,
        column.in_,
        lambda _session: [(value, translate(text)) for value, text in words.items()],
        everything_label=N_("Toutes"),
        read=list,
        tally=tally,
    )
