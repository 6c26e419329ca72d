"""From an indicator to its figures and its rows: the one place where anything is counted."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    case,
    cast,
    distinct,
    extract,
    false,
    func,
    null,
    or_,
)
from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.indicators.indicator import Indicator, Key, Ratio
from crm.indicators.types import BY_LABELS, By, Level, Part, Period, Scope, Value
from crm.web.locale import translate

_A_HUNDRED, _DIGITS_OF_A_MONTH = 100, 6
OF_AN_AMOUNT = 5  # columns: the sum, the rows, those that say one, the estimates, their words


def facts(indicator: Indicator, scope: Scope) -> Select[Any]:
    """Select what counts for a figure in a scope: its FROM and WHERE, for any columns."""
    found = _narrowed(indicator, scope)
    return found if indicator.day is None else found.where(_in(indicator, scope.period))


def rows(indicator: Indicator, scope: Scope) -> Select[Any]:
    """Select the rows behind a figure: `id`, `record_id`, its columns; as many rows as it says.

    Of an amount, the rows whose amounts it adds up.
    """
    found = facts(indicator, scope)
    counted = _counted(indicator, scope)
    columns: list[Any] = [each.expression.label(each.key) for each in indicator.columns]
    if _is_of_parents(indicator, scope):
        name = func.max(_parents(indicator).c.root_name).label("name")
        columns = [name if each.name == "name" else each for each in columns]
    record = counted if indicator.record is None else indicator.record
    found = found.with_only_columns(counted.label("id"), record.label("record_id"), *columns)
    return found.group_by(counted) if _is_grouped(indicator, scope) else found


def total(session: Session, indicator: Indicator | Ratio, scope: Scope) -> Value:
    """Return the figure of a scope; one query, two for a percentage."""
    if isinstance(indicator, Ratio):
        part = total(session, indicator.part, scope)
        return indicator.of(part, total(session, indicator.whole, scope))
    if problem := problem_of(indicator, scope):
        return Value(None, problem=problem)
    return compare(session, indicator, scope, [scope.period])[0][1][0]


def totals(
    session: Session, indicator: Indicator | Ratio, scope: Scope, periods: Sequence[Period]
) -> tuple[Value, ...]:
    """Return the figure in each of several periods, side by side."""
    if isinstance(indicator, Ratio):
        return tuple(total(session, indicator, scope.at(period)) for period in periods)
    if problem := problem_of(indicator, scope):
        return (Value(None, problem=problem),) * len(periods)
    return compare(session, indicator, scope, periods)[0][1]


def split(session: Session, indicator: Indicator, scope: Scope, by: By) -> list[Part]:
    """Return the parts of a figure, labelled, in the order of their list, or the most first.

    What has several keys counts in each: the parts may add up to more than the total.
    """
    found = splits(session, indicator, scope, by, [scope.period])
    return [Part(key, label, values[0]) for key, label, values in found]


def splits(
    session: Session, indicator: Indicator, scope: Scope, by: By, periods: Sequence[Period]
) -> list[tuple[str, str, tuple[Value, ...]]]:
    """Return (key, label, figure in each period) of the parts; `scope.period` is the first one."""
    found = dict(compare(session, indicator, scope, periods, by))
    if by is By.MONTH:
        return [(key, key, values) for key, values in found.items()]
    key = indicator.keys[by]
    labels = dict(key.labels(session, scope))
    nothing = (Value(0),) * len(periods)
    if key.is_complete:
        found = dict.fromkeys(labels, nothing) | found
    if key.words_of:
        found = _with_words(session, key, scope, periods, found)
    parts = [
        (each, labels.get(each, each), found[each])
        for each in (*labels, *sorted(set(found) - set(labels)))
        if each in found
    ]
    if key.is_ranked:
        parts.sort(key=lambda part: (*(-(value.count or 0) for value in part[2]), part[1]))
    return parts


def _with_words(
    session: Session,
    key: Key,
    scope: Scope,
    periods: Sequence[Period],
    found: dict[str, tuple[Value, ...]],
) -> dict[str, tuple[Value, ...]]:
    """Return the parts with the words of those without a number, and nothing of what was not."""
    told = {each: list(values) for each, values in found.items()}
    for place, period in enumerate(periods):
        there = scope.at(period)
        known = {each for each, _label in key.labels(session, there)}
        words = key.words_of(session, there) if key.words_of else {}
        for each, values in told.items():
            if each in words:
                values[place] = Value(None, words=words[each])
            elif each not in known and not values[place].count:
                values[place] = Value(None)
    return {each: tuple(values) for each, values in told.items()}


def compare(
    session: Session,
    indicator: Indicator,
    scope: Scope,
    periods: Sequence[Period],
    by: By | None = None,
) -> list[tuple[str, tuple[Value, ...]]]:
    """Return the figures of several periods for each key of `by` that has some, in key order.

    Without `by`, one line whose key is "". One query for facts that have a day; else one a period.
    """
    if indicator.day is None:
        return _compared_apart(session, indicator, scope, periods, by)
    statement = _narrowed(indicator, scope)
    columns = [
        column
        for period in periods
        for column in figure_columns(indicator, scope, _in(indicator, period))
    ]
    whole = Period(min(p.start for p in periods), max(p.end for p in periods))
    statement = statement.where(
        _in(indicator, whole), or_(*(_in(indicator, period) for period in periods))
    )
    return list(_read(session, indicator, statement, columns, by))


def _compared_apart(
    session: Session,
    indicator: Indicator,
    scope: Scope,
    periods: Sequence[Period],
    by: By | None,
) -> list[tuple[str, tuple[Value, ...]]]:
    found: dict[str, list[Value]] = {}
    for number, period in enumerate(periods):
        there = scope.at(period)
        columns = figure_columns(indicator, there, None)
        for key, values in _read(session, indicator, _narrowed(indicator, there), columns, by):
            found.setdefault(key, [Value(0)] * len(periods))[number] = values[0]
    return [(key, tuple(found[key])) for key in sorted(found)]


def _read(
    session: Session,
    indicator: Indicator,
    statement: Select[Any],
    columns: Sequence[Any],
    by: By | None,
) -> Iterator[tuple[str, tuple[Value, ...]]]:
    width = 1 if indicator.amount is None else OF_AN_AMOUNT
    # Two columns that read the same, as two NULLs, would be found as one.
    columns = [column.label(f"figure_{place}") for place, column in enumerate(columns)]
    if by is None:
        lines = session.execute(statement.with_only_columns(*columns))
    else:
        key = _month(indicator) if by is By.MONTH else indicator.keys[by].expression
        if by is not By.MONTH and (link := indicator.keys[by].link):
            statement = statement.join(link[0].table, link[0] == link[1])  # type: ignore[attr-defined]
        lines = session.execute(
            statement.with_only_columns(*columns, key.label("key")).group_by(key).order_by(key)
        )
    for line in lines:
        values = [
            value_of_columns(line[start : start + width]) for start in range(0, len(columns), width)
        ]
        yield "" if by is None else _key_text(by, line.key), tuple(values)


def figure_columns(
    indicator: Indicator, scope: Scope, condition: ColumnElement[bool] | None
) -> list[ColumnElement[Any]]:
    """Return the columns of one figure: a count, or a sum and what is known of it."""

    def kept(expression: Any) -> Any:
        return expression if condition is None else case((condition, expression))

    if indicator.amount is None:
        counted = kept(_counted(indicator, scope))
        return [func.count(distinct(counted) if _is_grouped(indicator, scope) else counted)]
    return [
        func.coalesce(func.sum(kept(indicator.amount)), 0),
        func.count(kept(indicator.counted)),
        func.count(kept(indicator.amount)),
        func.count(null() if indicator.about is None else kept(case((indicator.about, 1)))),
        cast(null(), String) if indicator.wording is None else func.max(kept(indicator.wording)),
    ]


def value_of_columns(figures: Sequence[Any]) -> Value:
    """Return the figure that these columns say."""
    if len(figures) == 1:
        return Value(int(figures[0]))
    summed, found, known, about, wording = figures
    if found and not known:
        return Value(None, missing=found)
    return Value(
        int(summed),
        is_approximate=bool(about),
        words=wording or "" if found == 1 and about else "",
        missing=found - known,
    )


def _narrowed(indicator: Indicator, scope: Scope) -> Select[Any]:
    """Select the facts of any period; what a figure cannot be narrowed by narrows it to nothing."""
    found = indicator.facts(scope)
    for by, keys in (*indicator.always.items(), *scope.kept.items()):
        if by is By.MONTH and indicator.day is not None:
            found = found.where(_month(indicator).in_([_month_number(key) for key in keys]))
        else:
            known = indicator.keys.get(by)
            found = found.where(known.holds(keys) if known else false())
    if _is_of_parents(indicator, scope):
        parents = _parents(indicator)
        found = found.join(parents, parents.c.structure_id == indicator.counted)
    return found


def problem_of(indicator: Indicator, scope: Scope) -> str:
    """Say what a figure cannot be narrowed by; "" when it can."""
    for by in scope.kept:
        if by not in indicator.splits:
            said = N_("Ce chiffre ne se compte pas par « %(by)s ».")
            return translate(said, by=translate(BY_LABELS[by]))
    return ""


def _is_of_parents(indicator: Indicator, scope: Scope) -> bool:
    return scope.level is Level.PARENT and indicator.parents is not None


def _parents(indicator: Indicator) -> Any:
    return indicator.parents() if indicator.parents else None


def _counted(indicator: Indicator, scope: Scope) -> Any:
    if _is_of_parents(indicator, scope):
        return _parents(indicator).c.root_id
    return indicator.counted


def _is_grouped(indicator: Indicator, scope: Scope) -> bool:
    return not indicator.is_single or _is_of_parents(indicator, scope)


def _in(indicator: Indicator, period: Period) -> ColumnElement[bool]:
    day: Any = indicator.day
    return and_(day >= period.start, day <= period.end)


def _month(indicator: Indicator) -> Any:
    day: Any = indicator.day
    return extract("year", day) * _A_HUNDRED + extract("month", day)


def _month_number(key: str) -> int:
    digits = key.replace("-", "")
    is_month = len(digits) == _DIGITS_OF_A_MONTH and digits.isascii() and digits.isdecimal()
    return int(digits) if is_month else 0


def _key_text(by: By, key: Any) -> str:
    if by is By.MONTH:
        year, month = divmod(int(key), _A_HUNDRED)
        return f"{year}-{month:02}"
    return str(key)
