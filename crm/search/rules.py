"""What the words typed in the search box mean, and the special words of the index: pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from crm.core.addresses import email_key
from crm.core.text import LINK_WORDS, content_words, fold, words

LONGEST_TEXT = 200
LONGEST_WORD = 40
MOST_WORDS = 6
# A name as a whole and an address as a whole are words too, out of the way of all others: these
# signs never begin a folded word.
NAME_SIGN, ADDRESS_SIGN = "=", "@"

_CIVIC = frozenset({"mairie", "commune", "ville"})
_ADDRESS = re.compile(r"\S*@\S*")
_NUMBER = re.compile(r"(?<![\w+])\+?\d[\d\s.()/-]*\d(?!\w)")
_IN_THREES = re.compile(r"\d{3}(?:[\s.]\d{3}){1,2}(?:[\s.]\d{1,5})?")
_NOT_DIGIT = re.compile(r"\D+")
_FRENCH = re.compile(r"^(?:\+|00)33(?:\(0\)|0)?")


@dataclass(frozen=True, slots=True)
class Typed:
    """A search as typed (`text`), and its folded words in order, little ones included."""

    text: str
    words: tuple[str, ...]

    @property
    def wanted(self) -> tuple[str, ...]:
        """Return the words that a record must hold."""
        return wanted_words(self.words)


def read_search(text: str) -> Typed:
    """Return what was typed, without what no one can see; 200 characters at most."""
    shown = "".join(char if char.isprintable() else " " for char in text[:LONGEST_TEXT])
    cleaned = " ".join(shown.split())
    addresses = [address_word(found) for found in _ADDRESS.findall(cleaned) if len(found) > 1]
    rest = _ADDRESS.sub(" ", cleaned)
    numbers = [found for found in _NUMBER.finditer(rest) if _is_one_number(found[0], rest)]
    for found in reversed(numbers):
        rest = f"{rest[: found.start()]} {number_word(found[0])} {rest[found.end() :]}"
    return Typed(cleaned, tuple(word[:LONGEST_WORD] for word in (*addresses, *words(rest))))


def wanted_words(typed: Sequence[str]) -> tuple[str, ...]:
    """Return the words that narrow a search, in order, each once, six at most.

    « Mairie de Lens », « Commune de Lens » and « Ville de Lens » all mean Lens.
    """
    kept = list(typed)
    if kept[:3] == ["hotel", "de", "ville"]:
        kept = kept[2:]
    if len(kept) > 2 and kept[0] in _CIVIC and kept[1] in LINK_WORDS:  # noqa: PLR2004 - « ville de X »
        kept = kept[2:]
    return tuple(dict.fromkeys(content_words(kept)))[:MOST_WORDS]


def number_word(text: str) -> str:
    """Return the digits of a number; a French one abroad (+33…) as it is dialled at home."""
    compact = re.sub(r"[\s./-]", "", text)
    national = _FRENCH.sub("0", compact)
    return _NOT_DIGIT.sub("", national)[:LONGEST_WORD]


def address_word(address: str) -> str:
    """Return the word under which a whole e-mail address is found by its beginning."""
    return (ADDRESS_SIGN + email_key(address))[:LONGEST_WORD]


def name_word(name: str) -> str:
    """Return the word under which a whole name is found by its beginning; empty without letters."""
    return name_of_words(wanted_words(words(name)))


def name_of_words(wanted: Iterable[str]) -> str:
    """Return the word of a name made of these words."""
    joined = " ".join(wanted)
    return (NAME_SIGN + joined)[:LONGEST_WORD] if joined else ""


def special_words(
    numbers: Iterable[str | None] = (), addresses: Iterable[str | None] = ()
) -> Iterator[str]:
    """Yield the words of phone numbers, identifiers and e-mail addresses that are there."""
    for number in numbers:
        if number:
            yield fold(number) if number[:1].isalpha() else number_word(number)
    for address in addresses:
        if address:
            yield address_word(address)


def _is_one_number(found: str, text: str) -> bool:
    """Tell a phone number or an identifier in groups from numbers that stand side by side."""
    return (
        found.startswith(("+", "0")) or found == text.strip() or bool(_IN_THREES.fullmatch(found))
    )
