"""What is derived from the installation's secret: attempt keys, known devices, second factors."""

import base64
import hashlib
import hmac
import ipaddress
from urllib.parse import urlsplit

from flask import Response as FlaskResponse
from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from crm.accounts.types import AttemptKeys

_IPV6_NETWORK_BITS = 64
_DEVICE_MAX_AGE_SECONDS = 180 * 24 * 3600
_MOST_USERS_A_DEVICE = 8
_TOTP_SECRET_BYTES = 20


def _digest(purpose: str, value: str) -> bytes:
    secret = current_app.config["SECRET_KEY"].encode()
    return hmac.new(secret, f"{purpose}\0{value}".encode(), hashlib.sha256).digest()


def attempt_keys(purpose: str, account: str) -> AttemptKeys:
    """Return what an attempt on this account from this request's address is counted under."""
    return AttemptKeys(
        account=_digest(f"{purpose} account", account).hex(),
        address=_digest(f"{purpose} address", network_of(request.remote_addr or "")).hex(),
    )


def network_of(address: str) -> str:
    """Return the address, or for IPv6 its /64: one subscriber holds all of it."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:  # noqa: PLR2004 - the version of the protocol
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, _IPV6_NETWORK_BITS), strict=False))


def totp_secret(seed: str) -> str:
    """Return the base 32 secret of a second factor; the database holds only its seed."""
    return base64.b32encode(_digest("second factor", seed)[:_TOTP_SECRET_BYTES]).decode()


def password_mark(password_hash: str) -> str:
    """Return a short mark that changes with the password and tells nothing of it."""
    return _digest("password mark", password_hash).hex()[:16]


def is_known_device(user_id: int | None) -> bool:
    """Tell whether this browser has already signed this person in."""
    return user_id is not None and user_id in _users_of_device()


def remember_device(response: FlaskResponse | Response, user_id: int) -> None:
    """Let this browser try on when others hammer at the account.

    Source: OWASP, Slow Down Online Guessing Attacks with Device Cookies.
    """
    users = [user_id, *(each for each in _users_of_device() if each != user_id)]
    response.set_cookie(
        _device_cookie_name(),
        _device_serializer().dumps(users[:_MOST_USERS_A_DEVICE]),
        max_age=_DEVICE_MAX_AGE_SECONDS,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )


def _users_of_device() -> list[int]:
    try:
        users = _device_serializer().loads(request.cookies.get(_device_cookie_name(), ""))
    except BadSignature:
        return []
    return [each for each in users if isinstance(each, int)] if isinstance(users, list) else []


def _device_serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="known device")


def _device_cookie_name() -> str:
    return "__Host-appareil" if current_app.config["SESSION_COOKIE_SECURE"] else "appareil"


def is_own_form() -> bool:
    """Tell whether the form just sent came from a page of ours, as far as the browser says."""
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host
