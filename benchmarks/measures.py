"""What is measured on one database of one size."""

import itertools
import random
import secrets
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import create_engine, func, select

from benchmarks import floor
from benchmarks.bulk import Tagging, measure_tagging
from benchmarks.coverage import Covering, measure_coverage
from benchmarks.duplicates import Search, measure_search
from benchmarks.generator import STRUCTURES
from benchmarks.questions import DEPARTEMENT, EVERYWHERE, YEAR
from benchmarks.raw import asked_directly, askers, everywhere_askers
from benchmarks.reminders import Reminding, measure_reminders
from benchmarks.servers import (
    Browser,
    InProcess,
    Memory,
    OverHttp,
    Visitor,
    environment,
    memory_of,
    our_application,
    served,
    sign_in,
)
from benchmarks.story import Story, measure_story
from crm.database import engine_options
from crm.followups.models import AccompanimentSession
from crm.reference.models import ReferenceItem

PATHS = {
    "list": f"/structures?departement={DEPARTEMENT}",
    "search": "/contacts?q=%C3%A9li",
    "record": "/structures/{id}",
    "year": f"/bilan/{YEAR}",
}
PALETTE_PATH = "/recherche/palette?q="
LOG_PATH = "/seances/nouvelle"
_CLIENTS, _WARM_UP = 8, 5
_LONGEST_SECONDS, _FEWEST = 10, 15
_OK, _SEE_OTHER = 200, 303


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of one question asked many times."""

    median: float
    p95: float


@dataclass(frozen=True, slots=True)
class Writing:
    """Clients logging sessions all at once: how many were kept, how many failed, how long each."""

    seconds: float
    logged: int
    kept: int
    failed: int
    timing: Timing


Timings = dict[str, Timing]


@dataclass
class Measures:
    """What one database of one size gave; each mapping is by the question's name."""

    database: str
    contacts: int
    in_process: dict[str, Timings] = field(default_factory=dict)
    over_http: dict[str, Timings] = field(default_factory=dict)
    raw: Timings = field(default_factory=dict)
    everywhere: dict[str, Timings] = field(default_factory=dict)
    memory: dict[str, Memory] = field(default_factory=dict)
    writing: Writing | None = None
    tagging: Tagging | None = None
    story: Story | None = None
    search: Search | None = None
    reminding: Reminding | None = None
    covering: Covering | None = None


class Questions:
    """Makes the same requests, in the same order, for whoever is measured."""

    def __init__(self, url: str) -> None:
        engine = create_engine(url, **engine_options(url))
        with engine.connect() as connection:
            self._kind, self._theme = (
                connection.scalar(
                    select(ReferenceItem.id)
                    .where(ReferenceItem.list_code == list_code)
                    .order_by(ReferenceItem.position)
                    .limit(1)
                )
                for list_code in ("session_kind", "theme")
            )
        engine.dispose()

    def structure_ids(self) -> Iterator[int]:
        """Yield ids of structures, without end."""
        rng = random.Random(1)
        return (rng.randint(1, STRUCTURES) for _ in itertools.count())

    def fields(self) -> dict[str, str]:
        """Return what a person types of a session, under a key of its own."""
        return {
            "submission_key": secrets.token_urlsafe(24),
            "structures": str(secrets.randbelow(STRUCTURES) + 1),
            "held_on": f"{YEAR}-03-12",
            "kind": str(self._kind),
            "themes": str(self._theme),
            "officers": "1",
            "status": "realisee",
            "notes": "Point sur le dossier.",
        }

    def asked_by(self, visitor: Visitor) -> dict[str, Callable[[], None]]:
        """Return what asks each question once, by its name."""
        ids = self.structure_ids()

        def ask(path: str) -> None:
            status, page = visitor.get(path.format(id=next(ids)))
            if status != _OK or b"<h1" not in page:
                raise RuntimeError(f"{path} answered {status}")

        def write() -> None:
            status = visitor.post(LOG_PATH, self.fields())
            if status != _SEE_OTHER:
                raise RuntimeError(f"{LOG_PATH} answered {status}")

        reads = {name: lambda path=path: ask(path) for name, path in PATHS.items()}  # type: ignore[misc]
        return {**reads, "write": write}


