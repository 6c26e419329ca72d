"""Rows corrected, decided upon, or taken away to be corrected elsewhere."""

from collections.abc import Iterator
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from crm.core.errors import NotFoundError, RuleError
from crm.database import db, transaction
from crm.imports.background import start_work
from crm.imports.mapping import REASON_HEADER
from crm.imports.models import Import
from crm.imports.operations import get_import, settle_rows
from crm.imports.outcomes import said
from crm.imports.storage import Folder, read_lines
from crm.imports.types import Outcome, State
from crm.imports.views.blueprint import blueprint
from crm.imports.views.working import trial_page
from crm.web.access import Permission, allow
from crm.web.exports import send_table
from crm.web.locale import sentence

_CELL, _QUESTION, _ANSWER = "cellule-", "question-", "reponse-"
_LONGEST_KEY = 300


@blueprint.post("/imports/<int:import_id>/lignes")
@allow(Permission.IMPORT)
def settle(import_id: int) -> ResponseReturnValue:
    """Correct cells and answer questions; the trial is made again."""
    try:
        with transaction() as session:
            settle_rows(
                session,
                import_id=import_id,
                corrections=_corrections(),
                decisions=_decisions(),
                on_duplicate=request.form.get("on_duplicate"),
            )
    except RuleError as error:
        run = get_import(db.session(), import_id)
        if run.state != State.PLANNED:
            return redirect(url_for(".show", import_id=import_id), 303)
        return trial_page(run, sentence(error), 422)
    start_work(import_id)
    return redirect(url_for(".show", import_id=import_id), 303)


def _corrections() -> dict[str, dict[str, str]]:
    """Return the cells whose text was changed: row → column → text."""
    found: dict[str, dict[str, str]] = {}
    for name, text in request.form.items():
        if not name.startswith(_CELL):
            continue
        row, _, place = name.removeprefix(_CELL).partition("-")
        if text != request.form.get(f"avant-{row}-{place}", ""):
            found.setdefault(row, {})[place] = text.replace("\x00", "").strip()
    return found


def _decisions() -> dict[str, str]:
    return {
        key[:_LONGEST_KEY]: answer[:_LONGEST_KEY].replace("\x00", "")
        for name, key in request.form.items()
        if name.startswith(_QUESTION)
        and (answer := request.form.get(_ANSWER + name.removeprefix(_QUESTION)))
    }


@blueprint.get("/imports/<int:import_id>/refusees.<any(csv, xlsx):extension>")
@allow(Permission.IMPORT)
def refused_rows(import_id: int, extension: str) -> ResponseReturnValue:
    """Send the refused rows as they were, with why in a column that a next import leaves out."""
    run = get_import(db.session(), import_id)
    if not Folder(run.folder).results(Outcome.REFUSED).exists():
        raise NotFoundError
    header = [*run.headers, REASON_HEADER]
    return send_table(f"lignes refusees import {run.id}", header, _with_reasons(run), extension)


def _with_reasons(run: Import) -> Iterator[list[Any]]:
    for _after, row in read_lines(Folder(run.folder).results(Outcome.REFUSED)):
        cells = [*row["cells"], *[None] * (len(run.headers) - len(row["cells"]))]
        reasons = (
            f"{run.headers[issue['column']]} : {text}" if issue["column"] is not None else text
            for issue in row["issues"]
            if (text := said(issue))
        )
        yield [*cells[: len(run.headers)], " ".join(reasons)]
