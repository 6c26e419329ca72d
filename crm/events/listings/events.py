"""The list of events."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from flask import url_for
from sqlalchemy import CTE, ColumnElement, Select, exists, extract, func, literal, or_, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from crm.agreements.queries import axis_labels
from crm.contacts.listings.filters import numbers, tally_by
from crm.contacts.models import Structure
from crm.contacts.queries.groups import group_choices
from crm.core import clock
from crm.core.errors import N_
from crm.database import UtcDateTime
from crm.events.indexing import EVENT
from crm.events.models import Attendance, Event, Registration
from crm.events.models.events import event_axis, event_country, event_theme
from crm.events.queries.events import event_rows
from crm.events.queries.registrations import is_live, people_present, seats_taken
from crm.events.types import STATUS_LABELS, EventStatus
from crm.funding.queries.calls import call_options
from crm.reference.queries import labels_by_id
from crm.search.queries import matching_ids, typed_words
from crm.territories.queries import countries
from crm.web.list_definition import Column, Filter, ListDefinition, Narrowing, Sort
from crm.web.lists import Listing
from crm.web.locale import translate

EVENTS = "events"
Options = Sequence[tuple[str, str]]
COMING, PAST, UNDATED = "a_venir", "passes", "a_fixer"
_WHEN = {COMING: N_("À venir"), PAST: N_("Passés"), UNDATED: N_("Date à fixer")}
_STATUSES = {each.value: label for each, label in STATUS_LABELS.items()}
_LAST = datetime(9999, 1, 1, tzinfo=UTC)


def event_list(_arguments: MultiDict[str, str]) -> ListDefinition:
    """Return the list of events; those to be dated come first among the newest."""
    return ListDefinition(
        code=EVENTS,
        url=url_for("events.index"),
        statement=event_rows(),
        counted=select(Event.id).where(Event.deleted_at.is_(None)),
        columns=_columns(),
        sorts=_sorts(),
        default_sort="date",
        filters=event_filters(),
        search_label=N_("Titre, groupe, lieu"),
        count_words=(N_("%(count)s événement"), N_("%(count)s événements")),
        takes_all=True,
        has_more_actions=True,
        export_url=lambda extension: url_for("events.export", extension=extension),
        empty_text=N_(
            "Un webinaire, une réunion de groupe, un forum : tout ce où l’on se retrouve."
        ),
    )


def narrow_events(session: Session, listing: Listing) -> Narrowing:
    """Apply the filters of the URL and the words searched."""
    narrowing = listing.narrow(session)
    prefixes = typed_words(listing.search)
    if not prefixes:
        return narrowing
    return narrowing.kept_to(Event.id.in_(matching_ids(EVENT, prefixes)), listing.search)


def _columns() -> tuple[Column, ...]:
    return (
        Column("name", N_("Titre"), sort="titre"),
        Column("held_on", N_("Date"), sort="date", name="date", kind="date"),
        Column("kind", N_("Type"), name="type"),
        Column("status", N_("Statut"), name="statut", words=_STATUSES),
        Column("place", N_("Lieu"), name="lieu"),
        Column("group_name", N_("Groupe"), name="groupe", is_usual=False),
        Column("taken", N_("Inscrits"), name="inscrits", extra=seats_taken(), is_numeric=True),
        Column("present", N_("Présents"), name="presents", extra=people_present(),
               is_numeric=True),
        Column("headcount", N_("Effectif"), name="effectif", detail="headcount_wording",
               is_numeric=True, exported=("headcount", "headcount_wording")),
        Column("capacity", N_("Places"), name="places", is_usual=False, is_numeric=True),
        Column("organiser_name", N_("Organisateur"), name="organisateur", is_usual=False),
        Column("call_name", N_("Appel à projets"), name="appel", is_usual=False),
    )  # fmt: skip


def _sorts() -> dict[str, Sort]:
    when = func.coalesce(Event.starts_at, literal(_LAST, UtcDateTime))
    return {
        "date": Sort((when, Event.id), descending=True),
        "titre": Sort((Event.sort_title, Event.id)),
    }


def event_filters() -> list[Filter]:
    """Return what narrows a list of events, or an agenda of them."""
    return [*_filters_of_time(), *_filters_of_kind(), *_filters_of_links()]


def _filters_of_time() -> list[Filter]:
    return [
        Filter(
            "quand",
            N_("Quand"),
            _when,
            lambda _session: [(code, translate(label)) for code, label in _WHEN.items()],
            everything_label=N_("Peu importe"),
        ),
        Filter(
            "annee",
            N_("Année"),
            lambda values: extract("year", Event.held_on).in_(numbers(values)),
            _years,
            everything_label=N_("Toutes"),
        ),
        Filter(
            "statut",
            N_("Statut"),
            Event.status.in_,
            lambda _session: [(code, translate(label)) for code, label in _STATUSES.items()],
            tally=tally_by(Event.id, Event.status),
        ),
    ]


def _filters_of_kind() -> list[Filter]:
    return [
        Filter(
            "type",
            N_("Type"),
            lambda values: Event.kind_id.in_(numbers(values)),
            lambda session: labels_by_id(session, "event_kind"),
            tally=tally_by(Event.id, Event.kind_id),
        ),
        Filter(
            "role",
            N_("Notre rôle"),
            lambda values: Event.role_id.in_(numbers(values)),
            lambda session: labels_by_id(session, "event_role"),
            tally=tally_by(Event.id, Event.role_id),
        ),
        _linked("theme", N_("Thème"), event_theme.c.theme_id, _themes),
        _linked("axe", N_("Axe"), event_axis.c.axis_id, axis_labels),
        Filter(
            "pays",
            N_("Pays"),
            lambda values: exists().where(
                event_country.c.event_id == Event.id, event_country.c.country_code.in_(values)
            ),
            lambda session: [(each.code, each.name) for each in countries(session)],
        ),
    ]


def _filters_of_links() -> list[Filter]:
    return [
        Filter(
            "groupe",
            N_("Groupe"),
            lambda values: Event.group_id.in_(numbers(values)),
            group_choices,
            tally=tally_by(Event.id, Event.group_id),
        ),
        Filter(
            "appel",
            N_("Appel à projets"),
            lambda values: Event.call_id.in_(numbers(values)),
            call_options,
        ),
        Filter(
            "structure",
            N_("Structure"),
            lambda values: _of_structures(numbers(values)),
            lambda _session: [],
            everything_label=N_("Toutes"),
            name_values=_structures,
        ),
    ]


def _themes(session: Session) -> Options:
    return labels_by_id(session, "theme")


def _linked(name: str, label: str, column: Any, options: Callable[[Session], Options]) -> Filter:
    event_id = column.table.c.event_id

    def tally(found: CTE) -> Select[Any]:
        return select(column, func.count()).where(event_id.in_(select(found.c.id))).group_by(column)

    return Filter(
        name,
        label,
        lambda values: exists().where(event_id == Event.id, column.in_(numbers(values))),
        options,
        tally=tally,
    )


def _structures(session: Session, values: list[str]) -> Options:
    rows = session.execute(
        select(Structure.id, Structure.name).where(Structure.id.in_(numbers(values)))
    ).tuples()
    return [(str(structure_id), name) for structure_id, name in rows]


def _of_structures(ids: list[int]) -> ColumnElement[bool]:
    """Return the condition of events that these structures organise, or go to."""
    return or_(
        Event.organiser_id.in_(ids),
        exists().where(
            Registration.event_id == Event.id, Registration.structure_id.in_(ids), is_live()
        ),
        exists().where(Attendance.event_id == Event.id, Attendance.structure_id.in_(ids)),
    )


def _when(values: list[str]) -> ColumnElement[bool]:
    now = clock.now()
    conditions = {
        COMING: (Event.starts_at >= now) & (Event.status != EventStatus.CANCELLED),
        PAST: Event.starts_at < now,
        UNDATED: Event.starts_at.is_(None),
    }
    chosen = [conditions[each] for each in values if each in conditions]
    return or_(*chosen) if chosen else Event.id.is_(None)


def _years(session: Session) -> Options:
    day: Any = extract("year", Event.held_on)
    years = session.scalars(
        select(day)
        .where(Event.deleted_at.is_(None), Event.held_on.is_not(None))
        .distinct()
        .order_by(day.desc())
    )
    return [(str(int(each)), str(int(each))) for each in years]
