"""What the form of an event may refer to: looked up, and refused if unknown.

What an event holds already stays, though it would not be offered any more.
"""

from typing import Any

from sqlalchemy.orm import Session

from crm.contacts.models import Group
from crm.contacts.operations import resolve_structure
from crm.contacts.picked import check_picked
from crm.core.errors import N_, RuleError
from crm.events.models import Event
from crm.events.types import EventData
from crm.followups.operations import choices
from crm.funding.models import FundingCall
from crm.reference.models import ReferenceItem

_UNKNOWN = N_("Ce choix n’existe pas ou plus.")


def members(session: Session, event: Event, data: EventData) -> dict[str, list[Any]]:
    """Return the themes, axes and countries chosen; raise RuleError for an unknown one."""
    return {
        "themes": choices.themes(session, data.theme_ids, kept=event.themes),
        "axes": choices.axes(session, data.axis_ids, kept=event.axes),
        "countries": choices.countries(session, data.country_codes),
    }


def ids(session: Session, event: Event, data: EventData) -> dict[str, int | None]:
    """Return the ids of what an event points at; raise RuleError beside the field of a bad one."""
    return {
        "kind_id": _item(session, "event_kind", data.kind_id, "kind", event.kind_id),
        "role_id": _item(session, "event_role", data.role_id, "role", event.role_id),
        "organiser_id": _organiser(session, data.organiser_value, event.organiser_id),
        "group_id": _record(session, Group, data.group_id, "group", event.group_id),
        "call_id": _record(session, FundingCall, data.call_id, "call", event.call_id),
    }


def _organiser(session: Session, value: str | None, kept_id: int | None) -> int | None:
    if not value:
        return None
    if kept_id is not None and value == str(kept_id):
        return kept_id
    check_picked(value, "organiser")
    try:
        return resolve_structure(session, value=value, family_code=None, field="organiser").id
    except RuleError as error:
        raise RuleError("organiser", _UNKNOWN) from error


def _item(
    session: Session, list_code: str, item_id: int | None, field: str, kept_id: int | None
) -> int | None:
    if item_id is None:
        return None
    item = session.get(ReferenceItem, item_id)
    is_there = item is not None and item.list_code == list_code
    if item is None or not is_there or not (item.is_active or item.id == kept_id):
        raise RuleError(field, N_("Choisissez une entrée de la liste."))
    return item.id


def _record(
    session: Session, model: type[Any], record_id: int | None, field: str, kept_id: int | None
) -> int | None:
    if record_id is None or record_id == kept_id:
        return record_id
    record = session.get(model, record_id)
    if record is None or record.deleted_at is not None:
        raise RuleError(field, _UNKNOWN)
    return int(record.id)
