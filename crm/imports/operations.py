"""Bringing a file in, step by step: kept, read, decided upon, launched, stopped, undone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.errors import N_, NotFoundError, RuleError
from crm.history.recording import Actor
from crm.imports.fields import FIELDS
from crm.imports.mapping import clean_choice, guess_kind, missing_fields, propose_fields, shape_of
from crm.imports.models import Import, ImportShape
from crm.imports.settings import checked_settings
from crm.imports.types import (
    AT_WORK,
    EDITABLE,
    LISTS_STRUCTURES,
    ImportKind,
    OnDuplicate,
    Settings,
    State,
)
from crm.reading import Layout
from crm.web.locale import translate

MOST_CORRECTIONS = 5_000
_LONGEST_CELL = 2_000
_LONGEST_NAME = 200
_AT_WORK = N_("Cet import est en cours : attendez qu’il finisse, ou arrêtez-le.")
_TWICE = N_("Deux colonnes ne peuvent pas remplir le même champ : %(labels)s.")


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that was kept: its folder, its name as sent, its size, and what it holds."""

    folder: str
    file_name: str
    size: int
    kind: str | None


@dataclass(frozen=True, slots=True)
class Look:
    """How a file was found to be: its layout, its headers, and some values of each column."""

    layout: Layout
    headers: tuple[str, ...]
    samples: tuple[tuple[str, ...], ...]


def create_import(session: Session, *, sent: Sent, look: Look, actor: Actor) -> Import:
    """Keep a file that could be read, with what its columns seem to be; return the import."""
    kind = ImportKind(sent.kind) if sent.kind else guess_kind(look.headers, look.samples)
    run = Import(
        folder=sent.folder,
        kind=str(kind),
        state=str(State.DRAFT),
        file_name=sent.file_name[-_LONGEST_NAME:],
        file_size=sent.size,
        created_at=clock.now(),
        actor_id=actor.user_id,
        actor_name=actor.name,
        source=actor.source,
        corrections={},
        decisions={},
        counts={},
        layout={},
        headers=[],
        fields={},
        settings={},
    )
    session.add(run)
    _take_look(run, look)
    _propose(session, run, look)
    session.flush()
    return run


def look_again(session: Session, *, import_id: int, look: Look, kind: str) -> Import:
    """Read the file otherwise: another sheet, header, encoding or kind; propose fields anew."""
    run = get_editable(session, import_id)
    if kind not in set(ImportKind):
        raise RuleError("kind", N_("Dites ce que contient le fichier."))
    run.kind = kind
    _take_look(run, look)
    run.corrections, run.decisions = {}, {}
    _propose(session, run, look)
    session.flush()
    return run


def _take_look(run: Import, look: Look) -> None:
    run.layout = {
        "sheet": look.layout.sheet,
        "header_row": look.layout.header_row,
        "encoding": look.layout.encoding,
        "delimiter": look.layout.delimiter,
    }
    run.headers = list(look.headers)
    run.is_extracted = False
    run.state = str(State.DRAFT)


def _propose(session: Session, run: Import, look: Look) -> None:
    """Propose what was chosen for the last file of this shape, or what the columns seem to be."""
    remembered = session.scalar(
        select(ImportShape).where(
            ImportShape.kind == run.kind, ImportShape.shape == shape_of(run.headers)
        )
    )
    if remembered is not None:
        run.fields, run.settings = dict(remembered.fields), dict(remembered.settings)
        return
    run.fields = propose_fields(run.kind, run.headers, look.samples)
    run.settings = Settings(lists=run.kind in LISTS_STRUCTURES).as_json()


def choose_fields(
    session: Session, *, import_id: int, fields: Mapping[str, str], settings: Settings
) -> Import:
    """Say which column is which field, and ask for a trial; remembered for files of this shape."""
    run = get_editable(session, import_id)
    kept, twice = clean_choice(run.kind, fields, len(run.headers))
    if twice:
        raise RuleError("fields", _TWICE, labels=_labels(sorted(twice)))
    if missing := missing_fields(run.kind, kept):
        raise RuleError(
            "fields",
            N_("Il manque une colonne : %(labels)s. Dites laquelle c’est."),
            labels=_labels(missing[0]),
        )
    checked = checked_settings(session, run.kind, kept, settings)
    run.fields, run.settings = kept, checked.as_json()
    _remember(session, run)
    _ask_for_trial(run)
    session.flush()
    return run


def _labels(codes: Iterable[str]) -> str:
    return " / ".join(translate(FIELDS[code].label) for code in codes)


def _remember(session: Session, run: Import) -> None:
    shape = shape_of(run.headers)
    known = session.scalar(
        select(ImportShape).where(ImportShape.kind == run.kind, ImportShape.shape == shape)
    )
    if known is None:
        known = ImportShape(kind=run.kind, shape=shape)
        session.add(known)
    known.fields, known.settings, known.used_at = run.fields, run.settings, clock.now()


