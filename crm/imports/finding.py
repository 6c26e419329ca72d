"""Letting what an import writes or takes away be found as it is: thousands of records at once.

The words of the rows of one part lie all over the index: with each part, nearly every page of it
would be written anew.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from crm.among import is_among
from crm.contacts.indexing import CONTACT, STRUCTURE, all_contacts, all_structures
from crm.contacts.models import Contact, Structure
from crm.funding.application_indexing import APPLICATION, all_applications
from crm.funding.models import FundingApplication
from crm.history.models import Change, ChangeSubject
from crm.imports.models import Import, ImportChunk
from crm.imports.types import State
from crm.projects.indexing import PROJECT, all_projects
from crm.projects.models import Project
from crm.search.index import forget_records, index_records

MOST_AT_ONCE = 4_000
INDEX = ("search_word", "search_variant")
Reader = Callable[[Session, ColumnElement[bool]], Iterator[tuple[int, dict[str, int]]]]
_KINDS: dict[str, tuple[type[Any], Reader]] = {
    STRUCTURE: (Structure, all_structures),
    CONTACT: (Contact, all_contacts),
    PROJECT: (Project, all_projects),
    APPLICATION: (FundingApplication, all_applications),
}
_KIND_OF = {"funding_application": APPLICATION}  # where the index has a shorter name


class Unfound:
    """The records of an import that the index does not know as they are now."""

    def __init__(self) -> None:
        self._ids: dict[str, set[int]] = {kind: set() for kind in _KINDS}

    def add(self, records: Mapping[str, Iterable[int]]) -> None:
        """Add ids of records, by what they are called in history or in the index."""
        for entity, ids in records.items():
            kind = _KIND_OF.get(entity, entity)
            if kind in self._ids:
                self._ids[kind].update(ids)

    def due(self, least: int) -> tuple[str, list[int]] | None:
        """Return a kind and records of it, where so many wait; None where none has as many."""
        for kind, ids in self._ids.items():
            if len(ids) >= least:
                return kind, sorted(ids)[:MOST_AT_ONCE]
        return None

    def remove(self, kind: str, ids: Iterable[int]) -> None:
        """Forget records that are found now."""
        self._ids[kind].difference_update(ids)


def unfound_of(session: Session, run: Import) -> Unfound:
    """Return all that an import has written so far, or undone: what is found of it is not kept."""
    written = select(ImportChunk.change_set_id).where(
        ImportChunk.import_id == run.id, ImportChunk.is_undone.is_(run.state != State.RUNNING)
    )
    told = (
        select(ChangeSubject.entity, ChangeSubject.record_id)
        .join(Change, Change.id == ChangeSubject.change_id)
        .where(Change.change_set_id.in_(written))
        .distinct()
    )
    found = Unfound()
    for entity, record_id in session.execute(told).tuples():
        found.add({entity: (record_id,)})
    return found


def let_find(session: Session, kind: str, ids: Sequence[int]) -> None:
    """Index records as they are now, and not those in the trash; nobody changes them meanwhile."""
    model, read = _KINDS[kind]
    own = model.__table__.c.id
    session.execute(select(own).where(is_among(own, ids)).order_by(own).with_for_update())
    found = dict(read(session, is_among(model.id, ids)))
    index_records(session, kind, found)
    forget_records(session, kind, [each for each in ids if each not in found])
