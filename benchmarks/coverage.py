"""Twenty thousand applications: coverage of the territory, the pipeline, whom a call is open to.

`python -m benchmarks.coverage` measures this alone; nothing is kept in the docs.
"""

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from benchmarks.databases import FOLDER, copied_database, why_not
from benchmarks.generator import SEED
from benchmarks.raw import Asker, asked_directly
from benchmarks.servers import InProcess, our_application, sign_in
from crm.contacts.models import Structure
from crm.core import clock
from crm.core.text import sort_key
from crm.database import db, transaction
from crm.funding.models import FundingApplication, FundingCall, FundingScheme
from crm.funding.types import DECIDED, OBTAINED, PENDING, ApplicationStatus
from crm.row_writing import insert_many

APPLICATIONS, SCHEMES = 20_000, 8
FIRST_YEAR, LAST_YEAR = 2010, 2019
_TIMES, _WARM_UP = 15, 2
_OPENS_ON = date(LAST_YEAR, 6, 1)
_FILED = """
    SELECT CAST(coalesce(f.current_insee_code, a.code) AS VARCHAR(5)) AS code, count(*) AS filed,
        sum(a.won) AS won, sum(a.requested_cents) AS requested, sum(a.awarded_cents) AS awarded
    FROM (
        SELECT coalesce(a.commune_code, b.commune_code) AS code, a.requested_cents, a.awarded_cents,
            CASE WHEN a.status IN ('obtenu', 'partiel', 'solde') THEN 1 ELSE 0 END AS won
        FROM funding_application a JOIN structure b ON b.id = a.beneficiary_id
        WHERE a.deleted_at IS NULL
            AND coalesce(a.filed_on, a.decided_on) BETWEEN :start AND :end
    ) a LEFT JOIN former_commune f ON f.insee_code = a.code
    GROUP BY 1"""
_ACCOMPANIED = """
    SELECT DISTINCT s.commune_code AS code FROM structure s
    WHERE EXISTS (
        SELECT 1 FROM session_structure l WHERE l.structure_id = s.id AND EXISTS (
            SELECT 1 FROM accompaniment_session h
            WHERE h.id = l.session_id AND h.status = 'realisee' AND h.deleted_at IS NULL
                AND h.held_on BETWEEN :start AND :end))"""
_COMMUNES = f"""
    WITH filed AS ({_FILED}), helped AS ({_ACCOMPANIED})
    SELECT c.insee_code, c.name, c.epci_siren, c.population,
        CASE WHEN filed.won > 0 THEN 4 WHEN filed.filed > 0 THEN 3
            WHEN helped.code IS NOT NULL THEN 2 ELSE 0 END AS state,
        filed.filed, filed.requested, filed.awarded
    FROM commune c LEFT JOIN filed ON filed.code = c.insee_code
        LEFT JOIN helped ON helped.code = c.insee_code"""  # noqa: S608 - the texts above
_BY_EPCI = f"""
    SELECT e.name, count(*), max(p.state), sum(p.population), sum(p.filed), sum(p.awarded),
        sum(CASE WHEN p.state >= 3 THEN 1 ELSE 0 END)
    FROM ({_COMMUNES}) p LEFT JOIN epci e ON e.siren = p.epci_siren
    GROUP BY e.name ORDER BY e.name"""  # noqa: S608 - the texts above
_PIPELINE = """
    SELECT status, count(*), sum(requested_cents), sum(awarded_cents)
    FROM funding_application WHERE deleted_at IS NULL GROUP BY status"""
_CARDS = """
    SELECT * FROM (
        SELECT a.id, a.title, a.beneficiary_name, a.requested_cents, a.status, s.name,
            row_number() OVER (PARTITION BY a.status ORDER BY a.filed_on DESC, a.id) AS place
        FROM funding_application a JOIN funding_scheme s ON s.id = a.scheme_id
        WHERE a.deleted_at IS NULL
    ) cards WHERE place <= 20"""
_ELIGIBLE_OF = """
    FROM structure s
    WHERE s.deleted_at IS NULL AND s.listed_on <= :today
        AND (s.closed_on IS NULL OR s.closed_on > :today)
        AND s.id NOT IN (
            SELECT l.structure_id FROM accompaniment_session h
            JOIN session_structure l ON l.session_id = h.id
            WHERE h.status = 'realisee' AND h.deleted_at IS NULL AND h.held_on >= :opens)
        AND s.id NOT IN (
            SELECT a.beneficiary_id FROM funding_application a
            WHERE a.call_id = :call_id AND a.deleted_at IS NULL)"""
