"""What can be done at once with the events selected in a list."""

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import flag_modified

from crm.core.errors import N_, RuleError
from crm.core.numbers import typed_id
from crm.events.models import Event
from crm.followups.operations import choices
from crm.history.bulk import BulkAction, change_each
from crm.reference.queries import items_of
from crm.web.locale import translate

YES, NO = "oui", "non"
_ITEMS = {"theme": ("themes", choices.themes), "axis": ("axes", choices.axes)}


def set_public(session: Session, *, ids: Sequence[int], is_public: bool) -> int:
    """Show events in the public agenda, or not; return how many have changed."""

    def change(event: Event) -> bool:
        if event.is_public == is_public:
            return False
        event.is_public = is_public
        return True

    label = N_("Agenda public d’une sélection d’événements")
    return change_each(session, Event, ids, label=label, change=change)


def add_item(session: Session, *, ids: Sequence[int], list_code: str, item_id: int) -> int:
    """Give events a theme or an axis; return how many did not have it yet."""
    name, known = _ITEMS[list_code]
    item = known(session, [item_id])[0]

    def change(event: Event) -> bool:
        items = getattr(event, name)
        if item in items:
            return False
        items.append(item)
        flag_modified(event, "created_at")  # a list alone does not make the version grow
        return True

    return change_each(
        session,
        Event,
        ids,
        label=N_("Ajout à une sélection d’événements"),
        change=change,
        options=[selectinload(getattr(Event, name))],
    )


def _yes_or_no(_session: Session) -> list[tuple[str, str]]:
    return [(YES, translate(N_("oui"))), (NO, translate(N_("non")))]


def _is_yes(value: str) -> bool:
    if value not in (YES, NO):
        raise RuleError("value", N_("Répondez par oui ou par non."))
    return value == YES


def _options(list_code: str) -> Callable[[Session], list[tuple[str, str]]]:
    return lambda session: [(str(item.id), item.label) for item in items_of(session, list_code)]


EVENT_ACTIONS = (
    BulkAction(
        "public",
        N_("Montrer dans l’agenda public"),
        lambda session, ids, value: set_public(session, ids=ids, is_public=_is_yes(value)),
        _yes_or_no,
    ),
    BulkAction(
        "theme",
        N_("Ajouter un thème"),
        lambda session, ids, value: add_item(
            session, ids=ids, list_code="theme", item_id=typed_id(value)
        ),
        _options("theme"),
    ),
    BulkAction(
        "axe",
        N_("Ajouter un axe"),
        lambda session, ids, value: add_item(
            session, ids=ids, list_code="axis", item_id=typed_id(value)
        ),
        _options("axis"),
    ),
)
