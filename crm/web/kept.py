"""Typed fields that must survive an expired log-in or a busy database."""

from collections.abc import Iterable

from flask import request
from werkzeug.datastructures import MultiDict

KEPT_PREFIX = "kept-"
LARGEST_KEPT_BYTES = 200_000
_SECRET_WORDS = ("password", "code", "token", "csrf")

Pairs = list[tuple[str, str]]


def is_secret(name: str) -> bool:
    """Tell whether a field must never be shown again."""
    return any(word in name.lower() for word in _SECRET_WORDS)


def typed_fields() -> Pairs:
    """Return the fields of the form just submitted, without secrets; none when they are too big."""
    pairs = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if not is_secret(name) and not name.startswith(KEPT_PREFIX)
    ]
    size = sum(len(name) + len(value.encode()) for name, value in pairs)
    return pairs if size <= LARGEST_KEPT_BYTES else []


def kept_fields(form: MultiDict[str, str]) -> Pairs:
    """Return the fields that a log-in page carried along, under their own names."""
    return [
        (name.removeprefix(KEPT_PREFIX), value)
        for name, value in form.items(multi=True)
        if name.startswith(KEPT_PREFIX)
    ]


def as_form_data(pairs: Iterable[Iterable[str]]) -> MultiDict[str, str]:
    """Return kept pairs as a form that WTForms can read."""
    return MultiDict([(name, value) for name, value in pairs])
