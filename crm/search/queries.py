"""Which records hold all the words typed, even with a slip of the finger."""

from rapidfuzz.distance import OSA
from sqlalchemy import Select, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from crm.core.text import deletions, words
from crm.search.models import SearchVariant, SearchWord

_HIGH = "\uffff"
_MOST_WORDS = 6
_SHORTEST_CORRECTED = 4


def typed_words(text: str) -> list[str]:
    """Return the folded words of a search, the longest first, six at most."""
    return sorted(set(words(text)), key=lambda word: (-len(word), word))[:_MOST_WORDS]


def matches(kind: str, prefixes: list[str]) -> Select[tuple[int, int, str]]:
    """Select (record_id, rank, word) of the records that hold a word beginning with each prefix.

    The first prefix drives and gives rank and word; a record comes once.
    """
    first, *others = prefixes
    driving = (
        select(SearchWord.record_id, SearchWord.rank, SearchWord.word)
        .where(SearchWord.kind == kind, SearchWord.rank.in_((0, 1)), _begins(SearchWord, first))
        .where(*(_also_holds(kind, prefix) for prefix in others))
    )
    return driving


def _begins(word: type[SearchWord], prefix: str):  # type: ignore[no-untyped-def]
    return and_(word.word >= prefix, word.word < prefix + _HIGH)


def _also_holds(kind: str, prefix: str):  # type: ignore[no-untyped-def]
    other = aliased(SearchWord)
    return exists().where(
        other.kind == kind,
        other.record_id == SearchWord.record_id,
        _begins(other, prefix),
    )


def matching_ids(kind: str, prefixes: list[str]) -> Select[tuple[int]]:
    """Select the distinct ids of the records that hold a word beginning with each prefix."""
    found = matches(kind, prefixes).subquery()
    return select(found.c.record_id).distinct()


def corrected(session: Session, kind: str, prefixes: list[str]) -> list[str] | None:
    """Return the words with those unknown to the index replaced by their nearest; None if none is.

    Nearest is one typing error away at most (optimal string alignment distance of one).
    """
    result = []
    changed = False
    for prefix in prefixes:
        if _is_known(session, kind, prefix):
            result.append(prefix)
            continue
        nearest = _nearest(session, kind, prefix)
        if nearest is None:
            return None
        result.append(nearest)
        changed = True
    return result if changed else None


def _is_known(session: Session, kind: str, prefix: str) -> bool:
    return bool(
        session.scalar(
            select(
                exists().where(
                    SearchWord.kind == kind,
                    SearchWord.rank.in_((0, 1)),
                    _begins(SearchWord, prefix),
                )
            )
        )
    )


def _nearest(session: Session, kind: str, word: str) -> str | None:
    if len(word) < _SHORTEST_CORRECTED:
        return None
    candidates = session.scalars(
        select(SearchVariant.word)
        .where(SearchVariant.kind == kind, SearchVariant.variant.in_(sorted(set(deletions(word)))))
        .distinct()
    )
    near = [found for found in candidates if OSA.distance(word, found, score_cutoff=1) <= 1]
    if not near:
        return None
    frequency = dict(
        session.execute(
            select(SearchWord.word, func.count())
            .where(
                SearchWord.kind == kind, SearchWord.rank.in_((0, 1)), SearchWord.word.in_(near)
            )
            .group_by(SearchWord.word)
        ).tuples()
    )
    return max(near, key=lambda found: (frequency.get(found, 0), found))
