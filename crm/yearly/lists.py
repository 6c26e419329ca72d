"""The lists of records that a report may hold, each with its rule."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from crm.agreements.models import Agreement, PlannedAction
from crm.agreements.progress import Done, expected_words, progress_of_actions
from crm.agreements.queries import actions_of, agreements_in
from crm.contacts.models import Group, Structure
from crm.contacts.types import Family
from crm.core import clock
from crm.core.errors import N_
from crm.core.text import sort_key
from crm.events.indicators import EVENT_STRUCTURES, EVENTS_HELD
from crm.events.models import Event, EventMove
from crm.followups.indicators import ACCOMPANIED_STRUCTURES
from crm.followups.models import SessionStructure
from crm.indicators.counting import facts, rows
from crm.indicators.indicator import Indicator
from crm.indicators.types import By, Period, Scope
from crm.reference.models import ReferenceItem
from crm.web.formats import long_date, number
from crm.web.locale import translate
from crm.yearly.models import ReportDefinition
from crm.yearly.types import Entry

_ANY_DAY = Period(date.min, date.max)
_LONGEST_DETAIL = 300
_KIND, _ROLE = aliased(ReferenceItem), aliased(ReferenceItem)


@dataclass(frozen=True, slots=True)
class ReportList:
    """A list of records: its words, its rule, what may narrow it, and the entries of a scope."""

    code: str
    label: str
    rule: str
    indicator: Indicator
    read: Callable[[Session, Scope, ReportDefinition | None], Sequence[Entry]]
    splits: tuple[By, ...]

    def entries(
        self, session: Session, scope: Scope, definition: ReportDefinition | None = None
    ) -> Sequence[Entry]:
        """Return the records of a scope, for the report that asks where it makes a difference."""
        return self.read(session, scope, definition)


def _events(session: Session, scope: Scope) -> list[Entry]:
    """Return the events held, and those put off from the period that were held later."""
    columns = (
        Event.id, Event.title, Event.held_on, Event.place, Event.organiser, Event.headcount,
        Event.headcount_is_about, Event.headcount_wording, Event.description,
        Structure.name.label("structure"), _ROLE.label.label("role"), Group.name.label("group"),
    )  # fmt: skip
    statement = (
        facts(EVENTS_HELD, Scope(_ANY_DAY, scope.kept))
        .outerjoin(Structure, Structure.id == Event.organiser_id)
        .outerjoin(_ROLE, _ROLE.id == Event.role_id)
        .outerjoin(Group, Group.id == Event.group_id)
        .where(
            or_(
                Event.held_on.between(scope.period.start, scope.period.end),
                Event.id.in_(_planned_in(scope.period)),
            )
        )
        .with_only_columns(*columns)
        .order_by(Event.held_on, Event.sort_title, Event.id)
    )
    return [
        Entry(
            row.title,
            _event_detail(row, scope.period),
            entity="event",
            record_id=row.id,
            is_counted=_is_in(row.held_on, scope.period),
        )
        for row in session.execute(statement)
    ]


def _is_in(day: date, period: Period) -> bool:
    return period.start <= day <= period.end


def _planned_in(period: Period) -> Select[Any]:
    start = clock.paris_instant(period.start, time())
    end = clock.paris_instant(period.end + timedelta(days=1), time())
    return select(EventMove.event_id).where(
        EventMove.old_starts_at >= start, EventMove.old_starts_at < end
    )


def _event_detail(row: Any, period: Period) -> str:
    when = long_date(row.held_on)
    if row.held_on < period.start:
        when = translate(N_("avancé au %(day)s"), day=when)
    elif row.held_on > period.end:
        when = translate(N_("reporté au %(day)s"), day=when)
    pieces = [when, row.place, row.role, row.structure or row.organiser, _headcount(row)]
    pieces.append(" ".join((row.description or "").split()))
    return " · ".join(piece for piece in pieces if piece)[:_LONGEST_DETAIL]


def _headcount(row: Any) -> str:
    if row.headcount is None:
        return ""
    if row.headcount_is_about and row.headcount_wording:
        said: str = row.headcount_wording
        return translate(N_("%(count)s de participants"), count=said)
    return translate(N_("%(count)s participants"), count=number(row.headcount))


def _structures(session: Session, scope: Scope) -> list[Entry]:
    """Return the structures accompanied, by département, as they were that day."""
    place = func.max(SessionStructure.departement_code).label("place")
    found = session.execute(rows(ACCOMPANIED_STRUCTURES, scope).add_columns(place))
    labels = dict(ACCOMPANIED_STRUCTURES.keys[By.DEPARTEMENT].labels(session, scope))
    entries = [
        Entry(row.name, "", labels.get(row.place or "", row.place or ""), "structure", row.id)
        for row in found
    ]
    return sorted(entries, key=lambda entry: (entry.group, sort_key(entry.title), entry.record_id))


def _partners(session: Session, scope: Scope) -> list[Entry]:
    """Return who organised events with us, and the networks and institutions that came.

    A structure is one by its record, whatever others are called; who has none, by the name.
    """
    found = {each.record_id or each.title: each for each in _guests(session, scope)}
    found |= {each.record_id or each.title: each for each in _organisers(session, scope)}
    return sorted(found.values(), key=lambda each: (sort_key(each.title), each.record_id or 0))


def _organisers(session: Session, scope: Scope) -> Iterator[Entry]:
    name = func.coalesce(Structure.name, Event.organiser)
    found = session.execute(
        facts(EVENTS_HELD, scope)
        .outerjoin(Structure, Structure.id == Event.organiser_id)
        .where(or_(Event.organiser.is_not(None), Event.organiser_id.is_not(None)))
        .with_only_columns(name, Event.organiser_id, func.count())
        .group_by(name, Event.organiser_id)
    )
    for title, structure_id, count in found.tuples():
        said = N_("%(count)s événement organisé ensemble")
        many = N_("%(count)s événements organisés ensemble")
        detail = translate(said if count == 1 else many, count=count)
        yield Entry(title, detail, "", "structure" if structure_id else "", structure_id)


def _guests(session: Session, scope: Scope) -> Iterator[Entry]:
    asked = scope.narrowed(By.FAMILY, Family.RESEAU, Family.INSTITUTION)
    columns = {each.key: each.expression for each in EVENT_STRUCTURES.columns}
    found = session.execute(
        facts(EVENT_STRUCTURES, asked)
        .with_only_columns(EVENT_STRUCTURES.counted, columns["name"], columns["event_count"])
        .group_by(EVENT_STRUCTURES.counted)
    )
    for structure_id, name, count in found.tuples():
        said, many = N_("présent à %(count)s événement"), N_("présent à %(count)s événements")
        detail = translate(said if count == 1 else many, count=count)
        yield Entry(name, detail, "", "structure", structure_id)


def _planned(session: Session, scope: Scope, definition: ReportDefinition | None) -> list[Entry]:
    """Return what agreements plan for the period, by axis: expected, and done in it."""
    found = {each.id: each for each in _agreements(session, scope.period, definition)}
    asked = scope.kept.get(By.AXIS)
    places = list(found)
    actions = sorted(
        (
            action
            for action in actions_of(session, places)
            if asked is None or str(action.axis_id) in asked
        ),
        key=lambda action: places.index(action.agreement_id),
    )
    planned = [(action, found[action.agreement_id]) for action in actions]
    today = min(clock.today(), scope.period.end)
    progress = progress_of_actions(session, planned, today, during=scope.period, is_cut=True)
    is_own = definition is not None and definition.agreement_id is not None
    return [
        _expected_and_done(each.action, done, scope.period, "" if is_own else agreement.name)
        for each, (_action, agreement) in zip(progress, planned, strict=True)
        for done in each.dones
    ]


def _agreements(
    session: Session, period: Period, definition: ReportDefinition | None
) -> Sequence[Agreement]:
    """Return the agreement of a report; without one those of its funder, or else all in force."""
    found = agreements_in(session, period)
    if definition is not None and definition.agreement_id is not None:
        return [each for each in found if each.id == definition.agreement_id]
    funder = sort_key(definition.funder or "") if definition else ""
    theirs = [
        each
        for each in found
        if funder and funder in {sort_key(name) for who in each.funders for name in _names(who)}
    ]
    return theirs or found


def _names(structure: Structure) -> list[str]:
    return [name for name in (structure.name, structure.acronym) if name]


def _expected_and_done(action: PlannedAction, done: Done, period: Period, agreement: str) -> Entry:
    """Return a line, with its days where they are not the report's, and its agreement."""
    expected = expected_words(action) or translate(N_("sans cible chiffrée"))
    counted = done.scope.period if done.scope else done.period
    if done.period == period:
        said = N_("attendu : %(expected)s · fait : %(done)s")
    else:
        said = N_("attendu %(due)s : %(expected)s · fait %(counted)s : %(done)s")
    detail = translate(
        said, expected=expected, done=done.text, due=_days(done.period), counted=_days(counted)
    )
    axis = action.axis.label if action.axis else ""
    group = " : ".join(each for each in (agreement, axis) if each)
    return Entry(action.label, detail, group, "planned_action", action.id)


