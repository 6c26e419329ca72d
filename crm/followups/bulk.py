"""What can be done at once with the sessions selected in a list."""

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import flag_modified

from crm.core import clock
from crm.core.errors import N_, RuleError
from crm.core.events import publish
from crm.core.numbers import typed_id
from crm.followups.events import SessionSaved
from crm.followups.models import AccompanimentSession
from crm.followups.rules import check_status
from crm.followups.types import STATUS_LABELS
from crm.history.bulk import BulkAction, Options, change_each
from crm.reference.models import ReferenceItem
from crm.reference.queries import items_of
from crm.web.formats import short_date
from crm.web.locale import translate

_LIST_CODES = {"themes": "theme", "axes": "axis"}


def add_item(session: Session, *, ids: Sequence[int], name: str, item_id: int) -> int:
    """Put a theme or an axis (`name` is the list's) on sessions; return how many lacked it."""
    item = _item(session, name, item_id)
    if not item.is_active:
        raise RuleError("value", N_("« %(label)s » n’est plus proposé."), label=item.label)

    def change(record: AccompanimentSession) -> bool:
        members = getattr(record, name)
        if item in members:
            return False
        members.append(item)
        flag_modified(record, "created_at")  # a list alone does not make the version grow
        return True

    return _change_each(session, ids, N_("Ajout à une sélection de séances"), change)


def remove_item(session: Session, *, ids: Sequence[int], name: str, item_id: int) -> int:
    """Take a theme or an axis (`name` is the list's) off sessions; return how many had it."""
    item = _item(session, name, item_id)

    def change(record: AccompanimentSession) -> bool:
        members = getattr(record, name)
        if item not in members:
            return False
        members.remove(item)
        flag_modified(record, "created_at")
        return True

    return _change_each(session, ids, N_("Retrait d’une sélection de séances"), change)


def set_statuses(session: Session, *, ids: Sequence[int], status: str) -> int:
    """Say what became of sessions; return how many had another status.

    Raises RuleError, and nothing changes, when the day of one does not allow it: it is named.
    """
    today = clock.today()
    changed: list[int] = []

    def change(record: AccompanimentSession) -> bool:
        try:
            check_status(status, record.held_on, today)
        except RuleError as error:
            raise RuleError(
                "value",
                N_("La séance du %(day)s est à venir : ce statut ne lui va pas. Rien n’a changé."),
                day=short_date(record.held_on),
            ) from error
        if record.status == status:
            return False
        record.status = status
        changed.append(record.id)
        return True

    count = _change_each(session, ids, N_("Statut d’une sélection de séances"), change)
    for session_id in changed:
        publish(session, SessionSaved(session_id))
    return count


def _item(session: Session, name: str, item_id: int) -> ReferenceItem:
    item = session.get(ReferenceItem, item_id)
    if item is None or item.list_code != _LIST_CODES[name]:
        raise RuleError("value", N_("Choisissez une entrée de la liste."))
    return item


def _change_each(
    session: Session,
    ids: Sequence[int],
    label: str,
    change: Callable[[AccompanimentSession], bool],
) -> int:
    lists = ("themes", "axes", "structures", "projects")
    options = [selectinload(getattr(AccompanimentSession, name)) for name in lists]
    return change_each(
        session, AccompanimentSession, ids, label=label, change=change, options=options
    )


def _options(list_code: str, *, with_retired: bool = False) -> Callable[[Session], Options]:
    return lambda session: [
        (str(item.id), item.label)
        for item in items_of(session, list_code, with_retired=with_retired)
    ]


def _added(name: str) -> Callable[[Session, Sequence[int], str], int]:
    return lambda session, ids, value: add_item(
        session, ids=ids, name=name, item_id=typed_id(value)
    )


def _removed(name: str) -> Callable[[Session, Sequence[int], str], int]:
    return lambda session, ids, value: remove_item(
        session, ids=ids, name=name, item_id=typed_id(value)
    )


SESSION_ACTIONS = (
    BulkAction("axe", N_("Ajouter un axe"), _added("axes"), _options("axis")),
    BulkAction(
        "sans-axe", N_("Retirer un axe"), _removed("axes"), _options("axis", with_retired=True)
    ),
    BulkAction("theme", N_("Ajouter un thème"), _added("themes"), _options("theme")),
    BulkAction(
        "sans-theme",
        N_("Retirer un thème"),
        _removed("themes"),
        _options("theme", with_retired=True),
    ),
    BulkAction(
        "statut",
        N_("Changer le statut"),
        lambda session, ids, value: set_statuses(session, ids=ids, status=value),
        lambda _session: [(each.value, translate(text)) for each, text in STATUS_LABELS.items()],
    ),
)
