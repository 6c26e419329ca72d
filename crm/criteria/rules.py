"""Trees in and out of JSON: what is not understood is refused with a sentence, never guessed."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from crm.core.errors import N_, RuleError
from crm.criteria.types import Branch, Leaf, Link, Mode, Node, Raw, Subject, Tree, children, walk

VERSION = 1
DEEPEST, MOST_NODES, MOST_LINKS = 8, 100, 5
MOST_VALUES, LONGEST_VALUE, LONGEST_CODE = 200, 200, 40
# More than is allowed is read all the same, so that it is told beside its field; to a point.
MOST_READ, LONGEST_READ = 10 * MOST_VALUES, 10 * LONGEST_VALUE
LONGEST_LINK = 6000  # characters of a tree in a URL
_FIELD = "rules"
_UNREADABLE = N_("Ces règles ne sont pas lisibles : elles ont été coupées ou modifiées en route.")
_OTHER_VERSION = N_("Ces règles viennent d’une autre version : ouvrez le segment d’origine.")
TOO_MANY_VALUES = N_("Un critère a trop de valeurs : %(count)s au plus.")
TOO_LONG = N_("C’est trop long : %(count)s caractères au plus.")
_TOO_DEEP = N_("Il y a trop de groupes les uns dans les autres : %(count)s au plus.")
_TOO_LINKED = N_(
    "Il y a trop de passages des structures aux personnes les uns dans les autres : "
    "%(count)s au plus."
)
_TOO_MANY = N_("Il y a trop de critères : %(count)s au plus.")


def write_tree(tree: Tree) -> dict[str, Any]:
    """Return a tree as JSON holds it, with the version of the format."""
    return {"v": VERSION, "sujet": tree.subject.value, "regles": _written(tree.root)}


def read_tree(data: Any) -> Tree:
    """Return the tree that JSON holds; raise RuleError for anything that is not understood."""
    if not isinstance(data, dict) or set(data) != {"v", "sujet", "regles"}:
        raise RuleError(_FIELD, _UNREADABLE)
    if data["v"] != VERSION or isinstance(data["v"], bool):
        raise RuleError(_FIELD, _OTHER_VERSION)
    if not isinstance(data["sujet"], str) or data["sujet"] not in set(Subject):
        raise RuleError(_FIELD, _UNREADABLE)
    root = _read(data["regles"], 1)
    if not isinstance(root, Branch):
        raise RuleError(_FIELD, _UNREADABLE)
    tree = Tree(Subject(data["sujet"]), root)
    check_size(tree)
    return tree


def check_size(tree: Tree) -> None:
    """Raise RuleError for a tree too deep, with too many nodes, or too many links on a path."""
    paths = [path for path, _node in walk(tree.root)]
    if len(paths) > MOST_NODES:
        raise RuleError(_FIELD, _TOO_MANY, count=MOST_NODES)
    if max(len(path) for path in paths) > DEEPEST:
        raise RuleError(_FIELD, _TOO_DEEP, count=DEEPEST)
    if _links_on_a_path(tree.root) > MOST_LINKS:
        raise RuleError(_FIELD, _TOO_LINKED, count=MOST_LINKS)


def _links_on_a_path(node: Node) -> int:
    """Return how many links there are at most from a node down, its own one among them."""
    below = max((_links_on_a_path(each) for each in children(node)), default=0)
    return below + isinstance(node, Link)


def tree_to_text(tree: Tree) -> str:
    """Return a tree as one line of JSON."""
    return json.dumps(write_tree(tree), ensure_ascii=False, separators=(",", ":"))


def tree_from_text(text: str) -> Tree:
    """Return the tree that a text of JSON holds; raise RuleError when it is none."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise RuleError(_FIELD, _UNREADABLE) from None
    return read_tree(data)


def tree_to_link(tree: Tree) -> str:
    """Return a tree as the URL of a page holds it."""
    return base64.urlsafe_b64encode(tree_to_text(tree).encode()).rstrip(b"=").decode()


