"""What a URL asks of a figure, and the same in words."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from crm.core.errors import N_, NotFoundError
from crm.core.numbers import parse_id
from crm.indicators.indicator import Indicator, Key
from crm.indicators.presentation import NOTHING
from crm.indicators.types import BY_LABELS, By, Level, Period, Scope
from crm.web.locale import translate

ARGUMENTS = frozenset({"du", "au", "niveau", *(by.value for by in By)})
_LONGEST_DAY = 10
Arguments = MultiDict[str, str]


def read_period(arguments: Arguments) -> Period:
    """Return the days `du` to `au`; raise NotFoundError where they are none."""
    try:
        start, end = (date.fromisoformat(arguments[name][:_LONGEST_DAY]) for name in ("du", "au"))
    except (KeyError, ValueError):
        raise NotFoundError from None
    if end < start:
        raise NotFoundError
    return Period(start, end)


def read_scope(arguments: Arguments, indicator: Indicator, period: Period) -> Scope:
    """Return what narrows a figure in the URL; raise NotFoundError for what cannot be."""
    scope = read_any_scope(arguments, period)
    kept = {by: keys for by, keys in scope.kept.items() if by in indicator.splits}
    for by, keys in kept.items():
        known = indicator.keys.get(by)
        if known and known.is_id and any(parse_id(key) is None for key in keys):
            raise NotFoundError
    return replace(scope, kept=kept)


def read_any_scope(arguments: Arguments, period: Period) -> Scope:
    """Return all that the URL narrows a figure to, whether it can be or not."""
    asked = {by: arguments.getlist(by.value) for by in By if by.value in arguments}
    kept = {by: () if keys == [NOTHING] else tuple(keys) for by, keys in asked.items()}
    level = Level.PARENT if arguments.get("niveau") == Level.PARENT else Level.STRUCTURE
    return Scope(period, kept, level)


def narrowing_words(session: Session, known: Mapping[By, Key], scope: Scope) -> list[str]:
    """Return in words what a scope narrows a figure of these keys to."""
    said = []
    for by, keys in scope.kept.items():
        labels = dict(known[by].labels(session, scope)) if by in known else {}
        words = ", ".join(labels.get(key, key) for key in keys)
        if not keys:
            words = translate(N_("%(by)s : aucun"), by=translate(BY_LABELS[by]))
        elif by is By.DEPARTEMENT:
            words = translate(N_("département %(code)s"), code=words)
        said.append(words)
    if scope.level is Level.PARENT:
        said.append(translate(N_("au niveau de la structure parente")))
    return said
