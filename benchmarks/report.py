"""The measures as tables, for the terminal and for `docs/benchmarks.md`."""

import os
import platform
import re
import sqlite3
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import create_engine, text

from benchmarks.coverage import APPLICATIONS
from benchmarks.duplicates import measure_labelled
from benchmarks.imports import Bringing, import_lines
from benchmarks.measures import Measures, Timing
from crm.core import clock

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
TITLES = {
    "list": "structures of a département",
    "search": "contacts by three letters, one accented",
    "record": "a structure with its timeline",
    "write": "logging a session",
    "year": "counts of a year",
}
AIMS = {"list": 2.0, "search": 2.0, "record": 4.0, "write": 4.0, "year": 1.5}
Lines = list[str]
_HEAD = """# Benchmarks

`{command}`, {day}. {machine}

10,000 structures, 50,000 sessions over five years, 3,782 communes, one or two roles for each
contact, the history and the search index of all of them; the same data on both databases.
Milliseconds: median (95th percentile). Everything in a table was measured in the same run.

- *ours* signs the person in, checks their rights and writes the whole page.
- *floor* is the smallest Flask, SQLAlchemy and Jinja application that shows the same rows or keeps
  the same session: no sign-in, no rules, no history, no layout (`benchmarks/floor.py`).
- *raw* is the same question put to the database by its driver, without a page.
- *HTTP* goes over loopback to gunicorn with one worker of four threads; *in process* calls the
  application directly.
"""
_QUESTIONS_HEAD = """
## {name}, {contacts:,} contacts

| question | ours, HTTP | floor, HTTP | ours ÷ floor | aim | ours, in process | floor, in process | raw | ours ÷ raw |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"""  # noqa: E501 - a row of a table
SEARCHES = {
    "prefix": "three letters",
    "accented": "a word with an accent",
    "two words": "two words, one cut short",
    "typo": "one typing error",
    "phone": "first digits of a phone number",
    "e-mail": "first letters of an e-mail address",
    "saint": "« St » for « Saint »",
}
_EVERYWHERE_HEAD = """
## Search everywhere

What the palette answers while one types: seven kinds of record, the best five of each, as HTML.
*raw* looks the same words up in the index of each kind by the driver, and reads no record.

| database | contacts | typed | ours, HTTP | ours, in process | raw | ours ÷ raw |
| --- | ---: | --- | ---: | ---: | ---: | ---: |"""
_MEMORY_HEAD = """
## Memory of one worker

Megabytes after all the questions: resident, and of that what is no mapped file (on SQLite ours maps
the database, which the system shares between processes and takes back at need).

| database | contacts | ours | ours, own | floor | floor, own | ours ÷ floor, own |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |"""
_WRITING_HEAD = """
## Eight clients logging sessions at once

| database | contacts | seconds | logged | kept | errors | a second | ms each |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"""
_TAGGING_HEAD = """
## A tag on every structure at once

Milliseconds, once: by the list's form, with a line of history for each structure; the undo of it;
the same rows by the driver.

| database | contacts | structures | ours | its undo | raw | ours ÷ raw |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |"""
_DUPLICATES_HEAD = """
## Duplicates

The first search of a whole base of {structures:,} structures, with {planted:,} people planted
twice, in a process of its own; then a name typed against it, in milliseconds (median and p95).

| database | people | seconds | compared | likely | planted found | MB | a person | a structure |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"""
_LABELLED_HEAD = """
On {pairs:,} labelled pairs of a seed that nothing was tuned on (`benchmarks/twins.py`):

| records | precision | recall |
| --- | ---: | ---: |"""
_STORY_HEAD = """
## A record with five hundred entries

Milliseconds, median of twenty: a structure's page with all of them, in process; the same rows by
the driver.

| database | contacts | ours | raw | ours ÷ raw |
| --- | ---: | ---: | ---: | ---: |"""
_REMINDING_HEAD = """
## What is due, and the message of the day

With 100,000 follow-ups of fifty people, milliseconds: what one person has due; the messages of all
fifty, each composed in two forms, signed and committed, against a read and an insert by the driver;
a ring of the scheduler when everyone has had theirs.

| database | contacts | due | raw | ours ÷ raw | messages | ours | raw | ours ÷ raw | quiet ring |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"""
_COVERING_HEAD = """
## Coverage, the pipeline, whom a call is open to

With {applications:,} applications of ten years, milliseconds, median: each page in process, whole;
the same rows by the driver. Coverage adds up 3,782 communes; a call is open to 10,000 structures.

| database | contacts | page | ours | raw | ours ÷ raw |
| --- | ---: | --- | ---: | ---: | ---: |"""
_IMPORT_HEAD = """
## A file of people and their structures

Seconds, once, into a network with nothing but its lists: the file is looked at, every row is tried
out, all are written with their history and their words; then the undo of it all. *raw* writes the
rows that this left by the driver alone, by `executemany` on SQLite and `COPY` on PostgreSQL: the
records, then also their history and words. *whole* is all three parts. Megabytes of the process.
"""
_GROWTH_HEAD = """
## Growth

From {small:,} to {large:,} contacts, the median is multiplied by:

| database | question | ours, HTTP | raw |
| --- | --- | ---: | ---: |"""


