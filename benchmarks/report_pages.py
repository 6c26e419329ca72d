"""The measures of the pages as tables: how long, how it grows, how much memory."""

from collections.abc import Sequence

from benchmarks.measures import Measures, Timing

TITLES = {
    "list": "structures of a département",
    "search": "contacts by three letters, one accented",
    "record": "a structure with its timeline",
    "write": "logging a session",
    "year": "counts of a year",
}
AIMS = {"list": 2.0, "search": 2.0, "record": 4.0, "write": 4.0, "year": 1.5}
SEARCHES = {
    "prefix": "three letters",
    "accented": "a word with an accent",
    "two words": "two words, one cut short",
    "typo": "one typing error",
    "phone": "first digits of a phone number",
    "e-mail": "first letters of an e-mail address",
    "saint": "« St » for « Saint »",
}
Lines = list[str]
_QUESTIONS_HEAD = """
## {name}, {contacts:,} contacts

| question | ours, HTTP | floor, HTTP | ours ÷ floor | aim | ours, in process | floor, in process | raw | ours ÷ raw |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"""  # noqa: E501 - a row of a table
_EVERYWHERE_HEAD = """
## Search everywhere

What the palette answers while one types: seven kinds of record, the best five of each, as HTML.
*raw* looks the same words up in the index of each kind by the driver, and reads no record.

| database | contacts | typed | ours, HTTP | ours, in process | raw | ours ÷ raw |
| --- | ---: | --- | ---: | ---: | ---: | ---: |"""
_GROWTH_HEAD = """
## Growth

From {small:,} to {large:,} contacts, the median is multiplied by:

| database | question | ours, HTTP | raw |
| --- | --- | ---: | ---: |"""
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


def named(database: str) -> str:
    """Return how a kind of database is called."""
    return {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[database]


def _shown(timing: Timing) -> str:
    return f"{timing.median:.2f} ({timing.p95:.2f})"


def questions(measures: Sequence[Measures]) -> Lines:
    """Return how long each question takes, beside the floor and the driver."""
    lines = []
    for each in measures:
        name = named(each.database)
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


def everywhere(measures: Sequence[Measures]) -> Lines:
    """Return how long the palette takes to answer."""
    lines = [_EVERYWHERE_HEAD]
    for each in measures:
        http, inside, raw = (each.everywhere[way] for way in ("HTTP", "in process", "raw"))
        lines += [
            f"| {named(each.database)} | {each.contacts:,} | {title} | {_shown(http[shape])} |"
            f" {_shown(inside[shape])} | {_shown(raw[shape])} |"
            f" {inside[shape].median / raw[shape].median:.1f} |"
            for shape, title in SEARCHES.items()
        ]
    return lines


def growth(measures: Sequence[Measures]) -> Lines:
    """Return what each question takes on the larger base, in times the smaller."""
    lines = []
    for database in dict.fromkeys(each.database for each in measures):
        sizes = sorted(
            (each for each in measures if each.database == database),
            key=lambda each: each.contacts,
        )
        if len(sizes) > 1:
            small, large = sizes[0], sizes[-1]
            lines += [
                f"| {named(database)} | {title} |"
                f" {_ratio(large.over_http['ours'], small.over_http['ours'], question)} |"
                f" {_ratio(large.raw, small.raw, question)} |"
                for question, title in TITLES.items()
            ]
    if not lines:
        return []
    return [_GROWTH_HEAD.format(small=small.contacts, large=large.contacts), *lines]


def _ratio(large: dict[str, Timing], small: dict[str, Timing], question: str) -> str:
    return f"{large[question].median / small[question].median:.2f}"


def memory(measures: Sequence[Measures]) -> Lines:
    """Return the memory of one worker."""
    lines = [_MEMORY_HEAD]
    for each in measures:
        ours, floor = each.memory["ours"], each.memory["floor"]
        lines.append(
            f"| {named(each.database)} | {each.contacts:,} | {ours.resident:.0f} | {ours.own:.0f} |"
            f" {floor.resident:.0f} | {floor.own:.0f} | {ours.own / floor.own:.2f} |"
        )
    return lines


def writing(measures: Sequence[Measures]) -> Lines:
    """Return what eight clients at once logged."""
    return [_WRITING_HEAD] + [
        f"| {named(each.database)} | {each.contacts:,} | {done.seconds:.0f} | {done.logged:,} |"
        f" {done.kept:,} | {done.failed} | {done.logged / done.seconds:.0f} |"
        f" {_shown(done.timing)} |"
        for each in measures
        if (done := each.writing) is not None
    ]


TABLES = (questions, everywhere, growth, memory, writing)
