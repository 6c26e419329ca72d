"""What a saved view may be called and may keep."""

from crm.core.errors import N_, RuleError

LONGEST_NAME, LONGEST_QUERY, MOST_VIEWS = 60, 2000, 30


def clean_name(name: str) -> str:
    """Return the name on one line; raise RuleError when nothing is left or it is too long."""
    cleaned = " ".join(name.replace("\x00", "").split())
    if not cleaned:
        raise RuleError("name", N_("Donnez un nom à cette vue."))
    if len(cleaned) > LONGEST_NAME:
        raise RuleError(
            "name", N_("C’est trop long : %(count)s caractères au plus."), count=LONGEST_NAME
        )
    return cleaned


def check_query(query: str) -> None:
    """Raise RuleError when the filters of a list are too long to be kept."""
    if len(query) > LONGEST_QUERY:
        raise RuleError(
            "form",
            N_(
                "Cette vue retient trop de choses : raccourcissez la recherche ou ôtez des filtres."
            ),
        )


def is_same_name(one: str, other: str) -> bool:
    """Tell whether a person would take two names for one: capitals do not tell them apart."""
    return one.casefold() == other.casefold()
