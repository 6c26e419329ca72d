"""Keeps the words of records findable: by their beginning, and with one typing error."""

from collections.abc import Iterable, Mapping

from sqlalchemy import delete, insert, select, tuple_
from sqlalchemy.orm import Session

from crm.core.text import deletions, words
from crm.search.models import SearchVariant, SearchWord

BEGINS_NAME, OWN_NAME, AROUND = 0, 1, 2
_LONGEST_WORD = 40
_SHORTEST_CORRECTED = 4
_BATCH = 500


def ranked_words(own: Iterable[str | None], around: Iterable[str | None] = ()) -> dict[str, int]:
    """Return each folded word with the best rank it has; the very first word ranks highest."""
    ranks = dict.fromkeys(_folded(around), AROUND)
    own_words = _folded(own)
    ranks.update(dict.fromkeys(own_words, OWN_NAME))
    ranks.update(dict.fromkeys(own_words[:1], BEGINS_NAME))
    return ranks


def _folded(texts: Iterable[str | None]) -> list[str]:
    return [word[:_LONGEST_WORD] for text in texts if text for word in words(text)]


def index_record(session: Session, kind: str, record_id: int, ranks: Mapping[str, int]) -> None:
    """Make these words, and no others, lead to the record."""
    known = {
        (row.word, row.rank)
        for row in session.execute(
            select(SearchWord.word, SearchWord.rank).where(
                SearchWord.kind == kind, SearchWord.record_id == record_id
            )
        )
    }
    wanted = set(ranks.items())
    if gone := known - wanted:
        session.execute(
            delete(SearchWord).where(
                SearchWord.kind == kind,
                SearchWord.record_id == record_id,
                tuple_(SearchWord.word, SearchWord.rank).in_(sorted(gone)),
            )
        )
    if new := wanted - known:
        session.execute(insert(SearchWord), word_rows(kind, record_id, dict(new)))
        learn_words(session, kind, (word for word, _ in new))


def word_rows(kind: str, record_id: int, ranks: Mapping[str, int]) -> list[dict[str, object]]:
    """Return the rows of a record, for one insert of many."""
    return [
        {"kind": kind, "rank": rank, "word": word, "record_id": record_id}
        for word, rank in sorted(ranks.items())
    ]


def forget_record(session: Session, kind: str, record_id: int) -> None:
    """Make the record findable no more."""
    session.execute(
        delete(SearchWord).where(SearchWord.kind == kind, SearchWord.record_id == record_id)
    )


def learn_words(session: Session, kind: str, new_words: Iterable[str]) -> None:
    """Add the misspelt forms of the words that the index did not know yet."""
    candidates = sorted({word for word in new_words if len(word) >= _SHORTEST_CORRECTED})
    for start in range(0, len(candidates), _BATCH):
        batch = candidates[start : start + _BATCH]
        known = set(
            session.scalars(
                select(SearchVariant.word).where(
                    SearchVariant.kind == kind,
                    SearchVariant.word.in_(batch),
                    SearchVariant.variant == SearchVariant.word,
                )
            )
        )
        rows = [
            {"kind": kind, "variant": variant, "word": word}
            for word in batch
            if word not in known
            for variant in sorted(set(deletions(word)))
        ]
        if rows:
            session.execute(insert(SearchVariant), rows)