_ELIGIBLE_COUNT = "SELECT count(*)" + _ELIGIBLE_OF
_ELIGIBLE = (
    "SELECT s.id, s.name, s.departement_code, s.listed_on"
    + _ELIGIBLE_OF
    + " ORDER BY s.sort_name, s.id LIMIT 51"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Milliseconds of one question, median: our page in process, and the same by the driver."""

    ours: float
    raw: float


@dataclass(frozen=True, slots=True)
class Covering:
    """Each question by its title."""

    asked: dict[str, Asked]


def measure_coverage(url: str, folder: Path, applications: int = APPLICATIONS) -> Covering:
    """Fill the copy with applications, ask for each page, then the driver for the same rows."""
    app = our_application(url, folder)
    with app.app_context():
        call_id = fill_applications(applications)
        db.engine.dispose()
    visitor = InProcess(app, sign_in(app))
    years = f"de={FIRST_YEAR}&a={LAST_YEAR}"
    paths = {
        "coverage by EPCI": f"/zones-blanches?niveau=epci&{years}",
        "coverage by commune": f"/zones-blanches?niveau=commune&{years}",
        "tiles": f"/zones-blanches/tuiles?{years}",
        "pipeline": "/financements",
        "eligible": f"/appels/{call_id}/eligibles",
    }
    ours = {title: _median(lambda path=path: _ask(visitor, path)) for title, path in paths.items()}  # type: ignore[misc]
    with asked_directly(url) as asker:
        raw = {title: _median(ask) for title, ask in _askers(asker, call_id).items()}
    return Covering({title: Asked(ours[title], raw[title]) for title in paths})


def _askers(asker: Asker, call_id: int) -> dict[str, Callable[[], object]]:
    years = {"start": date(FIRST_YEAR, 1, 1), "end": date(LAST_YEAR, 12, 31)}
    eligible = {"today": clock.today(), "opens": _OPENS_ON, "call_id": call_id}
    return {
        "coverage by EPCI": lambda: asker.run(_BY_EPCI, years),
        "coverage by commune": lambda: asker.run(_COMMUNES, years),
        "tiles": lambda: asker.run(_BY_EPCI, years),
        "pipeline": lambda: [asker.run(each, {}) for each in (_PIPELINE, _CARDS)],
        "eligible": lambda: [asker.run(each, eligible) for each in (_ELIGIBLE_COUNT, _ELIGIBLE)],
    }


def _ask(visitor: InProcess, path: str) -> None:
    status, page = visitor.get(path)
    if status != 200 or b"<h1" not in page:
        raise RuntimeError(f"{path} answered {status}")


def fill_applications(applications: int) -> int:
    """Write schemes, calls of each year and applications; return a call open to everyone."""
    rng = random.Random(SEED)
    now = clock.now()
    with transaction() as session:
        calls = []
        for number in range(1, SCHEMES + 1):
            scheme = FundingScheme(
                name=f"Dispositif {number}", sort_name=f"dispositif {number}", created_at=now
            )
            session.add(scheme)
            session.flush()
            for year in range(FIRST_YEAR, LAST_YEAR + 1):
                call = FundingCall(
                    scheme_id=scheme.id, name=f"Appel {number} de {year}", year=year,
                    opens_on=date(year, 6, 1), closes_on=date(year, 9, 30), created_at=now,
                )  # fmt: skip
                session.add(call)
                calls.append(call)
        session.flush()
        names = (
            "scheme_id", "call_id", "title", "sort_title", "beneficiary_id", "beneficiary_name",
            "family_code", "departement_code", "commune_code", "status", "requested_cents",
            "awarded_cents", "filed_on", "decided_on", "created_at", "version",
        )  # fmt: skip
        rows = list(_applications(session, rng, calls, applications))
        insert_many(session, FundingApplication.__table__, names, rows)
        last = calls[-1].id
    with db.engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    return last


def _applications(
    session: Session, rng: random.Random, calls: list[FundingCall], count: int
) -> Iterator[tuple[Any, ...]]:
    structures = session.execute(
        select(
            Structure.id,
            Structure.name,
            Structure.family_code,
            Structure.departement_code,
            Structure.commune_code,
        ).order_by(Structure.id)
    ).all()
    now, statuses = clock.now(), [status.value for status in ApplicationStatus]
    for number in range(1, count + 1):
        one, call, status = rng.choice(structures), rng.choice(calls), rng.choice(statuses)
        filed_on = date(call.year, 6, 1) + timedelta(days=rng.randint(0, 120))
        is_decided = status in DECIDED
        asked = rng.randint(1_000, 50_000) * 100
        title = f"Projet {number}"
        yield (
            call.scheme_id, call.id, title, sort_key(title), one.id, one.name, one.family_code,
            one.departement_code, one.commune_code, status, asked,
            asked if status in OBTAINED else None,
            filed_on if is_decided or status in PENDING else None,
            filed_on + timedelta(days=60) if is_decided else None, now, 1,
        )  # fmt: skip


def _median(ask: Callable[[], object]) -> float:
    taken = []
    for turn in range(_WARM_UP + _TIMES):
        start = time.perf_counter()
        ask()
        if turn >= _WARM_UP:
            taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def main() -> int:
    """Measure what the command line asks for and print it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.coverage", description=__doc__)
    parser.add_argument("--contacts", type=int, default=5_000)
    parser.add_argument("--applications", type=int, default=APPLICATIONS)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    asked = parser.parse_args()
    for backend in asked.databases:
        if reason := why_not(backend):
            sys.stdout.write(f"{backend} left out: {reason}\n")
            continue
        try:
            with copied_database(backend, asked.contacts) as url:
                found = measure_coverage(url, FOLDER, asked.applications)
        except OperationalError as error:
            sys.stdout.write(f"{backend} left out: {error.orig}\n")
            continue
        for title, each in found.asked.items():
            sys.stdout.write(
                f"{backend} {title}: ours {each.ours:.1f} ms, raw {each.raw:.1f} ms,"
                f" {each.ours / each.raw:.1f}\n"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
