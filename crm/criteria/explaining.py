"""Why a record is in, or out: each node of a tree asked of that one record, in one statement."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from crm.criteria.compiling import compile_node
from crm.criteria.registry import find_bridge, table_of
from crm.criteria.types import Branch, Link, Mode, Node, Path, Tree


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Whether each node of a tree holds for a record, by path; the root's path is empty."""

    by_path: dict[Path, bool]

    @property
    def is_in(self) -> bool:
        """Tell whether the record satisfies the whole tree."""
        return self.by_path[()]


def explain(session: Session, tree: Tree, record_id: int, day: date) -> Verdicts | None:
    """Return what holds for a record on a day; None when it is not there.

    Below a link, a node holds when one of the records at its other end satisfies that node.
    """
    table = table_of(tree.subject)
    conditions = list(_conditions(tree, day))
    if not conditions:
        return None
    columns = [
        case((condition, 1), else_=0).label(f"node_{place}")
        for place, (_path, condition) in enumerate(conditions)
    ]
    row = session.execute(
        select(*columns).where(table.identity == record_id, table.is_present)
    ).first()
    if row is None:
        return None
    return Verdicts({path: bool(held) for (path, _), held in zip(conditions, row, strict=True)})


def _conditions(tree: Tree, day: date) -> Iterator[tuple[Path, ColumnElement[bool]]]:
    def ask(
        node: Node, path: Path, links: tuple[Link, ...]
    ) -> Iterator[tuple[Path, ColumnElement[bool]]]:
        yield path, _through(tree, links, node, day)
        below = links
        branch = node
        if isinstance(node, Link):
            below, branch = (*links, node), node.branch
        if isinstance(branch, Branch):
            for place, child in enumerate(branch.nodes):
                yield from ask(child, (*path, place), below)

    yield from ask(tree.root, (), ())


def _through(tree: Tree, links: tuple[Link, ...], node: Node, day: date) -> ColumnElement[bool]:
    """Return the condition of a node as the subject of the whole tree sees it."""
    subjects = [tree.subject]
    bridges = []
    for link in links:
        bridge = find_bridge(subjects[-1], link.code)
        if bridge is None:  # told among the problems, before anything is asked
            raise LookupError(link.code)
        bridges.append(bridge)
        subjects.append(bridge.target)
    condition = compile_node(node, subjects[-1], day)
    for bridge, link in zip(reversed(bridges), reversed(links), strict=True):
        condition = bridge.within(condition, bridge.read(link.values), day)
    return condition


@dataclass(frozen=True, slots=True)
class Weight:
    """What a tree would find without one of the outermost nodes, by the node's path."""

    path: Path
    count_without: int


def weights(session: Session, tree: Tree, day: date) -> list[Weight]:
    """Return how many records there would be without each outermost node, most first.

    Of trees whose outermost nodes must all hold; of others, and of a single node, nothing.
    """
    nodes = tree.root.nodes
    if tree.root.mode is not Mode.ALL or len(nodes) < 2:  # noqa: PLR2004 - alone, it is the cause
        return []
    table = table_of(tree.subject)
    each = (
        select(
            *(
                case((compile_node(node, tree.subject, day), 0), else_=1).label(f"fails_{place}")
                for place, node in enumerate(nodes)
            )
        )
        .where(table.is_present)
        .subquery()
    )
    fails = list(each.c)
    all_fails = sum(fails[1:], start=fails[0])
    # Without a node, those are found that fail nowhere else.
    row = session.execute(
        select(*(func.count(case((all_fails - fail == 0, 1))) for fail in fails))
    ).one()
    found = [Weight((place,), count) for place, count in enumerate(row)]
    return sorted(found, key=lambda weight: (-weight.count_without, weight.path))
