"""The language of the page: French by default, English for those who chose it."""

import re
from functools import lru_cache
from pathlib import Path

from flask import Flask
from flask_babel import Babel, gettext

from crm.core.errors import RuleError
from crm.web.formats import current_locale

LOCALES = ("fr", "en")


_NARROW, _WIDE = "\u202f", "\u00a0"


@lru_cache(maxsize=4096)
def typographic(text: str) -> str:
    """Return French text with the spaces that a line must not break at (Imprimerie nationale)."""
    text = re.sub(r" ([;!?])", _NARROW + r"\1", text)
    text = re.sub(r" ([:»€])", _WIDE + r"\1", text)
    return text.replace("« ", "«" + _WIDE)


def sentence(error: RuleError) -> str:
    """Return a rule's error in the reader's language."""
    return translate(error.message, **error.params)


def translate(message: str, **params: object) -> str:
    """Return the sentence in the reader's language; French is the language of the msgids."""
    text = typographic(message) if current_locale() == "fr" else str(gettext(message))
    return text % params if params else text


def register_locale(app: Flask) -> None:
    """Choose the catalogue by the signed-in person's preference."""
    folder = Path(__file__).resolve().parent.parent / "translations"
    app.config["BABEL_DEFAULT_LOCALE"] = "fr"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(folder)
    Babel(app, locale_selector=current_locale)
    app.add_template_global(translate, "_")
