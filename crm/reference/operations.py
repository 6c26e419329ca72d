"""Changing the lists: an entry is renamed, moved or retired; it is never deleted."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.core.errors import N_, NotFoundError, RuleError, StaleRecordError
from crm.core.text import fold
from crm.reference.defaults import LIST_LABELS
from crm.reference.models import ReferenceItem

FIXED_LISTS = frozenset({"family"})
_LONGEST_CODE = 60


def add_item(
    session: Session,
    *,
    list_code: str,
    label: str,
    label_en: str | None = None,
    family_code: str | None = None,
    is_formal: bool | None = None,
    may_repeat: bool = False,
) -> ReferenceItem:
    """Add an entry at the end of a list; raise RuleError for a fixed list or a known label.

    With `may_repeat` the label may be known: what tells the entries apart is elsewhere.
    """
    if list_code not in LIST_LABELS or list_code in FIXED_LISTS:
        raise RuleError("label", N_("Cette liste est fixe : ses libellés seuls changent."))
    if not may_repeat:
        _check_label_is_free(session, list_code, label, family_code)
    last = session.scalar(
        select(func.max(ReferenceItem.position)).where(ReferenceItem.list_code == list_code)
    )
    item = ReferenceItem(
        list_code=list_code,
        code=_free_code(session, list_code, label),
        label=label,
        label_en=label_en,
        family_code=family_code,
        is_formal=is_formal if list_code == "session_kind" else None,
        position=(last or 0) + 1,
        is_active=True,
    )
    session.add(item)
    session.flush()
    return item


def update_item(
    session: Session,
    *,
    item_id: int,
    version: int,
    label: str,
    label_en: str | None,
    is_active: bool,
) -> ReferenceItem:
    """Rename, retire or bring back an entry; past records keep it either way."""
    item = get_item(session, item_id)
    if item.version != version:
        raise StaleRecordError(item)
    if item.list_code in FIXED_LISTS and not is_active:
        raise RuleError("is_active", N_("Une famille ne peut pas être retirée."))
    _check_label_is_free(session, item.list_code, label, item.family_code, but_id=item_id)
    item.label, item.label_en, item.is_active = label, label_en, is_active
    session.flush()
    return item


def move_item(session: Session, *, item_id: int, step: int) -> None:
    """Move an entry one place up (-1) or down (+1) in its list; at an end nothing happens."""
    item = get_item(session, item_id)
    items = list(
        session.scalars(
            select(ReferenceItem)
            .where(ReferenceItem.list_code == item.list_code)
            .order_by(ReferenceItem.position, ReferenceItem.id)
        )
    )
    place = items.index(item)
    other = place + step
    if not 0 <= other < len(items):
        return
    items[place], items[other] = items[other], items[place]
    for position, each in enumerate(items, start=1):
        each.position = position
    session.flush()


def get_item(session: Session, item_id: int) -> ReferenceItem:
    """Return an entry; raise NotFoundError."""
    item = session.get(ReferenceItem, item_id)
    if item is None:
        raise NotFoundError
    return item


def _check_label_is_free(
    session: Session,
    list_code: str,
    label: str,
    family_code: str | None,
    but_id: int | None = None,
) -> None:
    others = session.execute(
        select(ReferenceItem.label).where(
            ReferenceItem.list_code == list_code,
            ReferenceItem.family_code.is_not_distinct_from(family_code),
            ReferenceItem.id != (but_id or 0),
        )
    ).scalars()
    if fold(label) in {fold(other) for other in others}:
        raise RuleError("label", N_("Ce libellé existe déjà dans la liste."))


def _free_code(session: Session, list_code: str, label: str) -> str:
    base = fold(label).replace(" ", "_")[: _LONGEST_CODE - 4] or "entree"
    taken = set(
        session.scalars(select(ReferenceItem.code).where(ReferenceItem.list_code == list_code))
    )
    code, number = base, 2
    while code in taken:
        code, number = f"{base}_{number}", number + 1
    return code
