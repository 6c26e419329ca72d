"""An import tried, launched, stopped, undone; its page says where it is."""

from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.core import clock
from crm.core.errors import NotFoundError, RuleError
from crm.core.numbers import parse_id
from crm.database import db, transaction
from crm.imports.background import start_work
from crm.imports.forms import duplicate_choices
from crm.imports.jobs import KEPT_FOR
from crm.imports.models import Import
from crm.imports.operations import ask_to_undo, get_import, launch, stop
from crm.imports.outcomes import said
from crm.imports.presentation import progress_of, record_counts, tabs, trial_rows
from crm.imports.queries import changed_since, kept_records, written_records
from crm.imports.types import AT_WORK, EDITABLE, KIND_LABELS, STATE_LABELS, STATE_TONES, State
from crm.imports.views.blueprint import blueprint
from crm.imports.views.files import preparation_page
from crm.web.access import Permission, allow
from crm.web.locale import sentence

_COLUMNS = "colonnes"


@blueprint.get("/imports/<int:import_id>")
@allow(Permission.IMPORT)
def show(import_id: int) -> ResponseReturnValue:
    """Show the step that an import is at, or what it has done."""
    run = get_import(db.session(), import_id)
    if run.state in AT_WORK:
        _take_over(run)
        return render_template("imports/progress.html", run=run, progress=progress_of(run))
    if _is_open(run) and (run.state == State.DRAFT or request.args.get("etape") == _COLUMNS):
        return preparation_page(run)
    return trial_page(run) if run.state == State.PLANNED else _result_page(run)


def _is_open(run: Import) -> bool:
    return run.state in EDITABLE and run.files_erased_at is None


def _take_over(run: Import) -> None:
    """Go on with what a process that is no more had begun."""
    if run.lease_until is None or run.lease_until < clock.now():
        start_work(run.id)


def trial_page(run: Import, problem: str | None = None, status: int = 200) -> ResponseReturnValue:
    """Show what a trial found."""
    shown_tabs = tabs(run, request.values.get("voir"))
    shown = next(tab for tab in shown_tabs if tab.is_shown)
    position = parse_id(request.args.get("depuis")) or 0
    rows, after = trial_rows(db.session(), run, shown.outcome, position)
    counts = {tab.outcome: tab.count for tab in shown_tabs}
    bad = counts["refused"] + counts["to_decide"]
    page = render_template(
        "imports/trial.html",
        run=run,
        tabs=shown_tabs,
        shown=shown,
        rows=rows,
        next_url=url_for(".show", import_id=run.id, voir=shown.outcome, depuis=after)
        if after
        else None,
        records=record_counts(run.counts),
        bad=bad,
        good=counts["created"] + counts["updated"],
        unchanged=counts["unchanged"],
        on_duplicate=duplicate_choices(),
        kinds=KIND_LABELS,
        problem=problem,
    )
    return page, status


def _result_page(run: Import) -> str:
    session = db.session()
    after = parse_id(request.args.get("apres")) or 0
    has_written = run.state == State.DONE
    records, next_after = (
        written_records(session, run.id, after=after) if has_written else ([], None)
    )
    return render_template(
        "imports/result.html",
        run=run,
        states=STATE_LABELS,
        tones=STATE_TONES,
        kinds=KIND_LABELS,
        counts=record_counts(run.counts),
        records=records,
        next_url=url_for(".show", import_id=run.id, apres=next_after) if next_after else None,
        kept=kept_records(session, run.id),
        problem=said(run.problem) if run.problem else None,
        refused=_bad_rows(run),
        can_resume=_is_open(run),
    )


def _bad_rows(run: Import) -> int:
    trial: dict[str, Any] = run.counts.get("trial", run.counts)
    has_files = run.files_erased_at is None
    return int(trial.get("rows.refused", 0)) if has_files else 0


@blueprint.get("/imports/<int:import_id>/avancement")
@allow(Permission.IMPORT)
def progress(import_id: int) -> ResponseReturnValue:
    """Show how far the work is; the whole page once it is over."""
    run = get_import(db.session(), import_id)
    response = make_response("")
    if run.state not in AT_WORK:
        response.headers["HX-Redirect"] = url_for(".show", import_id=import_id)
        return response
    _take_over(run)
    return render_template("imports/_progress.html", run=run, progress=progress_of(run))


@blueprint.post("/imports/<int:import_id>/importer")
@allow(Permission.IMPORT)
def start(import_id: int) -> ResponseReturnValue:
    """Write what the trial found, all of it or the good rows; twice is once."""
    good_rows = request.form.get("lignes") == "bonnes"
    try:
        with transaction() as session:
            launch(session, import_id=import_id, good_rows=good_rows)
    except RuleError as error:
        return _refused(import_id, error)
    start_work(import_id)
    return redirect(url_for(".show", import_id=import_id), 303)


def _refused(import_id: int, error: RuleError) -> ResponseReturnValue:
    run = get_import(db.session(), import_id)
    if run.state == State.PLANNED:
        return trial_page(run, sentence(error), 422)
    return render_template(
        "imports/refused.html", run=run, problem=sentence(error), states=STATE_LABELS
    ), 422


@blueprint.post("/imports/<int:import_id>/arreter")
@allow(Permission.IMPORT)
def give_up(import_id: int) -> ResponseReturnValue:
    """Give an import up; what it has written is undone."""
    try:
        with transaction() as session:
            run = stop(session, import_id=import_id)
    except RuleError as error:
        return _refused(import_id, error)
    if run.state == State.STOPPING:
        start_work(import_id)
    return redirect(url_for(".show", import_id=import_id), 303)


@blueprint.get("/imports/<int:import_id>/annuler")
@allow(Permission.IMPORT)
def before_undo(import_id: int) -> ResponseReturnValue:
    """Show what undoing an import would do, and what would stay."""
    session = db.session()
    run = get_import(session, import_id)
    if run.state != State.DONE:
        raise NotFoundError
    return render_template(
        "imports/undo.html",
        run=run,
        counts=record_counts(run.counts),
        changed=changed_since(session, import_id),
        kept_days=KEPT_FOR.days,
    )


@blueprint.post("/imports/<int:import_id>/annuler")
@allow(Permission.IMPORT)
def undo(import_id: int) -> ResponseReturnValue:
    """Undo an import; twice is once."""
    try:
        with transaction() as session:
            ask_to_undo(session, import_id=import_id)
    except RuleError as error:
        return _refused(import_id, error)
    start_work(import_id)
    return redirect(url_for(".show", import_id=import_id), 303)