def settle_rows(
    session: Session,
    *,
    import_id: int,
    corrections: Mapping[str, Mapping[str, str]],
    decisions: Mapping[str, str],
    on_duplicate: str | None = None,
) -> Import:
    """Correct cells and answer questions, then ask for another trial."""
    run = get_editable(session, import_id)
    cells = {row: dict(kept) for row, kept in run.corrections.items()}
    for row, typed in corrections.items():
        for place, text in typed.items():
            if _is_place(row) and _is_place(place) and int(place) < len(run.headers):
                cells.setdefault(row, {})[place] = text[:_LONGEST_CELL]
    if sum(map(len, cells.values())) > MOST_CORRECTIONS:
        raise RuleError(
            "form",
            N_("C’est trop de corrections ici : corrigez le fichier et envoyez-le à nouveau."),
        )
    run.corrections = cells
    run.decisions = {**run.decisions, **decisions}
    if on_duplicate in set(OnDuplicate):
        run.settings = {**run.settings, "on_duplicate": on_duplicate}
    _ask_for_trial(run)
    session.flush()
    return run


def _is_place(text: str) -> bool:
    return text.isdecimal() and len(text) <= 7  # noqa: PLR2004 - no file is longer


def _ask_for_trial(run: Import) -> None:
    run.state = str(State.PLANNING)
    run.counts, run.problem = {}, None
    run.rows_done, run.position = 0, 0
    run.started_at, run.finished_at = clock.now(), None
    run.lease_key = run.lease_until = None


def launch(session: Session, *, import_id: int, good_rows: bool) -> Import:
    """Write what the trial found; RuleError when rows are not good and nobody said to leave them.

    Launching twice is launching once.
    """
    run = get_import(session, import_id, for_update=True)
    if run.state in (State.RUNNING, State.DONE):
        return run
    if run.state != State.PLANNED:
        raise RuleError("form", N_("Faites d’abord l’essai à blanc."))
    bad = sum(int(run.counts.get(f"rows.{each}", 0)) for each in ("refused", "to_decide"))
    if bad and not good_rows:
        raise RuleError(
            "form",
            N_(
                "Lignes à corriger ou à décider : %(count)s. Réglez-les, ou importez seulement les"
                " bonnes lignes."
            ),
            count=bad,
        )
    run.state = str(State.RUNNING)
    run.takes_good_rows = good_rows
    run.counts = {**run.counts, "trial": _trial_of(run)}
    run.rows_done, run.position = 0, 0
    run.started_at, run.finished_at = clock.now(), None
    run.lease_key = run.lease_until = run.problem = None
    session.flush()
    return run


def _trial_of(run: Import) -> dict[str, Any]:
    return {name: count for name, count in run.counts.items() if name != "trial"}


def stop(session: Session, *, import_id: int) -> Import:
    """Give up an import: what it has written already is undone."""
    run = get_import(session, import_id, for_update=True)
    if run.state == State.RUNNING:
        run.state, run.stops_as = str(State.STOPPING), str(State.CANCELLED)
        run.lease_key = run.lease_until = None
    elif run.state in (State.DRAFT, State.PLANNING, State.PLANNED):
        run.state = str(State.CANCELLED)
        run.lease_key = run.lease_until = None
        run.finished_at = clock.now()
    else:
        raise RuleError("form", N_("Cet import est fini : il ne peut plus être arrêté."))
    session.flush()
    return run


def ask_to_undo(session: Session, *, import_id: int) -> Import:
    """Undo an import that is done; asking twice is asking once."""
    run = get_import(session, import_id, for_update=True)
    if run.state in (State.UNDOING, State.UNDONE):
        return run
    if run.state != State.DONE:
        raise RuleError("form", N_("Cet import n’est pas fini : il n’y a rien à annuler."))
    run.state = str(State.UNDOING)
    run.started_at, run.finished_at = clock.now(), None
    run.rows_done = 0
    run.lease_key = run.lease_until = None
    session.flush()
    return run


def get_import(session: Session, import_id: int, *, for_update: bool = False) -> Import:
    """Return an import; raise NotFoundError."""
    statement = select(Import).where(Import.id == import_id)
    if for_update:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    run = session.scalar(statement)
    if run is None:
        raise NotFoundError
    return run


def get_editable(session: Session, import_id: int) -> Import:
    """Return an import whose reading can still be changed; raise NotFoundError or RuleError."""
    run = get_import(session, import_id, for_update=True)
    if run.state in AT_WORK:
        raise RuleError("form", _AT_WORK)
    if run.state not in EDITABLE:
        raise RuleError("form", N_("Cet import est fini : envoyez le fichier à nouveau."))
    if run.files_erased_at is not None:
        raise RuleError("form", N_("Le fichier n’est plus gardé : envoyez-le à nouveau."))
    return run


def erase_files(session: Session, *, import_ids: list[int]) -> None:
    """Note that the files of imports are gone."""
    session.execute(
        update(Import).where(Import.id.in_(import_ids)).values(files_erased_at=clock.now())
    )
