"""A structure's page with five hundred things on its timeline, beside the same rows asked raw."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import create_engine, func, insert, select

from benchmarks.questions import RECORD, RECORD_CHANGES, RECORD_PEOPLE, RECORD_SESSIONS
from benchmarks.raw import Asker, asked_directly
from benchmarks.servers import InProcess, our_application, sign_in
from crm.contacts.models import Structure
from crm.database import engine_options
from crm.followups.models import AccompanimentSession, SessionStructure, session_officer
from crm.reference.models import ReferenceItem

TOLD = 500
_TIMES, _WARM_UP = 20, 3
_OK = 200


@dataclass(frozen=True, slots=True)
class Story:
    """Median milliseconds of the page with TOLD entries, and of its rows asked by the driver."""

    ours: float
    raw: float


def measure_story(url: str, folder: Path) -> Story:
    """Give a structure a long past, then ask for its page and for the same rows."""
    structure_id = _add_past(url)
    app = our_application(url, folder)
    visitor = InProcess(app, sign_in(app))

    def ask_page() -> None:
        status, page = visitor.get(f"/structures/{structure_id}?n={TOLD}")
        if status != _OK or page.count(b"journal-entry") < TOLD:
            raise RuntimeError(f"a page of {TOLD} entries was expected, got {status}")

    with asked_directly(url) as asker:
        raw = _median(lambda: _ask_rows(asker, structure_id))
    return Story(_median(ask_page), raw)


def _ask_rows(asker: Asker, structure_id: int) -> None:
    for statement in (
        RECORD,
        RECORD_PEOPLE,
        RECORD_SESSIONS.replace("LIMIT 50", f"LIMIT {TOLD}"),
        RECORD_CHANGES,
    ):
        asker.run(statement, {"structure_id": structure_id})


def _median(ask: Callable[[], None]) -> float:
    taken: list[float] = []
    for number in range(_WARM_UP + _TIMES):
        start = time.perf_counter()
        ask()
        if number >= _WARM_UP:
            taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def _add_past(url: str) -> int:
    engine = create_engine(url, **engine_options(url))
    with engine.begin() as connection:
        structure = connection.execute(select(Structure.id, Structure.name).limit(1)).one()
        kind_id = connection.scalar(
            select(ReferenceItem.id).where(ReferenceItem.list_code == "session_kind").limit(1)
        )
        last = connection.scalar(select(func.max(AccompanimentSession.id))) or 0
        ids = range(last + 1, last + 1 + TOLD)
        connection.execute(
            insert(AccompanimentSession),
            [
                {
                    "id": number,
                    "submission_key": f"story-{number}",
                    "kind_id": kind_id,
                    "status": "realisee",
                    "held_on": date(2019, 1, 1) + timedelta(days=number - last),
                    "notes": "Point sur le dossier.",
                    "created_at": datetime.now(UTC),
                    "version": 1,
                }
                for number in ids
            ],
        )
        seat = {
            "structure_id": structure.id,
            "structure_name": structure.name,
            "family_code": "association",
        }
        connection.execute(insert(SessionStructure), [{"session_id": i, **seat} for i in ids])
        connection.execute(insert(session_officer), [{"session_id": i, "user_id": 1} for i in ids])
    engine.dispose()
    return int(structure.id)
