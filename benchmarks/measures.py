"""What is measured on one database of one size."""

import itertools
import random
import secrets
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
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
from benchmarks.raw import Asker, asked_directly, askers, everywhere_askers
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
_LONGEST_SECONDS, _FEWEST, _TURN = 10, 15, 5
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
Asked = dict[str, Callable[[], None]]
Way = tuple[str, str]
RAW: Way = ("raw", "")


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

    def asked_by(self, visitor: Visitor) -> Asked:
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


def searches_by(visitor: Visitor) -> Asked:
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
    environ = environment(url, folder)
    with (
        served("wsgi:app", environ) as (port, master),
        served("benchmarks.floor:create_app()", environ) as (floor_port, floor_master),
        asked_directly(url) as asker,
    ):
        visitors: dict[Way, Visitor] = {
            ("HTTP", "ours"): OverHttp(port, browser),
            ("HTTP", "floor"): OverHttp(floor_port, Browser()),
            ("in process", "ours"): InProcess(ours, browser),
            ("in process", "floor"): InProcess(floor.create_app(url), Browser()),
        }
        asked = {way: questions.asked_by(visitor) for way, visitor in visitors.items()}
        asked[RAW] = askers(asker, questions.structure_ids(), questions.fields)
        timings = _timed_in_turns(asked, times)
        found.over_http = {who: timings["HTTP", who] for who in ("ours", "floor")}
        found.in_process = {who: timings["in process", who] for who in ("ours", "floor")}
        found.raw = timings[RAW]
        found.everywhere = _timed_everywhere(visitors, asker, times)
        found.memory = {"ours": memory_of(master), "floor": memory_of(floor_master)}
        found.writing = _write_together(url, port, browser, questions, seconds)
    found.tagging = measure_tagging(url, folder)
    found.story = measure_story(url, folder)
    found.search = measure_search(url, folder)
    found.covering = measure_coverage(url, folder)
    # Last: it leaves nobody able to sign in but the people it makes.
    found.reminding = measure_reminders(url, folder)
    return found


def _timed_everywhere(
    visitors: Mapping[Way, Visitor], asker: Asker, times: int
) -> dict[str, Timings]:
    """Return how long what is typed in the palette takes, by the way it is asked."""
    asked = {way: searches_by(each) for way, each in visitors.items() if way[1] == "ours"}
    asked[RAW] = everywhere_askers(asker)
    return {way[0]: timings for way, timings in _timed_in_turns(asked, times).items()}


def _timed_in_turns(asked: Mapping[Way, Asked], times: int) -> dict[Way, Timings]:
    """Time each question, a few for each way of asking it and round again.

    A machine that slows down for a while slows them all: what is compared stays comparable.
    """
    found: dict[Way, Timings] = {way: {} for way in asked}
    for name in next(iter(asked.values())):
        timings = _timed([questions[name] for questions in asked.values()], times)
        for timings_of_way, timing in zip(found.values(), timings, strict=True):
            timings_of_way[name] = timing
    return found


def _timed(asks: Sequence[Callable[[], None]], times: int) -> list[Timing]:
    """Ask `times` times each, fewer of what is slow: the measures must end."""
    for ask in asks:
        for _ in range(_WARM_UP):
            ask()
    deadline = time.monotonic() + _LONGEST_SECONDS * len(asks)
    taken: list[list[float]] = [[] for _ in asks]
    while len(taken[0]) < times and (len(taken[0]) < _FEWEST or time.monotonic() < deadline):
        for ask, durations in zip(asks, taken, strict=True):
            durations += [_took(ask) for _ in range(_TURN)]
    return [_summary(durations) for durations in taken]


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
