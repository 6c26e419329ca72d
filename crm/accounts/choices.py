"""People of the team, as a segment or a filter names them."""

from sqlalchemy.orm import Session

from crm.accounts.queries import list_users


def everyone(session: Session) -> list[tuple[str, str]]:
    """Return (id as text, name) of every user, those who have left too, by name."""
    return [(str(user.id), user.name) for user in list_users(session)]
