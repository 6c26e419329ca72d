"""The list of projects."""

from flask import url_for
from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from crm.contacts.listings import departements, numbers
from crm.contacts.models import Structure
from crm.core.errors import N_
from crm.core.text import sort_key
from crm.projects.models import Project, project_country, project_theme
from crm.projects.queries import project_rows
from crm.reference.queries import labels_by_code, labels_by_id
from crm.territories.models import Country
from crm.web.list_definition import Column, Filter, ListDefinition, Sort


def _countries_of_projects(session: Session) -> list[tuple[str, str]]:
    rows = session.execute(
        select(Country.code, Country.name)
        .where(Country.code.in_(select(project_country.c.country_code)))
        .order_by(Country.sort_name)
    )
    return list(rows.tuples().all())


def _project_filters() -> tuple[Filter, ...]:
    return (
        Filter(
            "theme",
            N_("Thème"),
            lambda values: exists().where(
                project_theme.c.project_id == Project.id,
                project_theme.c.theme_id.in_(numbers(values)),
            ),
            lambda session: labels_by_id(session, "theme"),
        ),
        Filter(
            "pays",
            N_("Pays"),
            lambda values: exists().where(
                project_country.c.project_id == Project.id,
                project_country.c.country_code.in_(values),
            ),
            _countries_of_projects,
        ),
        Filter(
            "famille",
            N_("Famille du chef de file"),
            Structure.family_code.in_,
            lambda session: labels_by_code(session, "family"),
            everything_label=N_("Toutes"),
        ),
        Filter("departement", N_("Département"), Structure.departement_code.in_, departements),
    )


def project_list() -> ListDefinition:
    """Return the list of projects, narrowed by theme, country and where the lead is."""
    return ListDefinition(
        url=url_for("projects.index"),
        statement=project_rows(),
        columns=(
            Column("name", N_("Nom"), sort="nom"),
            Column("lead", N_("Chef de file"), sort="chef-de-file"),
            Column("start_on", N_("Début")),
            Column("end_on", N_("Fin")),
            Column("listed_on", N_("Référencé le")),
        ),
        sorts={
            "nom": Sort((Project.sort_name, Project.id)),
            "chef-de-file": Sort((Structure.sort_name, Project.id)),
            "recent": Sort((Project.id,), descending=True),
        },
        default_sort="nom",
        filters=_project_filters(),
        search_label=N_("Nom du projet ou du chef de file"),
        count_words=(N_("%(count)s projet"), N_("%(count)s projets")),
        export_url=lambda extension: url_for("projects.export", extension=extension),
    )


def holding(text: str) -> ColumnElement[bool]:
    """Return the condition of projects whose name, or whose lead's, holds the text, folded."""
    return Project.sort_name.contains(sort_key(text), autoescape=True) | (
        Structure.sort_name.contains(sort_key(text), autoescape=True)
    )
