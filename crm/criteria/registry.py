"""The criteria that the packages bring; the wiring names them."""

from collections.abc import Iterable

from crm.criteria.criterion import Asked, Bridge, Criterion, SubjectTable
from crm.criteria.types import Subject

_asked: dict[tuple[Subject, str], Asked] = {}
_tables: dict[Subject, SubjectTable] = {}


def add_criterion(criterion: Criterion | Bridge) -> None:
    """Let segments ask this; the same code for the same subject again takes its place."""
    _asked[criterion.subject, criterion.code] = criterion


def add_criteria(criteria: Iterable[Criterion | Bridge]) -> None:
    """Let segments ask all these."""
    for each in criteria:
        add_criterion(each)


def know_table(table: SubjectTable) -> None:
    """Say where the records of a subject are."""
    _tables[table.subject] = table


def table_of(subject: Subject) -> SubjectTable:
    """Return where the records of a subject are."""
    return _tables[subject]


def find_criterion(subject: Subject, code: str) -> Criterion | None:
    """Return a criterion; None when there is none of that code."""
    found = _asked.get((subject, code))
    return found if isinstance(found, Criterion) else None


def find_bridge(subject: Subject, code: str) -> Bridge | None:
    """Return a bridge; None when there is none of that code."""
    found = _asked.get((subject, code))
    return found if isinstance(found, Bridge) else None


def asked_of(subject: Subject) -> list[Asked]:
    """Return all that can be asked of a subject, in the order in which it was brought."""
    return [asked for (of, _code), asked in _asked.items() if of is subject]
