"""E-mail addresses: one way to read them, and one form under which they are compared."""

import unicodedata

from email_validator import EmailNotValidError, validate_email

from crm.core.errors import N_, RuleError


def parse_email(text: str, field: str = "email") -> str:
    """Return the address as typed, without spaces around it; raise RuleError when it is none."""
    try:
        return validate_email(
            text.strip(), check_deliverability=False, test_environment=True
        ).normalized
    except EmailNotValidError:
        raise RuleError(
            field, N_("Cette adresse n’est pas complète. Exemple : prenom.nom@commune.fr.")
        ) from None


def email_key(text: str) -> str:
    """Return the form under which an address is unique and found, however it is typed."""
    return unicodedata.normalize("NFKC", text).strip().lower()
