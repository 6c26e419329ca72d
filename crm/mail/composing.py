"""A message in words: a folder of three templates, in the reader's language."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import css_inline
from flask import current_app, g
from flask_babel import force_locale


@dataclass(frozen=True, slots=True)
class Composed:
    """A message in words."""

    subject: str
    text_body: str
    html_body: str


def compose(folder: str, *, locale: str, **context: Any) -> Composed:
    """Return the message of the folder `templates/mail/<folder>` in the reader's language."""
    words = {
        "language": locale,
        "network": current_app.config["SETTINGS"].network_name,
        **context,
    }

    def render(part: str) -> str:
        return current_app.jinja_env.get_template(f"mail/{folder}/{part}").render(words).strip()

    with speaking(locale):
        subject = " ".join(render("subject.txt").split())
        html_body = css_inline.inline(render("body.html"), extra_css=_style())
        return Composed(subject, render("body.txt") + "\n", html_body + "\n")


@cache
def _style() -> str:
    """Return the style of all messages: mail programs read it on each element, nowhere else."""
    source, _, _ = current_app.jinja_env.loader.get_source(  # type: ignore[union-attr]
        current_app.jinja_env, "mail/style.css"
    )
    return source


def absolute_url(endpoint: str, **values: Any) -> str:
    """Return an address for a message: from the settings, never from the Host of a request."""
    return absolute(path_of(endpoint, **values))


def path_of(endpoint: str, **values: Any) -> str:
    """Return the path of a page of ours; there may be no request, as when a message is written."""
    return current_app.url_map.bind("").build(endpoint, values)


def absolute(path: str) -> str:
    """Return the address of a path of ours for a message."""
    return str(current_app.config["SETTINGS"].base_url).rstrip("/") + path


@contextmanager
def speaking(locale: str) -> Iterator[None]:
    """Speak the reader's language, not that of the person at work."""
    before = g.get("locale", "fr")
    g.locale = locale
    try:
        with force_locale(locale):
            yield
    finally:
        g.locale = before
