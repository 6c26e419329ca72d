"""Moves of a tree: what the buttons of the builder do, as pure functions of trees."""

from collections.abc import Sequence

from crm.core.errors import N_, RuleError
from crm.criteria.rules import changed_at, check_size, with_children
from crm.criteria.types import Branch, Leaf, Mode, Node, Path, Tree, children

ROOT: Path = ()
_LOST = N_("Cet endroit du segment n’existe plus : la page a été rechargée.")
_INSIDE_ITSELF = N_("Un groupe ne peut pas entrer dans lui-même.")


def node_at(tree: Tree, path: Path) -> Node:
    """Return the node at a path; raise RuleError where there is none."""
    node: Node = tree.root
    for place in path:
        below = children(node)
        if not 0 <= place < len(below):
            raise RuleError("rules", _LOST)
        node = below[place]
    return node


def added(tree: Tree, path: Path, new: Node, place: int | None = None) -> Tree:
    """Return the tree with a node more below the branch or link at a path, last without a place."""
    parent = node_at(tree, path)
    if isinstance(parent, Leaf):
        raise RuleError("rules", _LOST)
    below = list(children(parent))
    below.insert(len(below) if place is None else place, new)
    return _checked(_replaced(tree, path, with_children(parent, tuple(below))))


def removed(tree: Tree, path: Path) -> Tree:
    """Return the tree without the node at a path; the outermost branch is emptied instead."""
    if not path:
        return Tree(tree.subject, Branch(tree.root.mode))
    node_at(tree, path)
    return _replaced(tree, path, None)


def shifted(tree: Tree, path: Path, step: int) -> Tree:
    """Return the tree with a node one place up (-1) or down (1); at an end nothing changes."""
    parent, place = _parent(tree, path)
    below = list(children(parent))
    other = place + step
    if not 0 <= other < len(below):
        return tree
    below[place], below[other] = below[other], below[place]
    return _replaced(tree, path[:-1], with_children(parent, tuple(below)))


def indented(tree: Tree, path: Path) -> Tree:
    """Return the tree with a node in the group just above it, or in a new group of its own."""
    parent, place = _parent(tree, path)
    below = list(children(parent))
    node = below[place]
    if place > 0 and not isinstance(below[place - 1], Leaf):
        return added(_replaced(tree, path, None), (*path[:-1], place - 1), node)
    below[place] = Branch(Mode.ANY, (node,))
    return _checked(_replaced(tree, path[:-1], with_children(parent, tuple(below))))


def outdented(tree: Tree, path: Path) -> Tree:
    """Return the tree with a node out of its group, just after it.

    What is asked of the other subject cannot leave its link; the tree stays as it is.
    """
    if len(path) < 2 or not isinstance(node_at(tree, path[:-1]), Branch):  # noqa: PLR2004
        return tree
    node = node_at(tree, path)
    return added(_replaced(tree, path, None), path[:-2], node, path[-2] + 1)


def moved(tree: Tree, path: Path, to: Path, place: int) -> Tree:
    """Return the tree with a node moved below the group at another path, at a place there.

    Raises RuleError for a group that would hold itself, or a change of subject.
    """
    if to[: len(path)] == path or not path:
        raise RuleError("rules", _INSIDE_ITSELF)
    if _links_above(tree, path) != _links_above(tree, (*to, 0)):
        raise RuleError(
            "rules", N_("Ce critère ne se demande pas à ces fiches : ajoutez-le plutôt là-bas.")
        )
    node = node_at(tree, path)
    # Taken out first: what came after it in the same list is one place earlier then.
    depth = len(path) - 1
    target = list(to)
    if len(to) > depth and to[:depth] == path[:-1] and to[depth] > path[-1]:
        target[depth] -= 1
    if tuple(to) == path[:-1] and place > path[-1]:
        place -= 1
    return added(_replaced(tree, path, None), tuple(target), node, max(place, 0))


def _links_above(tree: Tree, path: Path) -> Sequence[Path]:
    """Return the paths of the links that a path goes through: they say who is asked."""
    return [
        path[:depth]
        for depth in range(len(path))
        if not isinstance(node_at(tree, path[:depth]), Branch | Leaf)
    ]


def _parent(tree: Tree, path: Path) -> tuple[Node, int]:
    if not path:
        raise RuleError("rules", _LOST)
    node_at(tree, path)
    return node_at(tree, path[:-1]), path[-1]


def _replaced(tree: Tree, path: Path, new: Node | None) -> Tree:
    root = changed_at(tree.root, path, new)
    if not isinstance(root, Branch):
        raise RuleError("rules", _LOST)
    return Tree(tree.subject, root)


def _checked(tree: Tree) -> Tree:
    check_size(tree)
    return tree
