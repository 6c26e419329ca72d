"""Panels of a record's page that tell of packages above it; the wiring names them."""

from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass

from markupsafe import Markup
from sqlalchemy.orm import Session

from crm.web.presence import About, look_first


@dataclass(frozen=True, slots=True)
class PanelRow:
    """A line of a panel."""

    title: str
    url: str | None = None
    detail: str | None = None
    aside: str | None = None
    icon: str | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """A titled list; `url` leads to the whole of it. `body` stands above the list, if any."""

    title: str
    rows: Sequence[PanelRow]
    url: str | None = None
    body: Markup | None = None


PanelSource = Callable[[Session, int], Panel | None]
_sources: dict[str, list[PanelSource]] = {}


def add_panel(entity: str, source: PanelSource, about: About | None = None) -> None:
    """Show a panel on the pages of this kind of record; twice is once.

    One that shows nothing but what a statement finds says which (`crm.web.presence`).
    """
    if source not in _sources.setdefault(entity, []):
        _sources[entity].append(source)
    if about is not None:
        look_first(source, about)


def panels_of(
    session: Session, entity: str, record_id: int, silent: Collection[Hashable] = ()
) -> list[Panel]:
    """Return the panels of a record that have something to show; `silent` ones are not asked."""
    asked = (source for source in _sources.get(entity, ()) if source not in silent)
    panels = (source(session, record_id) for source in asked)
    return [panel for panel in panels if panel is not None and (panel.rows or panel.body)]
