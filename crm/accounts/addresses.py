"""E-mail addresses of users: how they are checked, kept and compared."""

import unicodedata

from email_validator import EmailNotValidError, validate_email

from crm.core.errors import N_, RuleError


def email_key(address: str) -> str:
    """Return what two spellings of one address share; it finds the user, it is not written to."""
    return unicodedata.normalize("NFKC", address).strip().casefold()[:254]


def clean_email(address: str, field: str = "email") -> str:
    """Return the address as it is written to; raise RuleError when it is none."""
    try:
        return validate_email(address.strip(), check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise RuleError(
            field, N_("Cette adresse n’est pas valable : elle ressemble à nom@domaine.fr.")
        ) from error
