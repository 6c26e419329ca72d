"""The list of projects: what it shows and what narrows it."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from flask import url_for
from sqlalchemy import Column as TableColumn
from sqlalchemy import ColumnElement, Row, Table, and_, exists, false, func, literal, or_, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from crm.contacts.listings import departements, numbers
from crm.contacts.models import Structure
from crm.contacts.queries import structures_by_values
from crm.core import clock
from crm.core.days import parse_day
from crm.core.errors import N_, RuleError
from crm.projects.models import (
    Project,
    ProjectPartner,
    project_country,
    project_sdg,
    project_theme,
)
from crm.projects.queries import linked_names, partner_names, project_list_rows
from crm.projects.types import PROJECT_STATUS_LABELS, ROLE_LABELS, ProjectStatus, Role
from crm.reference.queries import labels_by_code, labels_by_id
from crm.search.queries import typed_words
from crm.territories.models import Country
from crm.web.formats import short_date
from crm.web.list_definition import Column, Filter, ListDefinition, Narrowing, Sort
from crm.web.lists import Listing
from crm.web.locale import translate

Arguments = MultiDict[str, str]
Options = list[tuple[str, str]]
PROJECTS = "projects"
YES, NO = "oui", "non"
EXPORT_HEADER = (
    N_("Nom"), N_("Statut"), N_("Chef de file"), N_("Famille du chef de file"), N_("Département"),
    N_("Participants"), N_("Pays"), N_("Régions ou lieux à l’étranger"), N_("Thèmes"),
    N_("Objectifs de développement durable"), N_("Début"), N_("Fin"), N_("Budget (euros)"),
    N_("Mutualisé"), N_("Publiable"), N_("Référencé le"),
)  # fmt: skip
_EARLIEST = date(1, 1, 1)


def project_list(arguments: Arguments) -> ListDefinition:
    """Return the list of projects."""
    start = func.coalesce(Project.start_on, literal(_EARLIEST))
    return ListDefinition(
        code=PROJECTS,
        url=url_for("projects.index"),
        statement=project_list_rows(),
        columns=(
            Column("name", N_("Nom"), sort="nom"),
            Column("lead", N_("Chef de file"), sort="chef-de-file"),
            Column("where", N_("Pays")),
            Column("period", N_("Période"), sort="debut"),
            Column("status", N_("Statut")),
            Column("budget", N_("Budget"), sort="budget", is_numeric=True),
        ),
        sorts={
            "nom": Sort((Project.sort_name, Project.id)),
            "chef-de-file": Sort((Structure.sort_name, Project.id)),
            "debut": Sort((start, Project.id), descending=True),
            "budget": Sort((func.coalesce(Project.budget_cents, -1), Project.id), descending=True),
            "recent": Sort((Project.id,), descending=True),
        },
        default_sort="nom",
        filters=[*_filters_of_content(), *_filters_of_people(arguments), *_period(arguments)],
        search_label=N_("Nom, structure, lieu"),
        count_words=(N_("%(count)s projet"), N_("%(count)s projets")),
        export_url=lambda extension: url_for("projects.export", extension=extension),
    )


def narrow_by_words(session: Session, listing: Listing) -> Narrowing:
    """Apply the filters of the URL, and each word searched: in a name, a participant or a place."""
    narrowing = listing.narrow(session)
    for word in typed_words(listing.search):
        narrowing.statement = narrowing.statement.where(_holds(word))
    return narrowing


def export_table(session: Session, rows: Sequence[Row[Any]]) -> Iterator[tuple[Any, ...]]:
    """Yield the cells of each project, as an export shows them."""
    links, partners = linked_names(session), partner_names(session)
    families = dict(labels_by_code(session, "family"))
    roles = {role.value: translate(label).lower() for role, label in ROLE_LABELS.items()}
    for row in rows:
        yield (
            row.name,
            translate(PROJECT_STATUS_LABELS[ProjectStatus(row.status)]),
            row.lead,
            families.get(row.family_code, ""),
            row.departement_code,
            "; ".join(f"{name} ({roles[role]})" for name, role in partners[row.id]),
            ", ".join(links["countries"][row.id]),
            row.places_abroad,
            ", ".join(links["themes"][row.id]),
            ", ".join(links["sdgs"][row.id]),
            row.start_on,
            row.end_on,
            None if row.budget_cents is None else row.budget_cents / 100,
            _yes(row.is_pooled),
            _yes(row.is_publishable),
            row.listed_on,
        )


def _yes(value: bool) -> str:  # noqa: FBT001 - the value itself
    return translate("oui") if value else translate("non")


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


def _filters_of_content() -> list[Filter]:
    return [
        Filter(
            "statut",
            N_("Statut"),
            Project.status.in_,
            lambda _session: [
                (each.value, translate(text)) for each, text in PROJECT_STATUS_LABELS.items()
            ],
        ),
        _linked("theme", N_("Thème"), project_theme, project_theme.c.theme_id, "theme"),
        Filter(
            "pays",
            N_("Pays"),
            lambda values: exists().where(
                project_country.c.project_id == Project.id,
                project_country.c.country_code.in_(values),
            ),
            _countries_of_projects,
        ),
        _linked("odd", N_("Objectif durable"), project_sdg, project_sdg.c.sdg_id, "sdg"),
        _yes_or_no("mutualise", N_("Mutualisé"), Project.is_pooled),
        _yes_or_no("publiable", N_("Publiable"), Project.is_publishable),
    ]


def _filters_of_people(arguments: Arguments) -> list[Filter]:
    chosen = numbers(arguments.getlist("structure")[:20])
    asked = {role.value for role in Role} & set(arguments.getlist("role"))
    return [
        Filter(
            "famille",
            N_("Famille du chef de file"),
            Structure.family_code.in_,
            lambda session: labels_by_code(session, "family"),
            everything_label=N_("Toutes"),
        ),
        Filter("departement", N_("Département"), Structure.departement_code.in_, departements),
        Filter(
            "structure",
            N_("Structure"),
            # With a role asked too, it is this structure that must hold it.
            lambda values: _taking_part(numbers(values), asked or set(Role)),
            lambda session: _structures(session, arguments.getlist("structure")[:20]),
            everything_label=N_("Toutes"),
            name_values=_structures,
        ),
        Filter(
            "role",
            N_("Rôle"),
            lambda values: _taking_part(chosen or None, set(values)),
            lambda _session: [(each.value, translate(text)) for each, text in ROLE_LABELS.items()],
        ),
    ]


def _taking_part(structure_ids: list[int] | None, roles: set[Any]) -> ColumnElement[bool]:
    """Return the condition of projects in which one of the structures holds one of the roles."""
    partner = exists().where(
        ProjectPartner.project_id == Project.id,
        ProjectPartner.role.in_([str(role) for role in roles]),
        *([] if structure_ids is None else [ProjectPartner.structure_id.in_(structure_ids)]),
    )
    if Role.LEAD not in roles:
        return partner
    if structure_ids is None:
        return Project.lead_structure_id.is_not(None)
    return or_(partner, Project.lead_structure_id.in_(structure_ids))


def _period(arguments: Arguments) -> list[Filter]:
    return [
        _day_filter(
            arguments,
            "du",
            N_("Actif après le"),
            lambda day: or_(Project.end_on.is_(None), Project.end_on >= day),
        ),
        _day_filter(
            arguments,
            "au",
            N_("Actif avant le"),
            lambda day: and_(Project.start_on.is_not(None), Project.start_on <= day),
        ),
    ]


def _day_filter(
    arguments: Arguments, name: str, label: str, compare: Callable[[date], ColumnElement[bool]]
) -> Filter:
    def narrow(values: list[str]) -> ColumnElement[bool]:
        day = _read_day(values[0])
        return compare(day) if day else false()

    def options(_session: Session) -> Options:
        typed = arguments.get(name, "")[:20]
        day = _read_day(typed)
        return [(typed, short_date(day) if day else translate(N_("date non comprise")))]

    return Filter(name, label, narrow, options, kind="text")


def _read_day(text: str) -> date | None:
    try:
        return parse_day(text, clock.today())
    except RuleError:
        return None


def _linked(name: str, label: str, link: Table, key: TableColumn[Any], list_code: str) -> Filter:
    return Filter(
        name,
        label,
        lambda values: exists().where(link.c.project_id == Project.id, key.in_(numbers(values))),
        lambda session: labels_by_id(session, list_code),
    )


def _yes_or_no(name: str, label: str, column: Any) -> Filter:
    answers = {YES: column.is_(True), NO: column.is_(False)}
    return Filter(
        name,
        label,
        lambda values: or_(false(), *(answers[v] for v in values if v in answers)),
        lambda _session: [(YES, translate(N_("oui"))), (NO, translate(N_("non")))],
    )


def _structures(session: Session, values: list[str]) -> Options:
    return structures_by_values(session, [str(each) for each in numbers(values)])


def _countries_of_projects(session: Session) -> Options:
    rows = session.execute(
        select(Country.code, Country.name)
        .where(Country.code.in_(select(project_country.c.country_code)))
        .order_by(Country.sort_name)
    )
    return list(rows.tuples().all())
