"""A figure in words, and where its rows are listed."""

from typing import Any

from flask import url_for

from crm.core.errors import N_
from crm.indicators.types import Level, Scope, Unit, Value
from crm.web.formats import decimal, long_date, number, round_money
from crm.web.locale import translate

NOTHING = "-"
UNIT_LABELS = {
    Unit.STRUCTURE: N_("structures"),
    Unit.SESSION: N_("séances"),
    Unit.PROJECT: N_("projets"),
    Unit.PERSON: N_("personnes"),
    Unit.MEMBERSHIP: N_("adhésions"),
    Unit.EVENT: N_("événements"),
    Unit.ATTENDANCE: N_("présences"),
    Unit.HEADCOUNT: N_("participants"),
    Unit.CAMPAIGN: N_("campagnes"),
    Unit.INTRODUCTION: N_("mises en relation"),
    Unit.PATH: N_("accompagnements"),
    Unit.APPLICATION: N_("dossiers"),
    Unit.MAILING: N_("envois"),
    Unit.MESSAGE: N_("messages"),
    Unit.CENTS: N_("euros"),
    Unit.PERCENT: N_("pour cent"),
    Unit.NUMBER: N_("nombre"),
}


def written(value: Value, unit: Unit) -> str:
    """Return a figure as it is read: its words where it has some; « non connu » is not zero.

    What was read before the period says on which day.
    """
    text = value.words or _number(value, unit)
    if value.as_of is None:
        return text
    return translate(N_("%(figure)s (relevé le %(day)s)"), figure=text, day=long_date(value.as_of))


def _number(value: Value, unit: Unit) -> str:
    if value.count is None:
        return translate("non connu")
    if unit is Unit.CENTS:
        text = round_money(value.count)
    else:
        text = number(value.count) if value.tenths is None else decimal(value.tenths)
    if unit is Unit.PERCENT:
        text = translate("%(count)s %%", count=text)
    return translate("environ %(number)s", number=text) if value.is_approximate else text


def scope_arguments(scope: Scope) -> dict[str, Any]:
    """Return a scope as a URL holds it; what is narrowed to nothing says so."""
    arguments: dict[str, Any] = {
        "du": scope.period.start.isoformat(),
        "au": scope.period.end.isoformat(),
        **{by.value: list(keys) or [NOTHING] for by, keys in scope.kept.items()},
    }
    return arguments | ({} if scope.level is Level.STRUCTURE else {"niveau": scope.level.value})


def rows_url(code: str, scope: Scope) -> str:
    """Return the page that lists the rows behind a figure, as many as it says."""
    return url_for("reports.rows", code=code, **scope_arguments(scope))
