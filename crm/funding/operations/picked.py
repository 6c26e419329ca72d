"""Structures that forms of funding name, by the values of a picker."""

from sqlalchemy.orm import Session

from crm.contacts.models import Structure
from crm.contacts.operations import resolve_structure
from crm.contacts.picked import check_picked
from crm.core.errors import RuleError


def picked_structure(
    session: Session,
    value: str,
    *,
    field: str,
    kept_id: int | None = None,
    new_family: str | None = None,
) -> int:
    """Return the id of the structure picked, made from the reference if need be.

    One that was there before (`kept_id`) stays, also when it has gone to the trash since. Raises
    RuleError on the field, or on `new_family` (see `resolved`).
    """
    if kept_id is not None and value == str(kept_id):
        return kept_id
    return resolved(session, value, field=field, new_family=new_family).id


def resolved(
    session: Session, value: str, *, field: str, new_family: str | None = None
) -> Structure:
    """Return the structure picked; raise RuleError on the field when there is none.

    `new_family` is the family of one that is new to the network; where the form asks for it and
    holds nothing yet (""), the error is on `new_family`.
    """
    check_picked(value, field)
    try:
        return resolve_structure(session, value=value, family_code=new_family or None, field=field)
    except RuleError as error:
        is_asked = error.field == "new_family" and new_family is not None
        raise RuleError(
            error.field if is_asked else field, error.message, record=error.record, **error.params
        ) from error
