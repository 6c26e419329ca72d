"""Further things to do with a record, offered by the packages above it; the wiring names them."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import url_for

from crm.core.errors import N_
from crm.web.list_columns import EVERY
from crm.web.locale import translate


@dataclass(frozen=True, slots=True)
class RecordAction:
    """An entry of a record's menu: `label` is a msgid, `url_of` gives the address for an id.

    Where `url_of` gives none, the entry is not for that record.
    """

    label: str
    icon: str
    url_of: Callable[[int], str | None]


@dataclass(frozen=True, slots=True)
class ShownAction:
    """An entry of the menu, as a template shows it."""

    label: str
    icon: str
    url: str


_actions: dict[str, list[RecordAction]] = {}


def add_record_action(entity: str, action: RecordAction) -> None:
    """Offer an action on the pages of this kind of record; the same one twice is once."""
    known = _actions.setdefault(entity, [])
    if action.label not in {each.label for each in known}:
        known.append(action)


def export_actions(endpoint: str) -> tuple[RecordAction, ...]:
    """Return the downloads of one record, by the export of the list that it is in."""

    def address(extension: str) -> Callable[[int], str]:
        return lambda record_id: url_for(
            endpoint, extension=extension, fiche=record_id, colonnes=EVERY
        )

    return (
        RecordAction(N_("Exporter en Excel"), "file-spreadsheet", address("xlsx")),
        RecordAction(N_("Exporter en CSV"), "download", address("csv")),
    )


def record_actions(entity: str, record_id: int) -> list[ShownAction]:
    """Return what else can be done with a record."""
    return [
        ShownAction(translate(each.label), each.icon, url)
        for each in _actions.get(entity, ())
        if (url := each.url_of(record_id)) is not None
    ]


def page_of(endpoint: str, argument: str, **values: str) -> Callable[[int], str]:
    """Return what makes the address of an endpoint for an id."""
    return lambda record_id: url_for(endpoint, **{argument: record_id}, **values)  # type: ignore[arg-type]
