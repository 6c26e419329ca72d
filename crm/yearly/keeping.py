"""A report as it is kept when its year is closed: written and read as canonical JSON."""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from crm.yearly.rules import canonical_json
from crm.yearly.types import (
    Block,
    Entry,
    FigureRows,
    Line,
    OpenSession,
    Reading,
    Report,
    Section,
)

FORMAT = 1


def content_of(
    report: Report, figures: Sequence[FigureRows], left_open: Sequence[OpenSession]
) -> bytes:
    """Return a report with its rows as canonical JSON: what is kept, and what is hashed."""
    return canonical_json(
        {
            "format": FORMAT,
            "report": {
                **asdict(report),
                "start": report.start.isoformat(),
                "end": report.end.isoformat(),
            },
            "figures": [asdict(each) for each in figures],
            "open_sessions": [{**asdict(each), "day": each.day.isoformat()} for each in left_open],
        }
    )


def packed(content: bytes) -> bytes:
    """Return content as the database holds it."""
    return zlib.compress(content, 6)


def unpacked(kept: bytes) -> bytes:
    """Return the content that was kept, byte for byte."""
    return zlib.decompress(kept)


def read_content(content: bytes) -> tuple[Report, list[FigureRows], list[OpenSession]]:
    """Return what was kept: the report, the rows behind its figures, the sessions left open."""
    data = json.loads(content)
    figures = [
        FigureRows(
            **{
                **each,
                "columns": tuple(tuple(column) for column in each["columns"]),
                "rows": tuple(tuple(row) for row in each["rows"]),
            }
        )
        for each in data["figures"]
    ]
    left_open = [
        OpenSession(each["session_id"], date.fromisoformat(each["day"]), each["structures"])
        for each in data["open_sessions"]
    ]
    return _report(data["report"]), figures, left_open


def _report(data: Mapping[str, Any]) -> Report:
    sections = tuple(
        Section(each["item_id"], each["title"], tuple(_block(block) for block in each["blocks"]))
        for each in data["sections"]
    )
    return Report(
        **{
            **data,
            "start": date.fromisoformat(data["start"]),
            "end": date.fromisoformat(data["end"]),
            "sections": sections,
        }
    )


def _block(data: Mapping[str, Any]) -> Block:
    return Block(
        **{
            **data,
            "lines": tuple(Line(**each) for each in data["lines"]),
            "readings": tuple(Reading(**each) for each in data["readings"]),
            "entries": tuple(Entry(**each) for each in data["entries"]),
        }
    )
