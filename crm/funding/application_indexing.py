"""Which words lead to an application: its title and reference, then who files it.

When the beneficiary is renamed, it is found by both names: the one written on it, and today's.
"""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from crm.contacts.indexing import STRUCTURE
from crm.contacts.models import Structure
from crm.funding.models import FundingApplication
from crm.search.events import WordsChanged
from crm.search.index import index_records, make_findable, ranked_words

APPLICATION = "application"  # as long as the index allows
Records = Iterator[tuple[int, dict[str, int]]]


def index_application(session: Session, record: FundingApplication) -> None:
    """Make an application findable by what it is today; in the trash it is not."""
    found = all_applications(session, FundingApplication.id == record.id)
    make_findable(session, APPLICATION, record.id, found)


def refresh_applications(session: Session, event: WordsChanged) -> None:
    """Let the applications of a structure be found by its present name."""
    if event.kind == STRUCTURE:
        concerned = FundingApplication.beneficiary_id == event.record_id
        index_records(session, APPLICATION, dict(all_applications(session, concerned)))


def all_applications(session: Session, condition: ColumnElement[bool] | None = None) -> Records:
    """Yield (id, words) of the applications that are not in the trash, or of those that fit."""
    rows = session.execute(
        select(
            FundingApplication.id,
            FundingApplication.title,
            FundingApplication.reference,
            FundingApplication.beneficiary_name,
            Structure.name,
        )
        .join(Structure, Structure.id == FundingApplication.beneficiary_id)
        .where(FundingApplication.deleted_at.is_(None), true() if condition is None else condition)
        .order_by(FundingApplication.id)
    ).all()
    for record_id, title, reference, written, name in rows:
        yield (
            record_id,
            ranked_words([title], [written, name, reference], names=[title], numbers=[reference]),
        )
