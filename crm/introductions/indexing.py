"""Which words lead to an introduction: the names of its structures, then its reason."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from crm.contacts.indexing import STRUCTURE
from crm.contacts.models import Structure
from crm.introductions.models import Introduction, IntroductionSide
from crm.search.events import WordsChanged
from crm.search.index import index_records, make_findable, ranked_words

INTRODUCTION = "introduction"
Records = Iterator[tuple[int, dict[str, int]]]


def index_introduction(session: Session, record: Introduction) -> None:
    """Make an introduction findable by what it is today; in the trash it is not."""
    found = all_introductions(session, Introduction.id == record.id)
    make_findable(session, INTRODUCTION, record.id, found)


def refresh_introductions(session: Session, event: WordsChanged) -> None:
    """Let the introductions of a structure be found by its present name."""
    if event.kind == STRUCTURE:
        concerned = Introduction.id.in_(
            select(IntroductionSide.introduction_id).where(
                IntroductionSide.structure_id == event.record_id
            )
        )
        index_records(session, INTRODUCTION, dict(all_introductions(session, concerned)))


def all_introductions(session: Session, condition: ColumnElement[bool] | None = None) -> Records:
    """Yield (id, words) of the introductions that are not in the trash, or of those that fit."""
    fits = true() if condition is None else condition
    names: dict[int, list[str]] = {}
    sides = session.execute(
        select(IntroductionSide.introduction_id, Structure.name)
        .join(Structure, Structure.id == IntroductionSide.structure_id)
        .join(Introduction, Introduction.id == IntroductionSide.introduction_id)
        .where(fits)
    )
    for introduction_id, name in sides.tuples():
        names.setdefault(introduction_id, []).append(name)
    rows = session.execute(
        select(Introduction.id, Introduction.reason)
        .where(Introduction.deleted_at.is_(None), fits)
        .order_by(Introduction.id)
    ).all()
    for record_id, reason in rows:
        own = sorted(names.get(record_id, ()))
        yield record_id, ranked_words(own, [reason], names=own)
