"""The filters of a list, taken for the rules of a segment: the same records, or it is said."""

import random

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from crm.contacts.models import Contact, Structure
from crm.core import clock
from crm.criteria.compiling import matching
from crm.criteria.problems import problems_of
from crm.criteria.types import Tree
from crm.saved_views.known_lists import find_list
from crm.segments.from_lists import tree_of_list
from crm.segments.models import Segment
from crm.web.lists import Listing
from tests.factories.contacts import ContactFactory, StructureFactory
from tests.segments.test_pages import fields_of
from tests.segments.worlds import TODAY, make_world
from tests.support.client import PageClient

CODES = ("structures", "contacts")
# What no criterion asks, and the choices of a filter that none tells apart.
WITHOUT = {"structures": set[str](), "contacts": {"echange", "situation"}}


def _listing(code: str, pairs: list[tuple[str, str]]) -> Listing:
    return find_list(code).listing(MultiDict(pairs))


def _listed(session: Session, code: str, pairs: list[tuple[str, str]]) -> set[int]:
    listing = _listing(code, pairs)
    return set(listing.ids(session, listing.narrow(session), 1_000))


def _kept(session: Session, tree: Tree) -> set[int]:
    if not tree.root.nodes:
        model = Structure if tree.subject == "structure" else Contact
        return set(session.scalars(select(model.id).where(model.deleted_at.is_(None))))
    assert problems_of(session, tree) == []
    return set(session.scalars(matching(session, tree, clock.today())))


@pytest.mark.parametrize("code", CODES)
@time_machine.travel(TODAY, tick=False)
def test_every_filter_keeps_the_same_records(app: Flask, session: Session, code: str) -> None:
    make_world(session, 21)
    chance = random.Random(7)  # noqa: S311 - a repeatable sample
    with app.test_request_context():
        filters = _listing(code, []).definition.filters
        options = {each.name: [value for value, _ in each.options(session)] for each in filters}
        options["fonction"] = ["maire", "chargée"]
        narrowed = 0
        for name in (each.name for each in filters for _ in range(4)):
            values = chance.sample(options[name], min(len(options[name]), chance.choice((1, 2))))
            other = chance.choice(list(options))
            pairs = [(name, value) for value in values]
            if other != name:
                pairs += [(other, value) for value in options[other][:1]]
            taken = tree_of_list(session, code, MultiDict(pairs))
            if taken.left_out:
                assert {name, other} & WITHOUT[code]
                continue
            kept = _kept(session, taken.tree)
            assert kept == _listed(session, code, pairs), pairs
            narrowed += bool(kept)
        assert narrowed > 10


def test_what_has_no_criterion_is_said(app: Flask, session: Session) -> None:
    ContactFactory()
    session.flush()
    pairs = [("echange", "3-ans"), ("situation", "ancien"), ("courriel", "sans"), ("q", "dupont")]
    with app.test_request_context():
        taken = tree_of_list(session, "contacts", MultiDict(pairs))
    assert list(taken.left_out) == [
        "Situation\xa0: Ancien\xa0: plus aucune fonction",
        "Dernier échange\xa0: Sans échange depuis 3 ans",
        "Recherche\xa0: dupont",
    ]
    (leaf,) = taken.tree.root.nodes
    assert getattr(leaf, "code", "") == "manque"


def test_one_click_from_the_list_to_the_segment(officer: PageClient, session: Session) -> None:
    for family in ("association", "entreprise"):
        StructureFactory(family_code=family)
    session.flush()
    assert "segments/depuis" not in officer.get("/structures").text
    page = officer.get("/structures?famille=association&q=structure").text
    assert "Enregistrer ces filtres comme segment" in page
    answer = officer.get("/segments/depuis/structures?famille=association&q=structure")
    assert answer.status_code == 200
    assert "Un filtre de la liste est laissé de côté" in answer.text
    assert "Recherche\xa0: structure" in answer.text
    assert "1 structure" in answer.text
    saved = officer.submit("/segments/nouveau", fields_of(answer.text) | {"name": "Associations"})
    assert saved.status_code == 303
    segment = session.scalars(select(Segment)).one()
    assert '"famille"' in segment.rules


def test_only_lists_of_people_and_structures_are_taken(
    officer: PageClient, session: Session
) -> None:
    StructureFactory()
    session.flush()
    assert "segments/depuis" not in officer.get("/projets?q=eau").text
    assert officer.get("/segments/depuis/projects").status_code == 404
    years = "&".join(f"adherente={year}" for year in range(1980, 2031))
    answer = officer.get(f"/segments/depuis/structures?cotisation=oui&cotisation=non&{years}")
    assert (answer.status_code, "trop de critères" in answer.text) == (422, True)
