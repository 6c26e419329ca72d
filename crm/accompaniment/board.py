"""The board: a column for each stage, its longest silences first, whatever the number of paths."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from crm.accompaniment.models import Accompaniment, accompaniment_obstacle
from crm.accompaniment.rules import is_silent, next_stage, silent_days
from crm.accompaniment.silence import is_current, last_exchanges
from crm.accompaniment.types import STAGE_LABELS, Stage
from crm.accounts.models import User
from crm.contacts.models import Structure
from crm.contacts.queries.identities import ids_of_any
from crm.followups.models import AccompanimentSession, FollowUp, SessionStructure
from crm.followups.queries.follow_ups import is_shown
from crm.followups.types import SessionStatus
from crm.reference.models import ReferenceItem
from crm.territories.models import Commune
from crm.web.list_definition import Narrowing

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Card:
    """A path on the board."""

    row: Row[Any]
    silent_days: int
    is_silent: bool
    next_stage: Stage | None
    last_session_on: date | None
    next_due_on: date | None
    obstacles: Sequence[str]


@dataclass(slots=True)
class BoardColumn:
    """A stage: how many paths stand there, and the cards shown."""

    stage: Stage
    label: str
    count: int = 0
    cards: list[Card] = field(default_factory=list)


def board_columns(session: Session, narrowing: Narrowing, today: date) -> list[BoardColumn]:
    """Return the columns of the current paths that a list is narrowed to: five reads in all."""
    rows = session.execute(_ranked_cards(narrowing), narrowing.values).all()
    ids = [row.structure_id for row in rows]
    last_sessions = _last_sessions(session, ids)
    next_due = _next_due(session, ids)
    obstacles = _obstacles(session, [row.id for row in rows])
    columns = {stage: BoardColumn(stage, label) for stage, label in STAGE_LABELS.items()}
    for row in rows:
        column = columns[Stage(row.stage)]
        column.count = row.total
        column.cards.append(
            Card(
                row,
                silent_days(row.last_on, today),
                is_silent(row.last_on, today),
                next_stage(row.stage),
                last_sessions.get(row.structure_id),
                next_due.get(row.structure_id),
                obstacles.get(row.id, ()),
            )
        )
    return list(columns.values())


def _ranked_cards(narrowing: Narrowing) -> Select[Any]:
    if narrowing.counted is None:
        raise ValueError("a list that counts its ids was expected")
    last, wanted = last_exchanges(), narrowing.counted.subquery()
    order = (last.c.last_on, Accompaniment.id)
    ranked = (
        select(
            Accompaniment.id,
            Accompaniment.structure_id,
            Accompaniment.person_id,
            Accompaniment.stage,
            Accompaniment.about,
            last.c.last_on,
            func.row_number().over(partition_by=Accompaniment.stage, order_by=order).label("rank"),
            func.count().over(partition_by=Accompaniment.stage).label("total"),
        )
        # Each current path has one; an outer join lets SQLite look it up by an index.
        .join(wanted, wanted.c.id == Accompaniment.id)
        .outerjoin(last, last.c.structure_id == Accompaniment.structure_id)
        .where(is_current())
        .subquery()
    )
    return (
        select(
            ranked,
            Structure.name,
            Structure.departement_code,
            Commune.name.label("commune"),
            User.name.label("person"),
        )
        .join(Structure, Structure.id == ranked.c.structure_id)
        .join(User, User.id == ranked.c.person_id)
        .outerjoin(Commune, Commune.insee_code == Structure.commune_code)
        .where(ranked.c.rank <= SHOWN)
        .order_by(ranked.c.stage, ranked.c.rank)
    )


def _last_sessions(session: Session, structure_ids: Sequence[int]) -> Mapping[int, date]:
    itself = func.coalesce(Structure.merged_into_id, Structure.id)
    rows = session.execute(
        select(itself, func.max(AccompanimentSession.held_on))
        .select_from(SessionStructure)
        .join(AccompanimentSession, AccompanimentSession.id == SessionStructure.session_id)
        .join(Structure, Structure.id == SessionStructure.structure_id)
        .where(
            SessionStructure.structure_id.in_(ids_of_any("structure", structure_ids)),
            AccompanimentSession.status == SessionStatus.DONE,
            AccompanimentSession.deleted_at.is_(None),
        )
        .group_by(itself)
    )
    return dict(rows.tuples().all())


def _next_due(session: Session, structure_ids: Sequence[int]) -> Mapping[int, date]:
    rows = session.execute(
        select(FollowUp.structure_id, func.min(FollowUp.due_on))
        .outerjoin(AccompanimentSession, AccompanimentSession.id == FollowUp.session_id)
        .where(FollowUp.structure_id.in_(structure_ids), FollowUp.done_at.is_(None), is_shown())
        .group_by(FollowUp.structure_id)
    )
    return {structure_id: due_on for structure_id, due_on in rows.tuples() if structure_id}


def _obstacles(session: Session, ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = session.execute(
        select(accompaniment_obstacle.c.accompaniment_id, ReferenceItem.label)
        .join(ReferenceItem, ReferenceItem.id == accompaniment_obstacle.c.obstacle_id)
        .where(accompaniment_obstacle.c.accompaniment_id.in_(ids))
        .order_by(ReferenceItem.position, ReferenceItem.id)
    ).tuples()
    for accompaniment_id, label in rows:
        found[accompaniment_id].append(label)
    return found
