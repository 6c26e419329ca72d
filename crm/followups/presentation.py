"""What the pages of sessions put together."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from crm.accounts.queries import team
from crm.agreements.queries import offered_axes
from crm.attachments.presentation import files_of_page
from crm.contacts.queries import (
    contacts_by_values,
    structures_by_values,
)
from crm.core import clock
from crm.core.errors import N_
from crm.followups import operations
from crm.followups.follow_up_forms import FollowUpForm
from crm.followups.forms import SessionForm
from crm.followups.mentions import links_of
from crm.followups.models import AccompanimentSession, FollowUp
from crm.followups.name_lines import AT, read_person_at
from crm.followups.queries import (
    follow_ups_of_session,
    most_used_themes,
    session_for_page,
)
from crm.followups.queries.private_notes import (
    may_read_private_note,
    private_note_of,
    private_texts,
)
from crm.followups.rules import LONGEST_ID, is_to_confirm
from crm.funding.queries.picking import applications_by_values, calls_by_values
from crm.funding.types import SUPPORT_LEVEL_LABELS
from crm.history.queries import PastChange, history_of
from crm.history.wording import tell
from crm.projects.queries import projects_by_values
from crm.reference.models import ReferenceItem
from crm.reference.queries import items_of, labels_by_code
from crm.territories.queries import countries
from crm.web.locale import translate
from crm.web.markdown import notes_html

_KIND_ICONS = {
    "rdv": "users",
    "rdv_tel": "phone",
    "rdv_visio": "video",
    "b2b": "heart-handshake",
    "atelier": "writing",
    "relecture": "file-pencil",
    "mise_en_relation": "affiliate",
    "info": "mail",
}
_THEMES_IN_SIGHT = 8
_CHANGES = 20


@dataclass(frozen=True, slots=True)
class KindChoice:
    """A kind of support as a card."""

    value: str
    label: str
    icon: str


@dataclass(frozen=True, slots=True)
class KindGroup:
    """The formal kinds, or the ad hoc ones."""

    label: str
    kinds: Sequence[KindChoice]


def offer_session_choices(
    session: Session, form: SessionForm, record: AccompanimentSession | None = None
) -> None:
    """Give the form's lists what they offer; a retired entry stays where it is in use already."""
    form.new_family.flags.required = True  # it is only asked where a structure is new
    form.new_family.choices = [
        ("", "—"),
        *((code, label) for code, label in labels_by_code(session, "family")),
    ]
    themes = list(items_of(session, "theme"))
    seats, people, officer_ids = [], [], []
    if record is not None:
        themes += [theme for theme in record.themes if not theme.is_active]
        seats = [(str(seat.structure_id), seat.structure_name) for seat in record.structures]
        people = [(str(contact.id), contact.full_name) for contact in record.contacts]
        officer_ids = [officer.id for officer in record.officers]
    form.themes.offer((str(theme.id), theme.label) for theme in themes)
    form.officers.offer(team(session, officer_ids))
    kept = {value for value, _ in seats} | {value for value, _ in people}
    new_structures = possible_values(form.structures.data or (), kept)
    new_people = possible_values(form.contacts.data or (), kept)
    form.structures.offer([*seats, *structures_by_values(session, new_structures)])
    at_places = [(each, read_person_at(each)[1]) for each in new_people if each.startswith(AT)]
    form.contacts.offer([*people, *contacts_by_values(session, new_people), *at_places])
    kept_axes: list[int] = []
    kept_projects: list[tuple[str, str]] = []
    if record is not None:
        kept_axes = [axis.id for axis in record.axes]
        kept_projects = [(str(project.id), project.name) for project in record.projects]
    form.axes.offer(offered_axes(session, kept_axes))
    chosen = possible_values(form.projects.data or (), {value for value, _ in kept_projects})
    form.projects.offer([*kept_projects, *projects_by_values(session, chosen)])
    kept_files = {
        str(link.application_id): link.application.title
        for link in (record.applications if record is not None else ())
    }
    added = possible_values(form.applications.data or (), kept_files)
    form.applications.offer([*kept_files.items(), *applications_by_values(session, added)])
    form.countries.offer([(country.code, country.name) for country in countries(session)])


def possible_values(values: Iterable[str], known: Container[str] = ()) -> list[str]:
    """Return the values that are not known yet, without numbers that can be no record's."""
    return [
        value
        for value in values
        if value not in known and not (value.isdecimal() and len(value) > LONGEST_ID)
    ]