def write_report(
    measures: Sequence[Measures], brought: Sequence[Bringing], command: str, *, is_kept: bool
) -> str:
    """Return the report; keep it in the docs unless it was a quick run."""
    report = "\n".join(
        [*_head(command), *_questions(measures), *_everywhere(measures), *_growth(measures),
         *_memory(measures), *_writing(measures), *_tagging(measures), *_story(measures),
         *_reminding(measures), *_covering(measures), *_duplicates(measures),
         *_imports(brought)]
    ) + "\n"  # fmt: skip
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


def _questions(measures: Sequence[Measures]) -> Lines:
    lines = []
    for each in measures:
        name = _name(each.database)
        lines.append(_QUESTIONS_HEAD.format(name=name, contacts=each.contacts))
        for question, title in TITLES.items():
            ours, floor = (each.over_http[who][question] for who in ("ours", "floor"))
            inside, floor_inside = (each.in_process[who][question] for who in ("ours", "floor"))
            raw = each.raw[question]
            lines.append(
                f"| {title} | {_shown(ours)} | {_shown(floor)} |"
                f" {ours.median / floor.median:.2f} | {AIMS[question]:g} | {_shown(inside)} |"
                f" {_shown(floor_inside)} | {_shown(raw)} | {inside.median / raw.median:.1f} |"
            )
    return lines


def _everywhere(measures: Sequence[Measures]) -> Lines:
    lines = [_EVERYWHERE_HEAD]
    for each in measures:
        http, inside, raw = (each.everywhere[way] for way in ("HTTP", "in process", "raw"))
        lines += [
            f"| {_name(each.database)} | {each.contacts:,} | {title} | {_shown(http[shape])} |"
            f" {_shown(inside[shape])} | {_shown(raw[shape])} |"
            f" {inside[shape].median / raw[shape].median:.1f} |"
            for shape, title in SEARCHES.items()
        ]
    return lines


def _growth(measures: Sequence[Measures]) -> Lines:
    lines = []
    for database in dict.fromkeys(each.database for each in measures):
        sizes = sorted(
            (each for each in measures if each.database == database),
            key=lambda each: each.contacts,
        )
        if len(sizes) > 1:
            small, large = sizes[0], sizes[-1]
            lines += [
                f"| {_name(database)} | {title} |"
                f" {_ratio(large.over_http['ours'], small.over_http['ours'], question)} |"
                f" {_ratio(large.raw, small.raw, question)} |"
                for question, title in TITLES.items()
            ]
    if not lines:
        return []
    return [_GROWTH_HEAD.format(small=small.contacts, large=large.contacts), *lines]


def _ratio(large: dict[str, Timing], small: dict[str, Timing], question: str) -> str:
    return f"{large[question].median / small[question].median:.2f}"


