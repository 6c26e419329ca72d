"""Codes of the second factor (RFC 6238): six digits that change every thirty seconds."""

import hmac

import pyotp
import segno

from crm.core import clock

_PERIOD_SECONDS = 30
_DIGITS = 6
_DRIFT_STEPS = (0, -1, 1)


def matching_counter(secret: str, typed: str) -> int | None:
    """Return the time step whose code was typed, one step of drift allowed; None for no match."""
    code = "".join(typed.split())
    if len(code) != _DIGITS or not code.isascii() or not code.isdigit():
        return None
    now = int(clock.now().timestamp()) // _PERIOD_SECONDS
    generator = pyotp.HOTP(secret)
    for step in _DRIFT_STEPS:
        if hmac.compare_digest(generator.at(now + step), code):
            return now + step
    return None


def provisioning_uri(secret: str, email: str, network: str) -> str:
    """Return the address that an authenticator application reads from the square code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=f"Passerelle · {network}")


def qr_image(text: str) -> str:
    """Return the square code as a `data:` image, which the content policy allows."""
    return segno.make(text, error="m").svg_data_uri(scale=5, border=3, dark="#000", light="#fff")


def spaced(secret: str) -> str:
    """Return the secret in groups of four, for typing by hand."""
    return " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
