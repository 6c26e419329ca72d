"""Amounts as French people type them, read into whole cents, and as files write them."""

import re
from decimal import Decimal

from crm.core.errors import N_, RuleError

MOST_CENTS = 10**12
_CENTS_OF_A_EURO = 100
_SPACES = re.compile(r"[\s\u00a0\u202f’']+")
_AMOUNT = re.compile(
    r"(?P<number>[0-9]{1,15}(?:,[0-9]{1,6})?)(?P<unit>keuros?|k€|k|m€|m|millions?d?|milliers?d?)?"
    r"(?:€|eur|euros?|d?euros?)?",
)
_DECIMALS = 2
_FACTORS = {"k": 1_000, "m": 1_000_000}


def parse_money(text: str, field: str = "amount") -> int:
    """Return the cents meant by « 1 250,50 € », « 1250.50 », « 25 k€ », « 1,2 M€ ».

    Raises RuleError for what is no amount, negative, finer than a cent, or above ten billion euros.
    """
    typed = _SPACES.sub("", text).lower()
    if typed.startswith(("-", "−")):
        raise RuleError(field, N_("Un montant ne peut pas être négatif."))
    match = _AMOUNT.fullmatch(_with_decimal_comma(typed))
    if match is None:
        raise RuleError(
            field, N_("Montant non compris. Écrivez par exemple « 1 250,50 € » ou « 25 k€ ».")
        )
    factor = _FACTORS.get((match["unit"] or " ")[0], 1)
    if (match["unit"] or "").startswith("millier"):
        factor = _FACTORS["k"]
    cents = Decimal(match["number"].replace(",", ".")) * factor * _CENTS_OF_A_EURO
    decimals = match["number"].partition(",")[2]
    # « 1,250 » may be meant as English thousands: it is asked again, not guessed.
    if cents != cents.to_integral_value() or (factor == 1 and len(decimals) > _DECIMALS):
        raise RuleError(field, N_("Un montant en euros a deux chiffres au plus après la virgule."))
    if cents > MOST_CENTS:
        raise RuleError(field, N_("Ce montant est trop grand : 10 milliards d’euros au plus."))
    return int(cents)


def in_euros(cents: int) -> float:
    """Return the euros of these cents, as files write them.

    >>> in_euros(125_050)
    1250.5
    """
    return cents / _CENTS_OF_A_EURO


def _with_decimal_comma(typed: str) -> str:
    """Return the text with dots that group thousands taken away, and a decimal dot as a comma."""
    if re.match(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?![0-9.])", typed):
        return typed.replace(".", "")
    return typed.replace(".", ",") if "," not in typed else typed
