"""What accompaniment lets a report count: each figure, its rule in words, the rows behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    and_,
    case,
    distinct,
    extract,
    func,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from crm.core.errors import N_
from crm.followups.models import (
    AccompanimentSession,
    SessionStructure,
    session_country,
    session_officer,
    session_theme,
)
from crm.followups.types import SessionStatus
from crm.reference.models import ReferenceItem


@dataclass(frozen=True, slots=True)
class Period:
    """Days from a start to an end, both inclusive."""

    start: date
    end: date

    @classmethod
    def of_year(cls, year: int) -> "Period":
        """Return a calendar year."""
        return cls(date(year, 1, 1), date(year, 12, 31))


class Unit(StrEnum):
    """What a figure counts."""

    STRUCTURE = "structure"
    SESSION = "session"


class By(StrEnum):
    """What a figure can be split by."""

    FAMILY = "family"
    DEPARTEMENT = "departement"
    THEME = "theme"
    COUNTRY = "country"
    KIND = "kind"
    FORMALITY = "formality"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Indicator:
    """A figure: `label` and `rule` are msgids; `formal_only` leaves ad hoc support out."""

    code: str
    label: str
    rule: str
    unit: Unit
    formal_only: bool = False


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a figure; `family_code` and `departement_code` are those of the day."""

    family_code: str | None = None
    departement_code: str | None = None
    theme_id: int | None = None
    country_code: str | None = None
    kind_id: int | None = None
    is_formal: bool | None = None
    officer_id: int | None = None


ACCOMPANIED_STRUCTURES = Indicator(
    code="accompanied_structures",
    label=N_("structures accompagnées"),
    rule=N_(
        "Structures différentes ayant au moins une séance réalisée dans la période, rendez-vous ou"
        " appui ponctuel. Les séances prévues, annulées, sans la structure ou à la corbeille ne"
        " comptent pas. La famille et le département sont ceux du jour de la séance : une structure"
        " qui en change dans l’année compte dans chacun, et une seule fois dans le total."
    ),
    unit=Unit.STRUCTURE,
)
ACCOMPANIED_FORMALLY = Indicator(
    code="accompanied_formally",
    label=N_("structures accompagnées en rendez-vous"),
    rule=N_(
        "Structures différentes ayant au moins une séance réalisée dans la période parmi les"
        " natures formelles : rendez-vous, visioconférence, B to B, atelier. Les appuis ponctuels"
        " (relecture, mise en relation, réponse) ne comptent pas ici."
    ),
    unit=Unit.STRUCTURE,
    formal_only=True,
)
SESSIONS_DONE = Indicator(
    code="sessions_done",
    label=N_("séances réalisées"),
    rule=N_(
        "Séances réalisées dans la période, toutes natures. Une séance commune à plusieurs"
        " structures compte une seule fois ici, et une fois pour chaque structure dans les"
        " structures accompagnées."
    ),
    unit=Unit.SESSION,
)
INDICATORS = {
    each.code: each for each in (ACCOMPANIED_STRUCTURES, ACCOMPANIED_FORMALLY, SESSIONS_DONE)
}
_NO_FILTERS = Filters()
_COUNTED: dict[Unit, InstrumentedAttribute[int]] = {
    Unit.STRUCTURE: SessionStructure.structure_id,
    Unit.SESSION: AccompanimentSession.id,
}
_LINKED = {By.THEME: session_theme, By.COUNTRY: session_country}
_KEYS: dict[By, SQLColumnExpression[Any]] = {
    By.FAMILY: SessionStructure.family_code,
    By.DEPARTEMENT: func.coalesce(SessionStructure.departement_code, ""),
    By.THEME: session_theme.c.theme_id,
    By.COUNTRY: session_country.c.country_code,
    By.KIND: AccompanimentSession.kind_id,
    By.FORMALITY: case((ReferenceItem.is_formal.is_(True), "formal"), else_="ad_hoc"),
    By.MONTH: extract("year", AccompanimentSession.held_on) * 100
    + extract("month", AccompanimentSession.held_on),
}


def rows(indicator: Indicator, period: Period, filters: Filters = _NO_FILTERS) -> Select[Any]:
    """Select the rows behind a figure, as many as the figure says.

    A structure row holds its id, a name it had in the period, its number of sessions and its
    latest day; a session row its id and day.
    """
    if indicator.unit is Unit.SESSION:
        return (
            _selected((AccompanimentSession.id, AccompanimentSession.held_on), indicator)
            .where(_in(period), *_conditions(filters))
            .group_by(AccompanimentSession.id, AccompanimentSession.held_on)
        )
    return (
        _selected(
            (
                SessionStructure.structure_id,
                func.max(SessionStructure.structure_name).label("structure_name"),
                func.count(distinct(AccompanimentSession.id)).label("session_count"),
                func.max(AccompanimentSession.held_on).label("last_held_on"),
            ),
            indicator,
        )
        .where(_in(period), *_conditions(filters))
        .group_by(SessionStructure.structure_id)
    )


