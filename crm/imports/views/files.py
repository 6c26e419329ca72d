"""A file sent, read as it should be, its columns named."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.core.errors import RuleError
from crm.database import db
from crm.funding.queries.schemes import scheme_and_call_options
from crm.history.recording import actor_of
from crm.imports.background import start_work
from crm.imports.forms import ReadingForm, SettingsForm, UploadForm
from crm.imports.intake import chosen_sheet, known_look, look_at, receive
from crm.imports.jobs import KEPT_FOR
from crm.imports.listing import filled_import_list
from crm.imports.models import Import
from crm.imports.operations import choose_fields, create_import, get_import, look_again
from crm.imports.outcomes import said
from crm.imports.presentation import field_options, shown_columns
from crm.imports.storage import Folder
from crm.imports.types import KIND_LABELS, STATE_LABELS, STATE_TONES, ImportKind, Settings
from crm.imports.views.blueprint import blueprint
from crm.reading.limits import MOST_FILE_BYTES, MOST_ROWS
from crm.reference.queries import labels_by_code
from crm.web.access import Permission, allow
from crm.web.locale import sentence
from crm.web.submissions import save_form, save_once
from crm.web.uploads import takes_files

_COLUMN = "colonne-"


@blueprint.get("/imports")
@allow(Permission.IMPORT)
def index() -> str:
    """Show every import: who, when, which file, what became of it."""
    return render_template(
        "imports/index.html",
        listing=filled_import_list(db.session()),
        kinds=KIND_LABELS,
        states=STATE_LABELS,
        tones=STATE_TONES,
    )


@blueprint.route("/imports/nouveau", methods=["GET", "POST"])
@allow(Permission.IMPORT)
@takes_files(MOST_FILE_BYTES)
def new() -> ResponseReturnValue:
    """Send a file, and say what it holds or let it be guessed."""
    form = UploadForm()
    if request.method == "POST" and (import_id := _received(form)) is not None:
        return redirect(url_for(".show", import_id=import_id), 303)
    page = render_template(
        "imports/new.html",
        form=form,
        most_megabytes=MOST_FILE_BYTES // 1024**2,
        most_rows=MOST_ROWS,
        kept_days=KEPT_FOR.days,
    )
    return page, 422 if form.errors else 200


def _received(form: UploadForm) -> int | None:
    """Keep the file, once however often the form is sent; None with errors beside fields."""
    if not form.validate():
        return None
    file = form.file.data
    try:
        sent, look = receive(file.stream, file.filename or "", form.kind.data or None)
    except RuleError as error:
        form.show(error)
        return None
    made: list[int] = []

    def save(session: Session) -> int:
        run = create_import(session, sent=sent, look=look, actor=actor_of(session))
        made.append(run.id)
        return run.id

    import_id = save_once(form, save)
    if import_id not in made:
        Folder(sent.folder).erase()
    return import_id


def preparation_page(
    run: Import, problem: str | None = None, status: int = 200
) -> ResponseReturnValue:
    """Show how the file is read and which column is which field."""
    found = known_look(Folder(run.folder))
    sheet = chosen_sheet(found, run.layout["sheet"])
    reading = ReadingForm(found, formdata=None, data=_shown_layout(run))
    settings = _settings_form(run, formdata=None)
    settings.offer(Settings(**run.settings))
    chosen = _chosen() if request.method == "POST" else None
    page = render_template(
        "imports/prepare.html",
        run=run,
        found=found,
        sheet=sheet,
        reading=reading,
        settings=settings,
        columns=shown_columns(run, sheet, chosen or None),
        options=field_options(run.kind),
        kinds=KIND_LABELS,
        problem=problem or _problem_of(run),
    )
    return page, status


def _settings_form(run: Import, **kwargs: Any) -> SettingsForm:
    session = db.session()
    takes_scheme = run.kind == ImportKind.SUBSIDIES
    schemes = scheme_and_call_options(session) if takes_scheme else []
    return SettingsForm(labels_by_code(session, "family"), schemes=schemes, **kwargs)


def _shown_layout(run: Import) -> dict[str, Any]:
    row = run.layout["header_row"]
    return {**run.layout, "kind": run.kind, "header_row": str(row) if row else ""}


def _problem_of(run: Import) -> str | None:
    return said(run.problem) if run.problem else None


@blueprint.post("/imports/<int:import_id>/lecture")
@allow(Permission.IMPORT)
def read_again(import_id: int) -> ResponseReturnValue:
    """Read the file otherwise: another sheet, another header, another encoding."""
    run = get_import(db.session(), import_id)
    folder = Folder(run.folder)
    form = ReadingForm(known_look(folder))
    if not form.validate():
        return preparation_page(run, " ".join(e for f in form for e in f.errors), 422)
    try:
        _found, look = look_at(folder, run.file_name, form.layout())
    except RuleError as error:
        return preparation_page(run, sentence(error), 422)
    kind = form.kind.data
    saved = save_form(
        form, lambda session: look_again(session, import_id=import_id, look=look, kind=kind).id
    )
    if saved is None:
        return preparation_page(run, " ".join(form.form_errors), 422)
    return redirect(url_for(".show", import_id=import_id, etape="colonnes"), 303)


@blueprint.post("/imports/<int:import_id>/colonnes")
@allow(Permission.IMPORT)
def columns(import_id: int) -> ResponseReturnValue:
    """Say which column is which field, and try the file out."""
    run = get_import(db.session(), import_id)
    form = _settings_form(run)
    saved = save_form(
        form,
        lambda session: (
            choose_fields(
                session, import_id=import_id, fields=_chosen(), settings=form.settings()
            ).id
        ),
    )
    if saved is None:
        errors = [*form.form_errors, *(error for field in form for error in field.errors)]
        return preparation_page(run, " ".join(errors), 422)
    start_work(import_id)
    return redirect(url_for(".show", import_id=import_id), 303)


def _chosen() -> dict[str, str]:
    return {
        name.removeprefix(_COLUMN): code
        for name, code in request.form.items()
        if name.startswith(_COLUMN) and code
    }
