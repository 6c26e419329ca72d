"""The buttons of the builder, on trees."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.core.errors import RuleError
from crm.criteria.types import Branch, Leaf, Link, Mode, Node, Subject, Tree, children, walk
from crm.segments import editing

A, B, C, D = (Leaf(code) for code in "abcd")


def _tree(*nodes: Node) -> Tree:
    return Tree(Subject.STRUCTURE, Branch(Mode.ALL, nodes))


def _group(*nodes: Node) -> Branch:
    return Branch(Mode.ANY, nodes)


def test_nodes_are_added_and_removed() -> None:
    tree = editing.added(_tree(A), (), B)
    assert tree == _tree(A, B)
    tree = editing.added(editing.added(tree, (), _group()), (2,), C)
    assert tree == _tree(A, B, _group(C))
    assert editing.removed(tree, (2, 0)) == _tree(A, B, _group())
    assert editing.removed(tree, (0,)) == _tree(B, _group(C))
    assert editing.removed(tree, ()) == _tree()


def test_nodes_move_up_and_down() -> None:
    assert editing.shifted(_tree(A, B), (1,), -1) == _tree(B, A)
    assert editing.shifted(_tree(A, B), (0,), 1) == _tree(B, A)
    assert editing.shifted(_tree(A, B), (0,), -1) == _tree(A, B)
    assert editing.shifted(_tree(A, _group(B, C)), (1, 0), 1) == _tree(A, _group(C, B))


def test_nodes_go_in_and_out_of_groups() -> None:
    assert editing.indented(_tree(A, B), (1,)) == _tree(A, _group(B))
    assert editing.indented(_tree(_group(A), B), (1,)) == _tree(_group(A, B))
    assert editing.outdented(_tree(_group(A, B), C), (0, 0)) == _tree(_group(B), A, C)
    assert editing.outdented(_tree(A), (0,)) == _tree(A)


def test_what_is_asked_of_others_does_not_leave_its_link() -> None:
    link = Link("personne", {}, _group(A, _group(B)))
    tree = _tree(link)
    assert editing.outdented(tree, (0, 0)) == tree
    assert editing.outdented(tree, (0, 1, 0)) == _tree(Link("personne", {}, _group(A, _group(), B)))
    with pytest.raises(RuleError):
        editing.moved(tree, (0, 0), (), 0)


def test_nodes_are_dragged() -> None:
    tree = _tree(A, B, _group(C, D))
    assert editing.moved(tree, (0,), (), 2) == _tree(B, A, _group(C, D))
    assert editing.moved(tree, (1,), (), 0) == _tree(B, A, _group(C, D))
    assert editing.moved(tree, (0,), (2,), 1) == _tree(B, _group(C, A, D))
    assert editing.moved(tree, (2, 1), (), 0) == _tree(D, A, B, _group(C))
    assert editing.moved(tree, (2,), (), 0) == _tree(_group(C, D), A, B)
    with pytest.raises(RuleError):
        editing.moved(tree, (2,), (2,), 0)
    with pytest.raises(RuleError):
        editing.moved(_tree(_group(_group(A))), (0,), (0, 0), 0)


@pytest.mark.parametrize("path", [(9,), (0, 0), (2, 5)])
def test_a_place_that_is_gone_is_said(path: tuple[int, ...]) -> None:
    tree = _tree(A, B, _group(C))
    for act in (editing.removed, editing.indented, lambda t, p: editing.shifted(t, p, 1)):
        with pytest.raises(RuleError):
            act(tree, path)
    with pytest.raises(RuleError):
        editing.added(tree, path, D)


_NODES = st.recursive(
    st.sampled_from([A, B, C, D]),
    lambda inner: st.builds(Branch, st.sampled_from(Mode), st.lists(inner, max_size=3).map(tuple)),
    max_leaves=8,
)


def _leaves(tree: Tree) -> list[str]:
    return sorted(node.code for _, node in walk(tree.root) if isinstance(node, Leaf))


@given(st.lists(_NODES, max_size=4).map(tuple), st.data())
def test_no_move_loses_a_criterion(nodes: tuple[Node, ...], data: st.DataObject) -> None:
    tree = _tree(*nodes)
    paths = [path for path, _ in walk(tree.root)]
    path, to = (data.draw(st.sampled_from(paths)) for _ in range(2))
    place = data.draw(st.integers(0, 4))
    for act in (
        lambda: editing.indented(tree, path),
        lambda: editing.outdented(tree, path),
        lambda: editing.shifted(tree, path, 1),
        lambda: editing.moved(tree, path, to, place),
    ):
        try:
            changed = act()
        except RuleError:
            continue
        assert _leaves(changed) == _leaves(tree)
    if path and not isinstance(editing.node_at(tree, to), Leaf) and to[: len(path)] != path:
        moved = editing.moved(tree, path, to, place)
        node = editing.node_at(tree, path)
        assert any(node in children(each) for _, each in walk(moved.root))
