"""What a path must be, and when silence becomes worth a call: pure, no database."""

from dataclasses import replace
from datetime import date, timedelta

from crm.accompaniment.types import AccompanimentData, ClosingData, Outcome, Stage
from crm.core.errors import N_, RuleError

# Two months: longer than a summer break or the time a file is being read, short enough that a call
# still finds the same people at work on the same project.
SILENT_AFTER_DAYS = 60
LONGEST_ABOUT = 300
LONGEST_MILESTONE = 200
LONGEST_NOTE = 500


def silent_days(last_on: date, today: date) -> int:
    """Return for how many days nothing has happened; zero on the day itself."""
    return max((today - last_on).days, 0)


def is_silent(last_on: date, today: date, after_days: int = SILENT_AFTER_DAYS) -> bool:
    """Tell whether nothing has happened for that many days."""
    return silent_days(last_on, today) >= after_days


def silent_before(today: date, after_days: int = SILENT_AFTER_DAYS) -> date:
    """Return the last day whose exchange is that old: `is_silent` for a database."""
    return today - timedelta(days=after_days)


def next_stage(stage: str) -> Stage | None:
    """Return the stage that follows; None after the last one."""
    stages = list(Stage)
    place = stages.index(Stage(stage)) + 1
    return stages[place] if place < len(stages) else None


def check_stage(stage: str) -> Stage:
    """Return the stage; raise RuleError when there is none of this code."""
    if stage not in set(Stage):
        raise RuleError("stage", N_("Choisissez une étape de la liste."))
    return Stage(stage)


def clean_accompaniment(data: AccompanimentData, today: date) -> AccompanimentData:
    """Return the data without spaces around it; raise RuleError with the field that is wrong."""
    check_stage(data.stage)
    if data.opened_on > today:
        raise RuleError("opened_on", N_("Cette date est à venir : choisissez au plus aujourd’hui."))
    about, milestone = _stripped(data.about), _stripped(data.next_milestone)
    _check_length("about", about, LONGEST_ABOUT)
    _check_length("next_milestone", milestone, LONGEST_MILESTONE)
    if data.next_milestone_on is not None and milestone is None:
        raise RuleError("next_milestone", N_("Dites ce qui est prévu ce jour-là."))
    return replace(
        data,
        about=about,
        next_milestone=milestone,
        obstacle_ids=tuple(dict.fromkeys(data.obstacle_ids)),
    )


def clean_closing(data: ClosingData, opened_on: date, today: date) -> ClosingData:
    """Return how a path ended; raise RuleError with the field that is wrong."""
    if data.outcome not in set(Outcome):
        raise RuleError("outcome", N_("Dites comment cet accompagnement s’est terminé."))
    if data.closed_on > today:
        raise RuleError("closed_on", N_("Cette date est à venir : choisissez au plus aujourd’hui."))
    if data.closed_on < opened_on:
        raise RuleError("closed_on", N_("Cette date est avant l’ouverture de l’accompagnement."))
    note = _stripped(data.note)
    _check_length("note", note, LONGEST_NOTE)
    return replace(data, note=note)


def _stripped(text: str | None) -> str | None:
    return (text or "").replace("\x00", "").strip() or None


def _check_length(field: str, text: str | None, longest: int) -> None:
    if text and len(text) > longest:
        raise RuleError(field, N_("C’est trop long : %(count)s caractères au plus."), count=longest)
