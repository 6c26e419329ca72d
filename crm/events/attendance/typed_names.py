"""A person's name typed in full, where the page has no scripts to offer a list."""

from sqlalchemy.orm import Session

from crm.contacts.queries.people import find_contacts
from crm.core.errors import N_, RuleError
from crm.core.text import fold

_SHOWN = 5
_NOBODY = N_("Personne ne porte ce nom : écrivez-le en entier, ou comptez-la sans fiche.")
_SEVERAL = N_("Est-ce l’une de ces personnes : %(names)s ? Écrivez son nom entier.")


def value_of_typed_person(session: Session, text: str) -> str:
    """Return a picker's value for a name: that of the one person who has it, word for word.

    Raises RuleError, about the contact, with those who come near: nobody is guessed.
    """
    found = find_contacts(session, text)
    same = [each for each in found if fold(each.text) == fold(text)]
    if len(same) == 1:
        return same[0].value
    if not found:
        raise RuleError("contact", _NOBODY)
    raise RuleError("contact", _SEVERAL, names=", ".join(each.text for each in found[:_SHOWN]))
