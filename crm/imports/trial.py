"""The trial of a file: every row understood and compared, nothing written."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, Any

from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.collector import collector_at_rest
from crm.imports.cells import family_comes_first, month_comes_first
from crm.imports.cells.types import Cell
from crm.imports.fields import FIELDS
from crm.imports.lookups import Lookups, read_lookups
from crm.imports.models import Import
from crm.imports.outcomes import counted, outcome_of, told
from crm.imports.packing import pack
from crm.imports.rows.context import Reading
from crm.imports.rows.subsidies import count_titled
from crm.imports.rows.understanding import understand
from crm.imports.storage import Folder, write_line
from crm.imports.targets.base import Work
from crm.imports.targets.passing import work_through
from crm.imports.targets.pending import Pending
from crm.imports.types import Outcome, Settings
from crm.reading import Row as SheetRow
from crm.reading import read_rows

CHUNK_ROWS = 500
_ROWS_LOOKED_AT = 300
_GOOD = frozenset({Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED})
Told = Callable[[int], bool]
Habit = Callable[[Iterable[Cell]], bool | None]


def reading_of(run: Import, lookups: Lookups, path: Path) -> Reading:
    """Return how the rows of an import are read."""
    fields = {int(place): code for place, code in run.fields.items()}

    def habits(reader: str, habit: Habit) -> dict[int, bool | None]:
        return {
            place: habit(_first_cells(path, place))
            for place, code in fields.items()
            if FIELDS[code].reader == reader
        }

    return Reading(
        kind=run.kind,
        fields=fields,
        settings=Settings(**run.settings),
        decisions=run.decisions,
        lookups=lookups,
        today=clock.today(),
        family_first=habits("full_name", family_comes_first),
        month_first=habits("date", month_comes_first),
        titled=count_titled(run.headers),
    )


def _first_cells(path: Path, place: int) -> Iterator[Cell]:
    rows = islice(read_rows(path), _ROWS_LOOKED_AT)
    return (row.cells[place] if place < len(row.cells) else None for row in rows)


def try_out(session: Session, run: Import, go_on: Told) -> dict[str, int] | None:
    """Understand and compare every row, and keep what was found in files; return the counts.

    `go_on(rows done)` is called between chunks; when it says no, nothing is returned.
    """
    folder = Folder(run.folder)
    reading = reading_of(run, read_lookups(session), folder.rows)
    session.rollback()
    chunks = corrected_chunks(run, folder.rows)
    with _results(folder) as files:
        trial = _Trial(session, reading, files)
        while trial.try_next(chunks):
            if not go_on(trial.rows_done):
                return None
    _put_in_place(folder)
    return dict(trial.counts)


@dataclass(slots=True)
class _Trial:
    """How the rows of a file are tried, and what those before would have made."""

    session: Session
    reading: Reading
    files: Mapping[str, IO[str]]
    pending: Pending = field(default_factory=Pending)
    counts: Counter[str] = field(default_factory=Counter)
    rows_done: int = 0

    @collector_at_rest()
    def try_next(self, chunks: Iterator[Sequence[SheetRow]]) -> bool:
        """Try the next rows and keep what was found of them; return whether there were any."""
        chunk, reading = next(chunks, ()), self.reading
        drafts = [understand(row.number, row.cells, reading) for row in chunk]
        work = Work(
            self.session, reading.settings, reading.decisions, reading.lookups,
            reading.today, is_trial=True, pending=self.pending,
        )  # fmt: skip
        rows = work_through(work, drafts)
        self.session.rollback()  # no read is held while the next rows are understood
        for row, sheet_row in zip(rows, chunk, strict=True):
            outcome = outcome_of(row)
            write_line(self.files[outcome], told(row, sheet_row.cells))
            if outcome in _GOOD:
                write_line(self.files["ready"], pack(row.draft))
        self.counts += counted(rows)
        self.rows_done += len(rows)
        for row in rows:
            row.let_go()
        return bool(rows)


def corrected_chunks(run: Import, path: Path) -> Iterator[list[SheetRow]]:
    """Yield the rows by chunks, with the cells that were corrected."""
    chunk: list[SheetRow] = []
    for row in read_rows(path):
        corrections = run.corrections.get(str(row.number))
        chunk.append(_corrected(row, corrections) if corrections else row)
        if len(chunk) == CHUNK_ROWS:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _corrected(row: SheetRow, corrections: dict[str, str]) -> SheetRow:
    cells: list[Any] = list(row.cells)
    for place, text in corrections.items():
        cells += [None] * (int(place) + 1 - len(cells))
        cells[int(place)] = text
    return SheetRow(row.number, tuple(cells))


class _results(ExitStack):  # noqa: N801 - read as a verb where it is used
    """Open the files of a trial under passing names."""

    def __init__(self, folder: Folder) -> None:
        super().__init__()
        self._folder = folder

    def __enter__(self) -> dict[str, IO[str]]:  # type: ignore[override]
        super().__enter__()
        return {
            str(name): self.enter_context(_passing(path).open("w", encoding="utf-8"))
            for name, path in _paths(self._folder)
        }


def _paths(folder: Folder) -> Sequence[tuple[str, Path]]:
    return [("ready", folder.ready), *((each, folder.results(each)) for each in Outcome)]


def _passing(path: Path) -> Path:
    return path.with_suffix(".part")


def _put_in_place(folder: Folder) -> None:
    for _name, path in _paths(folder):
        _passing(path).replace(path)
