"""SIREN, SIRET and RNA as spreadsheets hold them: as numbers, spaced, without their first zero."""

import re

from stdnum import luhn

from crm.core import identifiers
from crm.core.errors import N_
from crm.imports.cells.texts import clean_code, looks_shortened
from crm.imports.cells.types import FIELD, Cell, CellError

_SHORTENED = N_(
    "Le tableur a raccourci ce nombre et perdu ses derniers chiffres. Mettez la colonne au format"
    " « Texte », puis recopiez les numéros."
)
_TOO_LONG = N_("Ce texte est trop long pour un identifiant.")
_SIREN_DIGITS, _SIRET_DIGITS, _RNA_DIGITS = 9, 14, 9
_MOST_LOST = 2


def parse_siren(cell: Cell) -> str:
    """Return a SIREN; that of a SIRET or of a French VAT number too.

    >>> parse_siren(356000000.0), parse_siren("FR39 356 000 000")
    ('356000000', '356000000')
    """
    text = re.sub(r"^FR[0-9A-Z]{2}(?=\d{9}$)", "", _compact(cell))
    if len(text) == _SIRET_DIGITS and text.isdecimal():
        return identifiers.parse_siret(text, FIELD)[:_SIREN_DIGITS]
    return identifiers.parse_siren(_with_zeros(text, _SIREN_DIGITS), FIELD)


def parse_siret(cell: Cell) -> str:
    """Return a SIRET.

    >>> parse_siret(35600000000048.0), parse_siret("356 000 000 00048")
    ('35600000000048', '35600000000048')
    """
    return identifiers.parse_siret(_with_zeros(_compact(cell), _SIRET_DIGITS), FIELD)


def parse_rna(cell: Cell) -> str:
    """Return an RNA number; its W is added to nine digits alone.

    >>> parse_rna("w 595012345"), parse_rna(595012345)
    ('W595012345', 'W595012345')
    """
    text = _compact(cell)
    if re.fullmatch(r"\d{9}", text):
        text = "W" + text
    return identifiers.parse_rna(text, FIELD)


def _compact(cell: Cell) -> str:
    text = clean_code(cell, _TOO_LONG)
    if looks_shortened(text):
        raise CellError(_SHORTENED)
    return identifiers.compact(text.replace("\u00a0", ""))


def _with_zeros(text: str, digits: int) -> str:
    """Return the number with the zeros a spreadsheet took away, when its key says they were."""
    padded = text.zfill(digits)
    if not text.isdecimal() or not digits - _MOST_LOST <= len(text) < digits:
        return text
    return padded if luhn.is_valid(padded) else text
