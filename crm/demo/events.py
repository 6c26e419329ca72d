"""The demonstration's events: those of 2019, some to come, and a webinar that is full."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts.models import Group
from crm.core import clock
from crm.core.addresses import email_key
from crm.core.text import sort_key
from crm.demo.attendance import add_attendance, add_departure, people_in_post
from crm.demo.bulk import Row, add_links, add_rows, created, tell
from crm.demo.past_events import DEPARTURE, PAST, PastEvent
from crm.demo.reference import Reference
from crm.events.models import Event, EventMove, EventQuestion, Registration
from crm.events.models.events import event_axis, event_country
from crm.events.types import (
    EventStatus,
    QuestionKind,
    RegistrationSource,
    RegistrationStatus,
)

_POSTPONED = EventStatus.POSTPONED
_SEATS, _WAITING, _CANCELLED = 25, 6, 3
_FIRST = "axe_1"


def add_events(session: Session, reference: Reference, *, seed: int) -> None:
    """Add the events of 2019 with who came, one open webinar, and what comes later."""
    groups = dict(session.execute(select(Group.name, Group.id)).tuples().all())
    rows = [_past_row(reference, groups, each) for each in PAST]
    ids = add_rows(session, Event, rows)
    tell(session, created("event", rows, ids))
    _link(session, reference, ids)
    _tell_postponed(session, ids)
    add_attendance(session, PAST, ids, seed=seed)
    add_departure(session, ids[PAST.index(DEPARTURE)], seed=seed)
    _add_coming(session, reference, groups, seed)


def _past_row(reference: Reference, groups: Mapping[str, int], event: PastEvent) -> Row:
    starts_at, ends_at = event.times(event.held_on)
    return event_row(
        reference,
        event.title,
        event.kind,
        event.role,
        status=event.status.value,
        starts_at=starts_at,
        ends_at=ends_at,
        is_all_day=event.last_day is not None,
        place=event.place,
        organiser=event.organiser,
        group_id=groups[event.group] if event.group else None,
        capacity=event.capacity,
        description=event.description,
        headcount=event.headcount,
        headcount_is_about=event.wording is not None,
        headcount_wording=event.wording,
        sequence=0 if event.postponed_to is None else 1,
        created_at=clock.paris_instant(event.day - timedelta(days=60), time(10)),
    )


def event_row(reference: Reference, title: str, kind: str, role: str, **values: object) -> Row:
    """Return an event that counts for nothing in particular; `values` says the rest."""
    starts_at = values["starts_at"]
    held_on = clock.in_paris(starts_at).date() if isinstance(starts_at, datetime) else None
    return {
        "title": title,
        "sort_title": sort_key(title),
        "kind_id": reference.item("event_kind", kind),
        "role_id": reference.item("event_role", role),
        "is_all_day": False,
        "held_on": held_on,
        "link": None,
        "capacity": None,
        "takes_registrations": False,
        "is_public": True,
        "description": None,
        "sequence": 0,
        "version": 1,
        **values,
    }


def _link(session: Session, reference: Reference, ids: Sequence[int]) -> None:
    """Let each count for the first axis, and be of its countries."""
    axis_id = reference.item("axis", _FIRST)
    add_links(session, event_axis, ({"event_id": each, "axis_id": axis_id} for each in ids))
    add_links(
        session,
        event_country,
        (
            {"event_id": event_id, "country_code": code}
            for event_id, event in zip(ids, PAST, strict=True)
            for code in event.countries
        ),
    )


def _tell_postponed(session: Session, ids: Sequence[int]) -> None:
    for event_id, event in zip(ids, PAST, strict=True):
        if event.postponed_to is None:
            continue
        (old, old_end), (new, new_end) = event.times(event.day), event.times(event.postponed_to)
        move = {
            "event_id": event_id,
            "sequence": 1,
            "old_starts_at": old,
            "old_ends_at": old_end,
            "new_starts_at": new,
            "new_ends_at": new_end,
            "was_all_day": event.last_day is not None,
            "is_all_day": event.last_day is not None,
            "moved_at": old - timedelta(days=20),
            "moved_by": "Démonstration",
        }
        add_rows(session, EventMove, [move])


def _add_coming(
    session: Session, reference: Reference, groups: Mapping[str, int], seed: int
) -> None:
    """Add what comes, and fill the first of it: a webinar."""
    rows = _coming_rows(reference, groups)
    ids = add_rows(session, Event, rows)
    tell(session, created("event", rows, ids))
    axis_id = reference.item("axis", _FIRST)
    add_links(session, event_axis, ({"event_id": each, "axis_id": axis_id} for each in ids))
    question = {
        "event_id": ids[0],
        "position": 1,
        "label": "Quel appel à projets préparez-vous ?",
        "kind": QuestionKind.TEXT.value,
        "options": [],
        "is_required": False,
        "is_active": True,
        "version": 1,
    }
    [question_id] = add_rows(session, EventQuestion, [question])
    _register(session, ids[0], question_id, clock.now(), seed)


def _coming_rows(reference: Reference, groups: Mapping[str, int]) -> list[Row]:
    """Return a webinar, a meeting, an event put off, and one that is being prepared."""
    today = clock.today()
    now = clock.now()
    first, second, third = (
        clock.paris_instant(today + timedelta(days=days), time(14)) for days in (17, 33, 58)
    )
    hour = timedelta(hours=1)
    usual = {"organiser": None, "group_id": None, "created_at": now - timedelta(days=30)}
    return [
        event_row(reference, "Webinaire : préparer son dossier", "webinaire", "organisation",
             **{**usual, "status": EventStatus.CONFIRMED.value, "starts_at": first,
                "ends_at": first + 2 * hour, "place": None,
                "link": "https://visio.example/preparer-son-dossier", "capacity": _SEATS,
                "takes_registrations": True,
                "description": "Comment **répondre à un appel à projets**, pas à pas :\n\n"
                               "- lire le règlement,\n- réunir ses partenaires,\n"
                               "- tenir un budget.\n\nVenez avec vos questions."}),
        event_row(reference, "Réunion du groupe-pays Bénin et Togo", "groupe_pays", "organisation",
             **{**usual, "status": EventStatus.CONFIRMED.value, "starts_at": second,
                "ends_at": second + 3 * hour, "place": "Arras",
                "group_id": groups["Groupe-pays Togo"]}),
        event_row(reference, "Forum de la jeunesse engagée", "forum", "co_organisation",
             **{**usual, "status": _POSTPONED.value, "starts_at": None, "ends_at": None,
                "place": "Amiens"}),
        event_row(reference, "Atelier : mesurer l’effet d’un projet", "atelier", "organisation",
             **{**usual, "status": EventStatus.PREPARED.value, "starts_at": third,
                "ends_at": third + 3 * hour, "place": "Lille"}),
    ]  # fmt: skip


def _register(session: Session, event_id: int, question_id: int, now: datetime, seed: int) -> None:
    """Fill the webinar, let some wait, and let a few have given up."""
    random = Random(f"{seed}:events")
    people = people_in_post(session, clock.today())
    random.shuffle(people)
    rows: list[Row] = []
    for rank, (contact, structure) in enumerate(people[: _SEATS + _WAITING + _CANCELLED]):
        waits, left = _SEATS <= rank < _SEATS + _WAITING, rank >= _SEATS + _WAITING
        status = RegistrationStatus.REGISTERED
        if waits or left:
            status = RegistrationStatus.WAITING if waits else RegistrationStatus.CANCELLED
        at = now - timedelta(days=12) + timedelta(hours=7 * rank)
        rows.append(
            {
                "event_id": event_id,
                "contact_id": contact.id,
                "structure_id": structure.id,
                "first_name": contact.first_name,
                "last_name": contact.last_name,
                "email": contact.email,
                "email_key": email_key(contact.email or ""),
                "structure_name": structure.name,
                "status": status.value,
                "waiting_number": rank - _SEATS + 1 if waits else None,
                "source": random.choice(list(RegistrationSource)).value,
                "answers": {str(question_id): "Celui de la Région"} if rank % 4 == 0 else {},
                "wordings": {},
                "accepted": [],
                "uid": f"demonstration-{rank}@reseau.example",
                "sequence": 0,
                "told_sequence": 0,
                "created_at": at,
                "cancelled_at": at + timedelta(days=1) if left else None,
                "version": 1,
            }
        )
    add_rows(session, Registration, rows)
