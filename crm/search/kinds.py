"""The kinds of record that one search finds; the wiring names them, in the order of the answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, CursorResult, Select, bindparam
from sqlalchemy.orm import Session

from crm.search.index import Ranked, rebuild
from crm.web.access import Permission


@dataclass(frozen=True, slots=True)
class Hit:
    """A line of the answer. `value` is what a picker calls the record (`12`, `commune:62119`).

    Without a `url`, the record is not in the network yet: its kind says where to post the value.
    """

    title: str
    value: str
    url: str | None = None
    detail: str | None = None
    aside: str | None = None
    icon: str | None = None


@dataclass(frozen=True, slots=True)
class SearchKind:
    """One kind: how its records are listed for the index, and how they are shown.

    `nouns` are the folded words that name the kind, as in « projet Sénégal ». `is_sieved` says that
    `describe` leaves some of the records out, so that it must be given more than are shown.
    `list_url` takes the words as typed and gives the whole list; None when no list is searched.
    `adopt_url` is where the value of a record that is not in the network is posted.
    """

    name: str
    label: str
    icon: str
    list_all: Callable[[Session], Ranked]
    describe: Callable[[Session, Sequence[int]], Mapping[int, Hit]]
    nouns: frozenset[str] = frozenset()
    permission: Permission = Permission.READ_NETWORK
    list_url: Callable[[str], str] | None = None
    adopt_url: Callable[[], str] | None = None
    is_sieved: bool = False


# Statements that describe are made once, around this: making them costs more than their answer.
IDS: BindParameter[Any] = bindparam("ids", expanding=True)


def lines(
    session: Session, statement: Select[Any], ids: Sequence[int] | Sequence[str]
) -> CursorResult[Any]:
    """Return the rows of a statement around IDS; of columns alone, as the connection reads them."""
    return session.connection().execute(statement, {"ids": ids})


_kinds: dict[str, SearchKind] = {}


def add_kind(kind: SearchKind) -> None:
    """Let records of this kind be found; twice is once."""
    _kinds[kind.name] = kind


def kinds() -> list[SearchKind]:
    """Return every kind, in the order of the wiring."""
    return list(_kinds.values())


def reindex_all(session: Session) -> int:
    """Rebuild the whole index in one pass, as after a bulk load; return the rows written."""
    if not _kinds:
        raise RuntimeError("no kind of record is registered: see crm.wiring")
    session.flush()
    return sum(rebuild(session, kind.name, kind.list_all(session)) for kind in kinds())
