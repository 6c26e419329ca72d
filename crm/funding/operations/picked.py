"""Structures that forms of funding name, by the values of a picker."""

from sqlalchemy.orm import Session

from crm.contacts.models import Structure
from crm.contacts.operations import resolve_structure
from crm.contacts.picked import check_picked
from crm.core.errors import RuleError


def picked_structure(
    session: Session, value: str, *, field: str, kept_id: int | None = None
) -> int:
    """Return the id of the structure picked, made from the reference if need be.

    One that was there before (`kept_id`) stays, also when it has gone to the trash since. Raises
    RuleError on the field.
    """
    if kept_id is not None and value == str(kept_id):
        return kept_id
    return resolved(session, value, field=field).id


def resolved(session: Session, value: str, *, field: str) -> Structure:
    """Return the structure picked; raise RuleError on the field when there is none."""
    check_picked(value, field)
    try:
        return resolve_structure(session, value=value, family_code=None, field=field)
    except RuleError as error:
        raise RuleError(field, error.message, **error.params) from error
