"""What moves a target: a person, a call, or what happened; each says why and can be undone."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session

from crm.campaigns import rules
from crm.campaigns.models import Campaign, Target, TargetMove
from crm.campaigns.queries.facts import FACTS, day_of, values_of
from crm.campaigns.types import (
    REACHED_BY,
    SOURCE_KINDS,
    CallData,
    Cause,
    Stage,
    StageData,
)
from crm.core import clock
from crm.core.batches import in_batches
from crm.core.errors import N_, NotFoundError, RuleError
from crm.database import learn_sizes
from crm.history.recording import actor_of

# So many at once change how the database should look for them.
_MANY = 500
_MOVED_SINCE = N_("La cible a changé d’étape depuis : revenez d’abord sur ce qui a suivi.")


def get_target(session: Session, target_id: int) -> Target:
    """Return a target that is not in the trash, ready to be changed; raise NotFoundError."""
    target = session.scalar(
        select(Target)
        .join(Campaign, Campaign.id == Target.campaign_id)
        .where(Target.id == target_id, Target.deleted_at.is_(None), Campaign.deleted_at.is_(None))
        .with_for_update(of=Target)
        .execution_options(populate_existing=True)
    )
    if target is None:
        raise NotFoundError
    return target


def set_stage(session: Session, *, target_id: int, data: StageData) -> TargetMove | None:
    """Put a target at a stage by hand; None when it is there already; raise RuleError."""
    data = rules.clean_stage(data)
    move = move_by_hand(session, get_target(session, target_id), data)
    session.flush()
    return move


def move_by_hand(session: Session, target: Target, data: StageData) -> TargetMove | None:
    """Put a loaded target at a stage whose data is clean, not flushed; None when it is there."""
    stage = Stage(data.stage)
    if target.stage == stage and target.obstacle == data.obstacle:
        return None
    move = _noted(session, target, stage, Cause.BY_HAND, reached=stage, note=data.note)
    _reach(target, stage, data.obstacle, data.note)
    move.obstacle = data.obstacle
    return move


def note_call(session: Session, *, target_id: int, data: CallData) -> TargetMove:
    """Keep what came of a call: the stage that it says, the day to call again; return its move."""
    data = rules.clean_call(data, clock.today())
    target = get_target(session, target_id)
    said = rules.stage_of_call(data.outcome)
    stage = Stage(target.stage)
    if said is Stage.DROPPED:
        stage = said
    elif said is not None:
        stage = said if stage is Stage.DROPPED else rules.stage_after(stage, said, Cause.CALL)
    move = _noted(session, target, stage, Cause.CALL, reached=said, note=data.note)
    move.obstacle, move.next_call_before = data.obstacle, target.next_call_on
    if target.stage != stage or stage is Stage.DROPPED:
        _reach(target, stage, data.obstacle, data.note)
    target.next_call_on = data.next_call_on
    session.flush()
    return move


def undo_move(session: Session, *, move_id: int) -> TargetMove:
    """Take back a move by another one; raise RuleError when the target has moved on since."""
    undone = session.get(TargetMove, move_id)
    if undone is None or undone.cause == Cause.UNDONE:
        raise NotFoundError
    target = get_target(session, undone.target_id)
    if session.scalar(select(TargetMove.id).where(TargetMove.undoes_id == move_id)) is not None:
        raise RuleError("stage", N_("C’est déjà annulé."))
    back = Stage(undone.from_stage)
    if undone.to_stage not in {undone.from_stage, target.stage}:
        raise RuleError("stage", _MOVED_SINCE)
    stage = back if undone.from_stage != undone.to_stage else Stage(target.stage)
    move = _noted(session, target, stage, Cause.UNDONE)
    move.undoes_id, move.source_kind, move.source_id = undone.id, "target_move", undone.id
    if target.stage != stage:
        _put_back(session, target, stage, undone)
    if undone.cause == Cause.CALL:
        target.next_call_on = undone.next_call_before
    session.flush()
    return move


def _put_back(session: Session, target: Target, stage: Stage, undone: TargetMove) -> None:
    """Put a target back at the stage it had, with the obstacle that it had there."""
    obstacle = note = None
    if stage is Stage.DROPPED:
        before = session.scalars(
            select(TargetMove)
            .where(
                TargetMove.target_id == target.id,
                TargetMove.id < undone.id,
                TargetMove.to_stage == Stage.DROPPED,
                TargetMove.obstacle.is_not(None),
            )
            .order_by(TargetMove.id.desc())
            .limit(1)
        ).first()
        obstacle, note = (before.obstacle, before.note) if before else (None, None)
    _reach(target, stage, obstacle, note)


def advance(
    session: Session,
    causes: Collection[Cause],
    *conditions: ColumnElement[bool],
    now: datetime | None = None,
) -> int:
    """Let what happened move the targets concerned; return how much was not known yet.

    `conditions` narrow what is looked at. What was noted once, undone or not, is not noted again:
    it is safe to do twice.
    """
    now = now or clock.now()
    noted = 0
    for cause in (each for each in REACHED_BY if each in causes and each in FACTS):
        found = FACTS[cause]().where(*conditions).subquery()
        fresh = select(found.c.target_id, found.c.source_id, found.c.happened_on).where(
            ~_is_known(found.c, cause)
        )
        order = found.c.happened_on, found.c.source_id, found.c.target_id
        rows = session.execute(fresh.order_by(*order), values_of(cause, now)).tuples().all()
        noted += _note_all(session, cause, rows, now)
    return noted


def _is_known(found: Any, cause: Cause) -> ColumnElement[bool]:
    return exists().where(
        and_(
            TargetMove.target_id == found["target_id"],
            TargetMove.cause == cause,
            TargetMove.source_id == found["source_id"],
        )
    )


def _note_all(
    session: Session, cause: Cause, rows: Sequence[tuple[int, int, date]], now: datetime
) -> int:
    targets = _loaded(session, {target_id for target_id, _source, _day in rows})
    reached = REACHED_BY[cause]
    noted = 0
    for target_id, source_id, day in rows:
        target = targets.get(target_id)
        if target is None:
            continue
        stage = rules.stage_after(target.stage, reached, cause)
        move = _noted(session, target, stage, cause, reached=reached, at=now)
        move.source_kind, move.source_id = SOURCE_KINDS[cause], source_id
        move.happened_on = day_of(day, move.happened_on)
        move.author_id = None
        if target.stage != stage:
            _reach(target, stage)
        noted += 1
    session.flush()
    if noted >= _MANY:
        learn_sizes(session, ("target_move",))
    return noted


def _loaded(session: Session, ids: Iterable[int]) -> dict[int, Target]:
    """Return the targets of these ids, which nobody else moves meanwhile."""
    return {
        target.id: target
        for batch in in_batches(sorted(ids))
        for target in session.scalars(
            select(Target)
            .where(Target.id.in_(batch))
            .order_by(Target.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    }


def _noted(
    session: Session,
    target: Target,
    stage: Stage,
    cause: Cause,
    *,
    reached: Stage | None = None,
    note: str | None = None,
    at: datetime | None = None,
) -> TargetMove:
    at = at or clock.now()
    move = TargetMove(
        target_id=target.id,
        campaign_id=target.campaign_id,
        from_stage=target.stage,
        to_stage=stage,
        reached=reached,
        cause=cause,
        note=note,
        happened_on=clock.in_paris(at).date(),
        at=at,
        author_id=actor_of(session).user_id,
    )
    session.add(move)
    return move


def _reach(
    target: Target, stage: Stage, obstacle: str | None = None, note: str | None = None
) -> None:
    target.stage = stage
    target.obstacle = obstacle
    target.obstacle_note = note if stage is Stage.DROPPED else None
