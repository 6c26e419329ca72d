"""Postcodes that lost a zero, towns with CEDEX, St and s/."""

import re

from crm.core.errors import N_
from crm.core.text import words
from crm.imports.cells.capitals import put_organisation_capitals
from crm.imports.cells.texts import clean_code, short_text
from crm.imports.cells.types import Cell, CellError, Place

_BAD_POSTCODE = N_("Un code postal compte 5 chiffres, par exemple 59000.")
_BAD_INSEE = N_("Un code INSEE de commune compte 5 caractères, par exemple 59350 ou 2A004.")
_LONG_PLACE = N_("Ce nom de commune est trop long.")
_LONGEST_PLACE = 200
_NO_PLACE = N_("Ce nom de commune est vide.")
_CEDEX = re.compile(r"\s*\bC[EÉ]DEX\b\s*\d{0,2}", re.IGNORECASE)
_POSTCODE = re.compile(r"(?:FR?[ -]{1,3})?(\d{2}[ .]?\d{3}|\d{4})(?!\d|-|[.,]\d)", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\s*\(\s*(\d{5}|\d{2,3}|2[AB])?[^)]*\)")
_INSEE = re.compile(r"(?:\d{2}|2[AB])\d{3}")
_ON = (
    (re.compile(r"\bs/s\s*", re.IGNORECASE), "sous "),
    (re.compile(r"\bs/\s*", re.IGNORECASE), "sur "),
)
_SAINT = re.compile(r"\b(ste?s?)\b(?!$)[. -]*", re.IGNORECASE)
_ARTICLE_AFTER = re.compile(r"(.+?)\s*\((l[ae]s?|l['’])\)", re.IGNORECASE)
_SAINTS = {"st": "Saint", "ste": "Sainte", "sts": "Saints", "stes": "Saintes"}
_FIRST, _LAST = 1000, 98999  # 01000 to 98999


def parse_postcode(cell: Cell) -> str:
    """Return the five digits of a French postcode; one that lost its zero in a spreadsheet has it.

    >>> parse_postcode(2100.0), parse_postcode("59000 LILLE CEDEX 9"), parse_postcode("F-59 000")
    ('02100', '59000', '59000')
    """
    text = clean_code(cell, _BAD_POSTCODE)
    match = _POSTCODE.match(text)
    if isinstance(cell, bool) or match is None:
        raise CellError(_BAD_POSTCODE)
    code = re.sub(r"\D", "", match[1]).zfill(5)
    if not _FIRST <= int(code) <= _LAST:
        raise CellError(_BAD_POSTCODE)
    return code


def parse_place(cell: Cell) -> Place:
    """Return the town of an address, its postcode when written there, and what to look it up by.

    >>> parse_place("59000 LILLE CEDEX 9")
    Place(name='Lille', postcode='59000', is_cedex=True, search='lille')
    >>> parse_place("ST QUENTIN").search, parse_place("BRUAY S/ L'ESCAUT").search
    ('saint quentin', 'bruay sur l escaut')
    """
    text = short_text(cell, _LONG_PLACE, _LONGEST_PLACE)
    postcode = None
    if match := re.search(r"(?<!\d)(?:FR?-)?(\d{5})(?!\d)", text):
        postcode = match[1] if _FIRST <= int(match[1]) <= _LAST else None
        text = (text[: match.start()] + " " + text[match.end() :]).strip()
    if match := _ARTICLE_AFTER.fullmatch(text):  # « FLAMENGRIE (LA) »
        text = f"{match[2]} {match[1]}".replace("' ", "'").replace("’ ", "’")
    is_cedex = bool(_CEDEX.search(text))
    text = _IN_BRACKETS.sub("", _CEDEX.sub("", text)).strip(" ,;-")
    for pattern, meant in _ON:
        text = pattern.sub(meant.upper() if text.isupper() else meant, text)
    if not any(letter.isalpha() for letter in text):
        raise CellError(_NO_PLACE)
    return Place(_town(text), postcode, is_cedex, " ".join(words(text)))


def _town(text: str) -> str:
    """Return the name with its capitals put right, and St and Ste in full."""

    def in_full(found: re.Match[str]) -> str:
        return _SAINTS.get(found[1].lower(), found[1]) + ("-" if "-" in found[0] else " ")

    named = put_organisation_capitals(text, may_be_acronym=False)
    return _SAINT.sub(in_full, named)


def parse_insee(cell: Cell) -> str:
    """Return the INSEE code of a commune; one that lost its zero in a spreadsheet has it.

    Source: INSEE, code officiel géographique: département, then three digits.

    >>> parse_insee(2408.0), parse_insee("2a004")
    ('02408', '2A004')
    """
    code = re.sub(r"[\s.]", "", clean_code(cell, _BAD_INSEE)).upper()
    if code.isdecimal():
        code = code.zfill(5) if len(code) == 4 else code  # noqa: PLR2004 - one zero was lost
    if isinstance(cell, bool) or not _INSEE.fullmatch(code) or not code.isascii():
        raise CellError(_BAD_INSEE)
    return code
