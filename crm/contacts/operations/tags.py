"""Free words put on records."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from crm.contacts.models import Structure, Tag
from crm.contacts.rules import LONGEST_TAG
from crm.core.errors import N_, RuleError
from crm.core.text import fold


def find_or_create_tags(session: Session, labels: Sequence[str]) -> list[Tag]:
    """Return the tags with these labels, making those that do not exist yet."""
    wanted = {fold(label)[:LONGEST_TAG]: label for label in labels if fold(label)}
    known = {
        tag.key: tag for tag in session.scalars(select(Tag).where(Tag.key.in_(sorted(wanted))))
    }
    new = [Tag(label=label, key=key) for key, label in wanted.items() if key not in known]
    session.add_all(new)
    session.flush()
    return sorted([*known.values(), *new], key=lambda tag: tag.key)


def tag_structures(session: Session, *, structure_ids: Sequence[int], label: str) -> list[int]:
    """Put a tag on structures; return the ids of those that did not have it yet."""
    if not fold(label):
        raise RuleError("tag", N_("Écrivez l’étiquette à ajouter."))
    tag = find_or_create_tags(session, [label])[0]
    changed = [each for each in _with_tags(session, structure_ids) if tag not in each.tags]
    for structure in changed:
        structure.tags.append(tag)
    session.flush()
    return [structure.id for structure in changed]


def untag_structures(session: Session, *, structure_ids: Sequence[int], label: str) -> None:
    """Take a tag off structures: the undo of `tag_structures`."""
    for structure in _with_tags(session, structure_ids):
        structure.tags = [tag for tag in structure.tags if tag.key != fold(label)[:LONGEST_TAG]]
    session.flush()


def _with_tags(session: Session, structure_ids: Sequence[int]) -> Sequence[Structure]:
    return session.scalars(
        select(Structure)
        .where(Structure.id.in_(structure_ids), Structure.deleted_at.is_(None))
        .options(selectinload(Structure.tags))
        .order_by(Structure.id)
    ).all()
