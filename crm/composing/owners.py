"""What messages are written for: the packages above say it, the wiring names them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from crm.composing.types import FIELDS, Footer, MergeField, Values


def _nobody(_session: Session, _owner_id: int) -> Sequence[tuple[int, str]]:
    return ()


def _unknown(_session: Session, _owner_id: int, _recipient_id: int) -> Values | None:
    return None


@dataclass(frozen=True, slots=True)
class Owner:
    """A kind of record that messages are written for.

    `name_of` and `url_of` lead back to it. `recipients` are some of the people whom the preview
    may show, as (id, name); `values_for` gives what fills the fields for one of them. `footer_of`
    replaces the footer of the network. `start_url` begins a new one from a template.
    """

    kind: str
    name_of: Callable[[Session, int], str]
    url_of: Callable[[int], str]
    fields: Sequence[MergeField] = FIELDS
    recipients: Callable[[Session, int], Sequence[tuple[int, str]]] = _nobody
    values_for: Callable[[Session, int, int], Values | None] = _unknown
    footer_of: Callable[[Session, int, Footer], Footer] | None = None
    start_label: str | None = None
    start_url: Callable[[int], str] | None = None


_owners: dict[str, Owner] = {}


def own_by(owner: Owner) -> None:
    """Let messages be written for this kind of record; twice is once."""
    _owners[owner.kind] = owner


def find_owner(kind: str) -> Owner | None:
    """Return what is known of a kind of record; None when no package above says."""
    return _owners.get(kind)


def starters() -> list[Owner]:
    """Return the kinds of record that a template can start."""
    return [owner for owner in _owners.values() if owner.start_url is not None]


def fields_of(kind: str) -> Sequence[MergeField]:
    """Return the fields that a message for this kind of record may hold."""
    owner = find_owner(kind)
    return owner.fields if owner is not None else FIELDS


def values_for(
    session: Session, owner_kind: str, owner_id: int | None, recipient_id: int | None
) -> Values:
    """Return what fills the fields for a recipient; the examples when there is none."""
    owner = find_owner(owner_kind)
    if owner is not None and owner_id is not None and recipient_id is not None:
        found = owner.values_for(session, owner_id, recipient_id)
        if found is not None:
            return found
    return examples(fields_of(owner_kind))


def examples(fields: Sequence[MergeField]) -> Mapping[str, str]:
    """Return the example of each field."""
    return {each.name: each.example for each in fields}
