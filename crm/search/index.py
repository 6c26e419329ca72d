"""Keeps the words of records findable: by their beginning, and with one typing error."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from crm.among import is_among, is_among_parameter
from crm.core.events import publish
from crm.core.text import deletions, words
from crm.row_writing import insert_many
from crm.search.events import WordsChanged
from crm.search.models import SearchVariant, SearchWord
from crm.search.rules import (
    LONGEST_WORD,
    name_of_words,
    name_word,
    special_words,
    wanted_words,
)

BEGINS_NAME, OWN_NAME, AROUND = 0, 1, 2
_SHORTEST_CORRECTED = 4
_BATCH_ROWS = 5_000
_WORDS_OF = select(SearchWord.kind, SearchWord.word, SearchWord.rank, SearchWord.record_id).where(
    SearchWord.kind == bindparam("kind"), is_among_parameter(SearchWord.record_id, "ids")
)
_KNOWN_WORDS = select(SearchVariant.word).where(
    SearchVariant.kind == bindparam("kind"),
    is_among_parameter(SearchVariant.variant, "words"),
    SearchVariant.word == SearchVariant.variant,
)

Ranks = Mapping[str, int]
Ranked = Iterable[tuple[int, Ranks]]
WordRow = tuple[str, str, int, int]


def ranked_words(
    own: Iterable[str | None],
    around: Iterable[str | None] = (),
    *,
    names: Iterable[str | None] = (),
    numbers: Iterable[str | None] = (),
    addresses: Iterable[str | None] = (),
    whole: Iterable[Sequence[str]] = (),
) -> dict[str, int]:
    """Return each folded word with the best rank it has; the very first word ranks highest.

    `names` are found whole by their beginning, as are `whole` ones, in words already; `numbers` by
    their first digits, `addresses` by their first characters.
    """
    ranks = dict.fromkeys(special_words(numbers, addresses), AROUND)
    ranks.update(dict.fromkeys(_folded(around), AROUND))
    own_words = _folded(own)
    ranks.update(dict.fromkeys(own_words, OWN_NAME))
    ranks.update(dict.fromkeys(own_words[:1], BEGINS_NAME))
    named = [name_word(name) for name in names if name]
    named += [name_of_words(wanted_words(each)) for each in whole]
    ranks.update(dict.fromkeys(filter(None, named), BEGINS_NAME))
    return ranks


def _folded(texts: Iterable[str | None]) -> list[str]:
    return [word[:LONGEST_WORD] for text in texts if text for word in words(text)]


def make_findable(session: Session, kind: str, record_id: int, found: Ranked) -> None:
    """Index a record by what reading it gave; nothing, as for one in the trash, forgets it."""
    ranks = dict(found).get(record_id)
    if ranks is None:
        forget_record(session, kind, record_id)
    else:
        index_record(session, kind, record_id, ranks)


def index_record(session: Session, kind: str, record_id: int, ranks: Ranks) -> None:
    """Make these words, and no others, lead to the record."""
    index_records(session, kind, {record_id: ranks})


def index_records(session: Session, kind: str, records: Mapping[int, Ranks]) -> None:
    """Make these words, and no others, lead to each record; tell of those whose words changed."""
    known = _known_words(session, kind, sorted(records))
    wanted = {
        (kind, word, rank, record_id)
        for record_id, ranks in records.items()
        for word, rank in ranks.items()
    }
    _replace(session, kind, gone=known - wanted, new=wanted - known)
    before = {record_id for *_, record_id in known}
    for record_id in sorted(before & {record_id for *_, record_id in known ^ wanted}):
        publish(session, WordsChanged(kind, record_id))


def _known_words(session: Session, kind: str, ids: Sequence[int]) -> set[WordRow]:
    rows = session.connection().execute(_WORDS_OF, {"kind": kind, "ids": ids})
    return set(rows.tuples())


def _replace(
    session: Session,
    kind: str,
    *,
    gone: set[WordRow],
    new: set[WordRow],
) -> None:
    """Take words away and add others, in the order of the index: neighbours share its pages."""
    if gone:
        session.connection().execute(
            delete(SearchWord).where(
                SearchWord.kind == kind,
                SearchWord.word == bindparam("old_word"),
                SearchWord.rank == bindparam("old_rank"),
                SearchWord.record_id == bindparam("old_id"),
            ),
            [
                {"old_word": word, "old_rank": rank, "old_id": record_id}
                for _, word, rank, record_id in sorted(gone)
            ],
        )
    if new:
        _write_words(session, sorted(new))
        learn_words(session, kind, {word for _, word, _, _ in new})


def _write_words(session: Session, rows: Sequence[WordRow]) -> None:
    insert_many(session, SearchWord.__table__, ("kind", "word", "rank", "record_id"), rows)


def forget_record(session: Session, kind: str, record_id: int) -> None:
    """Make the record findable no more."""
    forget_records(session, kind, [record_id])


def forget_records(session: Session, kind: str, ids: Sequence[int]) -> None:
    """Make these records findable no more."""
    session.execute(
        delete(SearchWord).where(SearchWord.kind == kind, is_among(SearchWord.record_id, ids))
    )


def rebuild(session: Session, kind: str, records: Ranked) -> int:
    """Write all the words of a kind anew in one pass; return the rows written."""
    for model in (SearchWord, SearchVariant):
        session.execute(delete(model).where(model.kind == kind))
    written, known = 0, set[str]()
    rows: list[WordRow] = []
    for record_id, ranks in records:
        rows += [(kind, word, rank, record_id) for word, rank in sorted(ranks.items())]
        known.update(ranks)
        if len(rows) >= _BATCH_ROWS:
            _write_words(session, rows)
            written, rows = written + len(rows), []
    _write_words(session, rows)
    learn_words(session, kind, known)
    return written + len(rows)


def learn_words(session: Session, kind: str, new_words: Iterable[str]) -> None:
    """Add the misspelt forms of the words that the index did not know yet.

    Words of letters alone: a wrong digit leads to someone else.
    """
    candidates = sorted(
        {word for word in new_words if len(word) >= _SHORTEST_CORRECTED and word.isalpha()}
    )
    values = {"kind": kind, "words": candidates}
    known = set(session.connection().scalars(_KNOWN_WORDS, values))
    rows = [
        (kind, variant, word)
        for word in candidates
        if word not in known
        for variant in deletions(word)
    ]
    insert_many(session, SearchVariant.__table__, ("kind", "variant", "word"), sorted(rows))
