"""Finds the words typed in every kind at once: one statement, whose every part reads a range.

A part is a range of the primary key of `search_word`, read in its order and stopped at a limit: no
sort, whatever the size of the network.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import lru_cache
from typing import Any

from rapidfuzz.distance import OSA
from sqlalchemy import TextClause, select, text
from sqlalchemy.orm import Session

from crm.core.text import deletions
from crm.search.models import SearchVariant
from crm.search.rules import name_of_words

_HIGH = "\uffff"
_SHORTEST_CORRECTED = 4
# Beyond this many rows, two words are equally common.
_COUNTED = 1_000


class Tier(IntEnum):
    """How well a record fits, the best first."""

    EXACT_NAME = 0
    BEGINS_NAME = 1
    OWN_WORDS = 2
    AROUND = 3


@dataclass(frozen=True, slots=True)
class Sought:
    """The words that records of a kind must hold, in the order typed."""

    kind: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A record that holds them."""

    record_id: int
    tier: Tier


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is looked up for a kind: a name that begins so, and words, the rarest first."""

    kind: str
    name: str
    words: Sequence[str]


def find_everywhere(
    session: Session, sought: Sequence[Sought], limit: int
) -> dict[str, list[Found]]:
    """Return the records of each kind, best first, `limit` at most; a kind without any is absent.

    Two statements at most, one when a single word is sought.
    """
    plans = _planned(session, [each for each in sought if each.words])
    if not plans:
        return {}
    statement = hits_statement(tuple(len(plan.words) for plan in plans))
    rows = session.connection().execute(statement, _hit_values(plans, limit)).tuples()
    best: dict[str, dict[int, Tier]] = {}
    for at, tier, word, _rank, record_id in sorted(rows):
        is_whole = tier == Tier.EXACT_NAME and word == plans[at].name
        fits = Tier(tier) if is_whole or tier != Tier.EXACT_NAME else Tier.BEGINS_NAME
        best.setdefault(plans[at].kind, {}).setdefault(record_id, fits)
    return {
        kind: [Found(record_id, tier) for record_id, tier in records.items()][:limit]
        for kind, records in best.items()
    }


def correct_everywhere(session: Session, sought: Sequence[Sought]) -> list[Sought]:
    """Return, for each kind it helps, the words with the misspelt ones put right.

    A word stands for the known one that is one typing error away at most (optimal string alignment
    distance of one), the most frequent when there are several. Two statements at most.
    """
    misspelt = sorted(
        {
            word
            for each in sought
            for word in each.words
            if len(word) >= _SHORTEST_CORRECTED and word.isalpha()
        }
    )
    near = _near_words(session, [each.kind for each in sought], misspelt)
    doubtful = sorted(
        {(kind, known) for (kind, _), some in near.items() if len(some) > 1 for known in some}
    )
    frequency = _frequency(session, doubtful)
    corrected = [
        replace(
            each, words=tuple(_nearest(each.kind, word, near, frequency) for word in each.words)
        )
        for each in sought
    ]
    return [new for old, new in zip(sought, corrected, strict=True) if new.words != old.words]


def _near_words(
    session: Session, kinds: Sequence[str], misspelt: Sequence[str]
) -> dict[tuple[str, str], list[str]]:
    """Return the known words nearest to each word in each kind, one error away at most."""
    if not misspelt:
        return {}
    forms = sorted({form for word in misspelt for form in deletions(word)})
    candidates = session.execute(
        select(SearchVariant.kind, SearchVariant.word)
        .where(SearchVariant.kind.in_(kinds), SearchVariant.variant.in_(forms))
        .distinct()
    )
    near: dict[tuple[str, str], dict[int, list[str]]] = {}
    for kind, known in candidates.tuples():
        for word in misspelt:
            distance = OSA.distance(word, known, score_cutoff=1)
            if distance <= 1:
                near.setdefault((kind, word), {}).setdefault(distance, []).append(known)
    return {key: by_distance[min(by_distance)] for key, by_distance in near.items()}


def _nearest(
    kind: str,
    word: str,
    near: Mapping[tuple[str, str], Sequence[str]],
    frequency: Mapping[tuple[str, str], int],
) -> str:
    return min(
        near.get((kind, word), ()),
        key=lambda known: (-frequency.get((kind, known), 0), known),
        default=word,
    )


def _frequency(session: Session, known: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Return how many rows each word of a kind has, up to a limit."""
    if not known:
        return {}
    values: dict[str, Any] = {"most": _COUNTED}
    for at, (kind, word) in enumerate(known):
        # Between a word and itself with a space, there is no other word.
        values |= {f"kind{at}": kind, f"low{at}_0": word, f"high{at}_0": word + " "}
    rows = session.connection().execute(counts_statement((1,) * len(known)), values)
    return {known[at]: count for at, _, count in rows.tuples()}


