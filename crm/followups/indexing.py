"""Which words lead to a session: its structures as they were called that day, its kind, its date.

A structure renamed later changes nothing here: the session keeps what was true that day. Records
are kept by the opposite of their id, so that the latest comes first among equals.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from crm.core.days import french_month
from crm.followups.models import AccompanimentSession, SessionStructure
from crm.reference.models import ReferenceItem
from crm.search.index import make_findable, ranked_words

SESSION = "session"
Records = Iterator[tuple[int, dict[str, int]]]


def number_of(session_id: int) -> int:
    """Return the number that the index keeps for a session; and the id of such a number."""
    return -session_id


def session_ranks(structures: Sequence[str], kind: str, held_on: date) -> dict[str, int]:
    """Return the words of a session: « Béthune », then « rendez-vous », « 12 mars 2019 »."""
    day = f"{held_on.day} {french_month(held_on.month)} {held_on.year}"
    return ranked_words(structures, [kind, day], names=structures)


def index_session(session: Session, record: AccompanimentSession) -> None:
    """Make a session findable by what it holds now; in the trash it is not."""
    found = all_sessions(session, AccompanimentSession.id == record.id)
    make_findable(session, SESSION, number_of(record.id), found)


def all_sessions(session: Session, condition: ColumnElement[bool] | None = None) -> Records:
    """Yield (number, words) of the sessions that are not in the trash, or of those that fit."""
    fits = true() if condition is None else condition
    structures: dict[int, list[str]] = {}
    seats = session.execute(
        select(SessionStructure.session_id, SessionStructure.structure_name)
        .join(AccompanimentSession, AccompanimentSession.id == SessionStructure.session_id)
        .where(fits)
        .order_by(SessionStructure.structure_name, SessionStructure.structure_id)
    )
    for session_id, name in seats.tuples():
        structures.setdefault(session_id, []).append(name)
    rows = session.execute(
        select(AccompanimentSession.id, AccompanimentSession.held_on, ReferenceItem.label)
        .join(ReferenceItem, ReferenceItem.id == AccompanimentSession.kind_id)
        .where(AccompanimentSession.deleted_at.is_(None), fits)
        .order_by(AccompanimentSession.id)
    ).all()
    for session_id, held_on, kind in rows:
        yield number_of(session_id), session_ranks(structures.get(session_id, ()), kind, held_on)
