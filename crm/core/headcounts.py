"""How many people, as one says it: « 60 », « une soixantaine », « environ 60 », « aucun »."""

import re
from dataclasses import dataclass

from crm.core.errors import N_, RuleError
from crm.core.text import fold

MOST = 100_000_000
LONGEST = 80
_NOBODY = frozenset({"zero", "aucun", "aucune", "personne", "nul"})
_WORDS = {
    "huitaine": 8, "dizaine": 10, "douzaine": 12, "quinzaine": 15, "vingtaine": 20,
    "trentaine": 30, "quarantaine": 40, "cinquantaine": 50, "soixantaine": 60, "centaine": 100,
    "millier": 1000,
}  # fmt: skip
_TIMES = {
    "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7,
    "huit": 8, "neuf": 9, "dix": 10,
}  # fmt: skip
_ABOUT = frozenset(
    {"environ", "a peu pres", "pres de", "plus de", "moins de", "autour de", "presque", "env"}
)
_DIGITS = re.compile(r"[0-9]+(?: [0-9]{3})*")
_THOUSANDS_DOT = re.compile(r"(?<=[0-9])[.’'](?=[0-9]{3}(?![0-9]))")


@dataclass(frozen=True, slots=True)
class Headcount:
    """A number of people; `wording` keeps what was typed when the number is approximate."""

    count: int
    is_approximate: bool = False
    wording: str | None = None


def parse_headcount(text: str, field: str = "count") -> Headcount:
    """Return the number typed, and its word when it is an estimate; zero is a number.

    Raises RuleError for a negative number, or for words that say no number, as « beaucoup ».
    """
    typed = " ".join(text.split())
    if re.match(r"[-−]\s*[0-9]", typed):
        raise RuleError(field, N_("Un effectif ne peut pas être négatif."))
    if re.search(r"[0-9][,.][0-9]{1,2}(?![0-9])", typed):
        raise RuleError(field, N_("Un effectif est un nombre entier."))
    folded = fold(_THOUSANDS_DOT.sub(" ", typed))
    count, is_about = _number(folded), False
    if count is None:
        about, rest = _without_about(folded)
        estimate = _estimate(rest)
        count = _number(rest) if about and estimate is None else estimate
        is_about = True
    elif typed.startswith(("~", "≈", "±")):
        is_about = True
    if count is None or len(typed) > LONGEST:
        raise RuleError(
            field,
            N_("Effectif non compris. Écrivez un nombre, « environ 60 » ou « une soixantaine »."),
        )
    if count > MOST:
        raise RuleError(field, N_("Cet effectif est trop grand."))
    return Headcount(count, is_about, typed if is_about else None)


def _number(folded: str) -> int | None:
    if folded in _NOBODY:
        return 0
    return int(folded.replace(" ", "")[:12]) if _DIGITS.fullmatch(folded) else None


def _without_about(folded: str) -> tuple[bool, str]:
    for word in sorted(_ABOUT, key=len, reverse=True):
        if folded.startswith(f"{word} "):
            return True, folded[len(word) + 1 :]
        if folded.endswith(f" {word}"):
            return True, folded[: -len(word) - 1]
    return False, folded


def _estimate(folded: str) -> int | None:
    """Return what « une soixantaine », « deux centaines » or « quelque 200 » comes to."""
    match = re.fullmatch(r"(?:(\w+) )?(\w+?)s?(?: de personnes| d \w+| de \w+)?", folded)
    if match and match[2] in _WORDS and (match[1] or "un") in _TIMES:
        return _TIMES[match[1] or "un"] * _WORDS[match[2]]
    match = re.fullmatch(r"quelques? ([0-9]+)", folded)
    return int(match[1][:12]) if match else None