def _planned(session: Session, sought: Sequence[Sought]) -> list[_Plan]:
    """Return what to look up; a kind that knows nothing of one of the words is left out."""
    several = [each for each in sought if len(each.words) > 1]
    counts: dict[tuple[str, str], int] = {}
    if several:
        statement = counts_statement(tuple(len(each.words) for each in several))
        values: dict[str, Any] = {"most": _COUNTED}
        for at, each in enumerate(several):
            values |= _ranges(at, each.kind, each.words)
        counts = {
            (several[at].kind, several[at].words[number]): count
            for at, number, count in session.connection().execute(statement, values).tuples()
        }
    return [
        _Plan(each.kind, name_of_words(each.words), _rarest_first(each, counts))
        for each in sought
        if len(each.words) == 1 or all(counts[each.kind, word] for word in each.words)
    ]


def _rarest_first(each: Sought, counts: Mapping[tuple[str, str], int]) -> list[str]:
    return sorted(each.words, key=lambda word: (counts.get((each.kind, word), 0), -len(word), word))


# Text, because the same expressions built from columns cost more than the database's answer. Only
# numbers are put in; everything typed is a value.
_COUNT = """
SELECT {at} AS place, {number} AS number, count(*) AS found FROM (
    SELECT 1 FROM search_word WHERE kind = :kind{at} AND word >= :low{at}_{number}
    AND word < :high{at}_{number} LIMIT :most) AS counted{at}_{number}"""
_NAMES = """
SELECT {at} AS place, 0 AS tier, word, rank, record_id FROM (
    SELECT word, rank, record_id FROM search_word WHERE kind = :kind{at} AND word >= :name{at}
    AND word < :name_end{at} ORDER BY word, rank, record_id LIMIT :most) AS names{at}"""
_WORDS = """
SELECT {at} AS place, {tier} AS tier, word, rank, record_id FROM (
    SELECT word, rank, record_id FROM search_word AS w WHERE kind = :kind{at}
    AND word >= :low{at}_0 AND word < :high{at}_0 AND rank {ranks}{others}
    ORDER BY word, rank, record_id LIMIT :most) AS words{at}_{tier}"""
_OTHER = """
    AND EXISTS (SELECT 1 FROM search_word AS o WHERE o.kind = :kind{at}
        AND o.record_id = w.record_id AND o.word >= :low{at}_{number}
        AND o.word < :high{at}_{number})"""
_UNION = "\nUNION ALL"


@lru_cache(maxsize=512)
def counts_statement(numbers_of_words: tuple[int, ...]) -> TextClause:
    """Return what counts, up to a limit, the rows of each word of each kind."""
    return text(
        _UNION.join(
            _COUNT.format(at=at, number=number)
            for at, words in enumerate(numbers_of_words)
            for number in range(words)
        )
    )


@lru_cache(maxsize=512)
def hits_statement(numbers_of_words: tuple[int, ...]) -> TextClause:
    """Return what finds the records of each kind: by name, by their own words, by others."""
    parts = []
    for at, words in enumerate(numbers_of_words):
        others = "".join(_OTHER.format(at=at, number=number) for number in range(1, words))
        parts.append(_NAMES.format(at=at))
        parts += [
            _WORDS.format(at=at, tier=int(tier), ranks=ranks, others=others)
            for tier, ranks in ((Tier.OWN_WORDS, "<= 1"), (Tier.AROUND, "> 1"))
        ]
    return text(_UNION.join(parts))


def _hit_values(plans: Sequence[_Plan], limit: int) -> dict[str, Any]:
    # A record may hold several words that begin so: what is read leaves room for that.
    values: dict[str, Any] = {"most": limit * 2}
    for at, plan in enumerate(plans):
        values |= _ranges(at, plan.kind, plan.words)
        values |= {f"name{at}": plan.name, f"name_end{at}": plan.name + _HIGH}
    return values


def _ranges(at: int, kind: str, words: Sequence[str]) -> dict[str, Any]:
    values = {f"kind{at}": kind}
    for number, word in enumerate(words):
        values |= {f"low{at}_{number}": word, f"high{at}_{number}": word + _HIGH}
    return values
