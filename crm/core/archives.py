"""What the directory of a zip archive announces, checked before anything is unpacked: pure."""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

_ENCRYPTED_FLAG = 0x1


class Fault(StrEnum):
    """Why an archive is not opened."""

    TOO_BIG = "too big"
    LOCKED = "under a password"
    TWINS = "two parts of one name"


class UnsafeArchiveError(Exception):
    """An archive that must not be opened; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an archive may hold; below `free_bytes` how much it shrinks says nothing."""

    entries: int
    expanded_bytes: int
    expansion: int
    free_bytes: int


def check_directory(entries: Sequence[zipfile.ZipInfo], limits: Limits) -> None:
    """Raise UnsafeArchiveError unless what the archive announces may be opened."""
    if len(entries) > limits.entries:
        raise UnsafeArchiveError(Fault.TOO_BIG)
    if any(entry.flag_bits & _ENCRYPTED_FLAG for entry in entries):
        raise UnsafeArchiveError(Fault.LOCKED)
    if len({entry.filename for entry in entries}) != len(entries):
        raise UnsafeArchiveError(Fault.TWINS)
    expanded = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    is_bomb = expanded > limits.free_bytes and expanded / packed > limits.expansion
    if expanded > limits.expanded_bytes or is_bomb:
        raise UnsafeArchiveError(Fault.TOO_BIG)
