"""What the pages of imports show, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import url_for
from flask_login import current_user
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.errors import N_
from crm.database import db
from crm.history.models import ChangeSet
from crm.history.queries import PastChange
from crm.history.wording import tell, what_is
from crm.imports.fields import RECORD_LABELS, RECORDS, fields_of
from crm.imports.models import Import
from crm.imports.outcomes import said
from crm.imports.queries import import_of_change_set
from crm.imports.readers import text_of
from crm.imports.storage import Folder, read_page
from crm.imports.types import OUTCOME_LABELS, ImportKind, Outcome, State
from crm.reading import SheetFound
from crm.web.access import Permission
from crm.web.formats import number
from crm.web.locale import translate

ROWS_A_PAGE = 25
_SHOWN_SAMPLES = 3
_PARTS = ("changes", "left")  # what a row changes of a record, and what it says otherwise
_RECORDS_TOLD = ("structure", "contact", "affiliation", "contact_point", "consent", "session",
                 "membership", "group_representative", "project", "project_partner",
                 "funding_application")  # fmt: skip
_FIRST_SEEN = (Outcome.TO_DECIDE, Outcome.REFUSED, Outcome.CREATED, Outcome.UPDATED,
               Outcome.UNCHANGED, Outcome.SKIPPED)  # fmt: skip


def import_url_of(change_set: ChangeSet) -> str | None:
    """Return the page of the import that a save is a part of, for those who may see it."""
    if change_set.source not in ("import", "command") or not current_user.may(Permission.IMPORT):
        return None
    run = import_of_change_set(db.session(), change_set.id)
    return url_for("imports.show", import_id=run.id) if run else None


def field_options(kind: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the fields that a column can be, by what they are said of."""
    fields = fields_of(kind)
    return [
        (
            translate(RECORD_LABELS[record]),
            [(each.code, translate(each.label)) for each in fields if each.record == record],
        )
        for record in RECORDS[ImportKind(kind)]
    ]


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """A column of the file: its header, some of its values, the field it is."""

    place: int
    header: str
    samples: Sequence[str]
    field: str


def shown_columns(
    run: Import, sheet: SheetFound, chosen: Mapping[str, str] | None = None
) -> list[ShownColumn]:
    """Return the columns that have a header or a value."""
    fields = run.fields if chosen is None else chosen
    below = [row for row in sheet.sample if row.number > (sheet.header_row or 0)]
    shown = []
    for place, header in enumerate(run.headers):
        values = (text_of(row.cells[place]) for row in below if place < len(row.cells))
        samples = list(dict.fromkeys(filter(None, values)))[:_SHOWN_SAMPLES]
        if header or samples:
            title = header or translate(N_("Colonne %(number)s"), number=place + 1)
            shown.append(ShownColumn(place, title, samples, fields.get(str(place), "")))
    return shown


@dataclass(frozen=True, slots=True)
class Tab:
    """The rows with one outcome: how many, and where they are shown."""

    outcome: str
    label: str
    count: int
    url: str
    is_shown: bool


def tabs(run: Import, asked: str | None) -> list[Tab]:
    """Return the outcomes of a trial; the one asked for is shown, or the first to look at."""
    counts = {each: int(run.counts.get(f"rows.{each}", 0)) for each in Outcome}
    first = next((each for each in _FIRST_SEEN if counts[each]), Outcome.CREATED)
    shown = Outcome(asked) if asked in set(Outcome) else first
    return [
        Tab(
            str(each),
            translate(OUTCOME_LABELS[each]),
            counts[each],
            url_for("imports.show", import_id=run.id, voir=str(each)),
            each == shown,
        )
        for each in OUTCOME_LABELS
        if counts[each] or each != Outcome.SKIPPED
    ]


