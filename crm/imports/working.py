"""Working on imports: one process at a time holds one, in short transactions, and may be killed.

Whoever works takes a lease and renews it with each step; when it has passed, another takes over
from the last step that was kept. The states say what is to be done next.
"""

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from flask import current_app
from sqlalchemy.exc import IntegrityError

from crm.core import clock
from crm.core.collector import collector_at_rest
from crm.core.errors import N_, DatabaseBusyError, RuleError
from crm.database import Turn, db, learn_sizes, take_turn, transaction
from crm.imports.finding import INDEX, MOST_AT_ONCE, Unfound, let_find, unfound_of
from crm.imports.leases import LostError, hold, release, take
from crm.imports.lookups import Lookups, read_lookups
from crm.imports.models import Import
from crm.imports.packing import unpack
from crm.imports.parts import (
    CHANGED_SINCE,
    PART_ROWS,
    Touched,
    is_power_of_four,
    undo_part,
    write_part,
)
from crm.imports.storage import Folder, read_lines
from crm.imports.trial import try_out
from crm.imports.types import AT_WORK, State
from crm.reading import Layout, UnreadableFileError, extract

# Others who write get their turn between two steps: SQLite keeps no queue of those who wait.
_PAUSE_SECONDS = 0.02
_RETRIES = 5
_UNEXPECTED = N_("L’import s’est arrêté sur une erreur inattendue : rien n’a été gardé.")


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
            if db.engine.dialect.name == "sqlite":
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
        self.unfound: Unfound | None = None
        self.indexed = 0

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
            State.RUNNING: self._go_on,
            State.STOPPING: self._go_on,
            State.UNDOING: self._go_on,
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

    @collector_at_rest()
    def _go_on(self, run: Import) -> None:
        """Write or undo a part, or let what parts before it touched be found as it is now."""
        if self.unfound is None:
            self.unfound = unfound_of(db.session(), run)
        if due := self.unfound.due(MOST_AT_ONCE):
            return self._let_find(run, self.unfound, *due)
        touched = self._write_part(run) if run.state == State.RUNNING else self._undo_part(run)
        if touched is not None:
            return self.unfound.add(touched)
        if due := self.unfound.due(1):
            return self._let_find(run, self.unfound, *due)
        return self._end(run)

    def _let_find(self, run: Import, unfound: Unfound, kind: str, ids: Sequence[int]) -> None:
        try:
            with transaction() as session:
                hold(session, run.id, self.key)
                take_turn(session, Turn.WRITE_IMPORT)
                let_find(session, kind, ids)
                self.indexed += 1
                if is_power_of_four(self.indexed):
                    learn_sizes(session, INDEX)
        except IntegrityError as error:  # someone has just taught the index the same word
            raise DatabaseBusyError(str(error.orig)) from error
        unfound.remove(kind, ids)

    def _write_part(self, run: Import) -> Touched | None:
        if self.lookups is None:
            self.lookups = read_lookups(db.session())
        lines = list(islice(read_lines(Folder(run.folder).ready, run.position), PART_ROWS))
        if not lines:
            return None
        drafts = [unpack(packed) for _after, packed in lines]
        with transaction() as session:
            held = hold(session, run.id, self.key)
            if held.state != State.RUNNING or held.position != run.position:
                return {}
            touched = write_part(session, held, drafts, self.lookups)
            held.position = lines[-1][0]
        return touched

    def _undo_part(self, run: Import) -> Touched | None:
        with transaction() as session:
            return undo_part(session, hold(session, run.id, self.key))

    def _end(self, run: Import) -> None:
        with transaction() as session:
            held = hold(session, run.id, self.key)
            if held.state != run.state:
                return
            if held.state == State.RUNNING:
                held.state = str(State.DONE)
            else:
                is_stop = held.state == State.STOPPING
                held.state = held.stops_as if is_stop and held.stops_as else str(State.UNDONE)
            held.finished_at = clock.now()


def _problem(error: Exception) -> dict[str, Any]:
    if isinstance(error, RuleError):
        return {"message": error.message, "params": error.params}
    if isinstance(error, UnreadableFileError):
        return {"message": error.sentence, "params": error.values}
    return {"message": CHANGED_SINCE, "params": {}}
