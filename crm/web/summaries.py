"""What stands at the top of a record's page, told by the packages above; the wiring names them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Fact:
    """A thing to know before a meeting: « Dernier échange », « 12 mars 2019 »."""

    label: str
    value: str
    url: str | None = None


FactSource = Callable[[Session, int], Sequence[Fact]]
_sources: dict[str, list[FactSource]] = {}


def add_facts(entity: str, source: FactSource) -> None:
    """Let a package say what stands at the top of this kind of record; twice is once."""
    if source not in _sources.setdefault(entity, []):
        _sources[entity].append(source)


def facts_of(session: Session, entity: str, record_id: int) -> list[Fact]:
    """Return what stands at the top of a record's page, in the order of the wiring."""
    return [fact for source in _sources.get(entity, ()) for fact in source(session, record_id)]
