"""Which saved views a list offers: a package above says, through the wiring."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from crm.web.list_links import ListLinks

ViewSource = Callable[[Session, ListLinks], Any]


def _no_views(_session: Session, _links: ListLinks) -> None:
    return None


_source: ViewSource = _no_views


def offer_views(source: ViewSource) -> None:
    """Let the wiring say which saved views a list offers."""
    global _source  # noqa: PLW0603 - one source for the process, set once
    _source = source


def views_of(session: Session, links: ListLinks) -> Any:
    """Return what the menu of views of this list holds; None without a source."""
    return _source(session, links)
