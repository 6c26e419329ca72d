"""The list of named lists of communes."""

from flask import url_for
from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from crm.core.errors import N_
from crm.core.text import sort_key
from crm.territories.models import Commune, Territory, territory_commune
from crm.web.list_definition import Column, ListDefinition, Narrowing, Sort
from crm.web.lists import Listing

_COMMUNES = (
    select(func.count())
    .select_from(territory_commune)
    .where(territory_commune.c.territory_id == Territory.id)
    .correlate(Territory)
    .scalar_subquery()
)
_POPULATION: ScalarSelect[int] = (
    select(func.coalesce(func.sum(Commune.population), 0))
    .join(territory_commune, territory_commune.c.insee_code == Commune.insee_code)
    .where(territory_commune.c.territory_id == Territory.id)
    .correlate(Territory)
    .scalar_subquery()
)


def territory_list(_arguments: MultiDict[str, str]) -> ListDefinition:
    """Return the list of territories."""
    return ListDefinition(
        code="territories",
        url=url_for("territory_lists.index"),
        statement=select(Territory.id, Territory.name).where(Territory.deleted_at.is_(None)),
        counted=select(Territory.id).where(Territory.deleted_at.is_(None)),
        columns=(
            Column("name", N_("Nom"), sort="nom"),
            Column("communes", N_("Communes"), sort="communes", name="communes", extra=_COMMUNES,
                   is_numeric=True),
            Column("population", N_("Habitants"), sort="habitants", name="habitants",
                   extra=_POPULATION, is_numeric=True),
        ),
        sorts={
            "nom": Sort((Territory.sort_name, Territory.id)),
            "communes": Sort((_COMMUNES, Territory.id), descending=True),
            "habitants": Sort((_POPULATION, Territory.id), descending=True),
        },
        default_sort="nom",
        search_label=N_("Nom du territoire"),
        count_words=(N_("%(count)s territoire"), N_("%(count)s territoires")),
        export_url=lambda extension: url_for("territory_lists.export", extension=extension),
        empty_text=N_("Un territoire est une liste de communes à laquelle on donne un nom."),
    )  # fmt: skip


def narrow_territories(session: Session, listing: Listing) -> Narrowing:
    """Apply the words searched, in the names."""
    narrowing = listing.narrow(session)
    typed = sort_key(listing.search or "")
    if not typed:
        return narrowing
    return narrowing.kept_to(Territory.sort_name.contains(typed, autoescape=True), listing.search)
