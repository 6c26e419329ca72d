"""Which records hold all the words typed, even with a slip of the finger."""

from collections.abc import Sequence
from typing import Any

from rapidfuzz.distance import OSA
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    exists,
    func,
    select,
    tuple_,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from crm.core.text import deletions, words
from crm.search.models import SearchVariant, SearchWord
from crm.sqlite_dialect import aside

_HIGH = "\uffff"
_MOST_WORDS = 6
_SHORTEST_CORRECTED = 4

Bounds = tuple[BindParameter[str], BindParameter[str]]
Prefix = str | Bounds

RELEVANCE = (SearchWord.word, SearchWord.rank, SearchWord.record_id)


def typed_words(text: str) -> list[str]:
    """Return the folded words of a search, the longest first, six at most."""
    return sorted(set(words(text)), key=lambda word: (-len(word), word))[:_MOST_WORDS]


def joined_on_words(
    statement: Select[tuple[object, ...]],
    identity: InstrumentedAttribute[int],
    kind: str,
    prefixes: Sequence[Prefix],
) -> Select[tuple[object, ...]]:
    """Narrow a statement to records that hold a word beginning with each prefix.

    A record comes once, at its first fitting word, so that RELEVANCE orders the result. Prefixes
    are words, or `parameters` in their place.
    """
    first, *others = prefixes
    better = aliased(SearchWord)
    return statement.join(SearchWord, SearchWord.record_id == identity).where(
        SearchWord.kind == kind,
        _begins(SearchWord, first),
        *(_also_holds(kind, prefix) for prefix in others),
        ~exists().where(
            better.kind == kind,
            better.record_id == SearchWord.record_id,
            # What comes before a word that begins so has no need of an end: given one, PostgreSQL
            # believes the words to be few, and reads them all again for each.
            better.word >= _first(first),
            tuple_(better.word, better.rank) < tuple_(SearchWord.word, SearchWord.rank),
        ),
    )


def counted_on_words(
    counted: Select[Any],
    identity: InstrumentedAttribute[int],
    kind: str,
    prefixes: Sequence[Prefix],
) -> Select[Any]:
    """Narrow the ids of a list to the records that `joined_on_words` keeps, in no order.

    Each id is kept once by its value: looking for a better word of each takes four times as long.
    """
    first, *others = prefixes
    found = counted.join(SearchWord, SearchWord.record_id == identity).where(
        SearchWord.kind == kind,
        _begins(SearchWord, first),
        *(_also_holds(kind, prefix) for prefix in others),
    )
    ids = [aside(each).label(each.key) for each in counted.selected_columns]
    return found.with_only_columns(*ids, maintain_column_froms=True).distinct()


def matching_ids(kind: str, prefixes: Sequence[Prefix]) -> Select[tuple[int]]:
    """Select the ids of the records that hold a word beginning with each prefix."""
    first, *others = prefixes
    return (
        select(SearchWord.record_id)
        .where(
            SearchWord.kind == kind,
            _begins(SearchWord, first),
            *(_also_holds(kind, prefix) for prefix in others),
        )
        .distinct()
    )


def corrected(session: Session, kind: str, prefixes: list[str]) -> list[str] | None:
    """Return the words with the unknown ones replaced by their nearest; None when none helps.

    Nearest is one typing error away at most (optimal string alignment distance of one).
    """
    known = {prefix: _is_known(session, kind, prefix) for prefix in prefixes}
    nearest = {prefix: _nearest(session, kind, prefix) for prefix in prefixes if not known[prefix]}
    if not nearest or None in nearest.values():
        return None
    return [nearest.get(prefix) or prefix for prefix in prefixes]


def parameters(count: int) -> list[Bounds]:
    """Return what stands for this many words in a statement; `bounds` gives their values."""
    return [(bindparam(f"word_{n}"), bindparam(f"past_{n}")) for n in range(count)]


def bounds(prefixes: Sequence[str]) -> dict[str, str]:
    """Return the values of `parameters`: the words that begin so, from the first to the last."""
    firsts = {f"word_{n}": prefix for n, prefix in enumerate(prefixes)}
    return firsts | {f"past_{n}": prefix + _HIGH for n, prefix in enumerate(prefixes)}


def _first(prefix: Prefix) -> str | BindParameter[str]:
    return prefix if isinstance(prefix, str) else prefix[0]


def _begins(word: type[SearchWord], prefix: Prefix) -> ColumnElement[bool]:
    first, past = (prefix, prefix + _HIGH) if isinstance(prefix, str) else prefix
    return and_(word.word >= first, word.word < past)


def _also_holds(kind: str, prefix: Prefix) -> ColumnElement[bool]:
    other = aliased(SearchWord)
    return exists().where(
        other.kind == kind,
        other.record_id == SearchWord.record_id,
        _begins(other, prefix),
    )


def _is_known(session: Session, kind: str, prefix: str) -> bool:
    found = select(exists().where(SearchWord.kind == kind, _begins(SearchWord, prefix)))
    return bool(session.scalar(found))


def _nearest(session: Session, kind: str, word: str) -> str | None:
    if len(word) < _SHORTEST_CORRECTED:
        return None
    candidates = session.scalars(
        select(SearchVariant.word)
        .where(SearchVariant.kind == kind, SearchVariant.variant.in_(sorted(deletions(word))))
        .distinct()
    )
    near = [found for found in candidates if OSA.distance(word, found, score_cutoff=1) <= 1]
    frequency = dict(
        session.execute(
            select(SearchWord.word, func.count())
            .where(SearchWord.kind == kind, SearchWord.word.in_(near))
            .group_by(SearchWord.word)
        )
        .tuples()
        .all()
    )
    # A word that no record holds any more is still among the forms: it would lead nowhere.
    return max(frequency, key=lambda found: (frequency[found], found), default=None)
