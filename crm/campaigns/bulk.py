"""What can be done at once with the campaigns, the targets or the communes selected in a list."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.accounts.members import known_member
from crm.accounts.queries import team
from crm.campaigns import rules
from crm.campaigns.directory.operations import take_values
from crm.campaigns.models import Campaign, Target
from crm.campaigns.operations.moves import move_by_hand
from crm.campaigns.rules import LONGEST_NOTE
from crm.campaigns.types import (
    OBSTACLE_LABELS,
    STAGE_LABELS,
    STATUS_LABELS,
    Obstacle,
    Stage,
    StageData,
    Status,
)
from crm.core import clock
from crm.core.batches import in_batches
from crm.core.days import parse_day
from crm.core.errors import N_, RuleError
from crm.core.numbers import typed_id
from crm.history.bulk import BulkAction, change_each, check_all_found, check_selection
from crm.history.recording import describe_save
from crm.history.trash import move_all_to_trash
from crm.web.locale import translate

_IN_WORDS = N_("Noté pour une sélection de cibles.")
NOBODY = "personne"


def set_stages(session: Session, *, ids: Sequence[int], stage: str) -> int:
    """Put targets at a stage by hand; return how many were elsewhere."""
    data = rules.clean_stage(StageData(stage, translate(_IN_WORDS)))

    def change(target: Target) -> bool:
        return move_by_hand(session, target, data) is not None

    return change_each(
        session, Target, ids, label=N_("Étape d’une sélection de cibles"), change=change
    )


def drop_all(session: Session, *, ids: Sequence[int], obstacle: str) -> int:
    """Say that targets go no further, and why; return how many were not said to be so."""
    note = translate(_IN_WORDS)[:LONGEST_NOTE]
    data = rules.clean_stage(StageData(Stage.DROPPED, note, obstacle))

    def change(target: Target) -> bool:
        return move_by_hand(session, target, data) is not None

    return change_each(
        session, Target, ids, label=N_("Sans suite, pour une sélection de cibles"), change=change
    )


def set_officer(session: Session, *, ids: Sequence[int], user_id: int | None) -> int:
    """Put someone in charge of targets, or nobody; return how many had someone else."""
    officer_id = None if user_id is None else known_member(session, user_id, field="value")

    def change(target: Target) -> bool:
        if target.officer_id == officer_id:
            return False
        target.officer_id = officer_id
        return True

    return change_each(
        session, Target, ids, label=N_("Responsable d’une sélection de cibles"), change=change
    )


def set_next_call(session: Session, *, ids: Sequence[int], typed: str) -> int:
    """Say when to call targets, or not to; return how many were to be called on another day."""
    day = None
    if typed:
        day = parse_day(typed, clock.today(), prefer_past=False, field="value")

    def change(target: Target) -> bool:
        if target.next_call_on == day:
            return False
        target.next_call_on = day
        return True

    return change_each(
        session, Target, ids, label=N_("Prochain appel d’une sélection de cibles"), change=change
    )


def take_out(session: Session, *, ids: Sequence[int]) -> int:
    """Take targets out of their campaign, to the trash; return how many."""
    wanted = check_selection(ids)
    describe_save(session, label=N_("Cibles retirées d’une campagne"))
    targets: list[Target] = []
    for batch in in_batches(wanted):
        targets += session.scalars(
            select(Target).where(Target.id.in_(batch), Target.deleted_at.is_(None))
        )
    check_all_found(wanted, len(targets))
    move_all_to_trash(session, entity="target", records=targets)
    return len(targets)


def _stages(_session: Session) -> list[tuple[str, str]]:
    return [
        (each.value, translate(label))
        for each, label in STAGE_LABELS.items()
        if each is not Stage.DROPPED
    ]


def _obstacles(_session: Session) -> list[tuple[str, str]]:
    return [(each.value, translate(OBSTACLE_LABELS[each])) for each in Obstacle]


def _officers(session: Session) -> list[tuple[str, str]]:
    return [*team(session), (NOBODY, translate(N_("Personne")))]


TARGET_ACTIONS = (
    BulkAction(
        "responsable",
        N_("Confier à"),
        lambda session, ids, value: set_officer(
            session, ids=ids, user_id=None if value == NOBODY else typed_id(value)
        ),
        _officers,
    ),
    BulkAction(
        "etape",
        N_("Changer l’étape"),
        lambda session, ids, value: set_stages(session, ids=ids, stage=value),
        _stages,
    ),
    BulkAction(
        "sans-suite",
        N_("Sans suite, pour cet obstacle"),
        lambda session, ids, value: drop_all(session, ids=ids, obstacle=value),
        _obstacles,
    ),
    BulkAction(
        "appel",
        N_("Prochain appel le (vide : aucun)"),
        lambda session, ids, value: set_next_call(session, ids=ids, typed=value),
    ),
    BulkAction(
        "retirer",
        N_("Retirer de la campagne"),
        lambda session, ids, _value: take_out(session, ids=ids),
        lambda _session: [("oui", translate(N_("Oui, les mettre à la corbeille")))],
    ),
)


def set_statuses(session: Session, *, ids: Sequence[int], status: str) -> int:
    """Say where campaigns are in their life; return how many were elsewhere."""
    if status not in set(Status):
        raise RuleError("value", N_("Choisissez un état de la liste."))

    def change(campaign: Campaign) -> bool:
        if campaign.status == status:
            return False
        campaign.status = status
        return True

    return change_each(
        session, Campaign, ids, label=N_("État d’une sélection de campagnes"), change=change
    )


def _statuses(_session: Session) -> list[tuple[str, str]]:
    return [(each.value, translate(label)) for each, label in STATUS_LABELS.items()]


CAMPAIGN_ACTIONS = (
    BulkAction(
        "etat",
        N_("Changer l’état"),
        lambda session, ids, value: set_statuses(session, ids=ids, status=value),
        _statuses,
    ),
)
_TAKEN = {
    "email": N_("Le courriel"),
    "phone": N_("Le téléphone"),
    "website": N_("Le site"),
}
DIRECTORY_ACTIONS = (
    BulkAction(
        "prendre",
        N_("Prendre de l’annuaire"),
        lambda session, ids, value: take_values(session, ids=ids, name=value),
        lambda _session: [(name, translate(label)) for name, label in _TAKEN.items()],
    ),
)
