"""The frame of every page, rendered once for each person's role, language and place.

Bars and menus hardly change from one page to the next: they are kept, and only the protection token
and the address of the page are put in anew.
"""

from collections.abc import Callable, Hashable
from functools import cached_property, lru_cache
from typing import Any

from flask import current_app, request
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape

_TOKEN_MARK, _HERE_MARK = "@@csrf-token@@", "@@here@@"
_MOST_KEPT = 1024

Context = Callable[[], dict[str, Any]]


class Shell:
    """The parts of the frame, for one request; `key` says what they depend on."""

    def __init__(self, key: Hashable, context: Context) -> None:
        self._keyed = _Keyed(key, context)

    def __call__(self, part: str) -> Markup:
        """Return a part: `head`, `topbar`, `sidebar`, `tabbar`, `keyboard_help` or `messages`."""
        kept = _rendered(part, self._keyed)
        return Markup(  # noqa: S704 - a rendered template, and what is put in it is escaped
            kept.replace(_TOKEN_MARK, self._token).replace(_HERE_MARK, self._here)
        )

    @cached_property
    def _token(self) -> str:
        return str(generate_csrf())

    @cached_property
    def _here(self) -> str:
        return escape(request.full_path if request.query_string else request.path)


class _Keyed:
    """A template's context that a cache knows by its key alone."""

    def __init__(self, key: Hashable, context: Context) -> None:
        self.key = key
        self.context = context

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Keyed) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


@lru_cache(maxsize=_MOST_KEPT)
def _rendered(part: str, keyed: _Keyed) -> str:
    template = current_app.jinja_env.get_template(f"components/{part}.html")
    return template.render(keyed.context(), csrf_token=lambda: _TOKEN_MARK, here=_HERE_MARK)