def count(
    session: Session, indicator: Indicator, period: Period, filters: Filters = _NO_FILTERS
) -> int:
    """Return the figure: the number of `rows()`."""
    counted = rows(indicator, period, filters).order_by(None).subquery()
    return session.scalar(select(func.count()).select_from(counted)) or 0


def split(
    session: Session,
    indicator: Indicator,
    period: Period,
    by: By,
    filters: Filters = _NO_FILTERS,
) -> list[tuple[str, int]]:
    """Return the figure for each key that has some, in the order of the keys.

    Keys: a code or an id as text, "" for no département, `2019-03` for a month. What is in several
    counts in each: the parts may add up to more than the total.
    """
    return [(key, values[0]) for key, values in compare(session, indicator, [period], by, filters)]


def compare(
    session: Session,
    indicator: Indicator,
    periods: Sequence[Period],
    by: By | None = None,
    filters: Filters = _NO_FILTERS,
) -> list[tuple[str, tuple[int, ...]]]:
    """Return figures of several periods side by side for each key of `by` ("" without one)."""
    key = _KEYS[by] if by else None
    figures = [
        func.count(distinct(case((_in(period), _COUNTED[indicator.unit])))) for period in periods
    ]
    statement = _selected((*figures, *([key.label("key")] if key is not None else [])), indicator)
    if by in _LINKED:
        link = _LINKED[by]
        statement = statement.join(link, link.c.session_id == AccompanimentSession.id)
    statement = statement.where(
        _in(_whole(periods)), or_(*(_in(period) for period in periods)), *_conditions(filters)
    )
    if key is None:
        return [("", tuple(session.execute(statement).one()))]
    lines = session.execute(statement.group_by(key).order_by(key))
    return [(_key_text(by, line.key), tuple(line[: len(figures)])) for line in lines]


def counted_rows(periods: Sequence[Period]) -> Select[Any]:
    """Select (session, structure, family, département, kind, is formal, in each period) rows."""
    keys = (_KEYS[By.FAMILY], _KEYS[By.DEPARTEMENT], _KEYS[By.KIND], ReferenceItem.is_formal)
    within = (case((_in(period), 1), else_=0) for period in periods)
    columns = (AccompanimentSession.id, SessionStructure.structure_id, *keys, *within)
    return _selected(columns, SESSIONS_DONE).where(_in(_whole(periods)))


def linked_keys(by: By, periods: Sequence[Period]) -> Select[Any]:
    """Select (session id, theme or country) of the sessions from the first period to the last."""
    link = _LINKED[by]
    return (
        select(link.c.session_id, _KEYS[by])
        .join(AccompanimentSession, AccompanimentSession.id == link.c.session_id)
        .where(
            AccompanimentSession.deleted_at.is_(None),
            AccompanimentSession.status == SessionStatus.DONE,
            _in(_whole(periods)),
        )
    )


def _key_text(by: By | None, key: Any) -> str:
    if by is By.MONTH:
        year, month = divmod(int(key), 100)
        return f"{year}-{month:02}"
    return str(key)


def _selected(columns: Sequence[Any], indicator: Indicator) -> Select[Any]:
    """Select from the sessions that count and their structures: the one definition of both."""
    statement = (
        select(*columns)
        .select_from(AccompanimentSession)
        .join(SessionStructure, SessionStructure.session_id == AccompanimentSession.id)
        .join(ReferenceItem, ReferenceItem.id == AccompanimentSession.kind_id)
        .where(
            AccompanimentSession.deleted_at.is_(None),
            AccompanimentSession.status == SessionStatus.DONE,
        )
    )
    return (
        statement.where(ReferenceItem.is_formal.is_(True)) if indicator.formal_only else statement
    )


def _whole(periods: Sequence[Period]) -> Period:
    return Period(min(p.start for p in periods), max(p.end for p in periods))


def _in(period: Period) -> ColumnElement[bool]:
    return and_(
        AccompanimentSession.held_on >= period.start, AccompanimentSession.held_on <= period.end
    )


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    for column, value in (
        (SessionStructure.family_code, filters.family_code),
        (func.coalesce(SessionStructure.departement_code, ""), filters.departement_code),
        (AccompanimentSession.kind_id, filters.kind_id),
    ):
        if value is not None:
            conditions.append(column == value)
    if filters.is_formal is not None:
        formal = ReferenceItem.is_formal.is_(True)
        conditions.append(formal if filters.is_formal else ~formal)
    for link, name, value in (
        (session_theme, "theme_id", filters.theme_id),
        (session_country, "country_code", filters.country_code),
        (session_officer, "user_id", filters.officer_id),
    ):
        if value is not None:
            conditions.append(
                AccompanimentSession.id.in_(
                    select(link.c.session_id).where(link.c[name] == value).correlate(None)
                )
            )
    return conditions
