"""What a job says of its run: a sentence kept with its figures, read in anyone's language."""

import json

from crm.web.locale import translate

_BETWEEN = "\n"


def told(message: str, **figures: int) -> str:
    """Return what to keep of a run: a msgid in French, and the figures that go into it."""
    return message + _BETWEEN + json.dumps(figures)


def in_words(kept: str | None) -> str:
    """Return it in the reader's language; a plain text as it is, nothing for None."""
    message, between, figures = (kept or "").partition(_BETWEEN)
    return translate(message, **json.loads(figures)) if between else message
