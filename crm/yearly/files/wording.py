"""What every file says of a report in the same words."""

from datetime import date
from typing import Any

from crm.core.errors import N_
from crm.core.money import in_euros
from crm.indicators.types import Level
from crm.web.formats import long_date
from crm.web.locale import translate
from crm.yearly.types import SUPPORT_LABELS, Block, FigureRows, Line, Report, Support

TENTHS = 10


def title_of(report: Report) -> str:
    """Return « Rapport d’activité 2019 »."""
    return f"{report.name} {report.year}"


def period_words(report: Report) -> str:
    """Return from when to when a report counts."""
    said = N_("Du %(start)s au %(end)s")
    return translate(said, start=long_date(report.start), end=long_date(report.end))


def settings_words(report: Report) -> list[str]:
    """Return in words the settings that change what is counted."""
    said = []
    if report.level == Level.PARENT:
        said.append(translate(N_("Les structures comptent au niveau de leur structure parente.")))
    if report.support != Support.ALL:
        said.append(translate(SUPPORT_LABELS[Support(report.support)]))
    return [*said, report.note] if report.note else said


def figure_text(figure: Line | FigureRows) -> str:
    """Return a figure as it is read, or why there is none."""
    return figure.problem or figure.written


def previous_words(report: Report, line: Line) -> str:
    """Return last year's figure in words; "" where it is not known."""
    if line.previous is None or not line.previous_written:
        return ""
    said = N_("%(count)s en %(year)s")
    return translate(said, count=line.previous_written, year=report.year - 1)


def reading_words(block: Block) -> str:
    """Return the day of the only reading of a series, how it moved, its remark; else ""."""
    if len(block.readings) != 1:
        return ""
    only = block.readings[0]
    return " · ".join(each for each in (only.day, only.delta, only.note) if each)


def number_of(block: Block, count: int | None, tenths: int | None = None) -> int | float | None:
    """Return a number of a block as a table holds it: euros for money, tenths told."""
    if tenths is not None:
        return tenths / TENTHS
    return in_euros(count) if block.is_money and count is not None else count


def typed_cell(cell: Any, kind: str) -> Any:
    """Return a cell of what is kept as a table holds it: a day as a date, money in euros."""
    if kind == "date" and cell:
        return date.fromisoformat(cell[:10])
    return in_euros(cell) if kind == "money" and isinstance(cell, int) else cell


def rules_of(report: Report) -> list[tuple[str, str]]:
    """Return (title, rule) of what is counted, each rule once, in the order of the report."""
    found: dict[str, str] = {}
    for block in report.blocks:
        if block.rule:
            found.setdefault(block.rule, block.title)
    return [(title, rule) for rule, title in found.items()]


def grouped_entries(block: Block) -> list[tuple[str, list[str]]]:
    """Return the titles of a list under each of its headings, in order."""
    found: dict[str, list[str]] = {}
    for entry in block.entries:
        found.setdefault(entry.group, []).append(entry.title)
    return list(found.items())


def is_names_alone(block: Block) -> bool:
    """Tell whether a list is names under headings, by département, and nothing more of each."""
    has_details = any(entry.detail for entry in block.entries)
    return not has_details and any(entry.group for entry in block.entries)


def own_text(report: Report, block: Block) -> str:
    """Return the text of a block written for this year; one of before is only a starting point."""
    return block.body if block.text_year == report.year else ""
