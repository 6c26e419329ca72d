"""Whom a tree finds, live: the count, the sentence, the first of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.criteria.explaining import Weight, weights
from crm.criteria.problems import problems_of
from crm.criteria.registry import table_of
from crm.criteria.sentences import sentence_of, tell_node
from crm.criteria.types import Subject, Tree
from crm.segments.errors import SegmentError
from crm.segments.models import Segment
from crm.segments.queries import (
    first_rows,
    member_conditions,
    tree_conditions,
    tree_of,
)
from crm.web.formats import agreed, number
from crm.web.locale import translate

FIRST = 20
_COUNTS = {
    Subject.STRUCTURE: (N_("%(count)s structure"), N_("%(count)s structures")),
    Subject.CONTACT: (N_("%(count)s personne"), N_("%(count)s personnes")),
}
_PAGES = {
    Subject.STRUCTURE: ("structures.show", "structure_id"),
    Subject.CONTACT: ("contacts.show", "contact_id"),
}
WhyUrl = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Found:
    """A record found: its name, what tells it apart, its page, and why it is there."""

    name: str
    detail: str
    url: str
    why_url: str


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom a tree finds; with `problems`, nobody, and they say why."""

    count: int
    count_label: str
    sentence: str
    rows: Sequence[Found]
    problems: Sequence[str]

    @property
    def more(self) -> int:
        """Return how many are not shown."""
        return self.count - len(self.rows)


def count_words(subject: Subject, count: int) -> str:
    """Return « 12 structures »."""
    singular, plural = _COUNTS[subject]
    return translate(agreed(count, singular, plural), count=number(count))


def page_of_record(subject: Subject, record_id: int) -> str:
    """Return the address of a structure or of a person."""
    endpoint, argument = _PAGES[subject]
    values: dict[str, Any] = {argument: record_id}
    return url_for(endpoint, **values)


def preview_tree(session: Session, tree: Tree, day: date, why_url: WhyUrl) -> Preview:
    """Return whom a tree finds on a day."""
    said = sentence_of(session, tree)
    try:
        conditions = tree_conditions(session, tree, day=day)
    except SegmentError as error:
        return _nobody(tree.subject, said, error.sentences)
    return _preview(session, tree.subject, conditions, said, why_url)


def preview_segment(session: Session, segment: Segment, day: date, why_url: WhyUrl) -> Preview:
    """Return whom a saved segment finds on a day, or who is in its list."""
    subject = Subject(segment.subject)
    try:
        said = sentence_of(session, tree_of(segment), segment.names)
        conditions = member_conditions(session, segment, day=day)
    except SegmentError as error:
        return _nobody(subject, _said(session, segment), error.sentences)
    return _preview(session, subject, conditions, said, why_url)


def _said(session: Session, segment: Segment) -> str:
    try:
        return sentence_of(session, tree_of(segment), segment.names)
    except SegmentError:
        return ""


def _nobody(subject: Subject, said: str, problems: Sequence[str]) -> Preview:
    return Preview(0, count_words(subject, 0), said, (), problems)


def _preview(
    session: Session,
    subject: Subject,
    conditions: Sequence[ColumnElement[bool]],
    said: str,
    why_url: WhyUrl,
) -> Preview:
    identity = table_of(subject).identity
    counted = select(func.count(identity)).where(*conditions)
    count = session.execute(counted).scalar_one()
    rows = first_rows(session, subject, conditions, FIRST) if count else ()
    found = [
        Found(row.name, row.detail or "", page_of_record(subject, row.id), why_url(row.id))
        for row in rows
    ]
    return Preview(count, count_words(subject, count), said, found, ())


@dataclass(frozen=True, slots=True)
class Without:
    """What there would be without one criterion, in words."""

    label: str
    count_label: str
    gained: int


def without_each(session: Session, tree: Tree, day: date) -> list[Without]:
    """Return what each outermost criterion keeps out alone, the narrowest first."""
    if problems_of(session, tree):
        return []
    found: Sequence[Weight] = weights(session, tree, day)
    total = session.execute(
        select(func.count()).select_from(
            select(table_of(tree.subject).identity)
            .where(*tree_conditions(session, tree, day=day))
            .subquery()
        )
    ).scalar_one()
    return [
        Without(
            tell_node(session, tree.root.nodes[each.path[0]], tree.subject),
            count_words(tree.subject, each.count_without),
            each.count_without - total,
        )
        for each in found
    ]
