"""Members of the team for tests, signed in without the log-in page."""

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from crm.accounts.sessions import open_session
from tests.factories.accounts import UserFactory


def sign_in(client: FlaskClient, session: Session, role: str) -> FlaskClient:
    """Return the browser, signed in as a new user with this role."""
    user = UserFactory(role=role)
    session.flush()
    token = open_session(session, user_id=user.id, device="test")
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
        cookie["_fresh"] = True
    client.user = user  # type: ignore[attr-defined]
    return client
