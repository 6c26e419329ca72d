"""Which words lead to a session: its structures as they were called that day, its kind, its date.

A structure renamed later changes nothing here: the session keeps what was true that day. Records
are kept by the opposite of their id, so that the latest comes first among equals.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from crm.core.days import french_month
from crm.followups.models import AccompanimentSession, SessionStructure
from crm.reference.models import ReferenceItem
from crm.search.index import forget_record, index_record, ranked_words

SESSION = "session"
_KIND_LABEL = select(ReferenceItem.label).where(ReferenceItem.id == bindparam("kind_id"))
Records = Iterator[tuple[int, dict[str, int]]]


def number_of(session_id: int) -> int:
    """Return the number that the index keeps for a session; and the id of such a number."""
    return -session_id


def session_ranks(structures: Sequence[str], kind: str, held_on: date) -> dict[str, int]:
    """Return the words of a session: « Béthune », then « rendez-vous », « 12 mars 2019 »."""
    day = f"{held_on.day} {french_month(held_on.month)} {held_on.year}"
    return ranked_words(sorted(structures), [kind, day], names=structures)


def index_session(
    session: Session, record: AccompanimentSession, kind_label: str | None = None
) -> None:
    """Make a session, its structures loaded, findable by what it holds; in the trash it is not.

    What its kind is called is read where the caller does not know it.
    """
    if record.deleted_at is not None:
        forget_record(session, SESSION, number_of(record.id))
        return
    names = [seat.structure_name for seat in record.structures]
    if kind_label is None:
        found = session.connection().execute(_KIND_LABEL, {"kind_id": record.kind_id})
        kind_label = str(found.scalar_one())
    ranks = session_ranks(names, kind_label, record.held_on)
    index_record(session, SESSION, number_of(record.id), ranks)


def all_sessions(session: Session) -> Records:
    """Yield (number, words) of the sessions that are not in the trash."""
    structures: dict[int, list[str]] = {}
    seats = session.execute(select(SessionStructure.session_id, SessionStructure.structure_name))
    for session_id, name in seats.tuples():
        structures.setdefault(session_id, []).append(name)
    rows = session.execute(
        select(AccompanimentSession.id, AccompanimentSession.held_on, ReferenceItem.label)
        .join(ReferenceItem, ReferenceItem.id == AccompanimentSession.kind_id)
        .where(AccompanimentSession.deleted_at.is_(None))
        .order_by(AccompanimentSession.id)
    ).all()
    for session_id, held_on, kind in rows:
        yield number_of(session_id), session_ranks(structures.get(session_id, ()), kind, held_on)
