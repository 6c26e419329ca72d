"""The records of a row as a line of JSON, from the trial to the real pass."""

from datetime import date
from typing import Any

from crm.imports.types import Draft, Item

_DAY_ENDING = "_on"


def pack(draft: Draft) -> list[Any]:
    """Return a row as JSON can hold it."""
    return [
        draft.number,
        [
            [
                item.entity,
                _packed(item.values),
                _packed(item.defaults),
                item.lists,
                item.links,
                item.keys,
                item.extra,
            ]
            for item in draft.items
        ],
    ]


def unpack(packed: list[Any]) -> Draft:
    """Return a row as it was packed; what was said where is no longer known."""
    number, items = packed
    return Draft(
        number,
        [
            Item(
                entity,
                _unpacked(values),
                _unpacked(defaults),
                lists,
                links,
                [tuple(key) for key in keys],
                {},
                extra,
            )
            for entity, values, defaults, lists, links, keys, extra in items
        ],
    )


def _packed(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }


def _unpacked(values: dict[str, Any]) -> dict[str, Any]:
    for name, value in values.items():
        if value and name.endswith(_DAY_ENDING):
            values[name] = date.fromisoformat(value)
    return values
