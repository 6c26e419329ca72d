"""What every form of funding shares: needed fields and the lengths that fit the tables."""

from crm.core.errors import N_, RuleError

LONGEST_NAME = 200
LONGEST_TEXT = 10_000
LONGEST_NOTE = 500
LONGEST_REASON = 300
LONGEST_LINK = 300
LONGEST_REFERENCE = 60
NEEDED = N_("Ce champ est nécessaire.")


def check_length(field: str, text: str, longest: int) -> None:
    """Raise RuleError on the field when a text is too long."""
    if len(text) > longest:
        raise RuleError(field, N_("C’est trop long : %(count)s caractères au plus."), count=longest)
