"""`crm import` and `crm undo`: the same imports, without the screens."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from crm.contacts.types import Family
from crm.core.errors import NotFoundError, RuleError
from crm.core.text import fold
from crm.database import db, transaction
from crm.funding.queries.schemes import all_scheme_options
from crm.history.recording import Actor
from crm.imports.intake import look_at, receive
from crm.imports.models import Import
from crm.imports.operations import (
    ask_to_undo,
    choose_fields,
    create_import,
    get_import,
    launch,
    look_again,
    stop,
)
from crm.imports.outcomes import said
from crm.imports.queries import kept_records
from crm.imports.storage import Folder, read_lines
from crm.imports.types import ImportKind, OnDuplicate, Outcome, Settings, State
from crm.imports.working import work_on
from crm.reading import Layout

ACTOR = Actor(user_id=None, name="Commande", source="command")
_MOST_TOLD = 1_000
_OUTCOMES = ("created", "updated", "unchanged", "skipped")


class RefusedError(click.ClickException):
    """Something in the file is refused: one sentence on standard error, status 1."""

    exit_code = 1


@dataclass(slots=True)
class Report:
    """What an import did or would do, in the words of the command."""

    import_id: int | None
    state: str
    counts: dict[str, int] = field(default_factory=dict)
    records: dict[str, int] = field(default_factory=dict)
    refused: list[dict[str, Any]] = field(default_factory=list)
    duplicates: list[dict[str, Any]] = field(default_factory=list)
    problem: str | None = None


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "kind", type=click.Choice([str(each) for each in ImportKind]))
@click.option("--sheet", help="The sheet to read; the first one that holds rows by default.")
@click.option(
    "--header-row", type=click.IntRange(0, 1000), help="Its number; 0 when there is none."
)
@click.option("--family", type=click.Choice([str(each) for each in Family]),
              help="Of the structures whose family the file does not say.")  # fmt: skip
@click.option("--replace", "replaces", is_flag=True, help="Let different values take their place.")
@click.option("--dry-run", is_flag=True, help="Tell what would be done; write nothing.")
@click.option("--good-rows", is_flag=True, help="Leave aside the rows that are refused.")
@click.option("--scheme", help="Of the subsidies that do not say theirs: its name.")
@click.option("--on-duplicate", type=click.Choice(["merge", "keep", "skip"]),
              help="What to do with rows that look like a record.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@with_appcontext
def import_command(
    file: Path,
    kind: str | None,
    dry_run: bool,  # noqa: FBT001 - click passes flags so
    good_rows: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
    **how: Any,
) -> None:
    """Bring a file in: status 1 when a row is refused or waits for a decision."""
    try:
        run = _prepared(file, kind, how)
        work_on(run.id)
        report = _report(run.id)
        bad = report.counts.get("refused", 0) + report.counts.get("to_decide", 0)
        if dry_run or report.problem or (bad and not good_rows):
            _give_up(run.id)
            report.import_id = None
        elif any(report.counts.get(each) for each in ("created", "updated")):
            with transaction() as session:
                launch(session, import_id=run.id, good_rows=good_rows)
            work_on(run.id)
            report = _written(run.id, report)
    except RuleError as error:
        raise RefusedError(str(error)) from error
    _print(report, as_json=as_json)
    if bad or report.problem:
        raise SystemExit(1)


@click.command("undo")
@click.argument("import_id", metavar="IMPORT", type=click.IntRange(1, 2**31 - 1))
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@with_appcontext
def undo_command(import_id: int, as_json: bool) -> None:  # noqa: FBT001 - click passes flags so
    """Undo an import; what was changed or used since stays, and is told."""
    try:
        with transaction() as session:
            ask_to_undo(session, import_id=import_id)
    except NotFoundError as error:
        raise RefusedError(f"There is no import {import_id}.") from error
    except RuleError as error:
        raise RefusedError(str(error)) from error
    work_on(import_id)
    db.session.rollback()
    run = get_import(db.session(), import_id)
    kept = [
        {"entity": each.entity, "id": each.record_id, "name": each.name, "why": each.why}
        for each in kept_records(db.session(), import_id)
    ]
    if as_json:
        click.echo(json.dumps({"import": import_id, "state": run.state, "kept": kept}, indent=2))
    else:
        click.echo(f"Import {import_id}: {run.state}, {len(kept)} kept.")
        for each in kept:
            click.echo(f"  {each['entity']} {each['id']} {each['name']}: {each['why']}")
    if run.state != State.UNDONE:
        raise SystemExit(1)


def _scheme_named(name: str | None) -> str | None:
    """Return the scheme of this name; RefusedError when there is none, or several."""
    if not name:
        return None
    found = [
        value for value, label in all_scheme_options(db.session()) if fold(label) == fold(name)
    ]
    if len(found) != 1:
        raise RefusedError(f"There is no scheme named {name}, or more than one.")
    return found[0]


def _prepared(file: Path, kind: str | None, how: dict[str, Any]) -> Import:
    with file.open("rb") as stream:
        sent, look = receive(stream, file.name, kind)
    with transaction() as session:
        run = create_import(session, sent=sent, look=look, actor=ACTOR)
    if how["sheet"] is not None or how["header_row"] is not None:
        row = look.layout.header_row if how["header_row"] is None else how["header_row"] or None
        layout = Layout(how["sheet"] or look.layout.sheet, row, None, None)
        _found, look = look_at(Folder(sent.folder), sent.file_name, layout)
        with transaction() as session:
            run = look_again(session, import_id=run.id, look=look, kind=run.kind)
    settings = Settings(**run.settings)
    settings = replace(
        settings,
        family=how["family"] or settings.family,
        replaces=how["replaces"],
        on_duplicate=how["on_duplicate"] or OnDuplicate.ASK,
        scheme=_scheme_named(how["scheme"]) or settings.scheme,
    )
    with transaction() as session:
        return choose_fields(session, import_id=run.id, fields=run.fields, settings=settings)


def _give_up(import_id: int) -> None:
    with transaction() as session:
        run = stop(session, import_id=import_id)
        run.files_erased_at = run.finished_at
        folder = run.folder
    Folder(folder).erase()


def _report(import_id: int) -> Report:
    db.session.rollback()
    run = get_import(db.session(), import_id)
    report = Report(run.id, run.state, *_counts(run.counts))
    if run.problem:
        report.problem = said(run.problem)
    folder = Folder(run.folder)
    for _after, row in read_lines(folder.results(Outcome.REFUSED)):
        if len(report.refused) >= _MOST_TOLD:
            break
        report.refused += [_told(run, row["row"], issue) for issue in row["issues"]]
    for _after, row in read_lines(folder.results(Outcome.TO_DECIDE)):
        if len(report.duplicates) >= _MOST_TOLD:
            break
        report.duplicates += [
            _told(run, row["row"], question)
            | {"choices": [each["value"] for each in question["choices"]]}
            for question in row["questions"]
        ]
    return report


def _told(run: Import, row: int, told: dict[str, Any]) -> dict[str, Any]:
    place = told["column"]
    return {
        "row": row,
        "column": run.headers[place] if place is not None else None,
        "reason": said(told),
    }


def _counts(counts: dict[str, Any]) -> tuple[dict[str, int], dict[str, int]]:
    rows = {str(each): int(counts.get(f"rows.{each}", 0)) for each in Outcome}
    records = {
        name: int(count)
        for name, count in sorted(counts.items())
        if "." in name and not name.startswith("rows.")
    }
    return rows, records


def _written(import_id: int, trial: Report) -> Report:
    db.session.rollback()
    run = get_import(db.session(), import_id)
    rows, records = _counts(run.counts)
    for name in ("refused", "to_decide", "skipped"):
        rows[name] += trial.counts[name]
    problem = said(run.problem) if run.problem else None
    return replace(trial, state=run.state, counts=rows, records=records, problem=problem)


def _print(report: Report, *, as_json: bool) -> None:
    if as_json:
        told = asdict(report)
        told["import"] = told.pop("import_id")
        told["refused_rows"] = told.pop("refused")
        click.echo(json.dumps(told | told.pop("counts"), ensure_ascii=False, indent=2))
        return
    number = f" {report.import_id}" if report.import_id else ""
    click.echo(f"Import{number}: {report.state}.")
    click.echo(
        "  " + ", ".join(f"{name} {count}" for name, count in report.counts.items() if count)
    )
    if report.problem:
        click.echo(report.problem, err=True)
    _print_rows(report.refused)
    _print_rows(report.duplicates)


def _print_rows(rows: Sequence[dict[str, Any]]) -> None:
    for each in rows:
        column = f", {each['column']}" if each["column"] else ""
        click.echo(f"  row {each['row']}{column}: {each['reason']}", err=True)
