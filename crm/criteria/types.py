"""The trees that people build: criteria under « all », « any » or « none », and links across."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Path = tuple[int, ...]
Raw = str | tuple[str, ...]  # what was typed or chosen for one field of a criterion


class Subject(StrEnum):
    """What a tree is asked of."""

    STRUCTURE = "structure"
    CONTACT = "contact"


class Mode(StrEnum):
    """How many of the nodes of a branch must hold."""

    ALL = "tous"
    ANY = "un"
    NONE = "aucun"


class FieldKind(StrEnum):
    """How a field of a criterion is filled in."""

    CHOICES = "choix"  # one or several of a list
    PICKED = "fiches"  # the same, of a list too long to be shown: found by typing
    NUMBER = "nombre"
    DAY = "jour"
    TEXT = "texte"


@dataclass(frozen=True, slots=True)
class Leaf:
    """A criterion with what was typed in its fields; negated, it keeps the others."""

    code: str
    values: Mapping[str, Raw] = field(default_factory=dict)
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class Branch:
    """Nodes of which all, any or none must hold; one without nodes keeps nobody."""

    mode: Mode = Mode.ALL
    nodes: "tuple[Node, ...]" = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A way to records of the other subject: at least one of them satisfies the branch."""

    code: str
    values: Mapping[str, Raw] = field(default_factory=dict)
    branch: Branch = field(default_factory=Branch)
    is_negated: bool = False


Node = Leaf | Branch | Link


@dataclass(frozen=True, slots=True)
class Tree:
    """A rule tree: what it is asked of, and its outermost branch."""

    subject: Subject
    root: Branch = field(default_factory=Branch)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a tree cannot be answered: where, in which field if in one, and a sentence.

    `told` says the same far from the field, with the name of its criterion.
    """

    path: Path
    field: str
    sentence: str
    told: str


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly below a node."""
    if isinstance(node, Branch):
        return node.nodes
    return node.branch.nodes if isinstance(node, Link) else ()


def walk(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Yield each node with its path (the places to go through from the root), parents first."""
    yield path, node
    for place, child in enumerate(children(node)):
        yield from walk(child, (*path, place))