def kind_groups(session: Session, chosen_id: int | None = None) -> list[KindGroup]:
    """Return the kinds as cards, formal first; a retired one only where it is the chosen one."""
    items = [
        item
        for item in items_of(session, "session_kind", with_retired=True)
        if item.is_active or item.id == chosen_id
    ]
    formal, ad_hoc = translate(N_("Rendez-vous")), translate(N_("Appui ponctuel"))
    return [
        KindGroup(formal, [_card(item, formal) for item in items if item.is_formal]),
        KindGroup(ad_hoc, [_card(item, ad_hoc) for item in items if not item.is_formal]),
    ]


def _card(item: ReferenceItem, group: str) -> KindChoice:
    # Under its group's title, « Rendez-vous téléphonique » is read faster as « Téléphonique ».
    label = item.label.removeprefix(group).strip(" ()") or item.label
    icon = _KIND_ICONS.get(item.code, "message-circle")
    return KindChoice(str(item.id), label[0].upper() + label[1:], icon)


def theme_groups(session: Session, form: SessionForm) -> tuple[list[Any], list[Any]]:
    """Return the themes as chips: those used most and those chosen, then the others, folded."""
    chips = list(form.themes)
    used = {str(theme_id) for theme_id in most_used_themes(session, limit=_THEMES_IN_SIGHT)}
    for chip in chips:
        if len(used) < _THEMES_IN_SIGHT:
            used.add(chip.data)
    in_sight = [chip for chip in chips if chip.data in used or chip.checked]
    return in_sight, [chip for chip in chips if chip not in in_sight]


def show_private_notes(
    session: Session, form: SessionForm, record: AccompanimentSession, person: Any
) -> None:
    """Give the form the confidential part of the session, or leave it out for who may not write."""
    may_write = operations.may_write_private_note(session, session_id=record.id, person=person)
    form.allow_private_notes(is_allowed=may_write)
    if may_write:
        form.private_notes.data = private_texts(session, [record.id], person).get(record.id)


def session_page(session: Session, session_id: int, person: Any) -> dict[str, Any]:
    """Return what a session's page shows this person; raise NotFoundError."""
    record = session_for_page(session, session_id)
    links = links_of(record)
    private = private_texts(session, [session_id], person).get(session_id)
    return {
        "record": record,
        "notes": notes_html(record.notes, links),
        "private_notes": notes_html(private, links) if private else None,
        "today": clock.today(),
        "is_to_confirm": is_to_confirm(record.status, record.held_on, clock.today()),
        "families": dict(labels_by_code(session, "family")),
        "levels": SUPPORT_LEVEL_LABELS,
        "follow_ups": follow_ups_of_session(session, session_id),
        **files_of_page(session, entity="session", record_id=session_id),
        "changes": tell(session, _changes(session, session_id, person)),
    }


def _changes(session: Session, session_id: int, person: Any) -> list[PastChange]:
    """Return the latest changes of a session, with those of its private note if they are read."""
    found = history_of(session, entity="session", record_id=session_id, limit=_CHANGES)
    note = private_note_of(session, session_id)
    if note is not None and may_read_private_note(session, note.id, person):
        found += history_of(
            session, entity="session_private_note", record_id=note.id, limit=_CHANGES
        )
    return sorted(found, key=lambda change: -change.change_id)[:_CHANGES]


def offer_follow_up_choices(
    session: Session, form: FollowUpForm, record: FollowUp | None = None
) -> None:
    """Give the form the team, and the names of what is chosen."""
    form.assignee.choices = team(session, [record.assignee_id] if record else [])
    seats: dict[str, str] = {}
    people: dict[str, str] = {}
    if record and record.structure:
        seats = {str(record.structure.id): record.structure.name}
    if record and record.contact:
        people = {str(record.contact.id): record.contact.full_name}
    known_projects: dict[str, str] = {}
    if record and record.project:
        known_projects = {str(record.project.id): record.project.name}
    new_projects = possible_values(form.project.data or [], known_projects)
    form.project.offer([*known_projects.items(), *projects_by_values(session, new_projects)])
    offer_what_funds(session, form, record)
    new_seats = possible_values(form.structure.data or [], seats)
    new_people = possible_values(form.contact.data or [], people)
    form.structure.offer([*seats.items(), *structures_by_values(session, new_seats)])
    form.contact.offer([*people.items(), *contacts_by_values(session, new_people)])


def offer_what_funds(session: Session, form: FollowUpForm, record: FollowUp | None) -> None:
    """Give the form the names of the application and the call that it is about."""
    known = {}
    if record and record.application:
        known = {str(record.application.id): record.application.title}
    added = possible_values(form.application.data or [], known)
    form.application.offer([*known.items(), *applications_by_values(session, added)])
    known_calls = {}
    if record and record.call:
        known_calls = {str(record.call.id): record.call.name}
    new_calls = possible_values(form.call.data or [], known_calls)
    form.call.offer([*known_calls.items(), *calls_by_values(session, new_calls)])
