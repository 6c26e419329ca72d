"""What narrows the list of projects, with how many there are for each choice."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    Table,
    and_,
    case,
    exists,
    false,
    func,
    or_,
    select,
)
from sqlalchemy import Column as TableColumn
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from crm.contacts.listings import departements, numbers
from crm.contacts.listings.filters import tally_by
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
from crm.projects.types import PROJECT_STATUS_LABELS, ROLE_LABELS, Role
from crm.reference.queries import labels_by_code, labels_by_id
from crm.territories.models import Country
from crm.web.formats import short_date
from crm.web.list_definition import Filter
from crm.web.locale import translate

Arguments = MultiDict[str, str]
Options = list[tuple[str, str]]
YES, NO = "oui", "non"


def project_filters(arguments: Arguments) -> list[Filter]:
    """Return what narrows the list of projects."""
    return [*_filters_of_content(), *_filters_of_people(arguments), *_period(arguments)]


def _filters_of_content() -> list[Filter]:
    return [
        Filter(
            "statut",
            N_("Statut"),
            Project.status.in_,
            lambda _session: [
                (each.value, translate(text)) for each, text in PROJECT_STATUS_LABELS.items()
            ],
            tally=tally_by(Project.id, Project.status),
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
            tally=tally_by(project_country.c.project_id, project_country.c.country_code),
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
            tally=_tally_of_leads(Structure.family_code),
        ),
        Filter(
            "departement",
            N_("Département"),
            Structure.departement_code.in_,
            departements,
            tally=_tally_of_leads(Structure.departement_code),
        ),
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
        tally=tally_by(link.c.project_id, key),
    )


def _yes_or_no(name: str, label: str, column: Any) -> Filter:
    answers = {YES: column.is_(True), NO: column.is_(False)}
    return Filter(
        name,
        label,
        lambda values: or_(false(), *(answers[v] for v in values if v in answers)),
        lambda _session: [(YES, translate(N_("oui"))), (NO, translate(N_("non")))],
        tally=tally_by(Project.id, case((column, YES), else_=NO)),
    )


def _tally_of_leads(value: Any) -> Callable[[CTE], Select[Any]]:
    """Return what counts projects by what their lead is."""
    return lambda found: (
        select(value, func.count())
        .join(Project, Project.lead_structure_id == Structure.id)
        .where(Project.id.in_(select(found.c.id)))
        .group_by(value)
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