def trial_rows(
    session: Session, run: Import, outcome: str, position: int
) -> tuple[list[dict[str, Any]], int | None]:
    """Return a page of a trial's rows with this outcome, in words, and where the next begins."""
    rows, after = read_page(Folder(run.folder).results(outcome), position, ROWS_A_PAGE)
    records = [record for row in rows for record in row.get("records", ())]
    told = tell(session, [_as_change(each, part) for part in _PARTS for each in records])
    for record, changed, left in zip(records, told, told[len(records) :], strict=False):
        record["what"] = what_is(record["entity"])
        record["fields"], record["left_out"] = changed.fields, left.fields
    for row in rows:
        _say_issues(run, row)
    return rows, after


def _as_change(record: Mapping[str, Any], part: str) -> PastChange:
    return PastChange(
        at=clock.now(),
        actor_name="",
        source="",
        action="updated",
        entity=record["entity"],
        record_id=record["id"] or 0,
        fields=record[part],
    )


def _say_issues(run: Import, row: dict[str, Any]) -> None:
    typed = run.corrections.get(str(row["row"]), {})
    cells: list[Any] = row.get("cells", [])
    for issue in (*row.get("issues", ()), *row.get("questions", ())):
        issue["sentence"] = said(issue)
        place = issue["column"]
        issue["header"] = run.headers[place] if place is not None else None
        held = cells[place] if place is not None and place < len(cells) else None
        issue["text"] = typed.get(str(place), text_of(held)) if place is not None else ""
        for choice in issue.get("choices", ()):
            label: str = choice["label"]
            choice["label"] = translate(label)
    row["context"] = [
        {"header": run.headers[place], "text": text_of(cell)}
        for place, cell in enumerate(cells)
        if place < len(run.headers) and text_of(cell)
    ]


def record_counts(counts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return how many records of each kind are made, completed and found as they are."""
    return [
        {
            "what": what_is(entity),
            "created": counts.get(f"{entity}.created", 0),
            "updated": counts.get(f"{entity}.updated", 0),
            "unchanged": counts.get(f"{entity}.unchanged", 0),
        }
        for entity in _RECORDS_TOLD
        if any(counts.get(f"{entity}.{each}") for each in ("created", "updated", "unchanged"))
    ]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the work is: rows done and to do, a second, and what is left, in words."""

    title: str
    done: int
    total: int
    rate: str
    left: str | None
    can_stop: bool

    @property
    def percent(self) -> int:
        """Return how much is done, out of a hundred."""
        return min(100, 100 * self.done // self.total) if self.total else 0


_WORK = {
    State.PLANNING: N_("Essai à blanc : chaque ligne est lue et comparée, rien n’est écrit."),
    State.RUNNING: N_("Les lignes sont écrites. Vous pouvez quitter cette page : cela continue."),
    State.STOPPING: N_("L’import s’arrête : ce qu’il avait écrit est retiré."),
    State.UNDOING: N_("L’import est annulé : ce qu’il avait écrit est retiré."),
}


def progress_of(run: Import) -> Progress:
    """Return how far the work on an import is."""
    seconds = max((clock.now() - run.started_at).total_seconds(), 0.1) if run.started_at else 0.1
    rate = run.rows_done / seconds
    total = max(_rows_to_do(run), run.rows_done)
    remaining = (total - run.rows_done) / rate if rate else None
    return Progress(
        title=translate(_WORK[State(run.state)]),
        done=run.rows_done,
        total=total,
        rate=number(round(rate)),
        left=_time_left(timedelta(seconds=remaining)) if remaining is not None else None,
        can_stop=run.state in (State.PLANNING, State.RUNNING),
    )


def _rows_to_do(run: Import) -> int:
    if run.state == State.PLANNING:
        return run.row_count
    trial = run.counts.get("trial", run.counts)
    return sum(int(trial.get(f"rows.{each}", 0)) for each in ("created", "updated", "unchanged"))


def _time_left(left: timedelta) -> str:
    seconds = int(left.total_seconds())
    if seconds < 60:  # noqa: PLR2004 - a minute
        return translate(N_("moins d’une minute"))
    return translate(N_("environ %(minutes)s min"), minutes=number(round(seconds / 60)))
