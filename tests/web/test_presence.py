"""Sources that would find nothing are not asked."""

import pytest
from sqlalchemy import Connection, Integer, bindparam, literal, select
from sqlalchemy.orm import Session

from crm.web import presence
from crm.web.presence import look_first, silent_sources
from tests.support.queries import counted

_ODD = select(literal(1)).where(bindparam("record_id", type_=Integer) % 2 == 1).limit(1)
_NEVER = select(literal(1)).where(bindparam("record_id", type_=Integer) < 0)


@pytest.fixture(autouse=True)
def nobody_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "_abouts", {})
    monkeypatch.setattr(presence, "_questions", {})


def test_each_is_asked_where_its_own_statement_finds_something(session: Session) -> None:
    look_first("odd", {"structure": _ODD}.get)
    look_first("odd too", {"structure": _ODD}.get)
    look_first("never", {"structure": _NEVER}.get)
    look_first("people", {"contact": _ODD}.get)
    assert silent_sources(session, "structure", 3) == {"never", "people"}
    assert silent_sources(session, "structure", 4) == {"odd", "odd too", "never", "people"}
    assert silent_sources(session, "contact", 3) == {"odd", "odd too", "never"}


def test_one_statement_asks_for_all_of_them(session: Session, connection: Connection) -> None:
    for number in range(5):
        look_first(number, {"structure": _ODD if number % 2 else _NEVER}.get)
    with counted(connection) as statements:
        silent_sources(session, "structure", 1)
    assert len(statements) == 1
    with counted(connection) as statements:
        assert silent_sources(session, "project", 1) == set(range(5))
    assert len(statements) == 0


def test_who_comes_later_is_asked_too(session: Session) -> None:
    look_first("odd", {"structure": _ODD}.get)
    assert silent_sources(session, "structure", 3) == frozenset()
    look_first("never", {"structure": _NEVER}.get)
    assert silent_sources(session, "structure", 3) == {"never"}
