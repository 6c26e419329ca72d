"""The first search for duplicates in a whole base, one name typed against it, and the labelled set.

`python -m benchmarks.duplicates DATABASE_URL FOLDER` does the search in a process of its own, whose
peak of memory is then that of the search.
"""

import json
import random
import resource
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, func, insert, select
from sqlalchemy.orm import Session

from benchmarks.generator import START, STRUCTURES
from benchmarks.servers import our_application
from benchmarks.twins import HELD_OUT_SEED, labelled_pairs, outcomes
from crm.contacts.models import Affiliation, Contact, Structure
from crm.core.text import sort_key
from crm.database import WRITING, db, engine_options
from crm.duplicates.jobs import look_for_duplicates
from crm.duplicates.matching import likely_contacts, likely_structures
from crm.duplicates.models import DuplicatePair, DuplicateScan
from crm.duplicates.types import ContactCandidate, StructureCandidate
from crm.search.kinds import reindex_all

ALL_STRUCTURES, TWINS = 26_000, 2_000
_TIMES = 50
_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Search:
    """The first search: records, pairs compared and found, planted twins among them, and its cost.

    `typed_ms` are the milliseconds of one person and one structure typed, median and p95.
    """

    people: int
    structures: int
    seconds: float
    compared: int
    found: int
    planted: int
    planted_found: int
    peak_mb: float
    typed_ms: dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class Labelled:
    """Precision and recall on the labelled pairs that nothing was tuned on, by kind."""

    pairs: int
    precision: dict[str, float]
    recall: dict[str, float]


def measure_search(url: str, folder: Path) -> Search:
    """Search a whole base for duplicates, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.duplicates", url, str(folder)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own module
    return Search(**json.loads(answer.stdout.splitlines()[-1]))


def measure_labelled(seed: int = HELD_OUT_SEED) -> Labelled:
    """Compare the labelled pairs."""
    counts: Counter[tuple[str, bool, bool]] = Counter()
    for kind, _pair, is_same, was_found in outcomes(labelled_pairs(seed)):
        if not kind.endswith("unlabelled"):
            counts[kind, is_same, was_found] += 1
    kinds = ("contact", "structure")
    right = {kind: counts[kind, True, True] for kind in kinds}
    return Labelled(
        sum(counts.values()),
        {kind: right[kind] / (right[kind] + counts[kind, False, True]) for kind in kinds},
        {kind: right[kind] / (right[kind] + counts[kind, True, False]) for kind in kinds},
    )


def plant(url: str) -> None:
    """Bring the base to its structures, and write two thousand people in it a second time."""
    engine = create_engine(url, **engine_options(url))
    rng = random.Random(HELD_OUT_SEED)
    with Session(engine) as session:
        session.info[WRITING] = True
        _write(session, Structure, _more_structures(session, rng))
        first_id = (session.scalar(select(func.max(Contact.id))) or 0) + 1
        people = session.execute(
            select(Contact.id, Contact.first_name, Contact.last_name, Contact.email)
            .order_by(Contact.id)
            .limit(TWINS)
        ).all()
        _write(session, Contact, (_twin(first_id + n, one, rng) for n, one in enumerate(people)))
        places = dict(
            session.execute(
                select(Affiliation.contact_id, func.min(Affiliation.structure_id))
                .where(Affiliation.contact_id <= people[-1].id)
                .group_by(Affiliation.contact_id)
            )
            .tuples()
            .all()
        )
        _write(session, Affiliation, _places(first_id, people, places))
        session.commit()
    engine.dispose()


def _write(session: Session, model: Any, rows: Iterator[dict[str, Any]]) -> None:
    found = list(rows)
    for start in range(0, len(found), _BATCH):
        session.execute(insert(model), found[start : start + _BATCH])


def _more_structures(session: Session, rng: random.Random) -> Iterator[dict[str, Any]]:
    known = session.execute(
        select(Structure.name, Structure.commune_code, Structure.departement_code)
        .order_by(Structure.id)
        .limit(STRUCTURES)
    ).all()
    for number in range(STRUCTURES + 1, ALL_STRUCTURES + 1):
        one, place = rng.choice(known), rng.choice(known)
        name = f"{one.name} {rng.choice(known).name.split()[-1]}"
        yield {
            "id": number, "name": name, "sort_name": sort_key(name), "family_code": "association",
            "commune_code": place.commune_code, "departement_code": place.departement_code,
            "created_at": START, "version": 1,
        }  # fmt: skip


def _twin(record_id: int, one: Any, rng: random.Random) -> dict[str, Any]:
    first, last = one.first_name, one.last_name
    shape = rng.randrange(4)
    if shape == 0:
        first = first[0] + "."
    elif shape == 1:
        first, last = last, first
    elif shape == 2:
        last = last[:2] + last[3:] if len(last) > 5 else last.upper()
    else:
        last = last.upper()
    email = one.email if rng.random() < 0.5 else None
    return {
        "id": record_id, "first_name": first, "last_name": last,
        "sort_name": sort_key(f"{last} {first}"), "email": email, "email_key": email,
        "created_at": datetime.now(UTC), "version": 1,
    }  # fmt: skip


def _places(first_id: int, people: Any, places: dict[int, int]) -> Iterator[dict[str, Any]]:
    for number, one in enumerate(people):
        if one.id in places:
            yield {
                "contact_id": first_id + number, "structure_id": places[one.id],
                "role": "Membre", "is_elected": False, "version": 1,
            }  # fmt: skip


def main(url: str, folder: str) -> None:
    """Plant, search, type, and print the figures as JSON."""
    plant(url)
    app = our_application(url, Path(folder))
    with app.app_context():
        session = db.session()
        start = time.perf_counter()
        look_for_duplicates(session)
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        scans = session.scalars(select(DuplicateScan).order_by(DuplicateScan.kind)).all()
        people = session.scalar(select(func.count()).select_from(Contact)) or 0
        pairs = set(
            session.execute(
                select(DuplicatePair.low_id, DuplicatePair.high_id).where(
                    DuplicatePair.kind == "contact"
                )
            ).tuples()
        )
        planted = [(n, people - TWINS + n) for n in range(1, TWINS + 1)]
        found = session.scalar(select(func.count()).select_from(DuplicatePair)) or 0
        compared = sum(each.compared for each in scans)
        session.commit()
        session.info[WRITING] = True
        reindex_all(session)
        session.commit()
        typed = _typed(session)
    search = Search(
        people, ALL_STRUCTURES, seconds, compared, found, TWINS,
        len(pairs.intersection(planted)), peak, typed,
    )  # fmt: skip
    sys.stdout.write(json.dumps(asdict(search)) + "\n")


def _typed(session: Session) -> dict[str, list[float]]:
    rng = random.Random(3)
    people = session.execute(
        select(Contact.first_name, Contact.last_name).order_by(Contact.id).limit(5_000)
    ).all()
    names = session.scalars(select(Structure.name).order_by(Structure.id).limit(5_000)).all()
    times: dict[str, list[float]] = {"contact": [], "structure": []}
    for _ in range(_TIMES):
        one = rng.choice(people)
        start = time.perf_counter()
        likely_contacts(session, [ContactCandidate(one.last_name, one.first_name)])
        times["contact"].append((time.perf_counter() - start) * 1000)
        start = time.perf_counter()
        likely_structures(session, [StructureCandidate(rng.choice(names), "", "association")])
        times["structure"].append((time.perf_counter() - start) * 1000)
    return {
        kind: [statistics.median(each), sorted(each)[int(len(each) * 0.95)]]
        for kind, each in times.items()
    }


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
