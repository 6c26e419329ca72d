"""What a segment may be called."""

from crm.core.errors import N_, RuleError

LONGEST_NAME, LONGEST_DESCRIPTION = 120, 500


def clean_name(name: str) -> str:
    """Return the name on one line; raise RuleError when nothing is left or it is too long."""
    cleaned = " ".join(name.replace("\x00", "").split())
    if not cleaned:
        raise RuleError("name", N_("Donnez un nom à ce segment."))
    if len(cleaned) > LONGEST_NAME:
        raise RuleError(
            "name", N_("C’est trop long : %(count)s caractères au plus."), count=LONGEST_NAME
        )
    return cleaned


def clean_description(text: str | None) -> str | None:
    """Return the text, None when nothing is left; raise RuleError when it is too long."""
    cleaned = (text or "").replace("\x00", "").strip()
    if len(cleaned) > LONGEST_DESCRIPTION:
        raise RuleError(
            "description",
            N_("C’est trop long : %(count)s caractères au plus."),
            count=LONGEST_DESCRIPTION,
        )
    return cleaned or None


def named_after(naming: str, name: str) -> str:
    """Return a name made of another, « Copie de « … » », cut where it would be too long."""
    room = LONGEST_NAME - len(naming % {"name": ""})
    return naming % {"name": name[:room]}


def numbered(name: str, number: int) -> str:
    """Return a name with a number behind it, cut where it would be too long."""
    suffix = f" ({number})"
    return name[: LONGEST_NAME - len(suffix)] + suffix
