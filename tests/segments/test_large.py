"""Segments with many values: nothing is cut, everything can be edited, explained, compared."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts.indexing import index_structure
from crm.core.errors import RuleError
from crm.criteria.problems import MOST_HEAVY, problems_of
from crm.criteria.rules import LONGEST_LINK, MOST_VALUES, tree_from_text, tree_to_link, tree_to_text
from crm.criteria.types import Branch, Leaf, Mode, Subject, Tree
from crm.segments.models import Segment
from crm.segments.operations import SegmentData, create_segment
from crm.territories.models import Commune
from tests.factories.accounts import UserFactory
from tests.factories.contacts import StructureFactory
from tests.segments.test_pages import fields_of
from tests.support.client import PageClient


def _codes(session: Session, count: int) -> tuple[str, ...]:
    return tuple(session.scalars(select(Commune.insee_code).order_by("insee_code").limit(count)))


def _large(session: Session) -> Tree:
    codes = _codes(session, 4 * MOST_VALUES)
    parts = [codes[start : start + MOST_VALUES] for start in range(0, len(codes), MOST_VALUES)]
    leaves = tuple(Leaf("commune", {"communes": part}) for part in parts)
    tree = Tree(Subject.STRUCTURE, Branch(Mode.ANY, leaves))
    assert len(tree_to_link(tree)) > LONGEST_LINK
    return tree


def test_a_large_segment_is_edited(officer: PageClient, session: Session) -> None:
    owner = UserFactory()
    session.flush()
    data = SegmentData("Grand", _large(session), is_shared=True)
    segment = create_segment(session, owner_id=owner.id, data=data)
    rules, address = segment.rules, f"/segments/{segment.id}/modifier"
    page = officer.get(address)
    assert page.status_code == 200
    sent = {**fields_of(page.text), "name": "Grand et renommé"}
    assert officer.submit(address, sent).status_code == 303
    session.refresh(segment)
    assert (segment.name, segment.rules) == ("Grand et renommé", rules)


def test_a_conflict_keeps_the_large_rules_that_were_chosen(
    officer: PageClient, session: Session
) -> None:
    owner = UserFactory()
    session.flush()
    large = _large(session)
    data = SegmentData("Grand", large, is_shared=True)
    segment = create_segment(session, owner_id=owner.id, data=data)
    address = f"/segments/{segment.id}/modifier"
    sent = fields_of(officer.get(address).text)
    sent["x:r.0:communes"] = sent["x:r.0:communes"][:5]
    segment.description = "changé par ailleurs"
    session.flush()
    conflict = officer.submit(address, sent)
    assert conflict.status_code == 409
    again: dict[str, Any] = {**fields_of(conflict.text), "choix-rules": "theirs"}
    saved = officer.submit(address, again)
    assert saved.status_code == 303, saved.text
    session.refresh(segment)
    kept = tree_from_text(segment.rules)
    first = kept.root.nodes[0]
    assert isinstance(first, Leaf)
    assert len(first.values["communes"]) == MOST_VALUES
    assert len(kept.root.nodes) == 4


def test_a_large_draft_is_explained_and_compared(officer: PageClient, session: Session) -> None:
    tree = _large(session)
    code = str(tree.root.nodes[0].values["communes"][0])  # type: ignore[union-attr]
    structure = StructureFactory(name="Mairie", commune_code=code)
    session.flush()
    index_structure(session, structure)
    link = tree_to_link(tree)
    start = officer.submit("/segments/nouveau", {"regles": link, "action": "voir"}).text
    assert 'formaction="/segments/trop-etroit"' in start
    assert f'formaction="/segments/pourquoi?fiche={structure.id}"' in start
    sent = fields_of(start)
    why = officer.submit(f"/segments/pourquoi?fiche={structure.id}", sent)
    assert why.status_code == 200
    assert "dans le segment" in why.text
    searched = officer.submit("/segments/pourquoi", {"regles": link, "q": "mairie"}).text
    assert f'name="fiche" value="{structure.id}"' in searched
    narrow = officer.submit("/segments/trop-etroit", sent)
    assert narrow.status_code == 200
    assert "Revenir aux règles" in narrow.text


def test_too_many_values_are_told_beside_their_field(officer: PageClient, session: Session) -> None:
    codes = _codes(session, MOST_VALUES + 60)
    typed = {"sujet": "structure", "noeud": ["r", "r.0"], "c:r.0": "commune", "n:r.0": "non",
             "x:r.0:communes": list(codes), "action": "voir", "name": "Trop"}  # fmt: skip
    page = officer.submit("/segments/nouveau", typed)
    if page.status_code == 303:
        page = officer.get(page.location)
    assert "Il y a 260 choix : 200 au plus." in page.text
    assert 'id="x:r.0:communes-error"' in page.text
    assert page.text.count(" selected>") >= len(codes)
    del typed["action"]
    assert officer.submit("/segments/nouveau", typed).status_code == 422
    assert session.scalar(select(Segment)) is None


def test_a_text_too_long_is_told_and_kept(session: Session) -> None:
    tree = Tree(Subject.STRUCTURE, Branch(Mode.ALL, (Leaf("nom", {"text": "a" * 201}),)))
    assert [each.field for each in problems_of(session, tree_from_text(tree_to_text(tree)))] == [
        "text"
    ]


@pytest.mark.parametrize("subject", list(Subject))
@pytest.mark.parametrize("text", ["%", "!!!", "_", "…"])
def test_a_name_without_a_letter_is_refused(session: Session, subject: Subject, text: str) -> None:
    tree = Tree(subject, Branch(Mode.ALL, (Leaf("nom", {"text": text}),)))
    problem = problems_of(session, tree)[0]
    assert (problem.field, problem.sentence) == (
        "text", "Écrivez au moins une lettre ou un chiffre.",
    )  # fmt: skip


def test_what_takes_long_is_asked_a_few_times_only(session: Session) -> None:
    leaf = Leaf("peut_recevoir", {"usages": ("newsletter",)})
    few = Tree(Subject.CONTACT, Branch(Mode.ALL, (leaf,) * MOST_HEAVY))
    assert problems_of(session, few) == []
    many = Tree(Subject.CONTACT, Branch(Mode.ALL, (leaf,) * (MOST_HEAVY + 2)))
    assert [each.path for each in problems_of(session, many)] == [(8,), (9,)]
    owner = UserFactory()
    session.flush()
    with pytest.raises(RuleError, match="long calcul"):
        create_segment(session, owner_id=owner.id, data=SegmentData("Lourd", many))