def searches_by(visitor: Visitor) -> dict[str, Callable[[], None]]:
    """Return what types each search in the palette once, by its shape."""

    def ask(typed: str) -> None:
        status, page = visitor.get(PALETTE_PATH + quote(typed))
        if status != _OK or b'role="option"' not in page or b"nom=" in page:
            raise RuntimeError(f"the palette found nothing for {typed}: {status}")

    return {
        shape: lambda typed=typed: ask(typed)  # type: ignore[misc]
        for shape, (typed, _) in EVERYWHERE.items()
    }


def measure(url: str, folder: Path, found: Measures, *, times: int, seconds: float) -> Measures:
    """Ask everybody every question and return the measures, filled in."""
    questions = Questions(url)
    ours = our_application(url, folder)
    browser = sign_in(ours)
    applications = (
        ("ours", "wsgi:app", ours, browser),
        ("floor", "benchmarks.floor:create_app()", floor.create_app(url), Browser()),
    )
    for name, _, application, who in applications:
        visitor: Visitor = InProcess(application, who)
        found.in_process[name] = _timed_all(questions.asked_by(visitor), times)
        if name == "ours":
            found.everywhere["in process"] = _timed_all(searches_by(visitor), times)
    for name, target, _, who in applications:
        with served(target, environment(url, folder)) as (port, master):
            visitor = OverHttp(port, who)
            found.over_http[name] = _timed_all(questions.asked_by(visitor), times)
            if name == "ours":
                found.everywhere["HTTP"] = _timed_all(searches_by(visitor), times)
            found.memory[name] = memory_of(master)
            if name == "ours":
                found.writing = _write_together(url, port, who, questions, seconds)
    with asked_directly(url) as asker:
        found.raw = _timed_all(askers(asker, questions.structure_ids(), questions.fields), times)
        found.everywhere["raw"] = _timed_all(everywhere_askers(asker), times)
    found.tagging = measure_tagging(url, folder)
    found.story = measure_story(url, folder)
    found.search = measure_search(url, folder)
    found.covering = measure_coverage(url, folder)
    # Last: it leaves nobody able to sign in but the people it makes.
    found.reminding = measure_reminders(url, folder)
    return found


def _timed_all(asked: dict[str, Callable[[], None]], times: int) -> Timings:
    return {name: _timed(ask, times) for name, ask in asked.items()}


def _timed(ask: Callable[[], None], times: int) -> Timing:
    """Ask `times` times, fewer of what is slow: the measures must end."""
    for _ in range(_WARM_UP):
        ask()
    deadline = time.monotonic() + _LONGEST_SECONDS
    taken: list[float] = []
    while len(taken) < times and (len(taken) < _FEWEST or time.monotonic() < deadline):
        taken.append(_took(ask))
    return _summary(taken)


def _took(ask: Callable[[], object]) -> float:
    start = time.perf_counter()
    ask()
    return (time.perf_counter() - start) * 1000


def _summary(taken: list[float]) -> Timing:
    return Timing(statistics.median(taken), sorted(taken)[int(len(taken) * 0.95)])


def _write_together(
    url: str, port: int, browser: Browser, questions: Questions, seconds: float
) -> Writing:
    """Let eight clients log sessions for a while; compare what was said with what is kept."""
    before = _sessions_in(url)
    statuses: list[int] = []
    taken: list[float] = []
    deadline = time.monotonic() + seconds

    def work() -> None:
        client = OverHttp(port, browser)
        while time.monotonic() < deadline:
            start = time.perf_counter()
            status = client.post(LOG_PATH, questions.fields())
            taken.append((time.perf_counter() - start) * 1000)
            statuses.append(status)

    threads = [threading.Thread(target=work) for _ in range(_CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Writing(
        seconds=seconds,
        logged=statuses.count(_SEE_OTHER),
        kept=_sessions_in(url) - before,
        failed=len(statuses) - statuses.count(_SEE_OTHER),
        timing=_summary(taken),
    )


def _sessions_in(url: str) -> int:
    engine = create_engine(url, **engine_options(url))
    with engine.connect() as connection:
        count = connection.scalar(select(func.count()).select_from(AccompanimentSession)) or 0
    engine.dispose()
    return count
