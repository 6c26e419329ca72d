"""Saves that are undone on a page of their own; the wiring names who knows."""

from collections.abc import Callable

from sqlalchemy.orm import Session

Finder = Callable[[Session, int], str | None]
_finders: list[Finder] = []


def add_detour(finder: Finder) -> None:
    """Ask `finder(session, change_set_id)` where a save is undone; twice is once."""
    if finder not in _finders:
        _finders.append(finder)


def detour_of(session: Session, change_set_id: int) -> str | None:
    """Return the address of the page where a save is undone; None for the usual one."""
    found = (finder(session, change_set_id) for finder in _finders)
    return next((url for url in found if url is not None), None)
