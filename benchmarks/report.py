"""The measures as tables, for the terminal and for `docs/benchmarks.md`."""

import os
import platform
import re
import sqlite3
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import create_engine, text

from benchmarks import report_beside, report_pages
from benchmarks.imports import Bringing
from benchmarks.measures import Measures
from benchmarks.report_pages import Lines
from crm.core import clock

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
_HEAD = """# Benchmarks

`{command}`, {day}. {machine}

10,000 structures, 50,000 sessions over five years, 3,782 communes, one or two roles for each
contact, the history and the search index of all of them; the same data on both databases.
Milliseconds: median (95th percentile). Everything in a table was measured in the same run, all by
turns, a few of each: the machine slows down and speeds up.

- *ours* signs the person in, checks their rights and writes the whole page.
- *floor* is the smallest Flask, SQLAlchemy and Jinja application that shows the same rows or keeps
  the same session: no sign-in, no rules, no history, no layout (`benchmarks/floor.py`).
- *raw* is the same question put to the database by its driver, without a page.
- *HTTP* goes over loopback to gunicorn with one worker of four threads; *in process* calls the
  application directly.
"""


def write_report(
    measures: Sequence[Measures], brought: Sequence[Bringing], command: str, *, is_kept: bool
) -> str:
    """Return the report; keep it in the docs unless it was a quick run."""
    tables = (*report_pages.TABLES, *report_beside.TABLES)
    lines = [
        *_head(command),
        *(line for table in tables for line in table(measures)),
        *report_beside.imports(brought),
    ]
    report = "\n".join(lines) + "\n"
    if is_kept and measures:
        PAGE.write_text(report, encoding="utf-8")
    return report


def _head(command: str) -> Lines:
    return _HEAD.format(
        command=command, day=clock.today().isoformat(), machine=_machine()
    ).splitlines()


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    parts = [
        f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GB",
        f"Python {platform.python_version()}",
        f"SQLite {sqlite3.sqlite_version}",
        *(f"{name} {version(name)}" for name in ("SQLAlchemy", "Flask", "gunicorn")),
    ]
    if server := _postgresql():
        parts.append(f"PostgreSQL {server}")
    return ", ".join(parts) + "."


def _processor() -> str:
    try:
        described = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        described = ""
    found = re.search(r"model name\s*:\s*(.+)", described)
    return found[1] if found else platform.machine()


def _postgresql() -> str | None:
    if not (url := os.environ.get("TEST_DATABASE_URL")):
        return None
    engine = create_engine(url)
    with engine.connect() as connection:
        shown = str(connection.scalar(text("SHOW server_version")))
    engine.dispose()
    return shown.split(maxsplit=1)[0]
