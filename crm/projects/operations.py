"""Making and changing projects, who takes part in them and how many people they reached."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import flag_modified

from crm.contacts.models import Structure
from crm.contacts.operations import resolve_structure
from crm.contacts.picked import check_picked
from crm.core import clock
from crm.core.errors import N_, NotFoundError, RuleError, StaleRecordError
from crm.core.text import fold, sort_key
from crm.projects import rules
from crm.projects.choices import known_countries, known_items
from crm.projects.indexing import index_project
from crm.projects.models import Project, ProjectHeadcount, ProjectPartner
from crm.projects.types import HeadcountData, ProjectData, Role

_LISTS = ("themes", "sdgs", "countries")
Roles = set[tuple[int, str]]


def create_project(session: Session, *, data: ProjectData) -> Project:
    """Make a project and return it; raise RuleError with the field that does not fit."""
    project = Project(created_at=clock.now())
    for name in _LISTS:
        setattr(project, name, [])
    roles = _fill(session, project, rules.clean_project(data, clock.today()))
    session.add(project)
    session.flush()
    _add_roles(session, project.id, roles)
    session.flush()
    index_project(session, project)
    return project


def update_project(
    session: Session, *, project_id: int, version: int, data: ProjectData
) -> Project:
    """Change a project as it was at that version; raise StaleRecordError if it has moved on."""
    project = get_project(session, project_id)
    if project.version != version:
        raise StaleRecordError(project)
    roles = _fill(session, project, rules.clean_project(data, clock.today()))
    _set_roles(session, project, roles)
    session.flush()
    index_project(session, project)
    return project


def get_project(session: Session, project_id: int) -> Project:
    """Return a project that is not in the trash, with its lists; raise NotFoundError."""
    project = session.scalar(
        select(Project)
        .where(Project.id == project_id, Project.deleted_at.is_(None))
        .options(*(selectinload(getattr(Project, name)) for name in _LISTS))
        .with_for_update()
    )
    if project is None:
        raise NotFoundError
    return project


def add_partners(
    session: Session,
    *,
    project_id: int,
    structures: Sequence[str],
    role: str,
    family_code: str | None = None,
) -> int:
    """Give a role to structures: values of a picker; return how many did not have it yet."""
    project = get_project(session, project_id)
    if role not in set(Role):
        raise RuleError("role", N_("Choisissez un rôle de la liste."))
    if not structures:
        raise RuleError("structures", N_("Choisissez au moins une structure."))
    had = {(row.structure_id, row.role) for row in _partners(session, project_id)}
    ids = [
        _resolved(session, value, family_code, "structures").id
        for value in dict.fromkeys(structures)
    ]
    wanted = {
        (structure_id, role)
        for structure_id in ids
        if role != Role.LEAD or structure_id != project.lead_structure_id
    }
    if len(had | wanted) > rules.MOST_PARTICIPANTS:
        raise RuleError(
            "structures", N_("%(count)s participants au plus."), count=rules.MOST_PARTICIPANTS
        )
    _set_roles(session, project, had | wanted)
    session.flush()
    index_project(session, project)
    return len(wanted - had)


def remove_partner(session: Session, *, partner_id: int) -> ProjectPartner:
    """Take a role away from a structure; return what it was."""
    partner = session.get(ProjectPartner, partner_id)
    if partner is None:
        raise NotFoundError
    project = get_project(session, partner.project_id)
    session.delete(partner)
    flag_modified(project, "created_at")
    session.flush()
    index_project(session, project)
    return partner


def add_headcount(session: Session, *, project_id: int, data: HeadcountData) -> ProjectHeadcount:
    """Keep how many people there were on a day; raise RuleError with the field that is wrong."""
    get_project(session, project_id)
    headcount = ProjectHeadcount(project_id=project_id)
    _fill_headcount(headcount, data)
    session.add(headcount)
    session.flush()
    return headcount


def update_headcount(
    session: Session, *, headcount_id: int, version: int, data: HeadcountData
) -> ProjectHeadcount:
    """Correct a headcount as it was at that version; raise StaleRecordError if it moved on."""
    headcount = get_headcount(session, headcount_id)
    if headcount.version != version:
        raise StaleRecordError(headcount)
    _fill_headcount(headcount, data)
    session.flush()
    return headcount


def delete_headcount(session: Session, *, headcount_id: int) -> ProjectHeadcount:
    """Take a headcount away; return what it was."""
    headcount = get_headcount(session, headcount_id)
    session.delete(headcount)
    session.flush()
    return headcount


def get_headcount(session: Session, headcount_id: int) -> ProjectHeadcount:
    """Return a headcount of a project that is not in the trash; raise NotFoundError."""
    headcount = session.scalar(
        select(ProjectHeadcount)
        .join(Project, Project.id == ProjectHeadcount.project_id)
        .where(ProjectHeadcount.id == headcount_id, Project.deleted_at.is_(None))
    )
    if headcount is None:
        raise NotFoundError
    return headcount


def _fill_headcount(headcount: ProjectHeadcount, data: HeadcountData) -> None:
    data = rules.clean_headcount(data, clock.today())
    headcount.counted_on = data.counted_on
    headcount.kind = str(data.kind)
    headcount.count = data.count
    headcount.is_approximate = data.is_approximate
    headcount.wording = data.wording


def _fill(session: Session, project: Project, data: ProjectData) -> Roles:
    """Put the data in the project; return the roles that its other structures are to have."""
    # Everything is looked up (and made) before the record is touched: one save, one change told.
    with session.no_autoflush:
        members: dict[str, list[Any]] = {
            "themes": known_items(session, "theme", data.theme_ids, kept=project.themes),
            "sdgs": known_items(session, "sdg", data.sdg_ids, kept=project.sdgs),
            "countries": known_countries(session, data.country_codes),
        }
    lead_id, roles = _participants(session, project, data)
    plain = {
        "name": data.name,
        "sort_name": sort_key(data.name),
        "summary": data.summary,
        "lead_structure_id": lead_id,
        "status": str(data.status),
        "is_pooled": data.is_pooled,
        "is_publishable": data.is_publishable,
        "places_abroad": ", ".join(data.places_abroad) or None,
        "places_key": fold(" ".join(data.places_abroad))[: rules.LONGEST_PLACES] or None,
        "budget_cents": data.budget_cents,
        "listed_on": data.listed_on,
        "start_on": data.start_on,
        "end_on": data.end_on,
    }
    for name, value in plain.items():
        if getattr(project, name) != value:
            setattr(project, name, value)
    for name, chosen in members.items():
        if set(getattr(project, name)) != set(chosen):
            setattr(project, name, chosen)
            # A list alone does not touch the row: this makes its version grow all the same.
            flag_modified(project, "created_at")
    return roles


def _participants(session: Session, project: Project, data: ProjectData) -> tuple[int, Roles]:
    kept = set()
    if project.id is not None:
        kept = {row.structure_id for row in _partners(session, project.id)}
        kept.add(project.lead_structure_id)
    made: dict[str, int] = {}

    def structure_id(value: str, field: str) -> int:
        if value.isdecimal() and len(value) <= 9 and int(value) in kept:  # noqa: PLR2004
            return int(value)
        if value not in made:
            made[value] = _resolved(session, value, data.new_family, field).id
        return made[value]

    lead_id = structure_id(data.lead, "lead")
    roles = {
        (structure_id(value, role), str(role))
        for role, values in data.participants.items()
        for value in values
    }
    return lead_id, roles - {(lead_id, Role.LEAD.value)}


def _set_roles(session: Session, project: Project, wanted: Roles) -> None:
    """Make the rows of the project's other structures these and no others."""
    rows = {(row.structure_id, row.role): row for row in _partners(session, project.id)}
    for key, row in rows.items():
        if key not in wanted:
            session.delete(row)
    _add_roles(session, project.id, wanted - rows.keys())
    if wanted != rows.keys():
        flag_modified(project, "created_at")


def _add_roles(session: Session, project_id: int, roles: Roles) -> None:
    for structure_id, role in sorted(roles):
        session.add(ProjectPartner(project_id=project_id, structure_id=structure_id, role=role))


def _partners(session: Session, project_id: int) -> Sequence[ProjectPartner]:
    return session.scalars(
        select(ProjectPartner)
        .where(ProjectPartner.project_id == project_id)
        .order_by(ProjectPartner.id)
    ).all()


def _resolved(session: Session, value: str, family_code: str | None, field: str) -> Structure:
    check_picked(value, field)
    try:
        return resolve_structure(session, value=value, family_code=family_code, field=field)
    except RuleError as error:
        named = error.field if error.field == "new_family" else field
        raise RuleError(named, error.message, **error.params) from error
