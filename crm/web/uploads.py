"""Pages that take files: their requests may be larger than others."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request

View = TypeVar("View", bound=Callable[..., Any])
_ATTRIBUTE = "__largest_request__"
_FIELDS_BYTES = 1024 * 1024


def takes_files(largest_bytes: int | Callable[[], int]) -> Callable[[View], View]:
    """Let a view's requests be as large as this, besides their fields; below the route.

    A limit that is a setting is asked at each request.
    """

    def mark(view: View) -> View:
        setattr(view, _ATTRIBUTE, largest_bytes)
        return view

    return mark


def _set_limit() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    largest = getattr(view, _ATTRIBUTE, None)
    if largest is not None:
        limit = largest() if callable(largest) else largest
        request.max_content_length = limit + _FIELDS_BYTES


def register_uploads(app: Flask) -> None:
    """Set the limit of each request before anything reads its form."""
    app.before_request(_set_limit)
