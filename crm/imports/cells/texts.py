"""Texts of cells: cleaned of what cannot be seen, and several values told apart."""

import datetime as dt
import re
import unicodedata

from crm.core.errors import N_
from crm.imports.cells.types import Cell, CellError

_TOO_LONG = N_("C’est trop long : %(count)s caractères au plus.")
_MOST_EXACT = 1e17  # beyond, digits would be invented
_SCIENTIFIC = re.compile(r"\d[.,]?\d*E\+\d+", re.IGNORECASE)
# Zero-width characters, marks of direction, soft hyphens: copied from web pages, never meant.
_UNSEEN = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
_SPACES = re.compile(r"[^\S\n]+")
_EXCEL_LINE = re.compile(r"_x000[dD]_\n?")
_EXCEL_TEXT = re.compile(r'="([^"]*)"')
_LONGEST_CODE = 100
_NO_DECIMALS = re.compile(r"(?<=\d)[.,]0+$")
_REMARK = re.compile(r"\s*\([^()\d@]*\)")
_DISARMED = ("=", "'")
_GUARDED = re.compile(r"'[=+\-@\t]")
_SURE = re.compile(r"\s*[;|\n]\s*|\s+/\s+")
_LOOSE = re.compile(r"\s*[;|\n]\s*|\s+/\s+|,(?!\d)\s*|(?<!\d),\s*|\s+et\s+", re.IGNORECASE)


def as_text(cell: Cell) -> str:
    """Return a cell as it would be typed: 2100.0 is « 2100 », a day « 12/03/2019 », true « oui ».

    >>> as_text(59000.0), as_text(12.5), as_text(None), as_text(True)
    ('59000', '12,5', '', 'oui')
    """
    if isinstance(cell, bool):
        return "oui" if cell else "non"
    if isinstance(cell, dt.date):
        return f"{cell:%d/%m/}{cell.year:04}"
    if isinstance(cell, float):
        is_whole = cell.is_integer() and abs(cell) < _MOST_EXACT
        return str(int(cell)) if is_whole else repr(cell).replace(".", ",")
    return "" if cell is None else str(cell)


def clean_text(cell: Cell, *, longest: int | None = None, lines: bool = False) -> str:
    r"""Return the text in composed letters, without control or invisible characters.

    Spaces, also no-break ones, become one; with `lines` the ends of lines are kept. The quote that
    spreadsheets put before a formula to disarm it, and the « ="02100" » that keeps zeros, go.
    Raises CellError beyond `longest` characters.

    >>> clean_text(" Béthune\x00 \u00a0Bruay\u200b "), clean_text('="02100"'), clean_text("'=1+1")
    ('Béthune Bruay', '02100', '=1+1')
    """
    text = as_text(cell)
    # What can be printed has no control, no invisible character and no end of line.
    if text.isprintable() and "_x000" not in text:
        text = " ".join(unicodedata.normalize("NFC", text).split())
    else:
        text = _without_unseen(text, lines=lines)
    if text[:1] in _DISARMED:
        text = _rearmed(text)
    if longest is not None and len(text) > longest:
        raise CellError(_TOO_LONG, count=longest)
    return text


def _without_unseen(text: str, *, lines: bool) -> str:
    text = _EXCEL_LINE.sub("\n", text)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    text = _UNSEEN.sub("", text)
    text = "".join(
        letter if letter in "\n\t" or unicodedata.category(letter) not in {"Cc", "Cs"} else ""
        for letter in text
    )
    text = unicodedata.normalize("NFC", text)
    text = _SPACES.sub(" ", text) if lines else " ".join(text.split())
    text = re.sub(r" ?\n ?", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _rearmed(text: str) -> str:
    """Return what is meant by « ="02100" » and by « '=1+1 »."""
    if match := _EXCEL_TEXT.fullmatch(text):
        return match[1].strip()
    return text[1:].strip() if _GUARDED.match(text) else text


def short_text(cell: Cell, sentence: str, longest: int, *, lines: bool = False) -> str:
    """Return the clean text; raise CellError with the sentence when it is too long to be read.

    What is read by patterns is short: a cell of 30,000 letters must cost no time.
    """
    text = as_text(cell)
    if len(text) > longest:
        raise CellError(sentence)
    return clean_text(text, lines=lines)


def clean_code(cell: Cell, sentence: str) -> str:
    """Return the text of a code or a number, without the « .0 » that programs add to it.

    >>> clean_code("59000.0", ""), clean_code(" 12.5 ", "")
    ('59000', '12.5')
    """
    return _NO_DECIMALS.sub("", short_text(cell, sentence, _LONGEST_CODE))


def without_remarks(text: str) -> str:
    """Return the text without what is said in brackets, such as « (perso) ».

    >>> without_remarks("03 20 12 34 56 (standard)"), without_remarks("(0)3 20 12 34 56")
    ('03 20 12 34 56', '(0)3 20 12 34 56')
    """
    return _REMARK.sub("", text).strip()


def split_values(cell: Cell, *, commas: bool = True) -> list[str]:
    """Return the values of a cell, each once, in order.

    Semicolons, lines, « | » and « / » between spaces always separate; commas and « et » only with
    `commas`, to be left out for names (« Dupont, Jean » is one). A comma between figures is not a
    separator.

    >>> split_values("eau ; climat, jeunesse et sport")
    ['eau', 'climat', 'jeunesse', 'sport']
    >>> split_values("Dupont, Jean ; Martin, Anne", commas=False)
    ['Dupont, Jean', 'Martin, Anne']
    """
    separator = _LOOSE if commas else _SURE
    parts = separator.split(clean_text(cell, lines=True))
    values = (" ".join(part.split()).strip(" ,;") for part in parts)
    return list(dict.fromkeys(value for value in values if value))


def looks_shortened(text: str) -> bool:
    """Tell whether a spreadsheet wrote a long number as 3,56E+13 and lost its last digits.

    >>> looks_shortened("3,56E+13"), looks_shortened("35600000000048")
    (True, False)
    """
    return bool(_SCIENTIFIC.fullmatch(text.strip()))
