"""What a campaign and its targets must be, and how stages follow each other: pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta

from crm.campaigns.types import (
    CallData,
    CallOutcome,
    CampaignData,
    Cause,
    Goal,
    Measure,
    Obstacle,
    PlaceData,
    Stage,
    StageData,
    Status,
)
from crm.core.errors import N_, RuleError

LONGEST_NAME, LONGEST_PURPOSE, LONGEST_SCRIPT = 200, 2000, 8000
LONGEST_FUNCTIONS, LONGEST_ROLE, LONGEST_NOTE = 300, 120, 500
FIRST_YEAR, LAST_YEAR = 1990, 2100
# Farther away, the end of a campaign is a slip of the keyboard.
LONGEST = timedelta(days=3 * 366)
HIGHEST_GOAL = 100_000
CALL_AGAIN_AFTER = timedelta(days=2)
# A relay that takes a message does not always say that it arrived: a day without its return does.
ARRIVED_AFTER = timedelta(days=1)

PATH: tuple[Stage, ...] = tuple(each for each in Stage if each is not Stage.DROPPED)
_RANKS: Mapping[Stage, int] = {stage: rank for rank, stage in enumerate(PATH)}
# Someone said that it goes no further: a message or a reply, which may say so too, changes nothing.
REOPENING = frozenset(
    {Cause.REGISTRATION, Cause.ATTENDANCE, Cause.SESSION, Cause.FILING, Cause.AWARD}
)
_CALL_STAGES = {
    CallOutcome.ANSWERED: Stage.ANSWERED,
    CallOutcome.INTERESTED: Stage.INTERESTED,
    CallOutcome.DROPPED: Stage.DROPPED,
    CallOutcome.CALL_BACK: Stage.CONTACTED,
}


def check_stage(stage: str) -> Stage:
    """Return the stage; raise RuleError when there is none of this code."""
    if stage not in set(Stage):
        raise RuleError("stage", N_("Choisissez une étape de la liste."))
    return Stage(stage)


def next_stage(stage: str) -> Stage | None:
    """Return the stage that follows on the path; None after the last, and off the path."""
    rank = _RANKS.get(Stage(stage), len(PATH)) + 1
    return PATH[rank] if rank < len(PATH) else None


def stage_after(stage: str, reached: Stage, cause: Cause) -> Stage:
    """Return where a target stands once something says that it reached a stage.

    It never goes backwards by itself. One without follow-up comes back for what its structure does:
    it registers, comes, is accompanied, files.
    """
    now = Stage(stage)
    if now is Stage.DROPPED:
        return reached if cause in REOPENING else now
    return reached if _RANKS[reached] > _RANKS[now] else now


def clean_stage(data: StageData) -> StageData:
    """Return what a person says of a stage; raise RuleError with the field that is wrong."""
    stage = check_stage(data.stage)
    note = _stripped(data.note)
    _check_length("note", note, LONGEST_NOTE)
    if stage is not Stage.DROPPED:
        return StageData(stage, note)
    if data.obstacle not in set(Obstacle):
        raise RuleError("obstacle", N_("Dites ce qui empêche d’aller plus loin."))
    if data.obstacle == Obstacle.OTHER and note is None:
        raise RuleError("note", N_("Dites en quelques mots quel est cet obstacle."))
    return StageData(stage, note, data.obstacle)


def stage_of_call(outcome: str) -> Stage | None:
    """Return the stage that a call says was reached; None when nobody answered."""
    return _CALL_STAGES.get(CallOutcome(outcome))


def clean_call(data: CallData, today: date) -> CallData:
    """Return what a person says of a call, with a day to call again where one is needed."""
    if data.outcome not in set(CallOutcome):
        raise RuleError("outcome", N_("Dites ce que l’appel a donné."))
    note = _stripped(data.note)
    _check_length("note", note, LONGEST_NOTE)
    if data.next_call_on is not None and data.next_call_on < today:
        raise RuleError("next_call_on", N_("Ce jour est passé : choisissez au plus tôt demain."))
    if data.outcome == CallOutcome.DROPPED:
        said = clean_stage(StageData(Stage.DROPPED, note, data.obstacle))
        return CallData(data.outcome, said.note, said.obstacle)
    again = data.next_call_on
    if again is None and data.outcome in {CallOutcome.NO_ANSWER, CallOutcome.CALL_BACK}:
        again = today + CALL_AGAIN_AFTER
    return CallData(data.outcome, note, None, again)


def clean_campaign(data: CampaignData) -> CampaignData:
    """Return the data without spaces around it; raise RuleError with the field that is wrong."""
    name = " ".join(data.name.replace("\x00", "").split())
    if not name:
        raise RuleError("name", N_("Donnez un nom à cette campagne."))
    purpose, script = _stripped(data.purpose), _stripped(data.script)
    words = [" ".join(each.split()) for each in (data.functions or "").split(",")]
    functions = ", ".join(dict.fromkeys(word for word in words if word)) or None
    for field, text, longest in (
        ("name", name, LONGEST_NAME),
        ("purpose", purpose, LONGEST_PURPOSE),
        ("script", script, LONGEST_SCRIPT),
        ("functions", functions, LONGEST_FUNCTIONS),
    ):
        _check_length(field, text, longest)
    _check_dates(data)
    if data.status not in set(Status):
        raise RuleError("status", N_("Choisissez un état de la liste."))
    return replace(
        data,
        name=name,
        purpose=purpose,
        script=script,
        functions=functions,
        axis_ids=tuple(dict.fromkeys(data.axis_ids)),
        member_ids=tuple(dict.fromkeys(data.member_ids)),
    )


def _check_dates(data: CampaignData) -> None:
    if data.ends_on < data.starts_on:
        raise RuleError("ends_on", N_("La fin ne peut pas précéder le début."))
    if data.ends_on - data.starts_on > LONGEST:
        raise RuleError("ends_on", N_("Une campagne dure trois ans au plus : vérifiez les dates."))
    if not FIRST_YEAR <= data.reporting_year <= LAST_YEAR:
        raise RuleError("reporting_year", N_("Écrivez une année, par exemple 2026."))


def usual_year(starts_on: date, ends_on: date) -> int:
    """Return the year that a campaign counts for unless said otherwise: where most of it lies."""
    return (starts_on + (ends_on - starts_on) / 2).year


def clean_goals(goals: Iterable[Goal]) -> list[Goal]:
    """Return the goals that are above zero; raise RuleError for one that cannot be."""
    kept = []
    for goal in goals:
        if goal.measure not in set(Measure):
            raise RuleError("goals", N_("Choisissez une mesure de la liste."))
        if not 0 <= goal.count <= HIGHEST_GOAL:
            raise RuleError("goals", N_("Un objectif va de 0 à %(count)s."), count=HIGHEST_GOAL)
        if goal.count:
            kept.append(goal)
    return kept


def clean_places(data: PlaceData) -> PlaceData:
    """Return which communes to pick; raise RuleError when nothing is asked, or makes no sense."""
    if data == PlaceData():
        raise RuleError("departements", N_("Donnez au moins un critère."))
    if data.least is not None and data.most is not None and data.most < data.least:
        raise RuleError("most", N_("Le maximum est plus petit que le minimum."))
    if data.years is not None and data.scheme_id is None:
        raise RuleError("scheme", N_("Choisissez le dispositif dont vous cherchez l’absence."))
    return data


def _stripped(text: str | None) -> str | None:
    return (text or "").replace("\x00", "").strip() or None


def _check_length(field: str, text: str | None, longest: int) -> None:
    if text and len(text) > longest:
        raise RuleError(field, N_("C’est trop long : %(count)s caractères au plus."), count=longest)
