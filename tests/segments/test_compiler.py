"""The compiler finds whom a plain reading of the tree finds, over random trees and networks."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from crm.criteria.compiling import compile_tree, matching
from crm.criteria.explaining import explain, weights
from crm.criteria.problems import problems_of
from crm.criteria.registry import table_of
from crm.criteria.rules import tree_from_link, tree_to_link
from crm.criteria.sentences import sentence_of
from crm.criteria.types import Branch, Mode, Subject, Tree
from tests.segments.naive import KNOWN, expected_ids
from tests.segments.trees import FIELDS, trees
from tests.segments.worlds import TODAY, make_world

_OURS = settings(
    max_examples=50,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def test_the_trees_ask_of_everything_that_the_plain_reading_knows() -> None:
    assert set(FIELDS) == KNOWN


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("subject", list(Subject))
def test_the_same_records_are_found(session: Session, seed: int, subject: Subject) -> None:
    world = make_world(session, seed)
    connection = session.connection()
    sizes = []

    @_OURS
    @given(trees(world, subject))
    def check(tree: Tree) -> None:
        statement = matching(session, tree, TODAY)
        found = list(connection.execute(statement).scalars())
        assert len(found) == len(set(found))
        assert set(found) == expected_ids(world, tree)
        sizes.append(len(found))

    check()
    assert max(sizes) > 5, "the trees find nobody: the comparison says nothing"
    assert len(set(sizes)) > 5


@pytest.mark.parametrize("subject", list(Subject))
def test_a_verdict_is_that_of_the_whole(session: Session, subject: Subject) -> None:
    world = make_world(session, 11)
    records = world.structures if subject is Subject.STRUCTURE else world.contacts

    @settings(_OURS, max_examples=25)
    @given(trees(world, subject), st.sampled_from(records))
    def check(tree: Tree, record: dict[str, int]) -> None:
        verdicts = explain(session, tree, record["id"], TODAY)
        if record["deleted_at"] is not None:
            assert verdicts is None
            return
        assert verdicts is not None
        assert verdicts.is_in == (record["id"] in expected_ids(world, tree))
        for place, node in enumerate(tree.root.nodes):
            alone = Tree(subject, Branch(Mode.ALL, (node,)))
            assert verdicts.by_path[place,] == (record["id"] in expected_ids(world, alone))

    check()


def test_without_a_criterion_there_are_those_it_alone_keeps_out(session: Session) -> None:
    world = make_world(session, 12)

    @settings(_OURS, max_examples=25)
    @given(trees(world, Subject.STRUCTURE))
    def check(tree: Tree) -> None:
        found = weights(session, tree, TODAY)
        if tree.root.mode is not Mode.ALL or len(tree.root.nodes) < 2:
            assert found == []
            return
        assert [each.count_without for each in found] == sorted(
            (each.count_without for each in found), reverse=True
        )
        for each in found:
            others = [n for place, n in enumerate(tree.root.nodes) if (place,) != each.path]
            rest = Tree(tree.subject, Branch(Mode.ALL, tuple(others)))
            assert each.count_without == len(expected_ids(world, rest))

    check()


def test_every_tree_survives_its_link_and_has_a_sentence(session: Session) -> None:
    world = make_world(session, 13)

    @settings(_OURS, max_examples=60)
    @given(st.sampled_from(list(Subject)).flatmap(lambda subject: trees(world, subject)))
    def check(tree: Tree) -> None:
        assert tree_from_link(tree_to_link(tree)) == tree
        assert problems_of(session, tree) == []
        said = sentence_of(session, tree)
        assert said.endswith(".")
        assert "%(" not in said
        assert "  " not in said
        assert "…" not in said

    check()


def test_values_are_parameters(session: Session) -> None:
    world = make_world(session, 14)

    @settings(_OURS, max_examples=40)
    @given(trees(world, Subject.STRUCTURE))
    def check(tree: Tree) -> None:
        condition = str(compile_tree(tree, TODAY).compile(session.connection()))
        assert "maire" not in condition.lower()
        assert "énergie" not in condition.lower()

    check()
    assert table_of(Subject.STRUCTURE).identity.key == "id"
