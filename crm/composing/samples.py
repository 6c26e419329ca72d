"""Words that a template holds for others to be written in their place: a message waits for these.

A template says it between brackets, « [à compléter : le titre] », whoever wrote the template. The
first templates of Passerelle had plain sentences instead: messages made from those are known by
them, word for word (`samples.json`), so that the rest of what a network writes is its own.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from crm.composing.types import Problem, Severity
from crm.core.errors import N_

_MARK = re.compile(r"\[\s*[àa]\s+compl[ée]ter\b\s*:?([^\]\n]*)\]", re.IGNORECASE)
_LONGEST_SHOWN = 80
_NAMED = N_("Il reste à compléter : %(what)s.")
_UNNAMED = N_("Il reste un « [à compléter] » : écrivez vos mots à sa place.")
_FORMER = N_("« %(words)s » n’est que l’exemple du modèle : écrivez %(what)s.")


def samples_in(text: str, **where: str | None) -> list[Problem]:
    """Return what is left to write in a text, once each; `where` is where the text is."""
    return [
        Problem(Severity.BLOCKING, message, dict(params), **where)  # type: ignore[arg-type]
        for message, params in dict.fromkeys([*_marked(text), *_former(text)])
    ]


def _marked(text: str) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    found = (" ".join(each.split()) for each in _MARK.findall(unicodedata.normalize("NFC", text)))
    return [
        (_NAMED, (("what", each[:_LONGEST_SHOWN]),)) if each else (_UNNAMED, ()) for each in found
    ]


def _former(text: str) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    lines = _plain(text)
    return [
        (_FORMER, (("words", _shown(words)), ("what", write)))
        for words, write in _former_samples().items()
        if _plain(words) in lines
    ]


@cache
def _former_samples() -> Mapping[str, str]:
    path = Path(__file__).with_name("samples.json")
    return {each["words"]: each["write"] for each in json.loads(path.read_text(encoding="utf-8"))}


def _plain(text: str) -> str:
    """Return a text between line ends, whatever its spaces, its apostrophes and its capitals."""
    kept = unicodedata.normalize("NFC", text).replace("’", "'").casefold()
    lines = (" ".join(line.split()) for line in kept.splitlines())
    return "\n" + "\n".join(filter(None, lines)) + "\n"


def _shown(words: str) -> str:
    """Return the first line of a sample, as it is read."""
    return words.splitlines()[0].replace("*", "").strip("- ;")
