"""What events let a report count: those held, and who came, each figure with its rule."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, case, distinct, func, select

from crm.agreements.indicators import axis_key
from crm.contacts.models import Group
from crm.contacts.queries.roots import roots
from crm.core.errors import N_
from crm.events.models import Attendance, Event
from crm.events.models.events import event_axis, event_country, event_theme
from crm.events.types import EventStatus
from crm.indicators.indicator import Indicator, Key, RowColumn
from crm.indicators.keys import country_key, departement_key, family_key, item_key, named_key
from crm.indicators.types import By, Scope, Unit

_ID = Event.id.expression


def _held(_scope: Scope) -> Select[Any]:
    return (
        select(Event.id)
        .select_from(Event)
        .where(
            Event.deleted_at.is_(None),
            Event.status == EventStatus.HELD,
            Event.held_on.is_not(None),
        )
    )


def _came(scope: Scope) -> Select[Any]:
    return (
        _held(scope).join(Attendance, Attendance.event_id == Event.id).where(Attendance.is_present)
    )


def _came_from_structures(scope: Scope) -> Select[Any]:
    return _came(scope).where(Attendance.structure_id.is_not(None))


_KEYS: Mapping[By, Key] = {
    By.KIND: item_key(Event.kind_id, "event_kind"),
    By.ROLE: item_key(func.coalesce(Event.role_id, 0), "event_role"),
    By.THEME: item_key(
        event_theme.c.theme_id, "theme", link=(event_theme.c.event_id, _ID), is_ranked=True
    ),
    By.COUNTRY: country_key(event_country.c.country_code, (event_country.c.event_id, _ID)),
    By.GROUP: named_key(Event.group_id, Group.id, Group.name),
    By.AXIS: axis_key(event_axis.c.axis_id, (event_axis.c.event_id, _ID)),
}
_SEATS: Mapping[By, Key] = {
    By.FAMILY: family_key(Attendance.family_code),
    By.DEPARTEMENT: departement_key(Attendance.departement_code),
}
_OF_EVENT = (
    RowColumn("name", N_("Événement"), Event.title),
    RowColumn("held_on", N_("Date"), Event.held_on, "date"),
)

EVENTS_HELD = Indicator(
    code="events_held",
    label=N_("événements tenus"),
    rule=N_(
        "Événements au statut « Réalisé », hors corbeille, l’année où ils ont eu lieu : un"
        " événement reporté compte l’année où il s’est tenu, un événement annulé ne compte pas."
    ),
    unit=Unit.EVENT,
    entity="event",
    facts=_held,
    counted=_ID,
    day=Event.held_on,
    is_single=True,
    keys=_KEYS,
    columns=_OF_EVENT,
)
EVENT_HEADCOUNT = replace(
    EVENTS_HELD,
    code="event_headcount",
    label=N_("participants comptés sans leurs noms"),
    rule=N_(
        "Effectifs notés sans les noms, additionnés à part : ils ne s’ajoutent jamais aux"
        " personnes. Un effectif dit « environ » rend le total approximatif ; un événement sans"
        " effectif noté n’est pas un événement sans personne."
    ),
    unit=Unit.HEADCOUNT,
    amount=Event.headcount,
    about=Event.headcount_is_about.is_(True),
    wording=Event.headcount_wording,
    columns=(
        *_OF_EVENT,
        RowColumn("headcount", N_("Effectif"), Event.headcount, "number"),
        RowColumn("wording", N_("En toutes lettres"), Event.headcount_wording),
    ),
)
EVENT_ATTENDANCES = Indicator(
    code="event_attendances",
    label=N_("présences"),
    rule=N_("Présences à ces événements : une par personne et par événement."),
    unit=Unit.ATTENDANCE,
    entity="event",
    facts=_came,
    counted=Attendance.id.expression,
    record=_ID,
    day=Event.held_on,
    is_single=True,
    keys={**_KEYS, **_SEATS},
    columns=(
        RowColumn("name", N_("Nom"), Attendance.name),
        RowColumn("structure", N_("Structure"), Attendance.structure_name),
        RowColumn("event", N_("Événement"), Event.title),
        RowColumn("held_on", N_("Date"), Event.held_on, "date"),
    ),
)
EVENT_PEOPLE = replace(
    EVENT_ATTENDANCES,
    code="event_people",
    label=N_("personnes présentes aux événements"),
    rule=N_(
        "Personnes présentes à ces événements, une fois chacune sur la période ; une personne sans"
        " fiche compte à chaque événement, faute de savoir si c’est la même."
    ),
    unit=Unit.PERSON,
    entity="contact",
    # A person without a record is told apart by the attendance, on the other side of zero.
    counted=case((Attendance.contact_id.is_not(None), Attendance.contact_id), else_=-Attendance.id),
    record=func.max(Attendance.contact_id),
    is_single=False,
    columns=(
        RowColumn("name", N_("Nom"), func.max(Attendance.name)),
        RowColumn("structure", N_("Structure"), func.max(Attendance.structure_name)),
        RowColumn("event_count", N_("Événements"), func.count(distinct(Event.id)), "number"),
        RowColumn("last_held_on", N_("Dernier événement"), func.max(Event.held_on), "date"),
    ),
)
EVENT_STRUCTURES = replace(
    EVENT_PEOPLE,
    code="event_structures",
    label=N_("structures présentes aux événements"),
    rule=N_(
        "Structures représentées par une personne présente, une fois chacune sur la période. Une"
        " présence n’est pas un accompagnement."
    ),
    unit=Unit.STRUCTURE,
    entity="structure",
    facts=_came_from_structures,
    counted=Attendance.structure_id.expression,
    record=None,
    parents=roots,
    columns=(
        RowColumn("name", N_("Nom ce jour-là"), func.max(Attendance.structure_name)),
        RowColumn("event_count", N_("Événements"), func.count(distinct(Event.id)), "number"),
        RowColumn("last_held_on", N_("Dernier événement"), func.max(Event.held_on), "date"),
    ),
)
INDICATORS = (
    EVENTS_HELD, EVENT_PEOPLE, EVENT_STRUCTURES, EVENT_ATTENDANCES, EVENT_HEADCOUNT,
)  # fmt: skip
