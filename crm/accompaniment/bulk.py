"""What can be done at once with the paths selected in a list."""

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import flag_modified

from crm.accompaniment.models import Accompaniment
from crm.accompaniment.operations import known_obstacles, known_person, move
from crm.accompaniment.rules import check_stage, clean_closing
from crm.accompaniment.types import OUTCOME_LABELS, STAGE_LABELS, ClosingData
from crm.accounts.queries import team
from crm.core import clock
from crm.core.errors import N_
from crm.core.numbers import typed_id
from crm.history.bulk import BulkAction, change_each
from crm.reference.queries import items_of
from crm.web.locale import translate


def set_stages(session: Session, *, ids: Sequence[int], stage: str) -> int:
    """Move the current paths among these to a stage, today; return how many were elsewhere."""
    wanted = check_stage(stage)

    def change(record: Accompaniment) -> bool:
        return record.closed_on is None and move(session, record, wanted)

    return _change_each(session, ids, N_("Étape d’une sélection d’accompagnements"), change)


def set_person(session: Session, *, ids: Sequence[int], user_id: int) -> int:
    """Put someone in charge of paths; return how many had someone else."""
    person_id = known_person(session, user_id)

    def change(record: Accompaniment) -> bool:
        if record.person_id == person_id:
            return False
        record.person_id = person_id
        return True

    return _change_each(session, ids, N_("Responsable d’une sélection d’accompagnements"), change)


def add_obstacle(session: Session, *, ids: Sequence[int], obstacle_id: int) -> int:
    """Note an obstacle on paths; return how many did not have it yet."""
    obstacle = known_obstacles(session, [obstacle_id])[0]

    def change(record: Accompaniment) -> bool:
        if obstacle in record.obstacles:
            return False
        record.obstacles.append(obstacle)
        flag_modified(record, "created_at")  # a list alone does not make the version grow
        return True

    return _change_each(session, ids, N_("Obstacle ajouté à une sélection"), change)


def remove_obstacle(session: Session, *, ids: Sequence[int], obstacle_id: int) -> int:
    """Take an obstacle off paths; return how many had it."""

    def change(record: Accompaniment) -> bool:
        kept = [each for each in record.obstacles if each.id != obstacle_id]
        if len(kept) == len(record.obstacles):
            return False
        record.obstacles = kept
        flag_modified(record, "created_at")
        return True

    return _change_each(session, ids, N_("Obstacle retiré d’une sélection"), change)


def close_all(session: Session, *, ids: Sequence[int], outcome: str) -> int:
    """Close the current paths among these today, with one outcome; return how many were open."""
    today = clock.today()
    data = clean_closing(ClosingData(today, outcome), today, today)

    def change(record: Accompaniment) -> bool:
        if record.closed_on is not None:
            return False
        clean_closing(data, record.opened_on, today)
        record.closed_on, record.outcome = today, outcome
        return True

    return _change_each(session, ids, N_("Clôture d’une sélection d’accompagnements"), change)


def _change_each(
    session: Session, ids: Sequence[int], label: str, change: Callable[[Accompaniment], bool]
) -> int:
    options = [selectinload(Accompaniment.obstacles)]
    return change_each(session, Accompaniment, ids, label=label, change=change, options=options)


def _obstacles(session: Session) -> list[tuple[str, str]]:
    return [(str(item.id), item.label) for item in items_of(session, "obstacle")]


ACCOMPANIMENT_ACTIONS = (
    BulkAction(
        "etape",
        N_("Changer l’étape"),
        lambda session, ids, value: set_stages(session, ids=ids, stage=value),
        lambda _session: [(each.value, translate(text)) for each, text in STAGE_LABELS.items()],
    ),
    BulkAction(
        "personne",
        N_("Confier à"),
        lambda session, ids, value: set_person(session, ids=ids, user_id=typed_id(value)),
        team,
    ),
    BulkAction(
        "obstacle",
        N_("Ajouter un obstacle"),
        lambda session, ids, value: add_obstacle(session, ids=ids, obstacle_id=typed_id(value)),
        _obstacles,
    ),
    BulkAction(
        "sans-obstacle",
        N_("Retirer un obstacle"),
        lambda session, ids, value: remove_obstacle(session, ids=ids, obstacle_id=typed_id(value)),
        _obstacles,
    ),
    BulkAction(
        "clore",
        N_("Clore, avec cette issue"),
        lambda session, ids, value: close_all(session, ids=ids, outcome=value),
        lambda _session: [(each.value, translate(text)) for each, text in OUTCOME_LABELS.items()],
    ),
)
