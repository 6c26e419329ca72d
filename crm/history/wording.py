"""Changes in words: each package names its records, its fields and what their codes stand for."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.history.kinds import find_kind
from crm.history.queries import PastChange
from crm.web.formats import instant, short_date
from crm.web.locale import translate

Namer = Callable[[Session, Sequence[Any]], Mapping[Any, str]]

ACTIONS = {
    "created": N_("%(what)s : création"),
    "updated": N_("%(what)s : modification"),
    "deleted": N_("%(what)s : suppression"),
}
_EMPTY = "—"
_DAY = re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9]")
_LONGEST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Wording:
    """How to tell of one kind of record: msgids, and who names the ids of a field."""

    what: str
    fields: Mapping[str, str]
    namers: Mapping[str, Namer] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ToldField:
    """A field before and after, in words."""

    name: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ToldChange:
    """A change as a record's page shows it."""

    title: str
    when_label: str
    who: str
    fields: Sequence[ToldField]
    undo_url: str | None = None


_wordings: dict[str, Wording] = {}


def word(entity: str, wording: Wording) -> None:
    """Say how changes of this kind of record are told."""
    _wordings[entity] = wording


def tell(session: Session, changes: Sequence[PastChange]) -> list[ToldChange]:
    """Return the changes in words; each namer looks names up once, however many the changes."""
    names = _looked_up(session, changes)
    return [_told(change, names) for change in changes]


def _looked_up(
    session: Session, changes: Sequence[PastChange]
) -> Mapping[Namer, Mapping[Any, str]]:
    wanted: dict[Namer, set[Any]] = {}
    for change in changes:
        for name, both in change.fields.items():
            if namer := _namer(change, name):
                values = wanted.setdefault(namer, set())
                for value in both:
                    values.update(value if isinstance(value, list) else [value])
    return {
        namer: namer(session, sorted(known, key=str))
        for namer, values in wanted.items()
        if (known := values - {None})
    }


def _namer(change: PastChange, name: str) -> Namer | None:
    wording = _wordings.get(change.entity)
    return wording.namers.get(name) if wording else None


def _told(change: PastChange, names: Mapping[Namer, Mapping[Any, str]]) -> ToldChange:
    wording = _wordings.get(change.entity)
    labels = wording.fields if wording else {}

    def shown(name: str, value: Any) -> str:
        namer = _namer(change, name)
        return _shown(value, names.get(namer, {}) if namer else {})

    return ToldChange(
        title=translate(ACTIONS[change.action], what=what_is(change.entity)),
        when_label=instant(change.at),
        who=change.actor_name,
        fields=[
            ToldField(name, translate(labels[name]), shown(name, before), shown(name, after))
            for name, (before, after) in change.fields.items()
            if name in labels
        ],
        undo_url=_undo_url(change),
    )


def _undo_url(change: PastChange) -> str | None:
    if not change.fields or find_kind(change.entity) is None:
        return None
    return url_for("history.show", change_set_id=change.change_set_id, changement=change.change_id)


def what_is(entity: str) -> str:
    """Return what a kind of record is called, in the reader's language."""
    wording = _wordings.get(entity)
    return translate(wording.what) if wording else entity


def _shown(value: Any, names: Mapping[Any, str]) -> str:
    if value is None or value in ("", [], {}):
        return _EMPTY
    if isinstance(value, dict):
        return " ; ".join(f"{name} : {_shown(each, names)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(str(names.get(each, each)) for each in value)
    if isinstance(value, bool):
        return translate("oui") if value else translate("non")
    text = str(names.get(value, value))
    if _DAY.fullmatch(text):
        return short_date(date.fromisoformat(text))
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"
