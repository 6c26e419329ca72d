"""How a French word sounds, roughly: two spellings of one sound give the same key."""

import re
from collections.abc import Sequence
from functools import lru_cache

from crm.core.text import fold

# In order: the longer spellings first. Digits stand for nasal vowels, capitals for sounds.
_SPELLINGS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"ph", "f"),
        (r"sch|sh|ch(?=[aeiouy])", "C"),
        (r"ch|ck|qu|q|cc(?=[aou])", "k"),
        (r"c(?=[eiy])", "s"),
        (r"c", "k"),
        (r"gu(?=[eiy])", "g"),
        (r"g(?=[eiy])", "j"),
        (r"gn", "N"),
        (r"eaux?|aux?|hau", "o"),
        (r"oeu|eu", "e"),
        (r"ou", "U"),
        (r"(?:ain|ein|aim|in|im|yn|ym)(?![aeiouymn])", "1"),
        (r"(?:an|en|am|em)(?![aeiouymn])", "2"),
        (r"(?:on|om)(?![aeiouymn])", "3"),
        (r"(?:un|um)(?![aeiouymn])", "1"),
        (r"ill(?=[aeiou])", "i"),
        (r"ai|ei|ay|ey", "e"),
        (r"y", "i"),
        (r"w", "v"),
        (r"z", "s"),
        (r"h", ""),
        (r"(.)\1+", r"\1"),
        (r"(?<=..)(?:e?[stdxp]|e)+$", ""),
    )
)


@lru_cache(maxsize=65_536)
def sound_of(word: str) -> str:
    """Return the key of how a word sounds in French; of a name, « Dupond » and « Dupont » alike."""
    sound = fold(word).replace(" ", "")
    for pattern, replacement in _SPELLINGS:
        sound = pattern.sub(replacement, sound)
    return sound or word


SOUND_SIGN = "~"
_LONGEST_SOUND = 14
_SHORTEST_NAME = 2


def sounds_of_person(first: Sequence[str], last: Sequence[str]) -> set[str]:
    """Return how a person is called, roughly: each part of the last name and the first initial.

    Words are folded. « DUPOND-Martin, J. » and « Jean Dupont » share one of these.
    """
    initial = first[0][0] if first and first[0] else ""
    return {
        f"{SOUND_SIGN}{sound_of(word)[:_LONGEST_SOUND]} {initial}"
        for word in (*last, "".join(last))
        if len(word) >= _SHORTEST_NAME
    }
