"""The report of a year as a workbook: a summary, then a sheet for each figure with its rows."""

import io
import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from crm.core.errors import N_
from crm.web.exports import WORKBOOK_OPTIONS
from crm.web.locale import translate
from crm.yearly.files.wording import (
    figure_text,
    number_of,
    own_text,
    period_words,
    settings_words,
    title_of,
    typed_cell,
)
from crm.yearly.types import Block, FigureRows, ItemKind, Report

_LONGEST_NAME = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_WIDEST, _A_HUNDRED = 60, 100
_EPOCH = date(1899, 12, 30)
_PARTS_HEAD = N_("Ligne")
Columns = tuple[tuple[str, str, str], ...]


def report_xlsx(report: Report, figures: Sequence[FigureRows], digest: str = "") -> bytes:
    """Return the workbook; text is always text, never a formula."""
    target = io.BytesIO()
    workbook = xlsxwriter.Workbook(target, {**WORKBOOK_OPTIONS, "constant_memory": True})
    looks = {
        "bold": workbook.add_format({"bold": True}),
        "title": workbook.add_format({"bold": True, "font_size": 16, "font_color": "#0E6266"}),
        "muted": workbook.add_format({"font_color": "#5A636B", "text_wrap": True}),
        "money": workbook.add_format({"num_format": "#,##0.00"}),
        "percent": workbook.add_format({"num_format": "0.0%"}),
        "number": workbook.add_format({"num_format": "#,##0"}),
        "date": workbook.add_format({"num_format": "dd/mm/yyyy"}),
    }
    names = _Names()
    summary = workbook.add_worksheet(names.take(translate(N_("Synthèse"))))
    sheets = _sheets(figures)
    links = {item: names.take(title) for item, (title, _parts) in sheets.items()}
    _write_summary(summary, report, digest, links, looks)
    for item, (title, parts) in sheets.items():
        _write_figure(workbook, links[item], title, parts, looks)
    workbook.close()
    return target.getvalue()


class _Names:
    """Gives each sheet a name that Excel takes, and that no other has."""

    def __init__(self) -> None:
        self.taken: set[str] = set()

    def take(self, title: str) -> str:
        base = " ".join(_FORBIDDEN.sub(" ", title).split()) or "-"
        name, number = base[:_LONGEST_NAME].strip(), 1
        while name.lower() in self.taken:
            number += 1
            suffix = f" {number}"
            name = f"{base[: _LONGEST_NAME - len(suffix)].strip()}{suffix}"
        self.taken.add(name.lower())
        return name


def _sheets(figures: Sequence[FigureRows]) -> dict[str, tuple[str, list[FigureRows]]]:
    """Return, by item, its title and its parts, in the order of the report."""
    found: dict[str, tuple[str, list[FigureRows]]] = {}
    for each in figures:
        item = each.key.split(":")[0]
        found.setdefault(item, (each.title, []))[1].append(each)
    return found


def _write_summary(
    sheet: Worksheet, report: Report, digest: str, links: dict[str, str], looks: dict[str, Any]
) -> None:
    sheet.set_column(0, 0, 52)
    sheet.set_column(1, 2, 18)
    sheet.set_column(3, 3, 90)
    sheet.write_string(0, 0, f"{report.network} : {title_of(report)}", looks["title"])
    said = [period_words(report), report.funder, *settings_words(report)]
    if digest:
        said.append(f"SHA-256 : {digest}")
    sheet.write_string(1, 0, " · ".join(each for each in said if each), looks["muted"])
    heads = ("", str(report.year), str(report.year - 1), translate(N_("Règle de calcul")))
    for column, head in enumerate(heads):
        sheet.write_string(3, column, head, looks["bold"])
    number = 4
    for row in _summary_rows(report):
        title, look, value, previous, rule, item = row
        link = links.get(item)
        if link:
            sheet.write_url(number, 0, f"internal:'{link}'!A1", string=title)
        else:
            sheet.write_string(number, 0, title, looks[look] if look else None)
        for column, cell in ((1, value), (2, previous)):
            _write_cell(sheet, number, column, cell, looks)
        if rule:
            sheet.write_string(number, 3, rule, looks["muted"])
        number += 1


