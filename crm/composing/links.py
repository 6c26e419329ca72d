"""Addresses that people type in a message: which lead somewhere, without ever asking. Pure."""

import ipaddress
import re
from urllib.parse import urlsplit

from crm.core.errors import N_

# A bare address in a text, without the punctuation that follows it.
BARE = re.compile(r"https?://[^\s<>\"«»{}\[\]()]+(?<![.,;:!?'’…])", re.IGNORECASE)
_LOOKS_LIKE_A_SITE = re.compile(r"(?:www\.)?[\w-]+(?:\.[\w-]+)+(?:[/?#]\S*)?", re.IGNORECASE)
_LOOKS_LIKE_AN_ADDRESS = re.compile(r"[^\s@/:]+@[^\s@/:]+\.[^\s@/:]+")
_INSIDE_NAMES = ("localhost", "local", "internal", "invalid", "test", "lan", "home")
_NO_ADDRESS = N_("Donnez l’adresse du lien.")
_SPACE = N_("L’adresse « %(address)s » contient un espace : elle ne mènerait nulle part.")
_FIELD = N_(
    "Un champ entre accolades n’a pas sa place dans l’adresse « %(address)s » : mettez la même"
    " adresse pour tout le monde."
)
_SCHEME = N_("L’adresse « %(address)s » doit commencer par https://, http:// ou mailto:.")
_NOWHERE = N_("L’adresse « %(address)s » ne mène nulle part : vérifiez le nom du site.")
_INSIDE = N_(
    "L’adresse « %(address)s » ne mène nulle part hors de votre machine ou de vos bureaux."
)


def tidy(address: str | None) -> str:
    """Return an address as it was meant: « www.reseau.fr » becomes https, an e-mail mailto.

    >>> tidy(" www.reseau.fr/agenda "), tidy("bonjour@reseau.fr")
    ('https://www.reseau.fr/agenda', 'mailto:bonjour@reseau.fr')
    """
    typed = (address or "").strip()
    if _LOOKS_LIKE_AN_ADDRESS.fullmatch(typed):
        return f"mailto:{typed}"
    return f"https://{typed}" if _LOOKS_LIKE_A_SITE.fullmatch(typed) else typed


def why_nowhere(address: str) -> str | None:
    """Return a msgid, with a place for `address`, that says why it leads nowhere; None if it may.

    >>> why_nowhere("https://reseau.fr") is None, why_nowhere("javascript:alert(1)") is None
    (True, False)
    """
    if not address:
        return _NO_ADDRESS
    if "{" in address or "}" in address:
        return _FIELD
    if any(char.isspace() or not char.isprintable() for char in address):
        return _SPACE
    scheme, colon, rest = address.partition(":")
    if scheme.lower() == "mailto" and colon:
        return None if _LOOKS_LIKE_AN_ADDRESS.fullmatch(rest.partition("?")[0]) else _NOWHERE
    if scheme.lower() not in ("http", "https") or not colon:
        return _SCHEME
    return _why_no_host(address)


def _why_no_host(address: str) -> str | None:
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").rstrip(".").lower()
        _ = parts.port
    except ValueError:
        return _NOWHERE
    if not host or parts.username is not None:
        return _NOWHERE
    try:
        return None if ipaddress.ip_address(host).is_global else _INSIDE
    except ValueError:
        pass
    if host.rpartition(".")[2] in _INSIDE_NAMES:
        return _INSIDE
    return _NOWHERE if "." not in host or ".." in host else None


def is_web(address: str) -> bool:
    """Tell whether an address is a page, whose clicks can be counted."""
    return address.lower().startswith(("http://", "https://")) and why_nowhere(address) is None
