"""Working on imports: one process at a time holds one, in short transactions, and may be killed.

Whoever works takes a lease and renews it with each step; when it has passed, another takes over
from the last step that was kept. The states say what is to be done next.
"""

import secrets
import time
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.errors import N_, DatabaseBusyError, RuleError
from crm.database import Turn, db, learn_sizes, take_turn, transaction
from crm.history.recording import Actor, act_as, change_set_of, describe_save
from crm.imports.leases import LostError, hold, release, take
from crm.imports.lookups import Lookups, read_lookups
from crm.imports.models import Import, ImportChunk
from crm.imports.outcomes import counted
from crm.imports.packing import unpack
from crm.imports.storage import Folder, read_lines
from crm.imports.targets.base import Work
from crm.imports.targets.passing import work_through
from crm.imports.trial import CHUNK_ROWS, try_out
from crm.imports.types import AT_WORK, Settings, State
from crm.imports.undoing import undo_chunk
from crm.reading import Layout, UnreadableFileError, extract

_PAUSE_SECONDS = 0.02  # others who write get their turn between two chunks
_RETRIES = 5
_CHANGED = N_(
    "Des fiches ont changé depuis l’essai à blanc : rien n’a été gardé. Refaites l’essai, puis"
    " importez."
)
_UNEXPECTED = N_("L’import s’est arrêté sur une erreur inattendue : rien n’a été gardé.")


_GROWING = ("structure", "contact", "affiliation", "change", "change_subject", "search_word",
            "search_variant")  # fmt: skip


def work_on(import_id: int, *, most_steps: int | None = None) -> None:
    """Do all there is to do on an import, unless someone else is at it.

    `most_steps` stops before the end, as a killed process would, but for the lease.
    """
    key = secrets.token_hex(16)
    with transaction() as session:
        if not take(session, import_id, key):
            return
    worker = _Worker(import_id, key)
    try:
        for _ in islice(worker.steps(), most_steps):
            time.sleep(_PAUSE_SECONDS)
    except LostError:
        return
    finally:
        release(import_id, key)


