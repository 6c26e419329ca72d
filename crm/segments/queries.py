"""Reads of segments: which there are, what they ask, whom they find."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from crm.contacts.models import Contact, Structure
from crm.core.batches import in_batches
from crm.core.errors import NotFoundError, RuleError
from crm.criteria.compiling import compile_tree
from crm.criteria.conditions import is_found
from crm.criteria.problems import NO_NAMES, Names, problems_of
from crm.criteria.registry import table_of
from crm.criteria.rules import tree_from_text
from crm.criteria.types import Leaf, Subject, Tree, walk
from crm.segments.errors import SegmentError
from crm.segments.models import Segment, SegmentMember
from crm.web.locale import sentence

MODELS: dict[Subject, type[Any]] = {Subject.STRUCTURE: Structure, Subject.CONTACT: Contact}


def is_readable(user_id: int) -> ColumnElement[bool]:
    """Return the condition of the segments that a person may see: theirs, and the shared ones."""
    return or_(Segment.is_shared, Segment.owner_id == user_id)


def readable_among(session: Session, ids: Sequence[int], user_id: int) -> int:
    """Return how many of the segments of those ids a person may see."""
    readable = select(Segment.id).where(Segment.deleted_at.is_(None), is_readable(user_id))
    return sum(
        len(session.scalars(readable.where(Segment.id.in_(batch))).all())
        for batch in in_batches(ids)
    )


def segment_for_page(session: Session, segment_id: int, user_id: int) -> Segment:
    """Return a segment that this person may see, with its owner; raise NotFoundError."""
    segment = session.scalar(
        select(Segment)
        .where(Segment.id == segment_id, Segment.deleted_at.is_(None), is_readable(user_id))
        .options(joinedload(Segment.owner))
    )
    if segment is None:
        raise NotFoundError
    return segment


def segment_choices(
    session: Session, user_id: int, subject: Subject | None = None
) -> list[tuple[str, str]]:
    """Return (id as text, name) of the segments that a person may use, by name."""
    statement = select(Segment.id, Segment.name).where(
        Segment.deleted_at.is_(None), is_readable(user_id)
    )
    if subject is not None:
        statement = statement.where(Segment.subject == subject.value)
    rows = session.execute(statement.order_by(Segment.sort_name, Segment.id))
    return [(str(segment_id), name) for segment_id, name in rows.tuples()]


def tree_of(segment: Segment) -> Tree:
    """Return what a segment asks; raise SegmentError when its rules cannot be read any more."""
    try:
        return tree_from_text(segment.rules)
    except RuleError as error:
        raise SegmentError([sentence(error)]) from error


def count_asking(session: Session, code: str, field: str, value: str) -> int:
    """Return how many segments hold a criterion with this choice, whoever may see them."""
    found = session.scalars(
        select(Segment.rules).where(
            Segment.deleted_at.is_(None), Segment.rules.contains(f'"{code}"', autoescape=True)
        )
    )
    return sum(_asks(rules, code, field, value) for rules in found)


def _asks(rules: str, code: str, field: str, value: str) -> bool:
    try:
        tree = tree_from_text(rules)
    except RuleError:
        return False
    return any(
        isinstance(node, Leaf) and node.code == code and value in tuple(node.values.get(field, ()))
        for _path, node in walk(tree.root)
    )


def members(session: Session, segment: Segment, *, day: date) -> Select[tuple[int]]:
    """Select the ids of a segment's members on a day: structures or people, as its subject says.

    Only those that are there: neither in the trash nor merged into another. Raises SegmentError
    when the segment asks for nothing or for what no longer exists.
    """
    identity = table_of(Subject(segment.subject)).identity
    return select(identity).where(*member_conditions(session, segment, day=day))


def member_conditions(
    session: Session, segment: Segment, *, day: date
) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of a segment's members, for a statement of one's own."""
    subject = Subject(segment.subject)
    if segment.frozen_at is not None:
        return table_of(subject).is_present, _is_in_list(segment, subject)
    return tree_conditions(session, tree_of(segment), day=day, names=segment.names)


def tree_conditions(
    session: Session, tree: Tree, *, day: date, names: Names = NO_NAMES
) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of whom a tree finds; raise SegmentError when it has a problem."""
    problems = problems_of(session, tree, names)
    if problems:
        raise SegmentError([problem.told for problem in problems])
    return table_of(tree.subject).is_present, compile_tree(tree, day)


def count(session: Session, segment: Segment, *, day: date) -> int:
    """Return how many members a segment has on a day; raise SegmentError."""
    return count_of(session, members(session, segment, day=day))


def count_of(session: Session, ids: Select[tuple[int]]) -> int:
    """Return how many ids a statement selects, each of a record of its own."""
    counted: Select[tuple[int]] = ids.with_only_columns(
        func.count(), maintain_column_froms=True
    ).order_by(None)
    return session.execute(counted).scalar_one()


def is_listed_at(segment: Segment) -> ColumnElement[bool]:
    """Return the condition of the rows of a frozen list that were members when it was frozen."""
    return and_(
        SegmentMember.segment_id == segment.id,
        SegmentMember.added_at <= segment.frozen_at,
        or_(SegmentMember.left_at.is_(None), SegmentMember.left_at > segment.frozen_at),
    )


def _is_in_list(segment: Segment, subject: Subject) -> ColumnElement[bool]:
    """Return the condition of a list's members; those merged since are what they are now."""
    then = aliased(MODELS[subject])
    found = (
        select(func.coalesce(then.merged_into_id, then.id))
        .select_from(SegmentMember)
        .join(then, then.id == SegmentMember.record_id)
        .where(is_listed_at(segment))
    )
    return is_found(table_of(subject).identity, found)


def is_member(session: Session, segment: Segment, record_id: int, *, day: date) -> bool:
    """Tell whether a record is a member on a day; raise SegmentError."""
    identity = table_of(Subject(segment.subject)).identity
    found = members(session, segment, day=day).where(identity == record_id)
    return bool(session.scalar(select(found.exists())))


def first_rows(
    session: Session, subject: Subject, conditions: Sequence[ColumnElement[bool]], limit: int
) -> Sequence[Any]:
    """Return the first records of those conditions, by name: id, name, detail."""
    if subject is Subject.STRUCTURE:
        statement = select(
            Structure.id,
            Structure.name.label("name"),
            Structure.departement_code.label("detail"),
        )
    else:
        statement = select(
            Contact.id,
            func.trim(func.coalesce(Contact.first_name, "") + " " + Contact.last_name).label(
                "name"
            ),
            Contact.email.label("detail"),
        )
    model = MODELS[subject]
    statement = statement.where(*conditions).order_by(model.sort_name, model.id).limit(limit)
    return session.execute(statement).all()


def has_name(session: Session, sort_name: str, owner_id: int, but_id: int | None) -> bool:
    """Tell whether someone has another segment of this name out of the trash."""
    found = exists().where(
        Segment.sort_name == sort_name,
        Segment.owner_id == owner_id,
        Segment.deleted_at.is_(None),
        Segment.id != (but_id or 0),
    )
    return bool(session.scalar(select(found)))
