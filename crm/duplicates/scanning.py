"""Comparing the whole base once, in steps that can be taken up again, then what has changed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.batches import in_batches
from crm.database import Turn, take_turn
from crm.duplicates.blocking import (
    keys_of_person,
    keys_of_structure,
    pairs_of,
    with_common_names,
)
from crm.duplicates.cards import cards_of_people, cards_of_structures
from crm.duplicates.matching import people_like, structures_like
from crm.duplicates.models import DuplicatePair, DuplicateScan
from crm.duplicates.rules import LIKELY, likeness_of_people
from crm.duplicates.structure_rules import likeness_of_structures
from crm.duplicates.types import Match, PairState
from crm.history.models import Change, ChangeSubject

STRUCTURE, CONTACT = "structure", "contact"
KINDS = (STRUCTURE, CONTACT)
STEP = 2_000
# Beyond this many changes, comparing all again is quicker than looking for each.
MOST_CHANGES = 5_000
_MOST_LIKE_ONE = 20


@dataclass(frozen=True, slots=True)
class ScanStep:
    """Records compared: up to which id, how many, in how many pairs, and the likely ones."""

    position: int
    records: int
    compared: int
    pairs: Sequence[tuple[int, int, Match]]


def scan_of(session: Session, kind: str) -> DuplicateScan | None:
    """Return how far this kind has been compared; None before the first time."""
    return session.get(DuplicateScan, kind)


def begin_scan(session: Session, kind: str) -> DuplicateScan:
    """Return the pass that is under way, begun now if there is none."""
    scan = scan_of(session, kind)
    if scan is not None and scan.finished_at is None:
        return scan
    upto = last_change(session)
    if scan is None:
        scan = DuplicateScan(kind=kind)
        session.add(scan)
    scan.last_change_id = upto
    scan.position, scan.done, scan.compared, scan.total = 0, 0, 0, 0
    scan.started_at, scan.finished_at = clock.now(), None
    session.flush()
    return scan


def compare_all(session: Session, kind: str, after_id: int) -> Iterator[tuple[int, ScanStep]]:
    """Yield (records in all, a step) of the first pass, beyond an id; it only reads, once."""
    people = kind == CONTACT
    cards: list[Any] = (
        cards_of_people(session) if people else with_common_names(cards_of_structures(session))
    )
    session.rollback()  # nothing is read any more: no snapshot is held while comparing
    keys: Callable[[Any], set[str]] = keys_of_person if people else keys_of_structure
    likeness: Callable[[Any, Any], Match | None] = (
        likeness_of_people if people else likeness_of_structures
    )
    records = compared = 0
    pairs: list[tuple[int, int, Match]] = []
    for card, others in pairs_of(cards, keys, after_id):
        records, compared = records + 1, compared + len(others)
        for other in others:
            match = likeness(card, other)
            if match is not None and match.score >= LIKELY:
                pairs.append((other.id, card.id, match))
        if records == STEP:
            yield len(cards), ScanStep(card.id, records, compared, pairs)
            records, compared, pairs = 0, 0, []
    yield len(cards), ScanStep(cards[-1].id if cards else 0, records, compared, pairs)


def keep_step(session: Session, kind: str, total: int, step: ScanStep) -> None:
    """Keep the pairs of a step, and how far the pass has come."""
    keep_pairs(session, kind, step.pairs)
    session.execute(
        update(DuplicateScan)
        .where(DuplicateScan.kind == kind)
        .values(
            position=step.position,
            total=total,
            done=DuplicateScan.done + step.records,
            compared=DuplicateScan.compared + step.compared,
        )
    )


def end_scan(session: Session, kind: str) -> None:
    """Say that every record has been compared."""
    session.execute(
        update(DuplicateScan)
        .where(DuplicateScan.kind == kind)
        .values(finished_at=clock.now(), done=DuplicateScan.total)
    )


def changed_since(session: Session, kind: str, change_id: int) -> list[int]:
    """Return the ids of the records that history tells of since a change, up to one too many."""
    return list(
        session.scalars(
            select(ChangeSubject.record_id)
            .where(ChangeSubject.change_id > change_id, ChangeSubject.entity == kind)
            .distinct()
            .order_by(ChangeSubject.record_id)
            .limit(MOST_CHANGES + 1)
        )
    )


def compare_changed(session: Session, kind: str, ids: Sequence[int], upto: int) -> int:
    """Compare these records with the base, and keep that history was read up to a change.

    Open pairs that are no longer alike go. Returns how many pairs are likely.
    """
    pairs: dict[tuple[int, int], Match] = {}
    for part in in_batches(ids):
        for record_id, found in _alike(session, kind, part):
            for each in found:
                low, high = sorted((record_id, each.record_id))
                pairs[low, high] = Match(each.score, each.reasons)
    for part in in_batches(ids):
        stale = session.execute(
            select(DuplicatePair.id, DuplicatePair.low_id, DuplicatePair.high_id).where(
                DuplicatePair.kind == kind,
                DuplicatePair.state == PairState.OPEN,
                or_(DuplicatePair.low_id.in_(part), DuplicatePair.high_id.in_(part)),
            )
        )
        gone = [row.id for row in stale if (row.low_id, row.high_id) not in pairs]
        session.execute(delete(DuplicatePair).where(DuplicatePair.id.in_(gone)))
    keep_pairs(session, kind, [(low, high, match) for (low, high), match in pairs.items()])
    session.execute(
        update(DuplicateScan).where(DuplicateScan.kind == kind).values(last_change_id=upto)
    )
    return len(pairs)


def _alike(session: Session, kind: str, ids: Sequence[int]) -> Iterator[tuple[int, Any]]:
    if kind == CONTACT:
        people = cards_of_people(session, ids)
        found = people_like(session, people, _MOST_LIKE_ONE, least=LIKELY)
        yield from zip((card.id for card in people), found, strict=True)
    else:
        structures = cards_of_structures(session, ids)
        found = structures_like(session, structures, _MOST_LIKE_ONE, least=LIKELY)
        yield from zip((card.id for card in structures), found, strict=True)


def keep_pairs(session: Session, kind: str, pairs: Sequence[tuple[int, int, Match]]) -> None:
    """Write likely pairs; those known keep what was decided of them, and get today's score."""
    take_turn(session, Turn.SCAN_DUPLICATES)  # two at a time would write the same pair
    known = _known_pairs(session, kind, {high for _, high, _ in pairs})
    now = clock.now()
    new = [
        {
            "kind": kind,
            "low_id": low,
            "high_id": high,
            "score": round(match.score * 1000),
            "reasons": [each.value for each in match.reasons],
            "state": PairState.OPEN.value,
            "found_at": now,
            "version": 1,
        }
        for low, high, match in pairs
        if (low, high) not in known
    ]
    if new:
        session.execute(insert(DuplicatePair), new)
    for low, high, match in pairs:
        score = round(match.score * 1000)
        if (low, high) in known and known[low, high] != score:
            session.execute(
                update(DuplicatePair)
                .where(
                    and_(
                        DuplicatePair.kind == kind,
                        DuplicatePair.low_id == low,
                        DuplicatePair.high_id == high,
                    )
                )
                .values(score=score, reasons=[each.value for each in match.reasons])
            )


def _known_pairs(session: Session, kind: str, highs: set[int]) -> dict[tuple[int, int], int]:
    found: dict[tuple[int, int], int] = {}
    for part in in_batches(sorted(highs)):
        rows = session.execute(
            select(DuplicatePair.low_id, DuplicatePair.high_id, DuplicatePair.score).where(
                DuplicatePair.kind == kind,
                DuplicatePair.high_id.in_(part),
            )
        )
        found.update({(low, high): score for low, high, score in rows.tuples()})
    return found


def last_change(session: Session) -> int:
    """Return the id of the latest change that history tells."""
    return session.scalar(select(func.max(Change.id))) or 0
