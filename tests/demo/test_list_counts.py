"""On a real network, the number beside an option is what choosing it finds."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from crm.contacts.group_listings import group_list, narrow_groups
from crm.followups.listings import narrow_by_name, session_list
from crm.projects.listings import narrow_by_words, project_list
from crm.web.list_definition import ListDefinition, Narrowing
from crm.web.lists import Listing

Arguments = MultiDict[str, str]
Narrow = Callable[[Session, Listing], Narrowing]
DAY = date(2019, 6, 1)
LISTS: dict[str, tuple[Callable[[Arguments], ListDefinition], Narrow]] = {
    "sessions": (session_list, narrow_by_name),
    "projects": (project_list, narrow_by_words),
    "groups": (lambda _arguments: group_list(DAY), narrow_groups),
}
CASES = [
    ("sessions", "", {"annee", "type", "nature", "statut", "famille", "departement", "theme",
                      "pays", "suivi"}),
    ("sessions", "annee=2019&q=ville", {"type", "departement", "suivi"}),
    ("projects", "", {"statut", "theme", "pays", "odd", "mutualise", "publiable", "famille",
                      "departement"}),
    ("projects", "departement=59&q=ville", {"statut", "famille", "departement"}),
    ("groups", "", {"type", "statut", "pays"}),
    ("groups", "type=pays", {"statut", "pays"}),
]  # fmt: skip


def _asked(text: str) -> Arguments:
    return MultiDict([tuple(pair.split("=", 1)) for pair in text.split("&")] if text else [])


def _found(session: Session, name: str, text: str) -> int:
    make, narrow = LISTS[name]
    arguments = _asked(text)
    listing = Listing(make(arguments), arguments)
    rows = narrow(session, listing).statement.order_by(None).subquery()
    return session.scalar(select(func.count()).select_from(rows)) or 0


@pytest.mark.parametrize(("name", "url", "counted"), CASES)
def test_the_number_beside_an_option_is_what_choosing_it_finds(
    app: Flask, demo: Session, name: str, url: str, counted: set[str]
) -> None:
    make, narrow = LISTS[name]
    with app.test_request_context():
        arguments = _asked(f"{url}&filtres=1" if url else "filtres=1")
        listing = Listing(make(arguments), arguments)
        listing.fill(demo, narrow(demo, listing))
        numbered = {
            each["name"]: each["options"]
            for each in listing.filters
            if any(option.count is not None for option in each["options"])
        }
        assert counted <= set(numbered)
        assert any(option.count for options in numbered.values() for option in options)
        for filter_name, options in numbered.items():
            others = [p for p in url.split("&") if p and not p.startswith(f"{filter_name}=")]
            for option in [each for each in options if each.value][:6]:
                chosen = "&".join([*others, f"{filter_name}={option.value}"])
                assert option.count == _found(demo, name, chosen), (filter_name, option)
