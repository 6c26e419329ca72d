"""Slow hashes of passwords, and the list of those that everyone tries first."""

from functools import lru_cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from crm.accounts.rules import check_password, normalised_password

# OWASP's Password Storage Cheat Sheet asks for 19 MiB and 2 passes at least: one pass more.
HASHER = PasswordHasher(time_cost=3, memory_cost=19 * 1024, parallelism=1)
_LIST = Path(__file__).with_name("common_passwords.txt")


def hash_password(text: str) -> str:
    """Return an argon2id hash; slow on purpose, so never called inside a write transaction."""
    return HASHER.hash(normalised_password(text))


def verify_password(password_hash: str | None, text: str) -> bool:
    """Tell whether the password is right; without a hash, take the same time and say no."""
    try:
        HASHER.verify(password_hash or _nobody_hash(), normalised_password(text))
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def refreshed_hash(password_hash: str, text: str) -> str | None:
    """Return a new hash when the parameters have changed since; None when they are today's."""
    return hash_password(text) if HASHER.check_needs_rehash(password_hash) else None


@lru_cache(maxsize=1)
def _nobody_hash() -> str:
    return HASHER.hash("personne")


@lru_cache(maxsize=1)
def common_passwords() -> frozenset[str]:
    """Return the folded passwords and words that are refused."""
    lines = _LIST.read_text(encoding="ascii").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def check_new_password(text: str, *context: str) -> None:
    """Raise RuleError when the password may not be chosen; `context` surrounds the person."""
    check_password(text, common=common_passwords(), context=("Passerelle CRM", *context))
