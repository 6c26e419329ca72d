"""What moved since a year was closed: each figure that is no longer the published one, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.web.formats import agreed, number, round_money
from crm.web.locale import translate
from crm.yearly.behind import DAY, figure_rows, key_of
from crm.yearly.files.wording import figure_text
from crm.yearly.queries import Saved, last_changes
from crm.yearly.rules import Row, moved_rows
from crm.yearly.types import FigureRows, ItemKind, Line, Report

_IDENTITY, _RECORD, _FIRST = 0, 1, 2  # the cells of a row


class Move(StrEnum):
    """What became of a row since it was published."""

    ADDED = "entre"
    GONE = "sort"
    CHANGED = "change"


MOVE_LABELS = {
    Move.ADDED: N_("compte aujourd’hui, pas à la clôture"),
    Move.GONE: N_("comptait à la clôture, plus aujourd’hui"),
    Move.CHANGED: N_("ne compte plus pour autant"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """A row that moved; what it counted for before and after, where it says how much.

    `saved` is the last save since the closing that touched its record: what explains it.
    """

    entity: str
    record_id: int | None
    title: str
    move: Move
    before: str = ""
    after: str = ""
    saved: Saved | None = None


@dataclass(frozen=True, slots=True)
class Drift:
    """A figure that is no longer what was published, and the rows that explain it."""

    key: str
    item_id: int
    name: str
    published: str
    today: str
    changes: tuple[Change, ...] = ()

    @property
    def lines(self) -> str:
        """Return how many rows moved, in words."""
        count = len(self.changes)
        words = agreed(count, N_("%(count)s ligne"), N_("%(count)s lignes"))
        return translate(words, count=number(count))

    @property
    def sentence(self) -> str:
        """Return what was published and what it comes to today, in the reader's language."""
        if self.published != self.today:
            said = N_("Publié %(published)s, aujourd’hui %(today)s")
            return translate(said, published=self.published, today=self.today)
        if all(each.move is Move.CHANGED for each in self.changes):
            said = N_("Toujours %(count)s, mais le détail n’est plus le même")
        else:
            said = N_("Toujours %(count)s, mais ce ne sont plus les mêmes")
        return translate(said, count=self.today)


def moved_figures(published: Report, today: Report) -> dict[str, str]:
    """Return, by the key of a published figure, what it comes to today where that is another."""
    now = _lines(today)
    return {
        key: figure_text(now[key]) if key in now else translate(N_("rien"))
        for key, line in _lines(published).items()
        # A part that was published as zero, for the year before, is as well not there.
        if (figure_text(now[key]) != figure_text(line) if key in now else line.count != 0)
    }


def _lines(report: Report) -> dict[str, Line]:
    return {key_of(block, line): line for block in report.blocks for line in block.lines}


def drifts(
    session: Session,
    published: Report,
    figures: Sequence[FigureRows],
    today: Report,
    closed_at: datetime,
) -> list[Drift]:
    """Return every figure whose rows are no longer those published, with the rows that moved.

    `today` is what was published counted again. A figure that has as many rows but other ones is
    told too, and one whose rows count for other amounts; each row with the last save since the
    closing that explains it.
    """
    found = list(_moved(session, published, figures, today))
    ids: dict[str, set[int]] = {}
    for change in (each for drift in found for each in drift.changes):
        if change.entity and change.record_id is not None:
            ids.setdefault(change.entity, set()).add(change.record_id)
    saved = {
        entity: last_changes(session, entity=entity, ids=sorted(known), since=closed_at)
        for entity, known in ids.items()
    }
    return [replace(drift, changes=_explained(drift.changes, saved)) for drift in found]


def _explained(changes: Sequence[Change], saved: dict[str, dict[int, Saved]]) -> tuple[Change, ...]:
    return tuple(
        replace(each, saved=saved.get(each.entity, {}).get(each.record_id or 0)) for each in changes
    )


def _moved(
    session: Session, published: Report, figures: Sequence[FigureRows], today: Report
) -> Iterator[Drift]:
    now = {each.key: each for each in figure_rows(session, today)}
    problems = {block.item_id: block.problem for block in today.blocks}
    for before in figures:
        after = now.pop(before.key, None) or _nothing(before, problems.get(before.item_id, ""))
        if drift := _drift(before, after):
            yield drift
    growing = {
        block.item_id
        for block in published.blocks
        if block.kind == ItemKind.SPLIT and not block.problem
    }
    # A part that did not exist then, of a table that did.
    for after in now.values():
        if after.item_id in growing and (drift := _drift(_nothing(after), after)):
            yield drift


def _nothing(figure: FigureRows, problem: str = "") -> FigureRows:
    written = _said(0, "money" if figure.is_money else "number")
    return replace(figure, rows=(), written=written, problem=problem)


def _drift(before: FigureRows, after: FigureRows) -> Drift | None:
    changes = _changes(before, after)
    published, today = figure_text(before), figure_text(after)
    if not changes and published == today:
        return None
    return Drift(
        key=before.key,
        item_id=before.item_id,
        name=before.name(translate(N_(" : "))),
        published=published,
        today=today,
        changes=changes,
    )


def _changes(before: FigureRows, after: FigureRows) -> tuple[Change, ...]:
    """Return the rows that moved; none of a figure that could not be told on both sides."""
    if after.problem or before.problem:
        return ()
    moved = moved_rows(
        before.rows,
        after.rows,
        identity=_identity(before),
        # Columns of another version of what counts say nothing of how much a row counted for.
        measured=_measured(after) if before.columns == after.columns else None,
    )
    found = [_change(after, row, Move.ADDED, after=_amount(after, row)) for row in moved.added]
    found += [_change(before, row, Move.GONE, before=_amount(before, row)) for row in moved.gone]
    found += [
        _change(after, new, Move.CHANGED, before=_amount(before, old), after=_amount(after, new))
        for old, new in moved.changed
    ]
    return tuple(found)


def _place(figure: FigureRows, key: str) -> int | None:
    keys = [column[0] for column in figure.columns]
    return keys.index(key) + _FIRST if key in keys else None


def _identity(figure: FigureRows) -> int:
    """Return the cell that a row is known by: a reading by its day, corrected or noted anew."""
    key, _label, kind = figure.columns[0]
    return _FIRST if (key, kind) == (DAY, "text") else _IDENTITY


def _measured(figure: FigureRows) -> int | None:
    return _place(figure, figure.measured) if figure.measured else None


def _change(
    figure: FigureRows, row: Row, move: Move, *, before: str = "", after: str = ""
) -> Change:
    place = _place(figure, "name") or _place(figure, DAY)
    title = str(row[place]) if place else translate(N_("fiche n° %(id)s"), id=row[_IDENTITY])
    record_id = row[_RECORD] if isinstance(row[_RECORD], int) else None
    return Change(figure.entity, record_id, title, move, before, after)


def _amount(figure: FigureRows, row: Row) -> str:
    """Return how much a row counts for, in words; "" of rows that count each for one."""
    place = _measured(figure)
    return "" if place is None else _said(row[place], figure.columns[place - _FIRST][2])


def _said(value: Any, kind: str) -> str:
    if value is None:
        return translate(N_("non connu"))
    if isinstance(value, int) and kind in ("money", "number"):
        return round_money(value) if kind == "money" else number(value)
    return str(value)