def tree_from_link(text: str, longest: int | None = LONGEST_LINK) -> Tree:
    """Return the tree that a URL holds; raise RuleError when it is none.

    A form that is posted holds the same, with no limit of its own.
    """
    if longest is not None and len(text) > longest:
        raise RuleError(_FIELD, _UNREADABLE)
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        decoded = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (ValueError, binascii.Error):
        raise RuleError(_FIELD, _UNREADABLE) from None
    return tree_from_text(decoded)


def _written(node: Node) -> dict[str, Any]:
    if isinstance(node, Branch):
        return {node.mode.value: [_written(child) for child in node.nodes]}
    written: dict[str, Any] = {"c": node.code}
    if node.values:
        written["x"] = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in node.values.items()
        }
    if node.is_negated:
        written["non"] = True
    if isinstance(node, Link):
        written["lien"] = _written(node.branch)
    return written


def _read(data: Any, depth: int) -> Node:
    if depth > DEEPEST + 2:
        raise RuleError(_FIELD, _TOO_DEEP, count=DEEPEST)
    if not isinstance(data, dict):
        raise RuleError(_FIELD, _UNREADABLE)
    if "c" not in data:
        return _read_branch(data, depth)
    code, is_negated = _text(data["c"]), data.get("non", False)
    if (
        not set(data) <= {"c", "x", "non", "lien"}
        or not isinstance(is_negated, bool)
        or not 0 < len(code) <= LONGEST_CODE
    ):
        raise RuleError(_FIELD, _UNREADABLE)
    values = _read_values(data.get("x", {}))
    if "lien" not in data:
        return Leaf(code, values, is_negated)
    branch = _read(data["lien"], depth)
    if not isinstance(branch, Branch):
        raise RuleError(_FIELD, _UNREADABLE)
    return Link(code, values, branch, is_negated)


def _read_branch(data: Mapping[str, Any], depth: int) -> Branch:
    if len(data) != 1:
        raise RuleError(_FIELD, _UNREADABLE)
    mode, nodes = next(iter(data.items()))
    if mode not in set(Mode) or not isinstance(nodes, list):
        raise RuleError(_FIELD, _UNREADABLE)
    if len(nodes) > MOST_NODES:
        raise RuleError(_FIELD, _TOO_MANY, count=MOST_NODES)
    return Branch(Mode(mode), tuple(_read(each, depth + 1) for each in nodes))


def _read_values(data: Any) -> dict[str, Raw]:
    if not isinstance(data, dict) or len(data) > LONGEST_CODE:
        raise RuleError(_FIELD, _UNREADABLE)
    return {_text(name): _read_value(value) for name, value in data.items()}


def _read_value(value: Any) -> Raw:
    if isinstance(value, list):
        if len(value) > MOST_READ:
            raise RuleError(_FIELD, TOO_MANY_VALUES, count=MOST_VALUES)
        return tuple(_text(each) for each in value)
    return _text(value)


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_READ or not _is_text(value):
        raise RuleError(_FIELD, _UNREADABLE)
    return value


def _is_text(value: str) -> bool:
    """Tell whether a database takes it: JSON may hold halves of characters, and zeros."""
    return "\x00" not in value and not any("\ud800" <= each <= "\udfff" for each in value)


def changed_at(node: Node, path: tuple[int, ...], new: Node | None) -> Node | None:
    """Return a node with what stands at a path replaced, or taken out where `new` is None."""
    if not path:
        return new
    below = list(children(node))
    place = path[0]
    if not 0 <= place < len(below):
        raise RuleError(_FIELD, _UNREADABLE)
    changed = changed_at(below[place], path[1:], new)
    below[place : place + 1] = [] if changed is None else [changed]
    return with_children(node, tuple(below))


def with_children(node: Node, nodes: tuple[Node, ...]) -> Node:
    """Return a branch or a link with other nodes below it; raise RuleError for a criterion."""
    if isinstance(node, Branch):
        return Branch(node.mode, nodes)
    if isinstance(node, Link):
        return Link(node.code, node.values, Branch(node.branch.mode, nodes), node.is_negated)
    raise RuleError(_FIELD, _UNREADABLE)
