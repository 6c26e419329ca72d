"""The list of imports: who brought in which file, when, and what became of it."""

from flask import request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.imports.models import Import
from crm.imports.types import KIND_LABELS, STATE_LABELS, ImportKind, State
from crm.web.list_definition import Column, Filter, ListDefinition, Sort
from crm.web.lists import Listing
from crm.web.locale import translate


def _people(session: Session) -> list[tuple[str, str]]:
    found = session.scalars(select(Import.actor_name).distinct().order_by(Import.actor_name))
    return [(name, name) for name in found]


def _states(_session: Session) -> list[tuple[str, str]]:
    return [(str(state), translate(STATE_LABELS[state])) for state in State]


def _kinds(_session: Session) -> list[tuple[str, str]]:
    return [(str(kind), translate(KIND_LABELS[kind])) for kind in ImportKind]


def import_list() -> ListDefinition:
    """Return the list of imports, the latest first."""
    return ListDefinition(
        url=url_for("imports.index"),
        statement=select(
            Import.id, Import.file_name, Import.kind, Import.state, Import.created_at,
            Import.actor_name, Import.row_count, Import.counts,
        ),
        columns=(
            Column("file_name", N_("Fichier"), sort="recent"),
            Column("kind", N_("Contenu")),
            Column("state", N_("État")),
            Column("row_count", N_("Lignes"), is_numeric=True),
            Column("created_at", N_("Le")),
            Column("actor_name", N_("Par")),
        ),
        sorts={"recent": Sort((Import.id,), descending=True)},
        empty_text=N_("Envoyez un premier fichier : rien n’est écrit avant que vous l’ayez vu."),
        default_sort="recent",
        filters=(
            Filter("etat", N_("État"), Import.state.in_, _states),
            Filter("contenu", N_("Contenu"), Import.kind.in_, _kinds),
            Filter("par", N_("Par"), Import.actor_name.in_, _people),
        ),
        search_label=N_("Nom de fichier"),
        count_words=(N_("%(count)s import"), N_("%(count)s imports")),
    )  # fmt: skip


def filled_import_list(session: Session) -> Listing:
    """Return the page of imports that the URL asks for."""
    listing = Listing(import_list(), request.args)
    narrowing = listing.narrow(session)
    if listing.search:
        narrowing.statement = narrowing.statement.where(
            Import.file_name.icontains(listing.search, autoescape=True)
        )
    return listing.fill(session, narrowing)
