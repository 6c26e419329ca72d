"""The lists of records: a row adds to them, and takes nothing away."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from crm.contacts.models import Tag
from crm.contacts.operations.tags import find_or_create_tags
from crm.contacts.rules import LONGEST_TAG
from crm.core.text import fold
from crm.imports.targets.base import Resolved, Work
from crm.imports.writing import add_members, members_of

_TAGS = "tags"


def compare_lists(work: Work, model: type[Any], batch: Sequence[Resolved]) -> None:
    """Note what rows add to the lists of records that are there."""
    _name_tags(work, batch)
    for relation in sorted({name for each in batch for name in each.item.lists}):
        having = [each for each in batch if each.item.lists.get(relation)]
        there = sorted({each.id for each in having if each.id is not None and _is_there(each)})
        before = members_of(work.session, model, relation, there)
        for each in having:
            if not _is_there(each) or each.id is None:
                continue
            had = before.setdefault(each.id, [])
            added = [member for member in each.item.lists[relation] if member not in had]
            if added:
                before[each.id] = sorted({*had, *added}, key=_order)
                each.changes[relation] = [had, before[each.id]]


def _is_there(resolved: Resolved) -> bool:
    return resolved.id is not None and resolved.id > 0 and not resolved.is_new


def _order(member: Any) -> tuple[bool, Any]:
    return isinstance(member, str), member


def _name_tags(work: Work, batch: Sequence[Resolved]) -> None:
    """Put the ids of tags in the place of their labels; a trial keeps the label of a new one."""
    having = [each for each in batch if each.item.lists.get(_TAGS)]
    labels = sorted({str(label) for each in having for label in each.item.lists[_TAGS]})
    if not labels:
        return
    if work.is_trial:
        keys = sorted({fold(label)[:LONGEST_TAG] for label in labels})
        found = work.session.execute(select(Tag.key, Tag.id).where(Tag.key.in_(keys)))
        ids: dict[str, Any] = dict(found.tuples().all())
    else:
        ids = {tag.key: tag.id for tag in find_or_create_tags(work.session, labels)}
    for each in having:
        named = (ids.get(fold(str(label))[:LONGEST_TAG], label) for label in each.item.lists[_TAGS])
        each.item.lists[_TAGS] = list(dict.fromkeys(named))


def add_to_lists(work: Work, model: type[Any], batch: Sequence[Resolved]) -> None:
    """Add members to the lists of new records, and to those that were found to lack some."""
    pairs: dict[str, dict[tuple[int, Any], None]] = {}
    for each in batch:
        if each.id is None or each.same_as is not None:
            continue
        for relation, members in each.item.lists.items():
            had = [] if each.is_new else each.changes.get(relation, [members])[0]
            added = (member for member in members if member not in had)
            pairs.setdefault(relation, {}).update(((each.id, one), None) for one in added)
    for relation, found in sorted(pairs.items()):
        add_members(work.session, model, relation, found)