def _memory(measures: Sequence[Measures]) -> Lines:
    lines = [_MEMORY_HEAD]
    for each in measures:
        ours, floor = each.memory["ours"], each.memory["floor"]
        lines.append(
            f"| {_name(each.database)} | {each.contacts:,} | {ours.resident:.0f} | {ours.own:.0f} |"
            f" {floor.resident:.0f} | {floor.own:.0f} | {ours.own / floor.own:.2f} |"
        )
    return lines


def _writing(measures: Sequence[Measures]) -> Lines:
    return [_WRITING_HEAD] + [
        f"| {_name(each.database)} | {each.contacts:,} | {done.seconds:.0f} | {done.logged:,} |"
        f" {done.kept:,} | {done.failed} | {done.logged / done.seconds:.0f} |"
        f" {_shown(done.timing)} |"
        for each in measures
        if (done := each.writing) is not None
    ]


def _tagging(measures: Sequence[Measures]) -> Lines:
    return [_TAGGING_HEAD] + [
        f"| {_name(each.database)} | {each.contacts:,} | {done.count:,} | {done.ours:.0f} |"
        f" {done.undone:.0f} | {done.raw:.0f} | {done.ours / done.raw:.1f} |"
        for each in measures
        if (done := each.tagging) is not None
    ]


def _story(measures: Sequence[Measures]) -> Lines:
    return [_STORY_HEAD] + [
        f"| {_name(each.database)} | {each.contacts:,} | {told.ours:.1f} | {told.raw:.2f} |"
        f" {told.ours / told.raw:.1f} |"
        for each in measures
        if (told := each.story) is not None
    ]


def _reminding(measures: Sequence[Measures]) -> Lines:
    return [_REMINDING_HEAD] + [
        f"| {_name(each.database)} | {each.contacts:,} | {done.due:.2f} | {done.due_raw:.2f} |"
        f" {done.due / done.due_raw:.1f} | {done.written} | {done.digests:.0f} |"
        f" {done.digests_raw:.0f} | {done.digests / done.digests_raw:.1f} |"
        f" {done.quiet_ring:.1f} |"
        for each in measures
        if (done := each.reminding) is not None
    ]


def _covering(measures: Sequence[Measures]) -> Lines:
    return [_COVERING_HEAD.format(applications=APPLICATIONS)] + [
        f"| {_name(each.database)} | {each.contacts:,} | {title} | {asked.ours:.1f} |"
        f" {asked.raw:.2f} | {asked.ours / asked.raw:.1f} |"
        for each in measures
        if (done := each.covering) is not None
        for title, asked in done.asked.items()
    ]


def _duplicates(measures: Sequence[Measures]) -> Lines:
    found = [(each, each.search) for each in measures if each.search is not None]
    if not found:
        return []
    first = found[0][1]
    lines = [_DUPLICATES_HEAD.format(structures=first.structures, planted=first.planted)]
    for each, done in found:
        typed = [" ".join((f"{one[0]:.1f}", f"({one[1]:.1f})")) for one in done.typed_ms.values()]
        lines.append(
            f"| {_name(each.database)} | {done.people:,} | {done.seconds:.0f} |"
            f" {done.compared:,} | {done.found:,} | {done.planted_found:,} | {done.peak_mb:.0f} |"
            f" {typed[0]} | {typed[1]} |"
        )
    told = measure_labelled()
    lines.append(_LABELLED_HEAD.format(pairs=told.pairs))
    lines += [
        f"| {name} | {told.precision[kind]:.3f} | {told.recall[kind]:.3f} |"
        for kind, name in (("contact", "people"), ("structure", "structures"))
    ]
    return lines


def _imports(brought: Sequence[Bringing]) -> Lines:
    return [_IMPORT_HEAD, *import_lines(brought)] if brought else []


def _name(database: str) -> str:
    return {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[database]


def _shown(timing: Timing) -> str:
    return f"{timing.median:.2f} ({timing.p95:.2f})"
