"""What is missing is said, and then nobody is found: never everybody."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from crm.contacts.models import Structure, Tag, structure_tag
from crm.core import clock
from crm.core.errors import RuleError
from crm.criteria.compiling import compile_tree, matching
from crm.criteria.problems import choice_key, problems_of
from crm.criteria.sentences import sentence_of
from crm.criteria.types import Branch, Leaf, Link, Mode, Node, Subject, Tree
from crm.funding.models import FundingScheme
from crm.territories.models import Territory
from tests.factories.contacts import StructureFactory
from tests.factories.funding import SchemeFactory

DAY = date(2026, 11, 27)


def _tree(*nodes: Node, mode: Mode = Mode.ALL) -> Tree:
    return Tree(Subject.STRUCTURE, Branch(mode, nodes))


def _count(session: Session, tree: Tree) -> int:
    return len(session.scalars(matching(session, tree, DAY)).all())


def test_an_empty_tree_finds_nobody_and_says_so(session: Session) -> None:
    StructureFactory()
    session.flush()
    for mode in Mode:
        tree = _tree(mode=mode)
        assert _count(session, tree) == 0
        assert problems_of(session, tree)[0].sentence == (
            "Ces règles ne demandent encore rien\u00a0: ajoutez un critère."
        )
    assert "Personne" in sentence_of(session, _tree())


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    "empty", [Branch(Mode.NONE), Link("personne", {}, Branch(Mode.NONE)), Branch(Mode.ALL)]
)
def test_an_empty_group_finds_nobody(session: Session, mode: Mode, empty: Node) -> None:
    StructureFactory()
    session.flush()
    tree = _tree(Leaf("famille", {"families": ("association",)}), empty, mode=mode)
    assert [each.path for each in problems_of(session, tree)] == [(1,)]
    assert _count(session, tree) == 0


def _deleted_tag(session: Session) -> tuple[Leaf, str]:
    tag = Tag(label="Disparue", key="disparue")
    session.add(tag)
    session.flush()
    session.execute(structure_tag.insert().values(structure_id=_anyone(session), tag_id=tag.id))
    session.execute(delete(structure_tag))
    session.execute(delete(Tag).where(Tag.id == tag.id))
    return Leaf("etiquette", {"tags": (str(tag.id),)}), str(tag.id)


def _deleted_scheme(session: Session) -> tuple[Leaf, str]:
    scheme: FundingScheme = SchemeFactory(deleted_at=clock.now())
    session.flush()
    values = {"state": ("depose",), "schemes": (str(scheme.id),)}
    return Leaf("dossier", values, is_negated=True), str(scheme.id)


def _deleted_territory(session: Session) -> tuple[Leaf, str]:
    territory = Territory(
        name="T", sort_name="t", created_at=clock.now(), deleted_at=clock.now(), communes=[]
    )
    session.add(territory)
    session.flush()
    return Leaf("territoire", {"territories": (str(territory.id),)}), str(territory.id)


def _anyone(session: Session) -> int:
    return session.scalars(select(Structure.id).limit(1)).one()


@pytest.mark.parametrize("make", [_deleted_tag, _deleted_scheme, _deleted_territory])
@pytest.mark.parametrize("mode", list(Mode))
def test_a_deleted_choice_is_named_and_finds_nobody(
    session: Session, make: Callable[[Session], tuple[Leaf, str]], mode: Mode
) -> None:
    StructureFactory()
    session.flush()
    leaf, value = make(session)
    for node in (leaf, Leaf(leaf.code, leaf.values, not leaf.is_negated)):
        tree = _tree(Leaf("famille", {"families": ("association",)}), node, mode=mode)
        assert _count(session, tree) == 0
        name, field = {choice_key(leaf.code, n, value): "Bassin" for n in leaf.values}, leaf.code
        [problem] = problems_of(session, tree, name)
        assert problem.path == (1,)
        assert "«\u00a0Bassin\u00a0» n’existe plus" in problem.sentence, field
        assert "un choix supprimé (Bassin)" in sentence_of(session, tree, name)


@pytest.mark.parametrize(
    ("leaf", "field"),
    [
        (Leaf("famille"), "families"),
        (Leaf("famille", {"families": ("licorne",)}), "families"),
        (Leaf("famille", {"inconnu": "x"}), ""),
        (Leaf("disparu"), ""),
        (Link("disparu", {}, Branch(Mode.ALL, (Leaf("nom", {"text": "a"}),))), ""),
        (Leaf("population"), "least"),
        (Leaf("population", {"least": "10", "most": "9"}), "most"),
        (Leaf("population", {"least": "beaucoup"}), "least"),
        (Leaf("population", {"least": "-4"}), "least"),
        (Leaf("population", {"least": "1" * 30}), "least"),
        (Leaf("creee", {"day": "quand les poules"}), "day"),
        (Leaf("non_verifiee", {"days": "99999"}), "days"),
        (Leaf("accompagnee", {"months": "3", "since": "01/01/2020"}), "since"),
        (Leaf("dossier", {"state": ("depose", "obtenu")}), "state"),
        (Leaf("etiquette", {"tags": ("1 OR 1=1",)}), "tags"),
        (Leaf("commune", {"communes": ("00000",)}), "communes"),
        (Leaf("manque", {"what": ("tout",)}), "what"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    session: Session, leaf: Leaf | Link, field: str
) -> None:
    StructureFactory()
    session.flush()
    tree = _tree(leaf, mode=Mode.NONE)
    assert {each.field for each in problems_of(session, tree)} == {field}
    assert all(each.sentence.endswith((".", "12.")) for each in problems_of(session, tree))
    assert _count(session, tree) == 0
    assert "%(" not in sentence_of(session, tree)


def test_an_unknown_criterion_does_not_compile() -> None:
    with pytest.raises(RuleError):
        compile_tree(_tree(Leaf("disparu")), DAY)


def test_those_in_the_trash_are_never_found(session: Session) -> None:
    StructureFactory(deleted_at=clock.now())
    StructureFactory()
    session.flush()
    tree = _tree(Leaf("famille", {"families": ("licorne",)}), mode=Mode.NONE)
    assert _count(session, tree) == 0
    tree = _tree(Leaf("famille", {"families": ("entreprise",)}), mode=Mode.NONE)
    alive = select(func.count()).select_from(Structure).where(Structure.deleted_at.is_(None))
    assert _count(session, tree) == session.scalar(alive)
