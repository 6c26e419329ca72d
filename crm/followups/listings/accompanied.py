"""The structures accompanied in a period: exactly the rows that the indicators count."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from flask import url_for
from sqlalchemy import select, true
from werkzeug.datastructures import MultiDict

from crm.core import clock
from crm.core.errors import N_
from crm.followups.indicators import ACCOMPANIED_STRUCTURES, Filters, rows
from crm.followups.listings.session_filters import (
    AD_HOC,
    FORMAL,
    NO_DEPARTEMENT,
    ids,
    read_day,
    session_filters,
)
from crm.indicators.types import Period
from crm.web.list_definition import Column, Filter, ListDefinition, Sort

_NAMES = frozenset({"type", "nature", "famille", "departement", "theme", "pays", "suivi"})
_NOBODY = 0


def accompanied_list(arguments: MultiDict[str, str]) -> tuple[ListDefinition, Period]:
    """Return the list for the days `du` to `au` of the URL, or for this year so far."""
    today = clock.today()
    period = Period(
        read_day(arguments.get("du", "")) or date(today.year, 1, 1),
        read_day(arguments.get("au", "")) or today,
    )
    counted = rows(ACCOMPANIED_STRUCTURES, period, _read_filters(arguments)).subquery()
    definition = ListDefinition(
        url=url_for("sessions.accompanied"),
        statement=select(counted).select_from(counted),
        columns=(
            Column("structure", N_("Structure"), sort="nom"),
            Column("session_count", N_("Séances"), sort="seances", is_numeric=True),
            Column("last_held_on", N_("Dernière séance"), sort="date"),
        ),
        sorts={
            "nom": Sort((counted.c.name, counted.c.id)),
            "seances": Sort((counted.c.session_count, counted.c.id), descending=True),
            "date": Sort((counted.c.last_held_on, counted.c.id), descending=True),
        },
        default_sort="nom",
        empty_text=N_("Une structure apparaît ici à sa première séance réalisée."),
        filters=list(_filters(session_filters(arguments))),
        count_words=(
            N_("%(count)s structure accompagnée"),
            N_("%(count)s structures accompagnées"),
        ),
        allowed_arguments=frozenset({"du", "au"}),
    )
    return definition, period


def _filters(filters: Iterable[Filter]) -> Iterable[Filter]:
    """Keep the filters that a figure has; they narrow inside the counted rows, not around them."""
    return (replace(each, narrow=lambda _values: true()) for each in filters if each.name in _NAMES)


def _read_filters(arguments: MultiDict[str, str]) -> Filters:
    def first(name: str) -> str | None:
        return arguments.get(name) or None

    def number(name: str) -> int | None:
        return next(iter(ids([arguments[name]])), _NOBODY) if first(name) else None

    departement = first("departement")
    return Filters(
        family_code=first("famille"),
        departement_code="" if departement == NO_DEPARTEMENT else departement,
        theme_id=number("theme"),
        country_code=first("pays"),
        kind_id=number("nature"),
        is_formal={FORMAL: True, AD_HOC: False}.get(first("type") or ""),
        officer_id=number("suivi"),
    )
