"""The list of structures."""

from datetime import date
from functools import lru_cache

from flask import url_for
from sqlalchemy import select

from crm.contacts.listings.columns import (
    offered_structure_columns,
    structure_sorts,
    usual_structure_columns,
)
from crm.contacts.listings.filters import structure_filters
from crm.contacts.listings.relation import relation_filters
from crm.contacts.models import Structure
from crm.contacts.queries.structures import structure_rows
from crm.core.errors import N_
from crm.web.list_additions import added_columns
from crm.web.list_definition import ListDefinition

STRUCTURES = "structures"


@lru_cache(maxsize=2)
def structure_list(day: date) -> ListDefinition:
    """Return the list of structures; standing, fees and verification are those of that day."""
    added = added_columns(STRUCTURES)
    return ListDefinition(
        code=STRUCTURES,
        heading=lambda row: (row.name, row.acronym or ""),
        url=url_for("structures.index"),
        statement=structure_rows(),
        counted=select(Structure.id).where(Structure.deleted_at.is_(None)),
        columns=(
            *usual_structure_columns(),
            *offered_structure_columns(day),
            *(each.column for each in added),
        ),
        sorts=structure_sorts(day)
        | {each.column.sort: each.sort for each in added if each.column.sort},
        default_sort="nom",
        filters=[*structure_filters(), *relation_filters(day)],
        search_label=N_("Nom, sigle, commune"),
        count_words=(N_("%(count)s structure"), N_("%(count)s structures")),
        bulk_actions=(
            ("etiqueter", N_("Ajouter une étiquette")),
            ("desetiqueter", N_("Retirer une étiquette")),
        ),
        bulk_text_label=N_("Étiquette"),
        takes_all=True,
        has_more_actions=True,
        export_url=lambda extension: url_for("structures.export", extension=extension),
    )
