"""Addresses that a message carries for one reader: signed, so that nobody can make up another."""

from functools import lru_cache
from urllib.parse import urlencode

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from crm.mail.composing import absolute

# Links are copied and passed on: the address of one must not open its reader's letter.
_LETTER, _LINK, _READER = "passerelle-lettre", "passerelle-lien", "passerelle-lecteur"
_LONGEST_TOKEN = 200
LETTER_ARGUMENT = "lettre"
_REGISTRATION = "/inscription/"


@lru_cache(maxsize=8)
def _signer(secret: str, salt: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt=salt)


def letter_token(delivery_id: int) -> str:
    """Return the name of a delivery in the address of its page: it tells nothing of its reader."""
    return _token(_LETTER, delivery_id)


def read_letter_token(token: str) -> int | None:
    """Return the delivery whose page a token opens; None for one that we did not make."""
    return _read(_LETTER, token)


def link_token(delivery_id: int) -> str:
    """Return the name of a delivery in the addresses of its links."""
    return _token(_LINK, delivery_id)


def read_link_token(token: str) -> int | None:
    """Return the delivery whose link was followed; None for one that we did not make."""
    return _read(_LINK, token)


def reader_token(delivery_id: int) -> str:
    """Return the name of a delivery on a page where its reader registers: it opens nothing else."""
    return _token(_READER, delivery_id)


def read_reader_token(token: str) -> int | None:
    """Return the delivery whose reader registers; None for one that we did not make."""
    return _read(_READER, token)


def _token(salt: str, delivery_id: int) -> str:
    return str(_signer(current_app.config["SETTINGS"].secret_key, salt).dumps(delivery_id))


def _read(salt: str, token: str) -> int | None:
    if len(token) > _LONGEST_TOKEN:
        return None
    try:
        found = _signer(current_app.config["SETTINGS"].secret_key, salt).loads(token)
    except BadSignature:
        return None
    return found if isinstance(found, int) else None


def click_url(token: str, number: int) -> str:
    """Return the address that leads to a link of the message by way of us."""
    return absolute(f"/l/{token}/{number}")


def web_version_url(token: str) -> str:
    """Return the address of the message as a page."""
    return absolute(f"/lettre/{token}")


def with_reader(url: str, delivery_id: int) -> str:
    """Return the address of a page where people register, as this reader of a message opens it.

    Any other address is returned as it is: nobody else is told who follows a link.
    """
    if not url.startswith(absolute(_REGISTRATION)):
        return url
    address, mark, fragment = url.partition("#")
    asked = urlencode({LETTER_ARGUMENT: reader_token(delivery_id)})
    joined = "&" if "?" in address else "?"
    return f"{address}{joined}{asked}{mark}{fragment}"
