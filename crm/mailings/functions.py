"""Which roles a function names: « maire » is Maire and Maire de Lille, and no deputy. Pure."""

from collections.abc import Iterable, Sequence

from crm.core.text import words

# Who stands in for someone, or no longer is: never meant by the function alone.
_STAND_INS = frozenset({"adjoint", "delegu", "honorair", "ancien", "suppleant", "vic", "ex"})


def functions_of(text: str | None) -> tuple[str, ...]:
    """Return the functions of a text with commas, in their order."""
    return tuple(found for each in (text or "").split(",") if (found := each.strip()))


def roles_by_rank(functions: Sequence[str], roles: Iterable[str]) -> list[list[str]]:
    """Return the roles that each function names, the first one first: alone, then followed by more.

    Accents, capitals and gender make no difference.

    >>> roles_by_rank(["maire"], ["Maire de Lens", "MAIRE", "Maire adjointe", "Secrétaire"])
    [['MAIRE'], ['Maire de Lens']]
    """
    stems = {role: _stems(role) for role in sorted(roles)}
    ranks: list[list[str]] = []
    for function in functions:
        wanted = _stems(function)
        named = [role for role, found in stems.items() if _names(wanted, found)]
        ranks.append([role for role in named if len(stems[role]) == len(wanted)])
        ranks.append([role for role in named if len(stems[role]) > len(wanted)])
    return [each for each in ranks if each]


def _names(wanted: list[str], found: list[str]) -> bool:
    more = found[len(wanted) :]
    return bool(wanted) and found[: len(wanted)] == wanted and not _STAND_INS & set(more)


def _stems(text: str) -> list[str]:
    return [_stem(word) for word in words(text.replace("·e", "").replace("(e)", ""))]


def _stem(word: str) -> str:
    """Return a word without its gender: « présidente » as « président », « directrice » too."""
    if word.endswith("trice"):
        return word.removesuffix("trice") + "teur"
    if len(word) > 3 and word.endswith("e"):  # noqa: PLR2004 - « vice », but not « de »
        return word.rstrip("e")
    return word
