"""Files brought in without a browser: sent, mapped as proposed, tried, written."""

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from crm.database import db, transaction
from crm.history.recording import COMMAND
from crm.imports.intake import receive
from crm.imports.models import Import
from crm.imports.operations import (
    ask_to_undo,
    choose_fields,
    create_import,
    launch,
    settle_rows,
)
from crm.imports.storage import Folder, read_lines
from crm.imports.types import Outcome, Settings
from crm.imports.working import work_on


class Bench:
    """Brings files in, step by step."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def send(self, text: str | bytes, kind: str | None = None, name: str = "liste.csv") -> int:
        """Send a file; return the import."""
        data = text.encode() if isinstance(text, str) else text
        sent, look = receive(io.BytesIO(data), name, kind)
        with transaction() as session:
            return create_import(session, sent=sent, look=look, actor=COMMAND).id

    def map(self, import_id: int, fields: dict[str, str] | None = None, **settings: Any) -> Import:
        """Take the proposed fields, with some others; try the file out."""
        run = self.run(import_id)
        chosen = {**run.fields, **(fields or {})}
        with transaction() as session:
            choose_fields(
                session,
                import_id=import_id,
                fields={place: code for place, code in chosen.items() if code},
                settings=replace(Settings(**run.settings), **settings),
            )
        work_on(import_id)
        return self.run(import_id)

    def settle(self, import_id: int, **what: Any) -> Import:
        """Correct and decide; try the file out again."""
        with transaction() as session:
            settle_rows(
                session, import_id=import_id, **{"corrections": {}, "decisions": {}, **what}
            )
        work_on(import_id)
        return self.run(import_id)

    def launch(
        self, import_id: int, *, good_rows: bool = False, steps: int | None = None
    ) -> Import:
        """Write what was tried."""
        with transaction() as session:
            launch(session, import_id=import_id, good_rows=good_rows)
        work_on(import_id, most_steps=steps)
        return self.run(import_id)

    def undo(self, import_id: int) -> Import:
        """Undo it all."""
        with transaction() as session:
            ask_to_undo(session, import_id=import_id)
        work_on(import_id)
        return self.run(import_id)

    def bring(self, text: str | bytes, kind: str, **settings: Any) -> Import:
        """Send, try and write a file."""
        run = self.map(self.send(text, kind), **settings)
        assert run.state == "pret", run.problem
        return self.launch(run.id)

    def run(self, import_id: int) -> Import:
        """Return an import as it is now."""
        db.session.rollback()
        run = db.session.get_one(Import, import_id, populate_existing=True)
        db.session.expunge(run)
        db.session.rollback()  # the test's own session reads on the same connection
        return run

    def found(self, run: Import, outcome: Outcome) -> list[dict[str, Any]]:
        """Return what the trial told of the rows with this outcome."""
        return [value for _, value in read_lines(Folder(run.folder).results(outcome))]


@pytest.fixture
def bench(app: Flask, session: Session) -> Iterator[Bench]:
    """Return what brings files in, in an application context of its own."""
    with app.app_context():
        yield Bench(app)
