"""Free words put on records."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts.models import Tag
from crm.contacts.rules import LONGEST_TAG
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
