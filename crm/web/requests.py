"""What views read of a request, checked."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from crm.core import clock
from crm.core.days import parse_day
from crm.core.errors import RuleError
from crm.core.numbers import parse_ids
from crm.web.locale import sentence, translate

_LONGEST_FORM_KEY = 200


def safe_path(target: str | None, default: str) -> str:
    """Return a path of this site to go to; the default for anything that leads elsewhere."""
    if not target or not target.startswith("/") or target.startswith("//") or "\\" in target:
        return default
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or any(ord(char) < 32 for char in target):  # noqa: PLR2004
        return default
    return target


def form_key() -> str:
    """Return the address under which the draft of this form is kept."""
    return request.full_path.rstrip("?")[:_LONGEST_FORM_KEY]


def next_path(default: str) -> str:
    """Return where the form asks to go afterwards, within this site."""
    return safe_path(request.values.get("next"), default)


def done(message: str, target: str, *, undo_url: str | None = None, **params: object) -> Response:
    """Say what was done, with its undo when there is one, and go on by a 303."""
    text = translate(message, **params)
    shown: Any = {"text": text, "undo_url": undo_url} if undo_url else text
    flash(shown, "success")
    return redirect(target, 303)


def refused(error: RuleError, target: str) -> Response:
    """Say why nothing was done, where the person was."""
    flash(sentence(error), "danger")
    return redirect(target, 303)


def asked_day(name: str) -> date:
    """Return the day in the URL; today when there is none or it cannot be read."""
    return day_of(request.args, name)


def day_of(arguments: Mapping[str, str], name: str) -> date:
    """Return a day among the arguments of a URL; today when there is none or it is unreadable."""
    try:
        return parse_day(arguments[name], clock.today())
    except (KeyError, RuleError):
        return clock.today()


def typed_ids(name: str) -> list[int]:
    """Return the whole numbers sent under a name; the operation checks that they exist."""
    return parse_ids(request.form.getlist(name))
