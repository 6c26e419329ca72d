"""The measures as a table, for the terminal and for `docs/benchmarks.md`."""

import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from crm.core import clock

if TYPE_CHECKING:
    from benchmarks.__main__ import Measures

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
AIMS = {
    "structures of a département": "2 × floor",
    "contacts by three letters": "2 × floor",
    "a structure with its timeline": "4 × floor",
    "logging a session": "4 × floor",
    "counts of a year": "1.5 × floor",
}


def write_report(measures: "Sequence[Measures]", *, is_kept: bool) -> str:
    """Return the report; keep it in the docs unless it was a quick run."""
    text = "\n".join([*_head(), *_pages(measures), *_growth(measures), *_rest(measures)]) + "\n"
    if is_kept and measures:
        PAGE.write_text(text, encoding="utf-8")
    return text


def _head() -> list[str]:
    return [
        "# Benchmarks",
        "",
        f"Made by `make bench` on {clock.today().isoformat()}: {os.cpu_count()} cores, Python"
        f" {platform.python_version()}. Pages are asked one after the other over HTTP on loopback,"
        " gunicorn with one worker of four threads. The *floor* is the smallest Flask, SQLAlchemy"
        " and Jinja page showing the same rows without sign-in, served the same way"
        " (`benchmarks/floor.py`). *Raw* is the same question in SQL in one process, without any"
        " page. Milliseconds: median (p95).",
    ]


def _pages(measures: "Sequence[Measures]") -> list[str]:
    lines = [
        "",
        "| database | contacts | question | ours | floor | ours ÷ floor | aim | raw | ours ÷ raw |",
        "| --- | ---: | --- | ---: | ---: | ---: | --- | ---: | ---: |",
    ]
    for each in measures:
        for question, ours in each.ours.items():
            floor, raw = each.floor[question], each.raw.get(question)
            raw_text = f"{raw.median:.2f} ({raw.p95:.2f})" if raw else "—"
            ratio = f"{ours.median / raw.median:.1f}" if raw else "—"
            lines.append(
                f"| {each.database} | {each.contacts} | {question} | {ours.median:.2f}"
                f" ({ours.p95:.2f}) | {floor.median:.2f} ({floor.p95:.2f}) |"
                f" {ours.median / floor.median:.2f} | {AIMS[question]} | {raw_text} | {ratio} |"
            )
    return lines


def _growth(measures: "Sequence[Measures]") -> list[str]:
    lines = [
        "",
        "## Growth",
        "",
        "| database | question | from | to | ratio |",
        "| --- | --- | ---: | ---: | ---: |",
    ]
    for database in dict.fromkeys(each.database for each in measures):
        sizes = sorted(
            (each for each in measures if each.database == database), key=lambda m: m.contacts
        )
        if len(sizes) > 1:
            small, large = sizes[0], sizes[-1]
            lines += [
                f"| {database} | {question} | {small.contacts} | {large.contacts} |"
                f" {large.ours[question].median / small.ours[question].median:.2f} |"
                for question in small.ours
            ]
    return lines


def _rest(measures: "Sequence[Measures]") -> list[str]:
    lines = [
        "", "## Memory of one worker, and eight clients logging sessions", "",
        "| database | contacts | ours, MB | floor, MB | ratio | seconds | logged | errors |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]  # fmt: skip
    for each in measures:
        logged, failed, seconds = each.hammered
        lines.append(
            f"| {each.database} | {each.contacts} | {each.memory['ours']:.0f} |"
            f" {each.memory['floor']:.0f} | {each.memory['ours'] / each.memory['floor']:.2f} |"
            f" {seconds:.0f} | {logged} | {failed} |"
        )
    return lines
