"""The links by which someone sees and gives up their registration: signed, for it alone."""

from functools import lru_cache

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from crm.mail.composing import absolute_url

_SALT = "event registration"
_LONGEST_TOKEN = 200


@lru_cache(maxsize=4)
def _signer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt=_SALT)


def registration_token(registration_id: int) -> str:
    """Return the name of a registration in addresses: it tells nothing of who it is."""
    return str(_signer(current_app.config["SETTINGS"].secret_key).dumps(registration_id))


def read_token(token: str) -> int | None:
    """Return the registration that a token names; None for one that we did not make."""
    if len(token) > _LONGEST_TOKEN:
        return None
    try:
        found = _signer(current_app.config["SETTINGS"].secret_key).loads(token)
    except BadSignature:
        return None
    return found if isinstance(found, int) else None


def manage_url(registration_id: int) -> str:
    """Return the absolute address at which someone manages their registration."""
    return url_of_token(registration_token(registration_id))


def url_of_token(token: str) -> str:
    """Return the absolute address of the registration that a token names."""
    return absolute_url("registration.manage", token=token)
