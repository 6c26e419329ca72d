"""What a picker may send: checked before anything is looked up or made. Pure, no database."""

from crm.core.errors import N_, RuleError

_LONGEST_ID = 9


def check_picked(value: str, field: str) -> str:
    """Return the value; raise RuleError when it can be no record's, as a forged form sends."""
    if "\x00" in value or (value.isdecimal() and len(value) > _LONGEST_ID):
        raise RuleError(field, N_("Ce choix n’existe pas ou plus."))
    return value
