"""Amounts in euros as spreadsheets hold them, in whole cents."""

import math
import re
from decimal import Decimal

from crm.core.errors import N_
from crm.core.money import MOST_CENTS, parse_money
from crm.imports.cells.texts import short_text
from crm.imports.cells.types import FIELD, AmbiguousAmountError, Cell, CellError

_NOT_UNDERSTOOD = N_("Montant non compris. Écrivez par exemple « 1 250,50 € » ou « 25 k€ ».")
_AMBIGUOUS = N_(
    "« %(text)s » se lit de deux façons : %(thousands)s € ou %(decimals)s €. Choisissez."
)
_OTHER_CURRENCY = N_("Ce montant n’est pas en euros : convertissez-le.")
_TOO_BIG = N_("Ce montant est trop grand : 10 milliards d’euros au plus.")
_CURRENCY = re.compile(
    r"[$£¥]|\b(?:usd|gbp|chf|f?\s?cfa|xof|xaf|mad|francs?|dollars?)\b", re.IGNORECASE
)
_TAX = re.compile(r"\s*\b(?:ttc|ht)\.?$", re.IGNORECASE)
_LONGEST = 100
_SPACES = re.compile(r"[\s'’]+")
_THREE = re.compile(r"(?P<whole>[1-9]\d{0,2})[.,](?P<part>\d{3})(?P<unit>\D*)")
_ENGLISH = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?(?!\d)")
_MANY_COMMAS = re.compile(r"\d{1,3}(?:,\d{3}){2,}(?!\d)")
_DOTTED = re.compile(r"\d{1,3}(?:\.\d{3})+,\d{1,2}(?!\d)")
_NEGATIVE = re.compile(r"[-−–](?P<after>.+)|\((?P<within>.+)\)|(?P<before>.+?)-")


def parse_amount(cell: Cell) -> int:
    """Return the cents of an amount in euros, below zero too.

    « 1.500 » and « 1,500 » are asked, never guessed: AmbiguousAmountError carries both readings. A
    number of the spreadsheet is rounded to the cent.

    >>> parse_amount("1 500,00 €"), parse_amount("25 k€"), parse_amount("1.5 M€")
    (150000, 2500000, 150000000)
    >>> parse_amount("1,500.00"), parse_amount("-12,5"), parse_amount(1500.5)
    (150000, -1250, 150050)
    """
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _of_number(cell)
    if not isinstance(cell, str):
        raise CellError(_NOT_UNDERSTOOD)
    text = _TAX.sub("", short_text(cell, _NOT_UNDERSTOOD, _LONGEST))
    if _CURRENCY.search(text):
        raise CellError(_OTHER_CURRENCY)
    typed = _SPACES.sub("", text).removeprefix("€").removeprefix("EUR")
    if match := _NEGATIVE.fullmatch(typed):
        return -_cents(match["after"] or match["within"] or match["before"], sign=-1)
    return _cents(typed.removeprefix("+"))


def _of_number(number: float) -> int:
    if not math.isfinite(number):
        raise CellError(_NOT_UNDERSTOOD)
    cents = int((Decimal(repr(number)) * 100).to_integral_value())
    if abs(cents) > MOST_CENTS:
        raise CellError(_TOO_BIG)
    return cents


def _cents(typed: str, *, sign: int = 1) -> int:
    if match := _THREE.fullmatch(typed):
        unit = match["unit"]
        thousands = parse_money(match["whole"] + match["part"] + unit, FIELD)
        decimals = int((Decimal(thousands) / 1000).to_integral_value())
        raise AmbiguousAmountError(
            _AMBIGUOUS,
            (sign * thousands, sign * decimals),
            text="-" * (sign < 0) + typed[:40],
            thousands=_told(sign * thousands),
            decimals=_told(sign * decimals),
        )
    if _MANY_COMMAS.match(typed) or (_ENGLISH.match(typed) and "." in typed):
        typed = typed.replace(",", "")
    elif _DOTTED.match(typed):
        typed = typed.replace(".", "")
    elif re.fullmatch(r"0[.,]\d{3}\D*", typed):
        # « 0.125 » is no group of thousands, and « 0,500 » is finer than a cent only in looks.
        typed = typed.replace(".", ",")
        typed = typed[:4] + typed[5:] if typed[4] == "0" else typed
    return parse_money(typed, FIELD)


def _told(cents: int) -> str:
    euros, rest = divmod(abs(cents), 100)
    return "-" * (cents < 0) + f"{euros:,}".replace(",", "\u00a0") + f",{rest:02}"
