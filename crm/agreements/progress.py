"""Expected against done: each planned action in each period it is due in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy.orm import Session

from crm.agreements.models import ActionRecord, Agreement, PlannedAction
from crm.agreements.queries import actions_of, records_of
from crm.agreements.rules import periods_of, read_kept, says_yearly
from crm.agreements.types import Rhythm
from crm.core.errors import N_
from crm.indicators.indicator import Ratio
from crm.indicators.presentation import written
from crm.indicators.registry import find_indicator
from crm.indicators.types import By, Period, Scope, Unit, Value
from crm.measures.figures import Figure, find_figures
from crm.measures.values import figure_values
from crm.web.locale import translate


class State(StrEnum):
    """How a target stands on a day."""

    REACHED = "atteint"
    UNDER_WAY = "en_cours"
    MISSED = "non_atteint"
    TO_COME = "a_venir"
    UNTOLD = "sans_cible"


STATE_LABELS = {
    State.REACHED: N_("atteint"),
    State.UNDER_WAY: N_("en cours"),
    State.MISSED: N_("non atteint"),
    State.TO_COME: N_("à venir"),
    State.UNTOLD: N_("sans cible chiffrée"),
}
STATE_TONES = {
    State.REACHED: "success",
    State.UNDER_WAY: "info",
    State.MISSED: "warning",
    State.TO_COME: "neutral",
    State.UNTOLD: "neutral",
}


@dataclass(frozen=True, slots=True)
class Done:
    """What was done of an action in a period: the figure in words, and what counts it."""

    period: Period
    value: Value
    text: str
    state: State
    figure: Figure | None = None
    scope: Scope | None = None

    @property
    def url(self) -> str | None:
        """Return the list behind, where a figure counts it."""
        if self.figure is None or self.scope is None or self.value.problem:
            return None
        return self.figure.url(self.scope)


@dataclass(frozen=True, slots=True)
class Progress:
    """A planned action, the figure that counts for it, and each period it is due in."""

    action: PlannedAction
    figure: Figure | None
    records: Sequence[ActionRecord]
    dones: Sequence[Done]

    @property
    def is_counted(self) -> bool:
        """Tell whether a figure counts for it, rather than what is noted by hand."""
        return self.action.figure_code is not None


def progress_of(session: Session, agreement: Agreement, today: date) -> list[Progress]:
    """Return expected against done for all that an agreement plans."""
    actions = actions_of(session, [agreement.id])
    return progress_of_actions(session, [(each, agreement) for each in actions], today)


def progress_of_actions(
    session: Session,
    planned: Sequence[tuple[PlannedAction, Agreement]],
    today: date,
    *,
    during: Period | None = None,
    is_cut: bool = False,
) -> list[Progress]:
    """Return expected against done for some actions; the queries do not grow with them.

    With `during`, only in the periods that share days with it; with `is_cut`, what was done in it.
    """
    records = records_of(session, [action.id for action, _agreement in planned])
    codes = {action.figure_code for action, _agreement in planned if action.figure_code}
    figures = find_figures(session, codes)
    due = [
        (
            action,
            figures.get(action.figure_code or ""),
            _due(action, agreement, during, is_cut=is_cut),
        )
        for action, agreement in planned
    ]
    asked = [(figure, scope) for _, figure, scopes in due if figure for _, scope in scopes]
    values = dict(zip(asked, figure_values(session, asked), strict=True))
    found = []
    for action, figure, scopes in due:
        dones = []
        for period, scope in scopes:
            value = _value(action, figure, records[action.id], scope, values)
            text = value.problem or written(value, figure.unit if figure else Unit.NUMBER)
            state = _state(action, value, period, today)
            dones.append(Done(period, value, text, state, figure, scope))
        found.append(Progress(action, figure, records[action.id], dones))
    return found


def _due(
    action: PlannedAction, agreement: Agreement, during: Period | None, *, is_cut: bool
) -> list[tuple[Period, Scope]]:
    """Return the periods that an action is due in, each with what its figure is asked for."""
    found = []
    for period in periods_of(action.rhythm, action.year, agreement.starts_on, agreement.ends_on):
        shared = period if during is None else period.shared(during)
        if shared is not None:
            found.append((period, scope_of(action, shared if is_cut else period)))
    return found


def scope_of(action: PlannedAction, period: Period) -> Scope:
    """Return what the figure of an action is narrowed to."""
    kept = read_kept((action.kept or "").split())
    if action.axis_id is not None and action.by_axis and _takes_axes(action.figure_code):
        kept[By.AXIS] = (str(action.axis_id),)
    return Scope(period, kept)


def expected_words(action: PlannedAction) -> str:
    """Return a target as the agreement words it, or its number."""
    if action.target_text:
        return action.target_text
    return "" if action.target_count is None else str(action.target_count)


def when_words(action: PlannedAction) -> str:
    """Return when a target is due, in words; nothing where the target itself says « par an »."""
    if action.rhythm == Rhythm.YEARLY and says_yearly(expected_words(action)):
        return ""
    if action.rhythm == Rhythm.ONE_YEAR:
        return translate(N_("en %(year)s"), year=action.year)
    said = {Rhythm.YEARLY: N_("chaque année"), Rhythm.WHOLE: N_("sur toute la convention")}
    return translate(said[Rhythm(action.rhythm)])


def _takes_axes(code: str | None) -> bool:
    found = find_indicator(code or "")
    indicator = found.whole if isinstance(found, Ratio) else found
    return indicator is not None and By.AXIS in indicator.keys


def _value(
    action: PlannedAction,
    figure: Figure | None,
    records: Sequence[ActionRecord],
    scope: Scope,
    values: Mapping[tuple[Figure, Scope], Value],
) -> Value:
    period = scope.period
    if action.figure_code is None:
        done = [each.count for each in records if period.start <= each.done_on <= period.end]
        return Value(sum(done))
    if figure is None:
        said = N_("Le chiffre qui comptait n’existe plus : choisissez-en un autre.")
        return Value(None, problem=translate(said))
    return values[figure, scope]


def _state(action: PlannedAction, value: Value, period: Period, today: date) -> State:
    if action.target_count is None:
        return State.UNTOLD
    is_of_then = value.count is not None and value.as_of is None
    if is_of_then and (value.count or 0) >= action.target_count:
        return State.REACHED
    if today < period.start:
        return State.TO_COME
    return State.UNDER_WAY if today <= period.end else State.MISSED
