"""The list behind each figure, made from the very rows that were counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from crm.contacts.indicators import (
    ACTORS_LISTED,
    ACTORS_LISTED_LABEL,
    ACTORS_LISTED_RULE,
    actors_listed_on,
)
from crm.contacts.models import Structure
from crm.core.errors import N_, NotFoundError
from crm.followups.indicators import INDICATORS, Filters, Indicator, Period, Unit, rows
from crm.followups.models import AccompanimentSession, SessionStructure
from crm.projects.indicators import (
    PROJECTS_LISTED,
    PROJECTS_LISTED_LABEL,
    PROJECTS_LISTED_RULE,
    projects_listed_on,
)
from crm.projects.models import Project
from crm.reference.models import ReferenceItem
from crm.reference.queries import labels_by_code, labels_by_id
from crm.reports.counts import FORMALITY_LABELS
from crm.web.list_definition import Column, ListDefinition, Sort
from crm.web.locale import translate

STRUCTURES = (N_("%(count)s structure"), N_("%(count)s structures"))
FILTER_NAMES = ("famille", "departement", "theme", "nature", "appui")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure's words, and the endpoint and argument of each row's page."""

    code: str
    label: str
    rule: str
    endpoint: str
    argument: str


def figure_of(code: str) -> Figure:
    """Return the figure of this code; raise NotFoundError."""
    if code in INDICATORS:
        indicator = INDICATORS[code]
        is_session = indicator.unit is Unit.SESSION
        endpoint = (
            ("sessions.show", "session_id") if is_session else ("structures.show", "structure_id")
        )
        return Figure(code, indicator.label, indicator.rule, *endpoint)
    if code == ACTORS_LISTED:
        return Figure(
            code, ACTORS_LISTED_LABEL, ACTORS_LISTED_RULE, "structures.show", "structure_id"
        )
    if code == PROJECTS_LISTED:
        return Figure(
            code, PROJECTS_LISTED_LABEL, PROJECTS_LISTED_RULE, "projects.show", "project_id"
        )
    raise NotFoundError


def read_filters(arguments: Mapping[str, str]) -> Filters:
    """Return what narrows a figure in the URL; raise NotFoundError for what cannot be."""
    try:
        return Filters(
            family_code=arguments.get("famille"),
            departement_code=arguments.get("departement"),
            theme_id=int(arguments["theme"]) if arguments.get("theme") else None,
            kind_id=int(arguments["nature"]) if arguments.get("nature") else None,
            is_formal=arguments["appui"] == "formal" if arguments.get("appui") else None,
        )
    except ValueError:
        raise NotFoundError from None


def narrowing_words(session: Session, arguments: Mapping[str, str]) -> list[str]:
    """Return in words what the URL narrows the figure to."""
    labels = {
        "famille": lambda: labels_by_code(session, "family"),
        "theme": lambda: labels_by_id(session, "theme"),
        "nature": lambda: labels_by_id(session, "session_kind"),
        "appui": lambda: [(key, translate(label)) for key, label in FORMALITY_LABELS],
    }
    said = []
    for name in FILTER_NAMES:
        if name not in arguments:
            continue
        value = arguments[name]
        if name == "departement":
            said.append(translate("département %(code)s", code=value or "—"))
        else:
            said.append(dict(labels[name]()).get(value, value))
    return said


def list_behind(code: str, year: int, filters: Filters) -> ListDefinition:
    """Return the list of the rows that a figure of a year counts."""
    if code in INDICATORS:
        indicator = INDICATORS[code]
        if indicator.unit is Unit.SESSION:
            return _sessions(indicator, year, filters)
        return _structures(indicator, year, filters)
    last_day = Period.of_year(year).end
    if code == ACTORS_LISTED:
        return _directory(year, code, actors_listed_on(last_day), Structure, STRUCTURES)
    return _directory(
        year,
        code,
        projects_listed_on(last_day),
        Project,
        (N_("%(count)s projet"), N_("%(count)s projets")),
    )


def _urls(year: int, code: str) -> dict[str, Any]:
    return {
        "url": url_for("reports.figure", year=year, code=code),
        "export_url": lambda extension: url_for(
            "reports.export", year=year, code=code, extension=extension
        ),
        "allowed_arguments": frozenset(FILTER_NAMES),
    }


def _structures(indicator: Indicator, year: int, filters: Filters) -> ListDefinition:
    found = rows(indicator, Period.of_year(year), filters).subquery()
    return ListDefinition(
        statement=select(
            found.c.structure_id.label("id"),
            found.c.structure_name.label("name"),
            found.c.session_count,
            found.c.last_held_on,
        ),
        columns=(
            Column("name", N_("Nom ce jour-là"), sort="nom"),
            Column("session_count", N_("Séances"), sort="seances", is_numeric=True),
            Column("last_held_on", N_("Dernière séance"), sort="jour"),
        ),
        sorts={
            "nom": Sort((found.c.structure_name, found.c.structure_id)),
            "seances": Sort((found.c.session_count, found.c.structure_id), descending=True),
            "jour": Sort((found.c.last_held_on, found.c.structure_id), descending=True),
        },
        default_sort="nom",
        count_words=STRUCTURES,
        **_urls(year, indicator.code),
    )


def _sessions(indicator: Indicator, year: int, filters: Filters) -> ListDefinition:
    found = rows(indicator, Period.of_year(year), filters).subquery()
    names = (
        select(func.aggregate_strings(SessionStructure.structure_name, ", "))
        .where(SessionStructure.session_id == found.c.id)
        .correlate(found)
        .scalar_subquery()
    )
    return ListDefinition(
        statement=select(
            found.c.id,
            names.label("name"),
            ReferenceItem.label.label("kind"),
            found.c.held_on,
        )
        .join(AccompanimentSession, AccompanimentSession.id == found.c.id)
        .join(ReferenceItem, ReferenceItem.id == AccompanimentSession.kind_id),
        columns=(
            Column("name", N_("Structures")),
            Column("kind", N_("Nature")),
            Column("held_on", N_("Date"), sort="jour"),
        ),
        sorts={"jour": Sort((found.c.held_on, found.c.id))},
        default_sort="jour",
        count_words=(N_("%(count)s séance"), N_("%(count)s séances")),
        **_urls(year, indicator.code),
    )


def _directory(
    year: int,
    code: str,
    statement: Select[Any],
    model: type[Structure] | type[Project],
    words: tuple[str, str],
) -> ListDefinition:
    return ListDefinition(
        statement=statement,
        columns=(
            Column("name", N_("Nom"), sort="nom"),
            Column("listed_on", N_("Entrée dans l’annuaire")),
        ),
        sorts={"nom": Sort((model.sort_name, model.id))},
        default_sort="nom",
        count_words=words,
        **_urls(year, code),
    )


def merged_since(session: Session, code: str, year: int, filters: Filters) -> int:
    """Return how many structures of a figure have been merged into another since: a drift to say.

    They are counted as what they were then, so that the figure stays.
    """
    indicator = INDICATORS.get(code)
    if indicator is None or indicator.unit is not Unit.STRUCTURE:
        return 0
    counted = rows(indicator, Period.of_year(year), filters).order_by(None).subquery()
    is_merged = Structure.merged_into_id.is_not(None)
    return (
        session.scalar(
            select(func.count())
            .select_from(counted)
            .join(Structure, Structure.id == counted.c.structure_id)
            .where(is_merged)
        )
        or 0
    )
