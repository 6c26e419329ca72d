"""The records of communes that say something else than the directory of town halls, or nothing."""

from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from crm.campaigns.directory.operations import differs
from crm.campaigns.directory.types import FIELDS
from crm.campaigns.models import DirectoryEntry
from crm.contacts.listings.filters import departements
from crm.contacts.models import Structure
from crm.core.errors import N_
from crm.search.queries import matching_ids, typed_words
from crm.web.list_definition import Column, Filter, ListDefinition, Narrowing, Sort
from crm.web.lists import Listing
from crm.web.locale import translate

FIELD_LABELS = {
    "email": N_("Courriel"),
    "phone": N_("Téléphone"),
    "website": N_("Site"),
}


def directory_list(_arguments: MultiDict[str, str] | None = None) -> ListDefinition:
    """Return the list of records that say something else than the directory."""
    return ListDefinition(
        url=url_for("directory.index"),
        records_url=url_for("structures.index"),
        statement=_selected(
            Structure.id,
            Structure.name,
            Structure.departement_code,
            Structure.email,
            DirectoryEntry.email.label("their_email"),
            Structure.phone,
            DirectoryEntry.phone.label("their_phone"),
            Structure.website,
            DirectoryEntry.website.label("their_website"),
        ),
        counted=_selected(Structure.id),
        columns=_columns(),
        sorts={"nom": Sort((Structure.sort_name, Structure.id))},
        default_sort="nom",
        filters=_filters(),
        search_label=N_("Nom de la commune"),
        takes_all=True,
        has_more_actions=True,
        count_words=(N_("%(count)s écart"), N_("%(count)s écarts")),
        export_url=lambda extension: url_for("directory.export", extension=extension),
        empty_text=N_("Aucun écart entre vos fiches et l’annuaire."),
    )  # fmt: skip


def _columns() -> tuple[Column, ...]:
    return (
        Column("name", N_("Commune"), sort="nom"),
        Column("departement_code", N_("Département"), name="departement"),
        Column("email", N_("Courriel"), name="courriel", kind="mail"),
        Column("their_email", N_("Selon l’annuaire"), name="annuaire-courriel"),
        Column("phone", N_("Téléphone"), name="telephone", kind="phone"),
        Column("their_phone", N_("Selon l’annuaire"), name="annuaire-telephone", kind="phone"),
        Column("website", N_("Site"), name="site", is_usual=False),
        Column("their_website", N_("Site selon l’annuaire"), name="annuaire-site", is_usual=False),
    )


def _filters() -> tuple[Filter, ...]:
    return (
        Filter(
            "ecart",
            N_("Écart"),
            _differing,
            lambda _session: [(code, translate(text)) for code, text in FIELD_LABELS.items()],
        ),
        Filter(
            "departement",
            N_("Département"),
            Structure.departement_code.in_,
            departements,
            read=list,
        ),
    )


def _differing(values: list[str]) -> ColumnElement[bool]:
    return or_(false(), *(differs(name) for name in FIELDS if name in values))


def _selected(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Structure)
        .join(DirectoryEntry, DirectoryEntry.insee_code == Structure.insee_code)
        .where(and_(Structure.deleted_at.is_(None), or_(*(differs(name) for name in FIELDS))))
    )


def narrow_directory(session: Session, listing: Listing) -> Narrowing:
    """Apply the filters of the URL and the words searched."""
    narrowing = listing.narrow(session)
    prefixes = typed_words(listing.search)
    if not prefixes:
        return narrowing
    named = Structure.id.in_(matching_ids("structure", prefixes))
    return narrowing.kept_to(named, listing.search)
