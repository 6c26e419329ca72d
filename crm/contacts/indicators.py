"""What the directory lets a report count: each figure, its rule in words, the rows behind it."""

from datetime import date
from typing import Any

from sqlalchemy import Date, Select, func, or_, select
from sqlalchemy.orm import Session

from crm.contacts.models import Contact, Group, Membership, Structure, structure_theme
from crm.contacts.queries.groups import groups_on, is_member_on, is_open_on
from crm.contacts.queries.roots import roots
from crm.contacts.queries.structures import structure_rows
from crm.contacts.rules import group_status
from crm.contacts.types import GroupStatus
from crm.core.errors import N_
from crm.indicators import counting
from crm.indicators.indicator import Indicator, Key, Labels, RowColumn
from crm.indicators.keys import departement_key, family_key, item_key
from crm.indicators.types import By, Period, Scope, Unit
from crm.web.locale import translate

ACTORS_LISTED = "actors_listed"
_FULL_NAME = func.trim(func.coalesce(Contact.first_name, "") + " " + Contact.last_name)
_CREATED_ON = func.date(Contact.created_at, type_=Date)
_STARTING = N_("en cours de lancement")


def _actors(scope: Scope) -> Select[Any]:
    return actors_listed_on(scope.period.end)


def actors_listed_on(day: date) -> Select[Any]:
    """Select the structures that are in the directory at the end of a day.

    One that was merged into another later was there: a merge moves no past figure.
    """
    return structure_rows(merged_after=day).where(
        Structure.listed_on <= day,
        or_(Structure.closed_on.is_(None), Structure.closed_on > day),
    )


def _members(scope: Scope) -> Select[Any]:
    day = scope.period.end
    return (
        select(Membership.id)
        .select_from(Membership)
        .join(Structure, Structure.id == Membership.structure_id)
        .join(Group, Group.id == Membership.group_id)
        .where(
            is_member_on(day),
            is_open_on(day),
            Group.launched_on <= day,
            Group.deleted_at.is_(None),
            Structure.deleted_at.is_(None),
        )
    )


def _groups(session: Session, scope: Scope) -> Labels:
    day = scope.period.end
    return [
        (str(row.id), row.name)
        for row in groups_on(session, day)
        if group_status(row.launched_on, row.closed_on, day) is not GroupStatus.CLOSED
    ]


def _starting_groups(session: Session, scope: Scope) -> dict[str, str]:
    day = scope.period.end
    return {
        str(row.id): translate(_STARTING)
        for row in groups_on(session, day)
        if group_status(row.launched_on, row.closed_on, day) is GroupStatus.STARTING
    }


def _people(scope: Scope) -> Select[Any]:
    return (
        select(Contact.id)
        .select_from(Contact)
        .where(
            Contact.deleted_at.is_(None),
            scope.period.end >= _CREATED_ON,
        )
    )


_FAMILY, _DEPARTEMENT = (
    family_key(Structure.family_code),
    departement_key(Structure.departement_code),
)
ACTORS = Indicator(
    code=ACTORS_LISTED,
    label=N_("acteurs recensés"),
    rule=N_(
        "Structures entrées dans l’annuaire au plus tard le dernier jour de la période et qui"
        " n’étaient pas fermées ce jour-là. Les fiches sans date d’entrée et celles à la corbeille"
        " ne comptent pas. Deux fiches fusionnées comptent encore pour deux avant le jour de leur"
        " fusion."
    ),
    unit=Unit.STRUCTURE,
    entity="structure",
    facts=_actors,
    counted=Structure.id.expression,
    is_single=True,
    is_stock=True,
    parents=roots,
    keys={
        By.FAMILY: _FAMILY,
        By.DEPARTEMENT: _DEPARTEMENT,
        By.THEME: item_key(
            structure_theme.c.theme_id,
            "theme",
            link=(structure_theme.c.structure_id, Structure.id.expression),
            is_ranked=True,
        ),
    },
    columns=(
        RowColumn("name", N_("Nom"), Structure.name),
        RowColumn("listed_on", N_("Entrée dans l’annuaire"), Structure.listed_on, "date"),
    ),
)
GROUP_MEMBERS = Indicator(
    code="group_members",
    label=N_("structures membres de groupes"),
    rule=N_(
        "Structures différentes, hors corbeille, membres d’au moins un groupe-pays ou une"
        " commission le dernier jour de la période ; une structure de deux groupes compte dans"
        " chacun, et une fois dans le total. Un groupe qui n’est pas encore lancé n’a pas de"
        " nombre : il est dit « en cours de lancement »."
    ),
    unit=Unit.STRUCTURE,
    entity="structure",
    facts=_members,
    counted=Membership.structure_id,
    is_stock=True,
    parents=roots,
    keys={
        By.GROUP: Key(
            expression=Membership.group_id,
            labels=_groups,
            words_of=_starting_groups,
            is_id=True,
            is_complete=True,
        ),
        By.FAMILY: _FAMILY,
        By.DEPARTEMENT: _DEPARTEMENT,
    },
    columns=(
        RowColumn("name", N_("Nom"), func.max(Structure.name)),
        RowColumn("groups", N_("Groupes"), func.aggregate_strings(Group.name, ", ")),
        RowColumn("member_from", N_("Membre depuis"), func.min(Membership.start_on), "date"),
    ),
)
GROUPS_ACTIVE = Indicator(
    code="groups_active",
    label=N_("groupes actifs"),
    rule=N_(
        "Groupes-pays et commissions lancés et non clos le dernier jour de la période. Un groupe"
        " en cours de lancement ne compte pas encore."
    ),
    unit=Unit.NUMBER,
    entity="group",
    facts=lambda scope: (
        select(Group.id)
        .select_from(Group)
        .where(
            Group.deleted_at.is_(None),
            Group.launched_on <= scope.period.end,
            is_open_on(scope.period.end),
        )
    ),
    counted=Group.id.expression,
    is_single=True,
    is_stock=True,
    columns=(
        RowColumn("name", N_("Nom"), Group.name),
        RowColumn("launched_on", N_("Lancé le"), Group.launched_on, "date"),
    ),
)
CONTACTS_KNOWN = Indicator(
    code="contacts_known",
    label=N_("contacts connus"),
    rule=N_(
        "Personnes dont la fiche existait le dernier jour de la période et n’est pas à la"
        " corbeille aujourd’hui. Une personne de plusieurs structures compte une fois."
    ),
    unit=Unit.PERSON,
    entity="contact",
    facts=_people,
    counted=Contact.id.expression,
    is_single=True,
    is_stock=True,
    columns=(
        RowColumn(
            "name",
            N_("Nom"),
            func.trim(func.coalesce(Contact.first_name, "") + " " + Contact.last_name),
        ),
        RowColumn("created_on", N_("Fiche créée le"), _CREATED_ON, "date"),
    ),
)
INDICATORS = (ACTORS, GROUP_MEMBERS, GROUPS_ACTIVE, CONTACTS_KNOWN)


def count_actors_listed_on(session: Session, day: date) -> int:
    """Return how many actors the directory holds at the end of a day."""
    return counting.total(session, ACTORS, Scope(Period(day, day))).count or 0
