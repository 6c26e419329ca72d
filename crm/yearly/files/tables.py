"""The report of a year as plain data: JSON for programs, CSV in long form."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from crm.core.errors import N_
from crm.web.exports import csv_lines
from crm.web.locale import translate
from crm.yearly.files.wording import figure_text, number_of, own_text
from crm.yearly.types import Block, ItemKind, Report

_HEAD = (
    N_("Rapport"), N_("Année"), N_("Partie"), N_("Élément"), N_("Code"), N_("Détail par"),
    N_("Ligne"), N_("Nombre"), N_("En toutes lettres"), N_("Année précédente"), N_("Unité"),
    N_("Règle de calcul"),
)  # fmt: skip


def plain_report(report: Report, digest: str = "") -> dict[str, Any]:
    """Return the report as JSON holds it."""
    data = asdict(report)
    data["start"], data["end"] = report.start.isoformat(), report.end.isoformat()
    return data | {"digest": digest or None}


def report_json(report: Report, digest: str = "") -> bytes:
    """Return the report as JSON that people can read."""
    return (json.dumps(plain_report(report, digest), ensure_ascii=False, indent=2) + "\n").encode()


def report_csv(report: Report) -> bytes:
    """Return the report in long form: a row for each figure, reading, record and text."""
    return b"".join(csv_lines([translate(each) for each in _HEAD], _rows(report)))


def _rows(report: Report) -> Iterator[tuple[Any, ...]]:
    for section in report.sections:
        for block in section.blocks:
            for row in _of_block(report, block):
                yield (report.name, report.year, section.title, block.title, *row)


def _of_block(report: Report, block: Block) -> Iterator[tuple[Any, ...]]:
    if block.kind == ItemKind.TEXT:
        if body := own_text(report, block):
            yield ("", "", "", None, body, None, "", "")
        return
    if block.problem and not block.lines:
        yield (block.code, block.by, "", None, block.problem, None, block.unit, block.rule)
    for line in block.lines:
        yield (
            block.code, block.by, line.label, number_of(block, line.count, line.tenths),
            figure_text(line), number_of(block, line.previous, line.previous_tenths), block.unit,
            block.rule,
        )  # fmt: skip
    for reading in block.readings:
        said = " ".join(each for each in (reading.written, reading.delta, reading.note) if each)
        yield (block.code, "", reading.day, None, said, None, block.unit, "")
    for entry in block.entries:
        said = " · ".join(each for each in (entry.group, entry.detail) if each)
        yield (block.code, "", entry.title, None, said, None, "", block.rule)
