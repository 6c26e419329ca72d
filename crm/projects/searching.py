"""How projects are shown where everything is found."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from flask import url_for
from sqlalchemy import Select
from sqlalchemy.orm import Session

from crm.contacts.indexing import STRUCTURE
from crm.contacts.searching import detail, list_found_in
from crm.core.errors import N_
from crm.projects.indexing import PROJECT, all_projects
from crm.projects.models import Project
from crm.projects.queries import project_rows
from crm.search.actions import Action
from crm.search.kinds import IDS, Hit, SearchKind, lines
from crm.web.access import Permission


@cache
def _project_lines() -> Select[Any]:
    return project_rows().where(Project.id.in_(IDS))


def describe_projects(session: Session, ids: Sequence[int]) -> dict[int, Hit]:
    """Return the lines of projects: who leads them, and since when."""
    return {
        row.id: Hit(
            title=row.name,
            value=str(row.id),
            url=url_for("projects.show", project_id=row.id),
            detail=detail(row.lead, str(row.start_on.year) if row.start_on else None),
        )
        for row in lines(session, _project_lines(), ids)
    }


PROJECTS = SearchKind(
    PROJECT,
    N_("Projets"),
    "world",
    all_projects,
    describe_projects,
    nouns=frozenset({"projet", "projets"}),
    list_url=list_found_in("projects.index"),
)
NEW_PROJECT = Action(
    N_("Nouveau projet"),
    "world",
    Permission.EDIT_NETWORK,
    nouns=frozenset({"projet"}),
    url=lambda: url_for("projects.new"),
    takes=(STRUCTURE,),
    label_with=N_("Nouveau projet de %(rest)s"),
    with_record=lambda value: url_for("projects.new", structure=value),
    is_quick=True,
)
