"""Which words lead to a scheme (its name, then who funds it) and to a call (its name, its scheme).

When a funder or a scheme is renamed, what hangs on it follows at once (`refresh_schemes`).
"""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from crm.contacts.indexing import STRUCTURE
from crm.contacts.models import Structure
from crm.core.text import acronyms
from crm.funding.models import FundingCall, FundingScheme
from crm.funding.models.schemes import funding_scheme_funder
from crm.search.events import WordsChanged
from crm.search.index import index_records, make_findable, ranked_words

SCHEME, CALL = "scheme", "call"  # as short as the index wants them
Records = Iterator[tuple[int, dict[str, int]]]


def index_scheme(session: Session, scheme: FundingScheme) -> None:
    """Make a scheme findable by what it is today; in the trash it is not."""
    make_findable(session, SCHEME, scheme.id, all_schemes(session, FundingScheme.id == scheme.id))


def index_call(session: Session, call: FundingCall) -> None:
    """Make a call findable by what it is today; in the trash it is not."""
    make_findable(session, CALL, call.id, all_calls(session, FundingCall.id == call.id))


def refresh_schemes(session: Session, event: WordsChanged) -> None:
    """Let the schemes of a funder, and the calls of a scheme, be found by its present name."""
    if event.kind == STRUCTURE:
        funded = select(funding_scheme_funder.c.scheme_id).where(
            funding_scheme_funder.c.structure_id == event.record_id
        )
        found = all_schemes(session, FundingScheme.id.in_(funded))
        index_records(session, SCHEME, dict(found))
    elif event.kind == SCHEME:
        found = all_calls(session, FundingCall.scheme_id == event.record_id)
        index_records(session, CALL, dict(found))


def all_schemes(session: Session, condition: ColumnElement[bool] | None = None) -> Records:
    """Yield (id, words) of the schemes that are not in the trash, or of those that fit."""
    fits = true() if condition is None else condition
    funders: dict[int, list[str]] = {}
    rows = session.execute(
        select(FundingScheme.id, Structure.name)
        .join(funding_scheme_funder, funding_scheme_funder.c.scheme_id == FundingScheme.id)
        .join(Structure, Structure.id == funding_scheme_funder.c.structure_id)
        .where(fits)
    )
    for scheme_id, name in rows.tuples():
        funders.setdefault(scheme_id, []).append(name)
    schemes = session.execute(
        select(FundingScheme.id, FundingScheme.name)
        .where(FundingScheme.deleted_at.is_(None), fits)
        .order_by(FundingScheme.id)
    ).all()
    for scheme_id, name in schemes:
        words = [name, *acronyms(name)]
        yield scheme_id, ranked_words(words, sorted(funders.get(scheme_id, ())), names=[name])


def all_calls(session: Session, condition: ColumnElement[bool] | None = None) -> Records:
    """Yield (id, words) of the calls that are not in the trash, or of those that fit."""
    rows = session.execute(
        select(FundingCall.id, FundingCall.name, FundingCall.year, FundingScheme.name)
        .join(FundingScheme, FundingScheme.id == FundingCall.scheme_id)
        .where(FundingCall.deleted_at.is_(None), true() if condition is None else condition)
        .order_by(FundingCall.id)
    ).all()
    for call_id, name, year, scheme in rows:
        own = [name, str(year), *acronyms(name)]
        yield call_id, ranked_words(own, [scheme, *acronyms(scheme)], names=[name])
