"""The list of projects."""

from flask import url_for
from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from crm.contacts.models import Structure
from crm.core.errors import N_
from crm.projects.listings.columns import project_columns, project_sorts
from crm.projects.listings.filters import project_filters
from crm.projects.models import Project, ProjectPartner
from crm.projects.queries import project_list_rows
from crm.search.queries import typed_words
from crm.web.list_definition import ListDefinition, Narrowing
from crm.web.lists import Listing
from crm.web.locale import translate

PROJECTS = "projects"


def project_list(arguments: MultiDict[str, str]) -> ListDefinition:
    """Return the list of projects."""
    return ListDefinition(
        code=PROJECTS,
        heading=lambda row: (row.name, translate(N_("mutualisé")) if row.is_pooled else ""),
        url=url_for("projects.index"),
        statement=project_list_rows(),
        counted=_project_ids(),
        columns=project_columns(),
        sorts=project_sorts(),
        default_sort="nom",
        filters=project_filters(arguments),
        search_label=N_("Nom, structure, lieu"),
        count_words=(N_("%(count)s projet"), N_("%(count)s projets")),
        takes_all=True,
        has_more_actions=True,
        export_url=lambda extension: url_for("projects.export", extension=extension),
    )


def _project_ids() -> Select[tuple[int]]:
    return (
        select(Project.id)
        .join(Structure, Structure.id == Project.lead_structure_id)
        .where(Project.deleted_at.is_(None))
    )


def narrow_by_words(session: Session, listing: Listing) -> Narrowing:
    """Apply the filters of the URL, and each word searched: in a name, a participant or a place."""
    narrowing = listing.narrow(session)
    words = tuple(typed_words(listing.search))
    if not words:
        return narrowing
    return narrowing.kept_to(and_(*(_holds(word) for word in words)), words)


def _holds(word: str) -> ColumnElement[bool]:
    partner = (
        select(ProjectPartner.project_id)
        .join(Structure, Structure.id == ProjectPartner.structure_id)
        .where(Structure.deleted_at.is_(None), Structure.sort_name.contains(word, autoescape=True))
    )
    return or_(
        Project.sort_name.contains(word, autoescape=True),
        Structure.sort_name.contains(word, autoescape=True),
        Project.places_key.contains(word, autoescape=True),
        Project.id.in_(partner),
    )
