"""Saving, duplicating, freezing and refreshing segments."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, literal, null, select, update
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.errors import N_, NotFoundError, RuleError, StaleRecordError
from crm.core.text import sort_key
from crm.criteria.problems import Placed, choice_key, placed_nodes, problems_of
from crm.criteria.registry import table_of
from crm.criteria.rules import tree_to_text
from crm.criteria.types import Subject, Tree
from crm.database import UtcDateTime
from crm.segments import rules
from crm.segments.drafts import canonical
from crm.segments.models import Segment, SegmentMember
from crm.segments.queries import count_of, has_name, is_readable, members, tree_conditions, tree_of
from crm.segments.searching import index_segment

_NOT_YOURS = N_(
    "« %(name)s » est le segment de quelqu’un d’autre : qui l’a fait dit s’il est partagé."
)


@dataclass(frozen=True, slots=True)
class SegmentData:
    """What the builder says of a segment; without a tree, its rules stay what they are."""

    name: str
    tree: Tree | None
    description: str | None = None
    is_shared: bool = False


def create_segment(session: Session, *, owner_id: int, data: SegmentData) -> Segment:
    """Keep a rule tree under a name; raise RuleError for a name taken or rules with a problem."""
    if data.tree is None:
        raise RuleError("rules", N_("Ajoutez au moins un critère."))
    segment = Segment(owner_id=owner_id, subject=data.tree.subject.value, created_at=clock.now())
    _fill(session, segment, data)
    session.add(segment)
    session.flush()
    index_segment(session, segment)
    return segment


def update_segment(
    session: Session, *, segment_id: int, user_id: int, version: int, data: SegmentData
) -> Segment:
    """Change a segment as it was at that version; raise StaleRecordError if it has moved on.

    The rules of a frozen list do not change.
    """
    segment = get_segment(session, segment_id, user_id)
    if segment.version != version:
        raise StaleRecordError(segment)
    if segment.is_shared != data.is_shared:
        check_may_share(segment, user_id)
    _fill(session, segment, data)
    session.flush()
    index_segment(session, segment)
    return segment


def check_may_share(segment: Segment, user_id: int) -> None:
    """Raise RuleError for a segment of someone else: whether others see it is theirs to say."""
    if segment.owner_id != user_id:
        raise RuleError("is_shared", _NOT_YOURS, name=segment.name)


def duplicate_segment(session: Session, *, segment_id: int, user_id: int) -> Segment:
    """Make a live segment of one's own out of another's rules, under a name that is free."""
    original = get_segment(session, segment_id, user_id)
    return _copy(session, original, user_id, N_("Copie de « %(name)s »"))


def freeze_segment(session: Session, *, segment_id: int, user_id: int) -> Segment:
    """Make a list of whom a live segment finds now; it stays so until it is refreshed.

    Raises SegmentError when the segment cannot be answered.
    """
    original = get_segment(session, segment_id, user_id)
    found = members(session, original, day=clock.today())
    frozen = _copy(session, original, user_id, N_("Liste figée : %(name)s"), is_frozen=True)
    _insert(session, frozen, found)
    frozen.member_count = _listed(session, frozen)
    session.flush()
    return frozen


def create_list(session: Session, *, owner_id: int, data: SegmentData) -> Segment:
    """Make a frozen list of whom a rule tree finds now; raise RuleError as `create_segment`."""
    listed = create_segment(session, owner_id=owner_id, data=data)
    found = members(session, listed, day=clock.today())
    listed.frozen_at, listed.member_count = clock.now(), 0
    _insert(session, listed, found)
    listed.member_count = _listed(session, listed)
    session.flush()
    return listed


def refresh_segment(session: Session, *, segment_id: int, user_id: int) -> tuple[int, int]:
    """Bring a frozen list to whom its rules find now; return (how many came in, went out)."""
    segment = get_segment(session, segment_id, user_id)
    if segment.frozen_at is None:
        raise RuleError("form", N_("Ce segment n’est pas figé : il est toujours à jour."))
    identity = table_of(Subject(segment.subject)).identity
    conditions = tree_conditions(session, tree_of(segment), day=clock.today(), names=segment.names)
    found = select(identity).where(*conditions)
    _forget_undone_refreshes(session, segment)
    at = clock.now()
    own = SegmentMember.segment_id == segment.id, SegmentMember.left_at.is_(None)
    gone = session.execute(
        update(SegmentMember)
        .where(*own, SegmentMember.record_id.not_in(found))
        .values(left_at=at)
        .execution_options(synchronize_session=False, preserve_rowcount=True)
    )
    segment.frozen_at = at
    still = select(SegmentMember.record_id).where(*own)
    came = _insert(session, segment, found.where(identity.not_in(still.correlate(None))))
    segment.member_count = _listed(session, segment)
    session.flush()
    return came, int(getattr(gone, "rowcount", 0))


def get_segment(session: Session, segment_id: int, user_id: int) -> Segment:
    """Return a segment that this person may change; raise NotFoundError."""
    segment = session.scalar(
        select(Segment)
        .where(Segment.id == segment_id, Segment.deleted_at.is_(None), is_readable(user_id))
        .with_for_update()
    )
    if segment is None:
        raise NotFoundError
    return segment


def check_name_is_free(session: Session, segment: Segment) -> None:
    """Raise RuleError when its owner has another segment of this name."""
    if has_name(session, segment.sort_name, segment.owner_id, segment.id):
        raise RuleError("name", N_("Il y a déjà un segment de ce nom : donnez-lui-en un autre."))


def _fill(session: Session, segment: Segment, data: SegmentData) -> None:
    with session.no_autoflush:
        segment.name = rules.clean_name(data.name)
        segment.sort_name = sort_key(segment.name)
        segment.description = rules.clean_description(data.description)
        segment.is_shared = data.is_shared
        if data.tree is not None and segment.frozen_at is None:
            _fill_rules(session, segment, data.tree)
        check_name_is_free(session, segment)


def _fill_rules(session: Session, segment: Segment, tree: Tree) -> None:
    if problems := problems_of(session, tree):
        raise RuleError("rules", problems[0].told)
    kept = canonical(tree)
    if kept.subject.value != segment.subject:
        raise RuleError("rules", N_("Un segment de structures ne devient pas de personnes."))
    written = tree_to_text(kept)
    if segment.rules != written:
        segment.rules = written
    segment.names = names_of(session, kept)


def names_of(session: Session, tree: Tree) -> dict[str, str]:
    """Return what each choice is called today, by criterion, field and value."""
    return {key: label for placed in placed_nodes(tree) for key, label in _labels(session, placed)}


def _labels(session: Session, placed: Placed) -> list[tuple[str, str]]:
    asked = placed.asked
    if asked is None:
        return []
    return [
        (choice_key(asked.code, each.name, value), label)
        for each in asked.fields
        if each.is_chosen and (raw := placed.node.values.get(each.name))
        for value, label in each.labels(session, (raw,) if isinstance(raw, str) else raw).items()
    ]


def _copy(
    session: Session, original: Segment, user_id: int, naming: str, *, is_frozen: bool = False
) -> Segment:
    at = clock.now()
    copy = Segment(
        subject=original.subject,
        rules=original.rules,
        names=original.names,
        description=original.description,
        owner_id=user_id,
        is_shared=original.is_shared if is_frozen else False,
        created_at=at,
        frozen_at=at if is_frozen else None,
        member_count=0 if is_frozen else None,
    )
    copy.name = free_name(session, user_id, rules.named_after(naming, original.name))
    copy.sort_name = sort_key(copy.name)
    session.add(copy)
    session.flush()
    index_segment(session, copy)
    return copy


def free_name(session: Session, owner_id: int, name: str) -> str:
    """Return the name, with a number behind it where its owner has a segment called so already."""
    candidate, number = name, 2
    while has_name(session, sort_key(candidate), owner_id, None):
        candidate, number = rules.numbered(name, number), number + 1
    return candidate


def _insert(session: Session, segment: Segment, ids: Any) -> int:
    """Write the members found; return how many there are."""
    row = ids.add_columns(literal(segment.id), literal(segment.frozen_at, UtcDateTime()), null())
    written = session.execute(
        insert(SegmentMember).from_select(("record_id", "segment_id", "added_at", "left_at"), row),
        execution_options={"preserve_rowcount": True},
    )
    return int(getattr(written, "rowcount", 0))


def _listed(session: Session, segment: Segment) -> int:
    session.flush()
    return count_of(session, members(session, segment, day=clock.today()))


def _forget_undone_refreshes(session: Session, segment: Segment) -> None:
    """Take out what a refresh that was undone since had written."""
    own = SegmentMember.segment_id == segment.id
    without = {"synchronize_session": False}
    session.execute(
        delete(SegmentMember)
        .where(own, SegmentMember.added_at > segment.frozen_at)
        .execution_options(**without)
    )
    session.execute(
        update(SegmentMember)
        .where(own, SegmentMember.left_at > segment.frozen_at)
        .values(left_at=None)
        .execution_options(**without)
    )


def forget_members(session: Session, entity: str, ids: Any) -> None:
    """Forget the places in lists of records that are erased for good."""
    if entity not in {"structure", "contact"}:
        return
    lists = select(Segment.id).where(Segment.subject == entity)
    session.execute(
        delete(SegmentMember)
        .where(SegmentMember.record_id.in_(ids), SegmentMember.segment_id.in_(lists))
        .execution_options(synchronize_session=False)
    )
