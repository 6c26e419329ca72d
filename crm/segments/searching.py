"""How segments are found where everything is, by those alone who may see them."""

from collections.abc import Iterator, Sequence

from flask import url_for
from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from crm.accounts.gate import signed_in
from crm.accounts.models import User
from crm.contacts.searching import detail, list_found_in
from crm.core.errors import N_
from crm.criteria.types import Subject
from crm.search.actions import Action
from crm.search.index import make_findable, ranked_words
from crm.search.kinds import Hit, SearchKind
from crm.segments.models import Segment
from crm.segments.queries import is_readable
from crm.segments.wording import SUBJECT_LABELS
from crm.web.access import Permission
from crm.web.locale import translate

SEGMENT = "segment"
_NOUNS = frozenset({"segment", "segments"})
Records = Iterator[tuple[int, dict[str, int]]]


def index_segment(session: Session, segment: Segment) -> None:
    """Make a segment findable by what it is today; in the trash it is not."""
    make_findable(session, SEGMENT, segment.id, all_segments(session, Segment.id == segment.id))


def all_segments(session: Session, condition: ColumnElement[bool] | None = None) -> Records:
    """Yield (id, words) of the segments that are not in the trash, or of those that fit."""
    fits = true() if condition is None else condition
    rows = session.execute(
        select(Segment.id, Segment.name, Segment.description).where(
            Segment.deleted_at.is_(None), fits
        )
    )
    for segment_id, name, description in rows.tuples():
        yield segment_id, ranked_words([name], [description])


def describe_segments(session: Session, ids: Sequence[int]) -> dict[int, Hit]:
    """Return the lines of the segments that the reader may see: what they find, who made them."""
    rows = session.execute(
        select(Segment.id, Segment.name, Segment.subject, User.name.label("owner"))
        .join(User, User.id == Segment.owner_id)
        .where(Segment.id.in_(ids), Segment.deleted_at.is_(None), is_readable(signed_in().id))
    )
    return {
        row.id: Hit(
            title=row.name,
            value=str(row.id),
            url=url_for("segments.show", segment_id=row.id),
            detail=detail(translate(SUBJECT_LABELS[Subject(row.subject)]), row.owner),
        )
        for row in rows
    }


SEGMENTS = SearchKind(
    SEGMENT,
    N_("Segments"),
    "users-group",
    all_segments,
    describe_segments,
    nouns=_NOUNS,
    list_url=list_found_in("segments.index"),
    is_sieved=True,
)
NEW_SEGMENT = Action(
    N_("Nouveau segment"),
    "users-group",
    Permission.EDIT_NETWORK,
    nouns=_NOUNS,
    url=lambda: url_for("segments.new"),
    is_quick=True,
)
