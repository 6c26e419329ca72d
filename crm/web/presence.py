"""What a record's page need not ask for: of all that packages tell, most records have little.

Each package says by which statement it looks; one question asks of all these statements whether
they would find anything, and a source whose own would not is not asked.
"""

from collections.abc import Callable, Hashable
from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

# Gives the statement for a kind of record, about `:record_id` (and `:entity`); None without one.
About = Callable[[str], Select[Any] | None]
Question = tuple[Select[Any], list[set[Hashable]], set[Hashable]]

_abouts: dict[Hashable, About] = {}
_questions: dict[str, Question] = {}


def look_first(source: Hashable, about: About) -> None:
    """Ask a source only for records about which its statement finds something; twice is once."""
    if source not in _abouts:
        _abouts[source] = about
        _questions.clear()


def silent_sources(session: Session, entity: str, record_id: int) -> frozenset[Hashable]:
    """Return the sources that have nothing to tell of a record: one statement."""
    if entity not in _questions:
        _questions[entity] = _question(entity)
    statement, asked, silent = _questions[entity]
    if not asked:
        return frozenset(silent)
    values = {"record_id": record_id, "entity": entity}
    found = session.connection().execute(statement, values).one()
    pairs = zip(asked, found, strict=True)
    return frozenset(silent.union(*(sources for sources, is_any in pairs if not is_any)))


def _question(entity: str) -> Question:
    """Return what asks of each statement whether it finds anything, and the sources of each."""
    by_statement: dict[int, tuple[Select[Any], set[Hashable]]] = {}
    silent: set[Hashable] = set()
    for source, about in _abouts.items():
        statement = about(entity)
        if statement is None:
            silent.add(source)
        else:
            by_statement.setdefault(id(statement), (statement, set()))[1].add(source)
    parts = [
        exists(statement.limit(None).order_by(None)).label(f"is_any_{number}")
        for number, (statement, _) in enumerate(by_statement.values())
    ]
    return select(*parts), [sources for _, sources in by_statement.values()], silent
