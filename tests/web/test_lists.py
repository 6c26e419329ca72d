"""Pages of a list begin after a row; what is in the URL is checked."""

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from crm.contacts.listings import structure_list
from crm.contacts.models import Structure
from crm.core import clock
from crm.core.text import sort_key
from crm.web.cursors import read_cursor, write_cursor
from crm.web.lists import PAGE_SIZE, Listing
from tests.factories.contacts import StructureFactory

COUNT = 2 * PAGE_SIZE + 7


def _page(session: Session, **arguments: str) -> Listing:
    listing = Listing(structure_list(clock.today()), MultiDict(arguments))
    return listing.fill(session, listing.narrow(session))


def _arguments(url: str | None) -> dict[str, str]:
    assert url is not None
    return MultiDict(pair.split("=", 1) for pair in url.partition("?")[2].split("&")).to_dict()


@pytest.fixture
def names(session: Session) -> list[str]:
    """Make structures whose names sort otherwise than they were made; several share one name."""
    made = [f"Étoile {(n * 7) % 40:02}" for n in range(COUNT)]
    for name in made:
        StructureFactory(name=name)
    return sorted(made, key=sort_key)


@pytest.mark.parametrize("sort", ["nom", "-nom", "famille", "-departement", "commune"])
def test_every_row_comes_once_forwards_and_backwards(
    app: Flask, session: Session, names: list[str], sort: str
) -> None:
    with app.test_request_context():
        page = _page(session, tri=sort)
        forwards = [row.id for row in page.rows]
        while page.next_url:
            page = _page(session, **_arguments(page.next_url))
            forwards += [row.id for row in page.rows]
        assert len(forwards) == len(set(forwards)) == len(names)
        backwards: list[int] = [row.id for row in page.rows]
        while page.previous_url:
            page = _page(session, **_arguments(page.previous_url))
            backwards = [row.id for row in page.rows] + backwards
        assert backwards == forwards


def test_names_sort_as_a_reader_expects(app: Flask, session: Session, names: list[str]) -> None:
    with app.test_request_context():
        page = _page(session)
    assert [row.name for row in page.rows] == names[:PAGE_SIZE]
    assert page.count_label == f"{COUNT} structures"
    assert page.previous_url is None


@pytest.mark.parametrize("cursor", ["x", "bm90", "WzFd", "W10", "WyJhIiwiYiJd", "é"])
def test_a_broken_place_in_the_url_shows_the_first_page(
    app: Flask, session: Session, names: list[str], cursor: str
) -> None:
    with app.test_request_context():
        page = _page(session, apres=cursor)
    assert [row.name for row in page.rows] == names[:PAGE_SIZE]


@pytest.mark.parametrize("sort", ["id", "name; drop table", "-", "password"])
def test_an_unknown_sort_is_the_usual_one(
    app: Flask, session: Session, names: list[str], sort: str
) -> None:
    with app.test_request_context():
        assert [row.name for row in _page(session, tri=sort).rows] == names[:PAGE_SIZE]


def test_an_unknown_filter_value_finds_nothing_and_says_so(
    app: Flask, session: Session, names: list[str]
) -> None:
    assert names
    with app.test_request_context():
        page = _page(session, famille="licorne", theme="x")
    assert page.rows == []
    assert [each["value_label"] for each in page.active_filters] == ["introuvable", "introuvable"]


def test_unknown_parameters_do_not_travel(app: Flask, session: Session) -> None:
    with app.test_request_context():
        page = _page(session, famille="association", piege="1", q="a")
    assert page.url(tri="nom") == "/structures?famille=association&q=a&tri=nom"


_TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)


@given(st.lists(_TEXTS | st.integers(-(2**31) + 1, 2**31 - 1), min_size=2, max_size=2))
def test_a_place_is_read_back_when_its_types_fit(values: list[object]) -> None:
    fits = isinstance(values[0], str) and isinstance(values[1], int)
    expressions = (Structure.sort_name, Structure.id)
    assert read_cursor(write_cursor(values), expressions) == (values if fits else None)