def _summary_rows(report: Report) -> Iterator[tuple[str, str, Any, Any, str, str]]:
    for section in report.sections:
        yield section.title, "bold", None, None, "", ""
        for block in section.blocks:
            item = str(block.item_id)
            if block.kind == ItemKind.TEXT:
                if body := own_text(report, block):
                    yield block.title, "", body[:32_000], None, "", ""
            elif block.kind == ItemKind.SPLIT:
                yield block.title, "", None, None, block.rule, item
                for line in block.lines:
                    value = number_of(block, line.count)
                    shown = figure_text(line) if value is None else value
                    previous = number_of(block, line.previous)
                    yield f"   {line.label}", "", shown, previous, "", ""
            elif block.kind == ItemKind.LIST:
                count = sum(each.is_counted for each in block.entries)
                yield block.title, "", count, None, block.rule, item
            elif block.line:
                total = block.line
                is_plain = total.is_number or block.is_money
                found = _cell(block, total.count, total.tenths) if is_plain else None
                shown = figure_text(total) if found is None else found
                previous = _cell(block, total.previous, total.previous_tenths)
                yield block.title, "", shown, previous, block.rule, item


class _Percent(float):
    """A number that a sheet shows in per cent."""


def _cell(block: Block, count: int | None, tenths: int | None) -> int | float | None:
    found = number_of(block, count, tenths)
    return found if found is None or not block.is_percent else _Percent(found / _A_HUNDRED)


def _write_figure(
    workbook: Workbook, name: str, title: str, parts: Sequence[FigureRows], looks: dict[str, Any]
) -> None:
    sheet = workbook.add_worksheet(name)
    sheet.write_string(0, 0, title, looks["title"])
    sheet.write_string(1, 0, parts[0].rule, looks["muted"])
    has_parts = ":" in parts[0].key
    widths: dict[int, int] = {}
    columns: Columns = next((each.columns for each in parts if each.columns), ())
    number = _write_heads(sheet, 3, columns, widths, looks, has_parts=has_parts)
    for part in parts:
        if part.columns != columns and part.rows:  # what a formula names: each has its own
            columns = part.columns
            sheet.write_string(number + 1, 0, f"{part.label} : {part.written}", looks["bold"])
            number = _write_heads(sheet, number + 2, columns, widths, looks, has_parts=has_parts)
        kinds = ["text", "number", *(kind for _key, _label, kind in part.columns)]
        for row in part.rows:
            cells = [part.label, row[0], *row[2:]]
            start = 0 if has_parts else 1
            for column, (cell, kind) in enumerate(zip(cells[start:], kinds[start:], strict=True)):
                _write_cell(sheet, number, column, typed_cell(cell, kind), looks)
                widths[column] = max(widths.get(column, 0), len(str(cell or "")))
            number += 1
    for column, width in widths.items():
        sheet.set_column(column, column, min(width + 2, _WIDEST))
    sheet.freeze_panes(4, 0)


def _write_heads(
    sheet: Worksheet,
    row: int,
    columns: Columns,
    widths: dict[int, int],
    looks: dict[str, Any],
    *,
    has_parts: bool,
) -> int:
    """Write the heads of what follows; return the row that comes next."""
    heads = [translate(_PARTS_HEAD)] if has_parts else []
    heads += [translate(N_("Identifiant")), *(label for _key, label, _kind in columns)]
    for column, head in enumerate(heads):
        sheet.write_string(row, column, head, looks["bold"])
        widths[column] = max(widths.get(column, 0), len(head))
    return row + 1


def _write_cell(sheet: Worksheet, row: int, column: int, value: Any, looks: dict[str, Any]) -> None:
    if isinstance(value, date):
        # What write_datetime comes to, without its slow way there.
        sheet.write_number(row, column, (value - _EPOCH).days, looks["date"])
    elif isinstance(value, int | float) and not isinstance(value, bool):
        is_percent = isinstance(value, _Percent)
        look = "percent" if is_percent else "number" if isinstance(value, int) else "money"
        sheet.write_number(row, column, value, looks[look])
    elif value is not None:
        sheet.write_string(row, column, str(value)[:32_767])