class _Worker:
    """One process's work on one import."""

    def __init__(self, import_id: int, key: str) -> None:
        self.import_id = import_id
        self.key = key
        self.lookups: Lookups | None = None

    def steps(self) -> Iterator[None]:
        """Do one step after the other, as long as there is something to do."""
        while self._step():
            yield

    def _step(self) -> bool:
        """Do one step; return False when there is nothing left to do."""
        session = db.session()
        session.rollback()
        run = session.get(Import, self.import_id, populate_existing=True)
        if run is None or run.lease_key != self.key or run.state not in AT_WORK:
            return False
        session.expunge(run)
        steps: dict[str, Callable[[Import], None]] = {
            State.PLANNING: self._try_out,
            State.RUNNING: self._write_chunk,
            State.STOPPING: self._undo_chunk,
            State.UNDOING: self._undo_chunk,
        }
        self._attempt(steps[run.state], run)
        return True

    def _attempt(self, step: Callable[[Import], None], run: Import) -> None:
        for attempt in range(_RETRIES):
            try:
                return step(run)
            except DatabaseBusyError:
                if attempt == _RETRIES - 1:
                    raise
                time.sleep(_PAUSE_SECONDS * 2**attempt)
            except LostError:
                raise
            except (RuleError, IntegrityError, UnreadableFileError) as error:
                return self._fail(run, _problem(error))
            except Exception:
                current_app.logger.exception("import failed", extra={"event": "import"})
                self._fail(run, {"message": _UNEXPECTED, "params": {}})
                if current_app.testing:
                    raise
                return None
        return None

    def _fail(self, run: Import, problem: dict[str, Any]) -> None:
        """Go back to where a person can act: nothing that was written stays."""
        with transaction() as session:
            held = hold(session, run.id, self.key)
            held.problem = problem
            if held.state == State.PLANNING:
                held.state, held.finished_at = str(State.DRAFT), clock.now()
            elif held.state == State.RUNNING:
                held.state, held.stops_as = str(State.STOPPING), str(State.FAILED)
            else:
                held.state, held.finished_at = str(State.DONE), clock.now()

    def _try_out(self, run: Import) -> None:
        if not run.is_extracted:
            self._extract(run)
        counts = try_out(db.session(), run, self._tell_progress)
        if counts is None:
            raise LostError
        with transaction() as session:
            held = hold(session, run.id, self.key)
            held.counts, held.state = counts, str(State.PLANNED)
            held.rows_done, held.position = held.row_count, 0
            held.finished_at = clock.now()

    def _extract(self, run: Import) -> None:
        folder = Folder(run.folder)
        found = extract(
            folder.source, folder.rows, file_name=run.file_name, layout=Layout(**run.layout)
        )
        with transaction() as session:
            held = hold(session, run.id, self.key)
            held.is_extracted, held.row_count = True, found.row_count
            held.left_out = len(found.left_out)
            run.is_extracted, run.row_count = True, found.row_count

    def _tell_progress(self, rows_done: int) -> bool:
        try:
            with transaction() as session:
                held = hold(session, self.import_id, self.key)
                held.rows_done = rows_done
                return held.state == State.PLANNING
        except LostError:
            return False

    def _write_chunk(self, run: Import) -> None:
        if self.lookups is None:
            self.lookups = read_lookups(db.session())
        lines = list(islice(read_lines(Folder(run.folder).ready, run.position), CHUNK_ROWS))
        drafts = [unpack(packed) for _after, packed in lines]
        with transaction() as session:
            held = hold(session, run.id, self.key)
            if held.state != State.RUNNING or held.position != run.position:
                return
            if not lines:
                held.state, held.finished_at = str(State.DONE), clock.now()
                return
            take_turn(session, Turn.WRITE_IMPORT)  # two of the same rows see each other's records
            _sign(session, held, _label(held))
            work = Work(
                session, Settings(**run.settings), {}, self.lookups, clock.today(),
                is_trial=False, user_id=held.actor_id,
            )  # fmt: skip
            rows = work_through(work, drafts)
            if not held.takes_good_rows and not all(row.is_good or row.is_skipped for row in rows):
                raise RuleError("form", _CHANGED)
            number = 1 + (session.scalar(_last_number(run.id)) or 0)
            counts = dict(counted(rows))
            session.add(
                ImportChunk(
                    import_id=run.id,
                    number=number,
                    row_count=len(rows),
                    change_set_id=change_set_of(session),
                    counts=counts,
                    kept=[],
                )
            )
            held.position = lines[-1][0]
            held.rows_done += len(rows)
            held.counts = _summed(held.counts, counts, is_first=number == 1)
            if number & (number - 1) == 0:  # after 1, 2, 4, 8… parts
                learn_sizes(session, _GROWING)

    def _undo_chunk(self, run: Import) -> None:
        with transaction() as session:
            held = hold(session, run.id, self.key)
            chunk = session.scalar(
                select(ImportChunk)
                .where(ImportChunk.import_id == run.id, ImportChunk.is_undone.is_(False))
                .order_by(ImportChunk.number.desc())
                .limit(1)
            )
            if chunk is None:
                is_stop = held.state == State.STOPPING
                held.state = held.stops_as if is_stop and held.stops_as else str(State.UNDONE)
                held.finished_at = clock.now()
                return
            if chunk.change_set_id is not None:
                label = N_("Annulation de l’import n° %(number)s") % {"number": run.id}
                _sign(session, held, label)
                chunk.kept = undo_chunk(
                    session, import_id=run.id, change_set_id=chunk.change_set_id, label=label
                )
                chunk.undo_set_id = change_set_of(session)
            chunk.is_undone = True
            held.rows_done += chunk.row_count


def _problem(error: Exception) -> dict[str, Any]:
    if isinstance(error, RuleError):
        return {"message": error.message, "params": error.params}
    if isinstance(error, UnreadableFileError):
        return {"message": error.sentence, "params": error.values}
    return {"message": _CHANGED, "params": {}}


def _label(run: Import) -> str:
    return f"Import n° {run.id} · {run.file_name}"


def _sign(session: Session, run: Import, label: str) -> None:
    """Write in the name of who asked for it."""
    source = run.source if run.source == "command" else "import"
    act_as(session, Actor(run.actor_id, run.actor_name, source))
    describe_save(session, label=label)


def _last_number(import_id: int) -> Any:
    return select(func.max(ImportChunk.number)).where(ImportChunk.import_id == import_id)


def _summed(known: dict[str, Any], new: dict[str, int], *, is_first: bool) -> dict[str, Any]:
    """Return the counts of what is written so far; those of the trial are kept beside them."""
    base = {} if is_first else {name: n for name, n in known.items() if name != "trial"}
    kept = {"trial": known["trial"]} if "trial" in known else {}
    for name, count in new.items():
        base[name] = base.get(name, 0) + count
    return {**base, **kept}
