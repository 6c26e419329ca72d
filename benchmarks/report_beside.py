"""The measures of what is heavier than a page, as tables."""

from collections.abc import Sequence

from benchmarks.coverage import APPLICATIONS
from benchmarks.duplicates import measure_labelled
from benchmarks.imports import Bringing, import_lines
from benchmarks.measures import Measures
from benchmarks.report_pages import Lines, named

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


def tagging(measures: Sequence[Measures]) -> Lines:
    """Return a tag on all structures."""
    return [_TAGGING_HEAD] + [
        f"| {named(each.database)} | {each.contacts:,} | {done.count:,} | {done.ours:.0f} |"
        f" {done.undone:.0f} | {done.raw:.0f} | {done.ours / done.raw:.1f} |"
        for each in measures
        if (done := each.tagging) is not None
    ]


def story(measures: Sequence[Measures]) -> Lines:
    """Return a page with five hundred entries."""
    return [_STORY_HEAD] + [
        f"| {named(each.database)} | {each.contacts:,} | {told.ours:.1f} | {told.raw:.2f} |"
        f" {told.ours / told.raw:.1f} |"
        for each in measures
        if (told := each.story) is not None
    ]


def reminding(measures: Sequence[Measures]) -> Lines:
    """Return what is due, and the messages of the day."""
    return [_REMINDING_HEAD] + [
        f"| {named(each.database)} | {each.contacts:,} | {done.due:.2f} | {done.due_raw:.2f} |"
        f" {done.due / done.due_raw:.1f} | {done.written} | {done.digests:.0f} |"
        f" {done.digests_raw:.0f} | {done.digests / done.digests_raw:.1f} |"
        f" {done.quiet_ring:.1f} |"
        for each in measures
        if (done := each.reminding) is not None
    ]


def covering(measures: Sequence[Measures]) -> Lines:
    """Return the pages that add up the whole region."""
    return [_COVERING_HEAD.format(applications=APPLICATIONS)] + [
        f"| {named(each.database)} | {each.contacts:,} | {title} | {asked.ours:.1f} |"
        f" {asked.raw:.2f} | {asked.ours / asked.raw:.1f} |"
        for each in measures
        if (done := each.covering) is not None
        for title, asked in done.asked.items()
    ]


def duplicates(measures: Sequence[Measures]) -> Lines:
    """Return the first search for duplicates, and what it finds of those planted."""
    found = [(each, each.search) for each in measures if each.search is not None]
    if not found:
        return []
    first = found[0][1]
    lines = [_DUPLICATES_HEAD.format(structures=first.structures, planted=first.planted)]
    for each, done in found:
        typed = [" ".join((f"{one[0]:.1f}", f"({one[1]:.1f})")) for one in done.typed_ms.values()]
        lines.append(
            f"| {named(each.database)} | {done.people:,} | {done.seconds:.0f} |"
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


def imports(brought: Sequence[Bringing]) -> Lines:
    """Return a file brought in and undone."""
    return [_IMPORT_HEAD, *import_lines(brought)] if brought else []


TABLES = (tagging, story, reminding, covering, duplicates)
