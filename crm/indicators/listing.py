"""The list of the rows behind a figure, made from the very rows that are counted."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

from sqlalchemy import Row, func, literal, select

from crm.core.errors import N_
from crm.indicators.counting import rows
from crm.indicators.indicator import Indicator, RowColumn
from crm.indicators.reading import ARGUMENTS
from crm.indicators.types import Scope, Unit
from crm.web.list_definition import Column, ListDefinition, Sort
from crm.web.locale import translate
from crm.web.row_lists import exported_value

_COUNT_WORDS = {
    Unit.STRUCTURE: (N_("%(count)s structure"), N_("%(count)s structures")),
    Unit.SESSION: (N_("%(count)s séance"), N_("%(count)s séances")),
    Unit.PROJECT: (N_("%(count)s projet"), N_("%(count)s projets")),
    Unit.PERSON: (N_("%(count)s personne"), N_("%(count)s personnes")),
    Unit.EVENT: (N_("%(count)s événement"), N_("%(count)s événements")),
    Unit.HEADCOUNT: (N_("%(count)s événement"), N_("%(count)s événements")),
    Unit.ATTENDANCE: (N_("%(count)s présence"), N_("%(count)s présences")),
    Unit.CAMPAIGN: (N_("%(count)s campagne"), N_("%(count)s campagnes")),
    Unit.APPLICATION: (N_("%(count)s dossier"), N_("%(count)s dossiers")),
    Unit.CENTS: (N_("%(count)s dossier"), N_("%(count)s dossiers")),
}
_LINES = (N_("%(count)s ligne"), N_("%(count)s lignes"))
_FIRST_DAY = date(1, 1, 1)


def rows_list(
    indicator: Indicator, scope: Scope, *, url: str, export_url: Callable[[str], str]
) -> ListDefinition:
    """Return the list of the rows that a figure counts in a scope; it is sorted by name."""
    found = rows(indicator, scope).subquery()
    return ListDefinition(
        url=url,
        export_url=export_url,
        allowed_arguments=ARGUMENTS,
        statement=select(
            found.c.id, found.c.record_id, *(found.c[each.key] for each in indicator.columns)
        ),
        columns=tuple(
            Column(
                each.key,
                each.label,
                sort=each.key,
                is_numeric=each.kind in {"number", "money"},
                kind=each.kind,
            )
            for each in indicator.columns
        ),
        sorts={
            each.key: Sort(
                (_never_null(each, found.c[each.key]), found.c.id),
                descending=each.kind != "text",
            )
            for each in indicator.columns
        },
        default_sort=indicator.columns[0].key,
        count_words=_COUNT_WORDS.get(indicator.unit, _LINES),
        heading=lambda row: (row.name, ""),
    )


def table_of(
    indicator: Indicator, found: Iterable[Row[Any]]
) -> tuple[list[str], Iterator[list[Any]]]:
    """Return the header and the rows of an export of what is behind a figure; money is in euros."""
    labels = [translate(each.label) for each in indicator.columns]
    header = [
        translate(N_("%(label)s (euros)"), label=label) if each.kind == "money" else label
        for each, label in zip(indicator.columns, labels, strict=True)
    ]
    rows = (
        [
            row.record_id,
            *(exported_value(getattr(row, each.key), each.kind) for each in indicator.columns),
        ]
        for row in found
    )
    return [translate(N_("Identifiant")), *header], rows


def _never_null(column: RowColumn, value: Any) -> Any:
    empty: Any = {"text": "", "date": _FIRST_DAY}.get(column.kind, 0)
    return func.coalesce(value, literal(empty))