def _days(period: Period) -> str:
    said = N_("du %(start)s au %(end)s")
    return translate(said, start=long_date(period.start), end=long_date(period.end))


LISTS = (
    ReportList(
        "events",
        N_("événements"),
        N_(
            "Événements tenus dans la période ; ceux qui y étaient prévus et se sont tenus plus"
            " tôt ou plus tard sont listés avec leur nouvelle date, et ne comptent que l’année où"
            " ils ont eu lieu."
        ),
        EVENTS_HELD,
        lambda session, scope, _: _events(session, scope),
        EVENTS_HELD.splits,
    ),
    ReportList(
        "structures",
        N_("structures accompagnées, par département"),
        N_(
            "Structures ayant au moins une séance réalisée dans la période, sous le nom et dans le"
            " département de ce jour-là."
        ),
        ACCOMPANIED_STRUCTURES,
        lambda session, scope, _: _structures(session, scope),
        ACCOMPANIED_STRUCTURES.splits,
    ),
    ReportList(
        "partners",
        N_("partenaires"),
        N_(
            "Organismes avec qui un événement tenu dans la période a été organisé ; réseaux et"
            " institutions dont quelqu’un est venu à un événement."
        ),
        EVENTS_HELD,
        lambda session, scope, _: _partners(session, scope),
        EVENTS_HELD.splits,
    ),
    ReportList(
        "planned_actions",
        N_("actions prévues par les conventions"),
        N_(
            "Ce que prévoit pour la période la convention du rapport ; sans convention, celles de"
            " son financeur en vigueur, sinon toutes : la cible telle que la convention la dit, et"
            " ce qui est fait dans la période, compté ou noté à la main."
        ),
        EVENTS_HELD,
        _planned,
        (By.AXIS,),
    ),
)
_known = {each.code: each for each in LISTS}


def find_list(code: str) -> ReportList | None:
    """Return the list of a code; None when there is none."""
    return _known.get(code)
