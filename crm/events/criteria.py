"""What segments may ask of events: who registers, who comes, how often, who never did."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session

from crm.contacts.models import Contact, Structure
from crm.core.errors import N_
from crm.criteria.conditions import is_found
from crm.criteria.criterion import Criterion, Field, Options, Values
from crm.criteria.types import FieldKind, Subject
from crm.events.models import Attendance, Event, Registration
from crm.events.types import EventStatus, RegistrationStatus
from crm.reference.queries import labels_by_id
from crm.web.formats import short_date

_GROUP = N_("Événements")
_DAYS_OF_A_MONTH = 30
_SUBJECTS: dict[Subject, tuple[Any, Any, Any]] = {
    Subject.STRUCTURE: (Structure.id, Registration.structure_id, Attendance.structure_id),
    Subject.CONTACT: (Contact.id, Registration.contact_id, Attendance.contact_id),
}


def _events(session: Session) -> Options:
    """Return the events that are not being prepared, the newest first."""
    rows = session.execute(
        select(Event.id, Event.title, Event.held_on)
        .where(Event.deleted_at.is_(None), Event.status != EventStatus.PREPARED)
        .order_by(func.coalesce(Event.starts_at, Event.created_at).desc(), Event.id.desc())
    ).tuples()
    return [
        (str(each), f"{title} ({short_date(day)})" if day else title) for each, title, day in rows
    ]


def _kinds(session: Session) -> Options:
    return labels_by_id(session, "event_kind")


_EVENTS = Field(
    name="evenements",
    label=N_("Événements"),
    is_id=True,
    is_needed=False,
    options=_events,
    phrase=N_(" à %(value)s"),
    hint=N_("Vide : n’importe lequel"),
)
_KINDS = Field(
    name="types",
    label=N_("Types"),
    is_id=True,
    is_needed=False,
    options=_kinds,
    phrase=N_(" de type %(value)s"),
)
_MONTHS = Field(
    name="mois",
    label=N_("Depuis"),
    kind=FieldKind.NUMBER,
    is_needed=False,
    lowest=1,
    highest=240,
    units=(N_("%(count)s mois"), N_("%(count)s mois")),
    phrase=N_(" depuis %(value)s"),
    hint=N_("Vide : depuis toujours"),
)
_TIMES = Field(
    name="fois",
    label=N_("Au moins"),
    kind=FieldKind.NUMBER,
    is_needed=False,
    lowest=1,
    highest=999,
    units=(N_("%(count)s fois"), N_("%(count)s fois")),
    phrase=N_(" au moins %(value)s"),
    hint=N_("Vide : une fois"),
)


def _narrowed(found: Select[Any], values: Values, day: date) -> Select[Any]:
    found = found.where(Event.deleted_at.is_(None))
    if events := values.get("evenements"):
        found = found.where(Event.id.in_(events))
    if kinds := values.get("types"):
        found = found.where(Event.kind_id.in_(kinds))
    if "mois" in values:
        found = found.where(
            Event.held_on >= day - timedelta(days=_DAYS_OF_A_MONTH * values["mois"])
        )
    return found


def _registered(subject: Subject) -> Any:
    identity, column, _present = _SUBJECTS[subject]

    def condition(values: Values, day: date) -> ColumnElement[bool]:
        found = (
            select(column)
            .join(Event, Event.id == Registration.event_id)
            .where(column.is_not(None), Registration.status != RegistrationStatus.CANCELLED)
        )
        return is_found(identity, _narrowed(found, values, day))

    return condition


def _attended(subject: Subject) -> Any:
    identity, _registered_as, column = _SUBJECTS[subject]

    def condition(values: Values, day: date) -> ColumnElement[bool]:
        found = (
            select(column)
            .join(Event, Event.id == Attendance.event_id)
            .where(column.is_not(None), Attendance.is_present)
        )
        found = _narrowed(found, values, day)
        if (least := values.get("fois", 1)) > 1:
            # Several people of a structure at one event are one time that it came.
            found = found.group_by(column).having(
                func.count(Attendance.event_id.distinct()) >= least
            )
        return is_found(identity, found)

    return condition


def _absent(subject: Subject) -> Any:
    identity, registered, present = _SUBJECTS[subject]

    def condition(values: Values, day: date) -> ColumnElement[bool]:
        came = exists().where(
            Attendance.event_id == Registration.event_id,
            present == registered,
            Attendance.is_present,
        )
        found = (
            select(registered)
            .join(Event, Event.id == Registration.event_id)
            .where(
                registered.is_not(None),
                Registration.status == RegistrationStatus.REGISTERED,
                Event.status == EventStatus.HELD,
                ~came,
            )
        )
        return is_found(identity, _narrowed(found, values, day))

    return condition


def _criteria(subject: Subject) -> tuple[Criterion, ...]:
    return (
        Criterion(
            code="evenement-inscrite",
            label=N_("S’est inscrite à un événement"),
            subject=subject,
            group=_GROUP,
            fields=(_EVENTS, _KINDS, _MONTHS),
            yes=N_("se sont inscrites à un événement%(evenements)s%(types)s%(mois)s"),
            no=N_("ne se sont inscrites à aucun événement%(evenements)s%(types)s%(mois)s"),
            condition=_registered(subject),
        ),
        Criterion(
            code="evenement-presente",
            label=N_("Est venue à un événement"),
            subject=subject,
            group=_GROUP,
            fields=(_TIMES, _EVENTS, _KINDS, _MONTHS),
            yes=N_("sont venues à un événement%(fois)s%(evenements)s%(types)s%(mois)s"),
            no=N_("ne sont pas venues à un événement%(fois)s%(evenements)s%(types)s%(mois)s"),
            condition=_attended(subject),
        ),
        Criterion(
            code="evenement-absente",
            label=N_("Inscrite à un événement, et absente"),
            subject=subject,
            group=_GROUP,
            fields=(_EVENTS, _KINDS, _MONTHS),
            yes=N_("étaient inscrites et absentes à un événement%(evenements)s%(types)s%(mois)s"),
            no=N_("n’ont manqué aucune inscription à un événement%(evenements)s%(types)s%(mois)s"),
            condition=_absent(subject),
        ),
    )


EVENT_CRITERIA = (*_criteria(Subject.STRUCTURE), *_criteria(Subject.CONTACT))
