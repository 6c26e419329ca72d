"""E-mail addresses: one way to read them, and one form under which they are compared."""

import unicodedata
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from crm.core.errors import N_, RuleError


def parse_email(text: str, field: str = "email") -> str:
    """Return the address as typed, without spaces around it; raise RuleError when it is none."""
    try:
        return _normalized(text.strip())
    except EmailNotValidError:
        raise RuleError(
            field, N_("Cette adresse n’est pas complète. Exemple : prenom.nom@commune.fr.")
        ) from None


@lru_cache(maxsize=4096)
def _normalized(text: str) -> str:
    # A file's rows are read, then held to the rules of a form: the same address comes twice.
    return validate_email(text, check_deliverability=False, test_environment=True).normalized


def email_key(text: str) -> str:
    """Return the form under which an address is unique and found, however it is typed."""
    return unicodedata.normalize("NFKC", text).strip().lower()
