"""What the list of projects can show, and what it is sorted by."""

from datetime import date
from typing import Any

from sqlalchemy import ScalarSelect, case, func, literal, select

from crm.contacts.listings.columns import joined_labels
from crm.contacts.models import Structure
from crm.core.errors import N_
from crm.projects.listings.filters import NO, YES
from crm.projects.models import (
    Project,
    ProjectPartner,
    project_country,
    project_sdg,
    project_theme,
)
from crm.projects.types import PROJECT_STATUS_LABELS
from crm.reference.models import ReferenceItem
from crm.territories.models import Country
from crm.web.list_definition import Column, Sort

_EARLIEST = date(1, 1, 1)
_YES_OR_NO = {YES: N_("oui"), NO: N_("non")}
_STATUSES = {each.value: label for each, label in PROJECT_STATUS_LABELS.items()}
_COUNTRIES = select(func.aggregate_strings(
    select(Country.name.label("name"))
    .join(project_country, project_country.c.country_code == Country.code)
    .where(project_country.c.project_id == Project.id)
    .order_by(Country.sort_name)
    .correlate(Project)
    .subquery()
    .c.name,
    ", ",
)).scalar_subquery()  # fmt: skip
_PARTNERS = (
    select(func.count(ProjectPartner.structure_id.distinct()))
    .where(ProjectPartner.project_id == Project.id)
    .correlate(Project)
    .scalar_subquery()
)


def _items(link: Any) -> ScalarSelect[str]:
    return joined_labels(
        ReferenceItem.label,
        ReferenceItem.position,
        ReferenceItem.id,
        link,
        (link.c.project_id, Project.id),
    )


def _yes_or_no(column: Any) -> Any:
    return case((column, YES), else_=NO)


def project_columns() -> tuple[Column, ...]:
    """Return the columns of the list: those shown when none is chosen, then those offered."""
    return (
        Column("name", N_("Nom"), sort="nom"),
        Column("lead", N_("Chef de file"), sort="chef-de-file", name="chef-de-file",
               link=("structures.index", "lead_structure_id")),
        Column("countries", N_("Pays"), name="pays", extra=_COUNTRIES),
        Column("start_on", N_("Période"), sort="debut", name="periode", kind="years",
               detail="end_on", exported=("start_on", "end_on")),
        Column("status", N_("Statut"), sort="statut", name="statut", words=_STATUSES),
        Column("budget_cents", N_("Budget"), sort="budget", name="budget", kind="money",
               is_numeric=True, exported=("budget",)),
        Column("themes", N_("Thèmes"), name="themes", is_usual=False,
               extra=_items(project_theme), is_wide=True),
        Column("sdgs", N_("Objectifs durables"), name="odd", is_usual=False,
               extra=_items(project_sdg), is_wide=True),
        Column("places_abroad", N_("Lieux à l’étranger"), name="lieux", is_usual=False),
        Column("partners", N_("Partenaires"), name="partenaires", is_usual=False,
               extra=_PARTNERS, is_numeric=True),
        Column("departement_code", N_("Département"), sort="departement", name="departement",
               is_usual=False),
        Column("pooled", N_("Mutualisé"), name="mutualise", is_usual=False,
               extra=_yes_or_no(Project.is_pooled), words=_YES_OR_NO),
        Column("publishable", N_("Publiable"), name="publiable", is_usual=False,
               extra=_yes_or_no(Project.is_publishable), words=_YES_OR_NO),
        Column("listed_on", N_("Référencé le"), sort="recent", name="reference", is_usual=False,
               kind="date"),
    )  # fmt: skip


def project_sorts() -> dict[str, Sort]:
    """Return what the list of projects can be sorted by."""
    start = func.coalesce(Project.start_on, literal(_EARLIEST))
    return {
        "nom": Sort((Project.sort_name, Project.id)),
        "chef-de-file": Sort((Structure.sort_name, Project.id)),
        "debut": Sort((start, Project.id), descending=True),
        "statut": Sort((Project.status, Project.sort_name, Project.id)),
        "budget": Sort((func.coalesce(Project.budget_cents, -1), Project.id), descending=True),
        "departement": Sort(
            (func.coalesce(Structure.departement_code, ""), Project.sort_name, Project.id)
        ),
        "recent": Sort((Project.id,), descending=True),
    }
