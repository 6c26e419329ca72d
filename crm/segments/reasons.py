"""Why a record is in a segment, or out: each criterion with its verdict, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from crm.contacts.queries.people import find_contacts
from crm.contacts.queries.structures import find_structures
from crm.core.errors import N_, NotFoundError
from crm.core.numbers import parse_id
from crm.criteria.explaining import Verdicts, explain
from crm.criteria.registry import find_bridge
from crm.criteria.sentences import tell_node
from crm.criteria.types import Branch, Link, Mode, Node, Path, Subject, Tree
from crm.segments.queries import MODELS
from crm.web.locale import translate

_HOW_MANY = {
    Mode.ALL: N_("Toutes ces conditions à la fois"),
    Mode.ANY: N_("Au moins une de ces conditions"),
    Mode.NONE: N_("Aucune de ces conditions"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """A node in words, whether it holds for the record, and the nodes in it."""

    words: str
    holds: bool
    reasons: "Sequence[Reason]"


def reason_tree(session: Session, tree: Tree, record_id: int, day: date) -> Reason:
    """Return why a record is in or out of what a tree finds; raise NotFoundError."""
    verdicts = explain(session, tree, record_id, day)
    if verdicts is None:
        raise NotFoundError
    return _reason(session, tree.root, (), tree.subject, verdicts)


def _reason(
    session: Session, node: Node, path: Path, subject: Subject, verdicts: Verdicts
) -> Reason:
    branch, below = node, subject
    if isinstance(node, Link):
        bridge = find_bridge(subject, node.code)
        branch, below = node.branch, bridge.target if bridge else subject
    inner: list[Reason] = []
    if isinstance(branch, Branch):
        inner = [
            _reason(session, each, (*path, place), below, verdicts)
            for place, each in enumerate(branch.nodes)
        ]
    if isinstance(node, Branch):
        words = translate(_HOW_MANY[node.mode])
    else:
        words = tell_node(session, node, subject)
        words = words[:1].upper() + words[1:]
    return Reason(words, verdicts.by_path[path], inner)


def record_named(session: Session, subject: Subject, record_id: int) -> str:
    """Return the name of a structure or of a person out of the trash; raise NotFoundError."""
    record: Any = session.get(MODELS[subject], record_id)
    if record is None or record.deleted_at is not None:
        raise NotFoundError
    return str(record.name if subject is Subject.STRUCTURE else record.full_name)


def records_like(session: Session, subject: Subject, text: str) -> list[tuple[int, str, str]]:
    """Return (id, name, detail) of the records whose words begin like those typed."""
    if not text:
        return []
    if subject is Subject.STRUCTURE:
        found = find_structures(session, text)
    else:
        found = find_contacts(session, text)
    return [
        (record_id, each.text, each.detail)
        for each in found
        if (record_id := parse_id(each.value)) is not None
    ]
