"""Folding of French text for search and for sorting."""

import re
from collections.abc import Sequence
from functools import lru_cache

from anyascii import anyascii

_LOOSE = re.compile(r"(?<=«) | (?=[»:;!?%€])")
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_SAINT = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
LINK_WORDS = frozenset(
    "a au aux d de des du en et l la le les pour sur par dans un une the of and".split()
)


# Controls but tabs and ends of lines, halves of pairs, what is no character: XML holds none.
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_LINE_ENDS = re.compile("[\x0b\x0c]")  # those of slides and of PDFs


def printable(text: str) -> str:
    r"""Return a text without the characters that no page, file or database may hold.

    >>> printable("a\x0bb\x1bc")
    'a bc'
    """
    return _UNPRINTABLE.sub("", _LINE_ENDS.sub(" ", text))


def unbroken(text: str) -> str:
    """Return a text whose French quotation marks, colons and units stay on the line of their word.

    >>> unbroken("« Oui » : 3 %").count(chr(0xA0))
    4
    """
    return _LOOSE.sub("\u00a0", text)


class _Ascii(dict[int, str]):
    """What is written for each character, as `str.translate` asks for it; learnt as they come."""

    def __missing__(self, code: int) -> str:
        written = self[code] = anyascii(chr(code))
        return written


_ASCII = _Ascii()


@lru_cache(maxsize=16_384)  # a name is folded to be sorted, indexed and compared
def fold(text: str) -> str:
    """Return the text in lower-case ASCII words: no accent, ligature or punctuation is left."""
    plain = text if text.isascii() else text.translate(_ASCII)
    return _NOT_WORD.sub(" ", plain.lower()).strip()


def words(text: str) -> list[str]:
    """Return the folded words in order, with St/Ste written in full."""
    return [*_words_of(text)]


@lru_cache(maxsize=16_384)  # a structure's name is a word of each of its people
def _words_of(text: str) -> tuple[str, ...]:
    return tuple(_SAINT.get(word, word) for word in fold(text).split())


def content_words(found: Sequence[str]) -> list[str]:
    """Return folded words without the little ones (« de », « la »…), unless there are no others."""
    return [word for word in found if word not in LINK_WORDS] or list(found)


def sort_key(text: str) -> str:
    """Return a key that sorts as a French reader expects, equal on every database."""
    return " ".join(words(text))[:200]


def acronym(name: str) -> str:
    """Return the initials of a name of several words ("Comité de jumelage d'Arras": "cja")."""
    initials = [word[0] for word in words(name) if word not in LINK_WORDS]
    return "".join(initials) if len(initials) > 1 else ""


def acronyms(name: str) -> list[str]:
    """Return the initials of a name, and those after a first word that is one already.

    "CA de Béthune-Bruay" is called "cbb" and "cabb".
    """
    initials = acronym(name)
    first = name.split(maxsplit=1)[0] if name.strip() else ""
    if not initials or not (first.isupper() and len(first) > 1):
        return [initials] if initials else []
    return [initials, fold(first) + initials[1:]]


def deletions(word: str) -> set[str]:
    """Return the word and each form of it with one letter missing.

    Two words at one typing error from each other (a letter more, less, other, or two swapped)
    always share at least one of these forms: W. Garbe's symmetric delete method.
    """
    return {word, *[word[:index] + word[index + 1 :] for index in range(len(word))]}
