"""The menu of views of a list, and what a view keeps, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_login import current_user
from sqlalchemy.orm import Session

from crm.core.numbers import parse_id
from crm.core.text import sort_key
from crm.saved_views.known_lists import kept_query, opened_query, read_query
from crm.saved_views.queries import views_offered
from crm.web.list_definition import ListDefinition
from crm.web.list_links import VIEW, ListLinks
from crm.web.lists import Listing
from crm.web.locale import translate


@dataclass(frozen=True, slots=True)
class OfferedView:
    """A view in the menu; `edit_url` is None for a colleague's."""

    name: str
    owner: str
    url: str
    edit_url: str | None
    is_shared: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class ViewsMenu:
    """The views of a list: one's own, those shared, which one is open, and how to save this one."""

    mine: Sequence[OfferedView]
    shared: Sequence[OfferedView]
    is_changed: bool
    save_url: str

    @property
    def opened(self) -> OfferedView | None:
        """Return the view that is open, its filters changed since or not."""
        return next((each for each in (*self.mine, *self.shared) if each.is_open), None)


def views_menu(session: Session, links: ListLinks) -> ViewsMenu:
    """Return the views that the signed-in person is offered for this list: one statement."""
    definition = links.definition
    rows = views_offered(session, list_code=definition.code, user_id=current_user.id)
    rows = sorted(rows, key=lambda row: (sort_key(row.name), row.id))
    asked = parse_id(links.arguments.get(VIEW))
    query = kept_query(links)
    opened = [opened_query(definition, row.query) for row in rows if row.id == asked]
    return ViewsMenu(
        mine=[_offered(definition, row, asked) for row in rows if row.is_mine],
        shared=[_offered(definition, row, asked) for row in rows if not row.is_mine],
        is_changed=any(_pairs(each) != _pairs(query) for each in opened),
        save_url=url_for("saved_views.new", list_code=definition.code) + (query and f"?{query}"),
    )


def view_url(definition: ListDefinition, view_id: int, query: str) -> str:
    """Return where a view opens: its list, as the view says, and the view's number."""
    kept = opened_query(definition, query)
    return f"{definition.url}?{kept}{kept and '&'}{VIEW}={view_id}"


def told_view(session: Session, listing: Listing) -> list[dict[str, Any]]:
    """Return what a view keeps: the search, filters, sort and columns, in words."""
    facts = []
    if listing.search:
        facts.append((translate("Recherche"), listing.search))
    facts += [(line["label"], line["value_label"]) for line in listing.narrow(session).active]
    sorted_by = [each["label"] for each in listing.columns if each["sort_state"]]
    facts += [(translate("Tri"), label) for label in sorted_by]
    if listing.column_names:
        shown = (translate(each.label) for each in listing.shown if each.label)
        facts.append((translate("Colonnes"), ", ".join(shown)))
    return [{"label": label, "value": value, "url": None} for label, value in facts]


def _offered(definition: ListDefinition, row: Any, asked: int | None) -> OfferedView:
    return OfferedView(
        name=row.name,
        owner=row.owner,
        url=view_url(definition, row.id, row.query),
        edit_url=url_for("saved_views.edit", view_id=row.id) if row.is_mine else None,
        is_shared=row.is_shared,
        is_open=row.id == asked,
    )


def _pairs(query: str) -> list[tuple[str, str]]:
    return sorted(read_query(query).items(multi=True))
