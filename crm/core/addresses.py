"""E-mail addresses: one way to read them, and one form under which they are compared."""

import unicodedata
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from crm.core.errors import N_, RuleError

_ENCODED = "xn--"


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
    """Return the form under which an address is unique and found, however it is typed.

    Its domain is written in Unicode (RFC 5890), without the dot of the root: « xn--… » and what it
    stands for are one mailbox.

    >>> email_key(" A.Martin@XN--CAF-DMA.fr. "), email_key("a.martin@Café.fr")
    ('a.martin@café.fr', 'a.martin@café.fr')
    """
    folded = unicodedata.normalize("NFKC", text).strip().lower().rstrip(".")
    if _ENCODED not in folded:
        return folded
    name, at, domain = folded.rpartition("@")
    return name + at + ".".join(_readable(label) for label in domain.split("."))


def _readable(label: str) -> str:
    """Return a label of a domain in Unicode; one that nobody could have encoded so stays."""
    encoded = label.removeprefix(_ENCODED)
    if encoded == label:
        return label
    try:
        decoded = encoded.encode("ascii").decode("punycode")
        is_same = decoded.encode("punycode").decode("ascii") == encoded
    except UnicodeError:
        return label
    is_word = bool(decoded) and decoded.isprintable() and "." not in decoded
    is_settled = unicodedata.normalize("NFKC", decoded).lower() == decoded
    return decoded if is_same and is_word and is_settled else label
