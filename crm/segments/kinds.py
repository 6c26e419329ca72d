"""How segments come back, to those alone who may see them."""

from typing import Any

from flask import url_for
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.core.text import sort_key
from crm.history.kinds import Kind, Pointer
from crm.segments.models import Segment
from crm.segments.operations import check_name_is_free
from crm.segments.queries import count_asking, is_readable
from crm.segments.searching import index_segment
from crm.web.access import Permission
from crm.web.locale import translate


def _mend(session: Session, segment: Segment) -> None:
    segment.sort_name = sort_key(segment.name)
    check_name_is_free(session, segment)
    index_segment(session, segment)


def segments_of_territory(session: Session, territory_id: int) -> Pointer | None:
    """Return the segments that ask for a territory, and find nobody once it is in the trash."""
    count = count_asking(session, "territoire", "territories", str(territory_id))
    if not count:
        return None
    return Pointer(
        translate(N_("Segments qui l’utilisent : %(count)s"), count=count),
        url_for("segments.index"),
        blocks=False,
        fate=translate(N_("ne trouveront plus personne sans ce territoire")),
    )


def _readable_ids(person: Any) -> Select[tuple[int]]:
    return select(Segment.id).where(is_readable(person.id))


def _may_read(session: Session, segment_id: int, person: Any) -> bool:
    found = select(Segment.id).where(Segment.id == segment_id, is_readable(person.id))
    return session.scalar(found) is not None


KINDS = (
    Kind(
        "segment",
        Segment,
        lambda segment: str(segment.name),
        page=("segments.show", "segment_id"),
        permission=Permission.EDIT_NETWORK,
        mend=_mend,
        plain=frozenset({"is_shared", "rules", "frozen_at", "member_count"}),
        owned=frozenset({"segment_member"}),
        readable_ids=_readable_ids,
        may_read=_may_read,
    ),
)
POINTERS = (("territory", segments_of_territory),)
