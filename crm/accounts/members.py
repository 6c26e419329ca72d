"""Members of the team that forms name."""

from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.core.errors import N_, RuleError


def known_member(session: Session, user_id: int, *, field: str, kept_id: int | None = None) -> int:
    """Return the id of a member of the team; someone who has left only where they were already.

    Raises RuleError on the field.
    """
    user = session.get(User, user_id)
    if user is None or (not user.is_active and user.id != kept_id):
        raise RuleError(field, N_("Choisissez un membre actuel de l’équipe."))
    return user.id
