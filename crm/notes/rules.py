"""What a note must be: pure."""

from crm.core.errors import N_, RuleError

LONGEST_BODY = 20_000


def clean_body(text: str | None) -> str:
    """Return the text of a note; raise RuleError when there is none or it is too long."""
    body = (text or "").strip()
    if not body:
        raise RuleError("body", N_("Ce champ est nécessaire."))
    if len(body) > LONGEST_BODY:
        raise RuleError("body", N_("C’est trop long : 20 000 caractères au plus."))
    return body
