"""The list of the trash: what it shows and what narrows it."""

from typing import Any

from flask import request, url_for
from flask_login import current_user
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.history.kinds import readable
from crm.history.models import TrashEntry
from crm.history.wording import what_is
from crm.web.list_definition import Column, Filter, ListDefinition, Narrowing, Sort
from crm.web.lists import Listing


def _kinds(session: Session) -> list[tuple[str, str]]:
    found = session.scalars(select(TrashEntry.entity).distinct().order_by(TrashEntry.entity))
    return [(entity, what_is(entity)) for entity in found]


def _people(session: Session) -> list[tuple[str, str]]:
    found = session.scalars(
        select(TrashEntry.actor_name).distinct().order_by(TrashEntry.actor_name)
    )
    return [(name, name) for name in found]


def trash_list() -> ListDefinition:
    """Return the list of what is in the trash, the latest first."""
    return ListDefinition(
        url=url_for("history.trash"),
        statement=select(
            TrashEntry.id,
            TrashEntry.entity,
            TrashEntry.record_id,
            TrashEntry.name,
            TrashEntry.reason,
            TrashEntry.actor_name,
            TrashEntry.at,
        ).where(readable(TrashEntry.record_id, TrashEntry.entity, current_user)),
        columns=(
            Column("name", N_("Fiche")),
            Column("entity", N_("Nature de la fiche")),
            Column("reason", N_("Motif")),
            Column("actor_name", N_("Par")),
            Column("at", N_("Le"), sort="recent"),
        ),
        sorts={"recent": Sort((TrashEntry.id,), descending=True)},
        default_sort="recent",
        empty_text=N_("Ce qu’on met à la corbeille attend ici 30 jours : un clic l’en sort."),
        filters=(
            Filter("fiche", N_("Nature de la fiche"), TrashEntry.entity.in_, _kinds),
            Filter("par", N_("Par"), TrashEntry.actor_name.in_, _people),
        ),
        search_label=N_("Nom ou motif"),
        count_words=(N_("%(count)s fiche"), N_("%(count)s fiches")),
        export_url=lambda extension: url_for("history.export_trash", extension=extension),
    )


def narrowed_trash(session: Session, listing: Listing) -> Narrowing:
    """Apply the filters of the URL and the words searched."""
    narrowing = listing.narrow(session)
    if listing.search:
        narrowing.statement = narrowing.statement.where(
            TrashEntry.name.icontains(listing.search, autoescape=True)
            | TrashEntry.reason.icontains(listing.search, autoescape=True)
        )
    return narrowing


def filled_trash_list(session: Session) -> Listing:
    """Return the page of the trash that the URL asks for."""
    listing = Listing(trash_list(), request.args)
    return listing.fill(session, narrowed_trash(session, listing))


def trash_rows(session: Session) -> Select[Any]:
    """Return the whole trash as narrowed by the URL, for an export."""
    listing = Listing(trash_list(), request.args)
    return listing.ordered(narrowed_trash(session, listing))
