"""Yes and no, as columns of crosses and words say them."""

from crm.core.errors import N_
from crm.core.text import fold
from crm.imports.cells.texts import short_text
from crm.imports.cells.types import Cell, CellError

_NOT_UNDERSTOOD = N_("Réponse non comprise. Écrivez « oui » ou « non ».")
_LONGEST = 40
_YES = frozenset("oui o yes y x xx vrai true v 1 ok on ja si coche".split())
_NO = frozenset("non n no faux false f 0 off pas aucun aucune nein".split())
_YES_SIGNS = frozenset("✓✔☑🗹✅●■+×☒")
_NO_SIGNS = frozenset("✗✘❌☐□-–—−∅")


def parse_yes_no(cell: Cell) -> bool | None:
    """Return whether a cell says yes; None when it is empty.

    >>> (
    ...     parse_yes_no("Oui"),
    ...     parse_yes_no("x"),
    ...     parse_yes_no(0.0),
    ...     parse_yes_no("✓"),
    ...     parse_yes_no(""),
    ... )
    (True, True, False, True, None)
    """
    if isinstance(cell, bool):
        return cell
    text = short_text(cell, _NOT_UNDERSTOOD, _LONGEST).removesuffix("\ufe0f")
    if not text:
        return None
    if text in _YES_SIGNS or text in _NO_SIGNS:
        return text in _YES_SIGNS
    word = fold(text)
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise CellError(_NOT_UNDERSTOOD)
