"""A structure's name typed in full, where the page has no scripts to offer a list."""

from sqlalchemy.orm import Session

from crm.contacts.queries.structures import suggest_structures
from crm.core.errors import N_, RuleError
from crm.core.text import fold

_SHOWN = 5


def value_of_typed_structure(session: Session, text: str, field: str) -> str:
    """Return a picker's value for a name: the one structure it fits, or a new one.

    Raises RuleError with the names when it fits several.
    """
    found = suggest_structures(session, text)
    same = [each for each in found if fold(each.text) == fold(text)]
    taken = found if len(found) == 1 else same
    if len(taken) == 1:
        return taken[0].value
    if not found:
        return f"new:{text}"
    raise RuleError(
        field,
        N_("Plusieurs structures répondent à « %(text)s » : %(names)s. Écrivez le nom entier."),
        text=text,
        names=", ".join(each.text for each in found[:_SHOWN]),
    )
