"""The list of exports: who took which list out, when, narrowed by which filters."""

from typing import Any

from flask import request, url_for
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.history.models import ExportRecord
from crm.web.list_definition import Column, Filter, ListDefinition, Narrowing, Sort
from crm.web.lists import Listing


def _people(session: Session) -> list[tuple[str, str]]:
    found = session.scalars(
        select(ExportRecord.actor_name).distinct().order_by(ExportRecord.actor_name)
    )
    return [(name, name) for name in found]


def _titles(session: Session) -> list[tuple[str, str]]:
    found = session.scalars(select(ExportRecord.title).distinct().order_by(ExportRecord.title))
    return [(title, title) for title in found]


def export_list() -> ListDefinition:
    """Return the list of exports, the latest first."""
    return ListDefinition(
        url=url_for("history.exports"),
        statement=select(
            ExportRecord.id,
            ExportRecord.at,
            ExportRecord.actor_name,
            ExportRecord.title,
            ExportRecord.extension,
            ExportRecord.filter_names,
        ),
        columns=(
            Column("at", N_("Le"), sort="recent"),
            Column("actor_name", N_("Par")),
            Column("title", N_("Liste")),
            Column("extension", N_("Format")),
            Column("filter_names", N_("Filtrée par")),
        ),
        sorts={"recent": Sort((ExportRecord.id,), descending=True)},
        default_sort="recent",
        empty_text=N_("Chaque export d’une liste se note ici : qui, quand, et lequel."),
        filters=(
            Filter("par", N_("Par"), ExportRecord.actor_name.in_, _people),
            Filter("liste", N_("Liste"), ExportRecord.title.in_, _titles),
        ),
        search_label=N_("Liste ou personne"),
        count_words=(N_("%(count)s export"), N_("%(count)s exports")),
        export_url=lambda extension: url_for("history.export_exports", extension=extension),
    )


def _narrowed(session: Session, listing: Listing) -> Narrowing:
    narrowing = listing.narrow(session)
    if listing.search:
        narrowing.statement = narrowing.statement.where(
            ExportRecord.title.icontains(listing.search, autoescape=True)
            | ExportRecord.actor_name.icontains(listing.search, autoescape=True)
        )
    return narrowing


def filled_export_list(session: Session) -> Listing:
    """Return the page of exports that the URL asks for."""
    listing = Listing(export_list(), request.args)
    return listing.fill(session, _narrowed(session, listing))


def export_rows(session: Session) -> Select[Any]:
    """Return every export as narrowed by the URL."""
    listing = Listing(export_list(), request.args)
    return listing.ordered(_narrowed(session, listing))
