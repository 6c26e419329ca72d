"""From a tree to one condition of the database, with every value a parameter of it."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, not_, or_, select
from sqlalchemy.orm import Session

from crm.core.errors import N_, RuleError
from crm.criteria.conditions import is_found
from crm.criteria.problems import problems_of
from crm.criteria.registry import find_bridge, find_criterion, table_of
from crm.criteria.types import Branch, Leaf, Link, Mode, Node, Subject, Tree

_UNKNOWN = N_("Ce critère n’existe plus.")


def matching(session: Session, tree: Tree, day: date) -> Select[tuple[int]]:
    """Select the ids of the records that satisfy a tree on a day.

    A tree with a problem (nothing asked, something deleted) finds nobody: see `problems_of`.
    """
    table = table_of(tree.subject)
    condition = false() if problems_of(session, tree) else compile_tree(tree, day)
    return select(table.identity).where(table.is_present, condition)


def compile_tree(tree: Tree, day: date) -> ColumnElement[bool]:
    """Return the condition of a tree; raise RuleError for one that cannot be answered."""
    return compile_node(tree.root, tree.subject, day)


def compile_node(node: Node, subject: Subject, day: date) -> ColumnElement[bool]:
    """Return the condition of a node of a tree that is asked of a subject."""
    if isinstance(node, Branch):
        return _compile_branch(node, subject, day)
    condition = _compile_asked(node, subject, day)
    return not_(condition) if node.is_negated else condition


def _compile_branch(branch: Branch, subject: Subject, day: date) -> ColumnElement[bool]:
    if not branch.nodes:
        return false()
    parts: list[Any] = [_compile_below(each, subject, day) for each in branch.nodes]
    if branch.mode is Mode.ALL:
        return and_(*parts)
    found = or_(*parts)
    return not_(found) if branch.mode is Mode.NONE else found


def _compile_below(node: Node, subject: Subject, day: date) -> ColumnElement[bool]:
    """Return the condition of a node in a branch: a group within it is found beside it, by id."""
    condition = compile_node(node, subject, day)
    if not isinstance(node, Branch) or not any(isinstance(each, Branch) for each in node.nodes):
        return condition
    identity = table_of(subject).identity
    return is_found(identity, select(identity).where(condition))


def _compile_asked(node: Leaf | Link, subject: Subject, day: date) -> ColumnElement[bool]:
    if isinstance(node, Leaf):
        criterion = find_criterion(subject, node.code)
        if criterion is None:
            raise RuleError("rules", _UNKNOWN)
        return criterion.condition(criterion.read(node.values), day)
    bridge = find_bridge(subject, node.code)
    if bridge is None:
        raise RuleError("rules", _UNKNOWN)
    inner = compile_node(node.branch, bridge.target, day)
    return bridge.within(inner, bridge.read(node.values), day)
