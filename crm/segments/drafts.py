"""The builder's form: each node of the tree under its path, and the button that was pressed."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from crm.core.errors import N_, RuleError
from crm.core.numbers import parse_id
from crm.criteria.criterion import Asked
from crm.criteria.registry import find_bridge, find_criterion
from crm.criteria.rules import (
    LONGEST_CODE,
    LONGEST_READ,
    LONGEST_VALUE,
    MOST_NODES,
    MOST_READ,
    MOST_VALUES,
    TOO_LONG,
    TOO_MANY_VALUES,
    check_size,
)
from crm.criteria.types import Branch, FieldKind, Leaf, Link, Mode, Node, Path, Raw, Subject, Tree
from crm.segments import editing

NODES, ACTION = "noeud", "action"
EXCLUDES = "non"
_GROUP = "groupe"
_ROOT = "r"
_LOST = N_("Cette action n’est plus possible : la page a été rechargée.")
Form = MultiDict[str, str]


def name_of(path: Path) -> str:
    """Return the name that the form gives a node: `r`, `r.0`, `r.0.2`."""
    return ".".join((_ROOT, *map(str, path)))


def path_of(name: str) -> Path:
    """Return the path that a name says; raise RuleError when it is none."""
    root, *places = name.split(".")
    found = [parse_id(place) for place in places]
    if root != _ROOT or len(places) > MOST_NODES:
        raise RuleError("rules", _LOST)
    path = tuple(place for place in found if place is not None)
    if len(path) != len(places):
        raise RuleError("rules", _LOST)
    return path


def read_draft(session: Session, form: Form, subject: Subject) -> Tree:
    """Return the tree that the form holds, complete or not; raise RuleError when it is none."""
    names = list(dict.fromkeys(form.getlist(NODES)))
    if len(names) > MOST_NODES:
        raise RuleError("rules", N_("Il y a trop de critères : %(count)s au plus."),
                        count=MOST_NODES)  # fmt: skip
    below: dict[str, list[str]] = {}
    for name in names:
        if name != _ROOT:
            below.setdefault(name.rpartition(".")[0], []).append(name)
    reader = _Reader(session, form, below)
    tree = Tree(subject, Branch(reader.mode(_ROOT), tuple(reader.nodes(_ROOT, subject))))
    check_size(tree)
    return tree


class _Reader:
    """Reads the nodes of one form."""

    def __init__(self, session: Session, form: Form, below: Mapping[str, list[str]]) -> None:
        self.session, self.form, self.below = session, form, below

    def mode(self, name: str) -> Mode:
        """Return how many nodes of a branch must hold; all, where the form says nothing."""
        said = self.form.get(f"m:{name}", "")
        return Mode(said) if said in set(Mode) else Mode.ALL

    def nodes(self, name: str, subject: Subject) -> Iterator[Node]:
        """Yield the nodes below one, in the order of the form."""
        for child in self.below.get(name, ()):
            yield self._node(child, subject)

    def _node(self, name: str, subject: Subject) -> Node:
        code = self.form.get(f"c:{name}", "")[:LONGEST_CODE]
        if not code:
            return Branch(self.mode(name), tuple(self.nodes(name, subject)))
        is_negated = self.form.get(f"n:{name}") == EXCLUDES
        bridge = find_bridge(subject, code)
        if bridge is not None:
            branch = Branch(self.mode(name), tuple(self.nodes(name, bridge.target)))
            return Link(code, self._values(name, bridge), branch, is_negated)
        criterion = find_criterion(subject, code)
        return Leaf(code, self._values(name, criterion), is_negated)

    def _values(self, name: str, asked: Asked | None) -> dict[str, Raw]:
        values: dict[str, Raw] = {}
        for each in asked.fields if asked else ():
            key = f"x:{name}:{each.name}"
            if each.is_chosen:
                typed = _whole(self.form.get(f"{key}_text", ""))
                chosen = [value for each in self.form.getlist(key) if (value := _whole(each))]
                if typed and each.kind is FieldKind.PICKED:
                    chosen.append(each.settled(self.session, typed))
                if chosen:
                    values[each.name] = _all_of(chosen)
            elif text := _whole(self.form.get(key, "")):
                values[each.name] = text
        return values


def _whole(text: str) -> str:
    """Return what was typed, never cut: what is too long for its field is told beside it."""
    cleaned = text.replace("\x00", "").strip()
    if len(cleaned) > LONGEST_READ:
        raise RuleError("rules", TOO_LONG, count=LONGEST_VALUE)
    return cleaned


def _all_of(chosen: Sequence[str]) -> tuple[str, ...]:
    values = tuple(dict.fromkeys(chosen))
    if len(values) > MOST_READ:
        raise RuleError("rules", TOO_MANY_VALUES, count=MOST_VALUES)
    return values


def acted(tree: Tree, form: Form) -> Tree:
    """Return the tree after the button that was pressed; raise RuleError when it cannot be."""
    action, _, rest = form.get(ACTION, "").partition(":")
    if action == "voir":
        return tree
    name, _, more = rest.partition(":")
    path = path_of(name)
    if action == "ajouter":
        return _with_new(tree, path, form.get(f"a:{name}", ""))
    if action == _GROUP:
        return editing.added(tree, path, Branch(Mode.ANY))
    if action == "deplacer":
        to, _, place = more.partition(":")
        return editing.moved(tree, path, path_of(to), parse_id(place) or 0)
    simple = {
        "retirer": lambda: editing.removed(tree, path),
        "monter": lambda: editing.shifted(tree, path, -1),
        "descendre": lambda: editing.shifted(tree, path, 1),
        "entrer": lambda: editing.indented(tree, path),
        "sortir": lambda: editing.outdented(tree, path),
    }
    if action not in simple:
        raise RuleError("rules", _LOST)
    return simple[action]()


def _with_new(tree: Tree, path: Path, code: str) -> Tree:
    if not code:
        raise RuleError("rules", N_("Choisissez d’abord un critère à ajouter."))
    subject = subject_at(tree, path)
    asked = find_criterion(subject, code) or find_bridge(subject, code)
    if asked is None:
        raise RuleError("rules", N_("Ce critère n’existe plus."))
    values = {each.name: each.default for each in asked.fields if each.default}
    is_link = find_bridge(subject, code) is not None
    return editing.added(tree, path, Link(code, values) if is_link else Leaf(code, values))


def subject_at(tree: Tree, path: Path) -> Subject:
    """Return what is asked below the node at a path."""
    subject, node = tree.subject, editing.node_at(tree, ())
    for depth in range(len(path) + 1):
        node = editing.node_at(tree, path[:depth])
        if isinstance(node, Link) and (bridge := find_bridge(subject, node.code)) is not None:
            subject = bridge.target
    return subject


def canonical(tree: Tree) -> Tree:
    """Return the tree with what was typed in the form that is kept; it has no problem."""

    def rewritten(node: Node, subject: Subject) -> Node:
        if isinstance(node, Branch):
            return Branch(node.mode, tuple(rewritten(each, subject) for each in node.nodes))
        if isinstance(node, Leaf):
            values = _written(node.values, find_criterion(subject, node.code))
            return Leaf(node.code, values, node.is_negated)
        bridge = find_bridge(subject, node.code)
        inner = rewritten(node.branch, bridge.target if bridge else subject)
        branch = inner if isinstance(inner, Branch) else node.branch
        return Link(node.code, _written(node.values, bridge), branch, node.is_negated)

    root = rewritten(tree.root, tree.subject)
    return Tree(tree.subject, root if isinstance(root, Branch) else tree.root)


def _written(values: Mapping[str, Raw], asked: Asked | None) -> dict[str, Raw]:
    fields = {each.name: each for each in asked.fields} if asked else {}
    return {
        name: fields[name].written(raw) if name in fields else raw for name, raw in values.items()
    }
