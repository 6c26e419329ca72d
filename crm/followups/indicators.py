"""What accompaniment lets a report count: each figure, its rule in words, the rows behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, case, distinct, func, select
from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.agreements.indicators import axis_key
from crm.contacts.queries.roots import roots
from crm.core.errors import N_
from crm.followups.models import (
    AccompanimentSession,
    SessionStructure,
    session_axis,
    session_country,
    session_officer,
    session_theme,
)
from crm.followups.types import SessionStatus
from crm.indicators import counting
from crm.indicators.indicator import Indicator, Key, RowColumn
from crm.indicators.keys import (
    AD_HOC,
    FORMAL,
    FORMALITY_LABELS,
    country_key,
    departement_key,
    family_key,
    fixed_key,
    item_key,
    named_key,
)
from crm.indicators.types import By, Period, Scope, Unit
from crm.reference.models import ReferenceItem

__all__ = ["INDICATORS", "By", "Filters", "Indicator", "Period", "Unit"]


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

    def over(self, period: Period) -> Scope:
        """Return the scope of a period narrowed so."""
        formality = None if self.is_formal is None else FORMAL if self.is_formal else AD_HOC
        kept = {
            By.FAMILY: self.family_code,
            By.DEPARTEMENT: self.departement_code,
            By.THEME: self.theme_id,
            By.COUNTRY: self.country_code,
            By.KIND: self.kind_id,
            By.FORMALITY: formality,
            By.OFFICER: self.officer_id,
        }
        return Scope(period, {by: (str(key),) for by, key in kept.items() if key is not None})


def _sessions_done(_scope: Scope) -> Select[Any]:
    """Select the sessions that count and their structures: the one definition of both."""
    return (
        select(AccompanimentSession.id)
        .select_from(AccompanimentSession)
        .join(SessionStructure, SessionStructure.session_id == AccompanimentSession.id)
        .join(ReferenceItem, ReferenceItem.id == AccompanimentSession.kind_id)
        .where(
            AccompanimentSession.deleted_at.is_(None),
            AccompanimentSession.status == SessionStatus.DONE,
        )
    )


_ID = AccompanimentSession.id
_KEYS: Mapping[By, Key] = {
    By.FAMILY: family_key(SessionStructure.family_code),
    By.DEPARTEMENT: departement_key(SessionStructure.departement_code),
    By.THEME: item_key(
        session_theme.c.theme_id, "theme", link=(session_theme.c.session_id, _ID), is_ranked=True
    ),
    By.COUNTRY: country_key(session_country.c.country_code, (session_country.c.session_id, _ID)),
    By.KIND: item_key(AccompanimentSession.kind_id, "session_kind"),
    By.FORMALITY: fixed_key(
        case((ReferenceItem.is_formal.is_(True), FORMAL), else_=AD_HOC), FORMALITY_LABELS
    ),
    By.OFFICER: named_key(
        session_officer.c.user_id, User.id, User.name, link=(session_officer.c.session_id, _ID)
    ),
    By.AXIS: axis_key(session_axis.c.axis_id, (session_axis.c.session_id, _ID)),
}

ACCOMPANIED_STRUCTURES = Indicator(
    code="accompanied_structures",
    label=N_("structures accompagnées"),
    rule=N_(
        "Structures différentes ayant au moins une séance réalisée dans la période, rendez-vous ou"
        " appui ponctuel. Les séances prévues, annulées, sans la structure ou à la corbeille ne"
        " comptent pas. La famille et le département sont ceux du jour de la séance : une structure"
        " qui en change dans l’année compte dans chacun, et une seule fois dans le total."
    ),
    unit=Unit.STRUCTURE,
    entity="structure",
    facts=_sessions_done,
    counted=SessionStructure.structure_id,
    day=AccompanimentSession.held_on,
    keys=_KEYS,
    parents=roots,
    columns=(
        RowColumn("name", N_("Nom ce jour-là"), func.max(SessionStructure.structure_name)),
        RowColumn("session_count", N_("Séances"), func.count(distinct(_ID)), "number"),
        RowColumn(
            "last_held_on", N_("Dernière séance"), func.max(AccompanimentSession.held_on), "date"
        ),
    ),
)
ACCOMPANIED_FORMALLY = replace(
    ACCOMPANIED_STRUCTURES,
    code="accompanied_formally",
    label=N_("structures accompagnées en rendez-vous"),
    rule=N_(
        "Structures différentes ayant au moins une séance réalisée dans la période parmi les"
        " natures formelles : rendez-vous, visioconférence, B to B, atelier. Les appuis ponctuels"
        " (relecture, mise en relation, réponse) ne comptent pas ici."
    ),
    always={By.FORMALITY: (FORMAL,)},
)
ACCOMPANIED_AD_HOC = replace(
    ACCOMPANIED_STRUCTURES,
    code="accompanied_ad_hoc",
    label=N_("structures ayant reçu un appui ponctuel"),
    rule=N_(
        "Structures différentes ayant au moins un appui ponctuel réalisé dans la période :"
        " relecture, mise en relation, réponse. Une structure reçue aussi en rendez-vous compte"
        " ici et là : les deux chiffres ne s’additionnent pas."
    ),
    always={By.FORMALITY: (AD_HOC,)},
)
_STRUCTURE_NAMES = (
    select(func.aggregate_strings(SessionStructure.structure_name, ", "))
    .where(SessionStructure.session_id == _ID)
    .correlate(AccompanimentSession)
    .scalar_subquery()
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
    entity="session",
    facts=_sessions_done,
    counted=_ID,
    day=AccompanimentSession.held_on,
    keys=_KEYS,
    columns=(
        RowColumn("name", N_("Structures"), _STRUCTURE_NAMES),
        RowColumn("kind", N_("Nature"), func.max(ReferenceItem.label)),
        RowColumn("held_on", N_("Date"), func.max(AccompanimentSession.held_on), "date"),
    ),
)
SESSIONS_FORMAL = replace(
    SESSIONS_DONE,
    code="sessions_formal",
    label=N_("séances formalisées"),
    rule=N_(
        "Séances réalisées dans la période parmi les natures formelles : rendez-vous,"
        " visioconférence, B to B, atelier. Une séance commune compte une seule fois."
    ),
    always={By.FORMALITY: (FORMAL,)},
)
SESSIONS_AD_HOC = replace(
    SESSIONS_DONE,
    code="sessions_ad_hoc",
    label=N_("appuis ponctuels"),
    rule=N_(
        "Séances réalisées dans la période parmi les natures ponctuelles : relecture, mise en"
        " relation, réponse. Une séance commune compte une seule fois."
    ),
    always={By.FORMALITY: (AD_HOC,)},
)
INDICATORS = {
    each.code: each
    for each in (
        ACCOMPANIED_STRUCTURES, ACCOMPANIED_FORMALLY, ACCOMPANIED_AD_HOC, SESSIONS_DONE,
        SESSIONS_FORMAL, SESSIONS_AD_HOC,
    )
}  # fmt: skip
_NO_FILTERS = Filters()


def rows(indicator: Indicator, period: Period, filters: Filters = _NO_FILTERS) -> Select[Any]:
    """Select the rows behind a figure, as many as the figure says."""
    return counting.rows(indicator, filters.over(period))


def count(
    session: Session, indicator: Indicator, period: Period, filters: Filters = _NO_FILTERS
) -> int:
    """Return the figure: the number of `rows()`."""
    return counting.total(session, indicator, filters.over(period)).count or 0


def split(
    session: Session,
    indicator: Indicator,
    period: Period,
    by: By,
    filters: Filters = _NO_FILTERS,
) -> list[tuple[str, int]]:
    """Return the figure for each key that has some, in the order of the keys."""
    return [(key, values[0]) for key, values in compare(session, indicator, [period], by, filters)]


def compare(
    session: Session,
    indicator: Indicator,
    periods: Sequence[Period],
    by: By | None = None,
    filters: Filters = _NO_FILTERS,
) -> list[tuple[str, tuple[int, ...]]]:
    """Return figures of several periods side by side for each key of `by` ("" without one)."""
    found = counting.compare(session, indicator, filters.over(periods[0]), periods, by)
    return [(key, tuple(value.count or 0 for value in values)) for key, values in found]


def counted_rows(periods: Sequence[Period]) -> Select[Any]:
    """Select (session, structure, family, département, kind, is formal, in each period) rows."""
    keys = (
        *(_KEYS[by].expression for by in (By.FAMILY, By.DEPARTEMENT, By.KIND)),
        ReferenceItem.is_formal,
    )
    day = AccompanimentSession.held_on
    within = (case((day.between(each.start, each.end), 1), else_=0) for each in periods)
    return counting.facts(SESSIONS_DONE, Scope(_whole(periods))).with_only_columns(
        _ID, SessionStructure.structure_id, *keys, *within
    )


def linked_keys(by: By, periods: Sequence[Period]) -> Select[Any]:
    """Select (session id, theme or country) of the sessions from the first period to the last."""
    link = {By.THEME: session_theme, By.COUNTRY: session_country}[by]
    whole = _whole(periods)
    return (
        select(link.c.session_id, _KEYS[by].expression)
        .join(AccompanimentSession, AccompanimentSession.id == link.c.session_id)
        .where(
            AccompanimentSession.deleted_at.is_(None),
            AccompanimentSession.status == SessionStatus.DONE,
            AccompanimentSession.held_on.between(whole.start, whole.end),
        )
    )


def _whole(periods: Sequence[Period]) -> Period:
    return Period(min(p.start for p in periods), max(p.end for p in periods))
