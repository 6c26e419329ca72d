"""Several names typed at once: a structure a line, its people after a colon. Pure, no database."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

ASK, PICK, AT = "ask:", "pick:", "chez:"
_LINES = re.compile(r"[;\n]")
_PEOPLE = re.compile(r"\s*(?:,|\bet\b)\s*")
_COLON = re.compile(r"\s*:\s+|\s+:\s*")
_END = "|"


@dataclass(frozen=True, slots=True)
class Line:
    """A name as it was typed, and the people named after it."""

    text: str
    name: str
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A name that several records fit, or none: (value, label) to choose from."""

    name: str
    choices: Sequence[tuple[str, str]]
    chosen: str = ""


def read_lines(text: str | None) -> list[Line]:
    """Return the names of a text, each once: « Lens ; Arras : Ada Martin, Jo Petit »."""
    found = (read_line(part) for part in _LINES.split(text or ""))
    return list({line.text: line for line in found if line is not None}.values())


def read_line(text: str) -> Line | None:
    """Return the name and the people of a line; None when it is empty."""
    text = " ".join(text.replace("\x00", "").replace("\u00a0", " ").split())
    name, *rest = _COLON.split(text, maxsplit=1)
    if not name:
        return None
    people = _PEOPLE.split(rest[0]) if rest else []
    return Line(text, name, tuple(dict.fromkeys(each for each in people if each)))


def picked(value: str, line: Line) -> str:
    """Return the value that answers a question about a line; its people come along."""
    return f"{PICK}{value}{_END}{line.text}" if line.people else value


def read_picked(value: str) -> tuple[str, Line | None]:
    """Return the structure's value and the line of such an answer."""
    chosen, _, text = value.removeprefix(PICK).partition(_END)
    return chosen, read_line(text)


def person_at(structure: str, name: str) -> str:
    """Return the value of a person to make at a structure, which its own value names."""
    return f"{AT}{structure}{_END}{name}" if structure else f"new:{name}"


def read_person_at(value: str) -> tuple[str, str]:
    """Return the structure's value and the name of a person to make."""
    structure, _, name = value.removeprefix(AT).rpartition(_END)
    return structure, name
