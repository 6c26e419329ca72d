"""What a report and its items must be; what is frozen, and what moved since: pure."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm.core.errors import N_, RuleError
from crm.indicators.types import Level
from crm.yearly.types import DefinitionData, ItemData, ItemKind, PeriodKind, Support

LONGEST_NAME, LONGEST_TITLE, LONGEST_FUNDER = 120, 200, 200
LONGEST_TEXT, LONGEST_REASON = 50_000, 500
FIRST_YEAR, LAST_YEAR = 1990, 2100
MOST_ITEMS = 200
Row = Sequence[Any]
_NEEDED = N_("Ce champ est nécessaire.")


def clean_definition(data: DefinitionData) -> DefinitionData:
    """Return what a definition holds; raise RuleError naming the field that cannot stand."""
    name = " ".join((data.name or "").split())
    if not name:
        raise RuleError("name", _NEEDED)
    for field, value, known in (
        ("level", data.level, Level),
        ("period", data.period, PeriodKind),
        ("support", data.support, Support),
    ):
        if value not in set(known):
            raise RuleError(field, N_("Choisissez dans la liste."))
    if data.period == PeriodKind.AGREEMENT and data.agreement_id is None:
        raise RuleError("agreement", N_("Choisissez la convention dont l’année est comptée."))
    return DefinitionData(
        name=name[:LONGEST_NAME],
        level=data.level,
        period=data.period,
        support=data.support,
        agreement_id=data.agreement_id,
        funder=(data.funder or "").strip()[:LONGEST_FUNDER] or None,
    )


def clean_item(kind: ItemKind, data: ItemData) -> ItemData:
    """Return what an item of a kind holds, and nothing of what it does not need."""
    title = (data.title or "").strip()[:LONGEST_TITLE] or None
    if kind in (ItemKind.SECTION, ItemKind.TEXT):
        if title is None:
            raise RuleError("title", _NEEDED)
        return ItemData(title=title)
    if not data.code:
        raise RuleError("code", N_("Choisissez dans la liste."))
    if kind is ItemKind.SERIES:
        return ItemData(title, data.code)
    if kind is ItemKind.SPLIT and not data.by:
        raise RuleError("by", N_("Choisissez ce qui distingue les lignes du tableau."))
    return ItemData(title, data.code, data.by if kind is ItemKind.SPLIT else None, data.kept)


def seen_item(
    title: str | None, code: str | None, by: str | None, kept: Mapping[str, Sequence[str]]
) -> str:
    """Return what tells an item from what it was: the start of its hash."""
    said = [title, code, by, {each: list(keys) for each, keys in kept.items()}]
    return digest_of(canonical_json(said))[:16]


def check_room(count: int) -> None:
    """Raise RuleError when a report is as long as it may be."""
    if count >= MOST_ITEMS:
        raise RuleError("title", N_("%(count)s éléments au plus par rapport."), count=MOST_ITEMS)


def clean_text(text: str | None) -> str:
    """Return what was written; an empty text is one that nobody writes this year."""
    body = (text or "").strip()
    if len(body) > LONGEST_TEXT:
        raise RuleError("body", N_("C’est trop long : 50 000 caractères au plus."))
    return body


def clean_reason(text: str | None) -> str:
    """Return why a year is opened again; raise RuleError without a reason."""
    reason = " ".join((text or "").split())
    if not reason:
        raise RuleError("reason", N_("Dites pourquoi : la raison reste dans l’historique."))
    return reason[:LONGEST_REASON]


def canonical_json(content: Any) -> bytes:
    """Return JSON that is written in one way only: sorted keys, no spaces, UTF-8."""
    text = json.dumps(
        content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    return text.encode()


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


@dataclass(frozen=True, slots=True)
class Moved:
    """Rows that count today and did not, that did and do not, and (before, after) of the others."""

    added: list[Row]
    gone: list[Row]
    changed: list[tuple[Row, Row]]


def moved_rows(
    published: Sequence[Row], today: Sequence[Row], *, identity: int = 0, measured: int | None
) -> Moved:
    """Return how the rows of a figure moved, each known by its cell `identity`.

    A row that counts for another amount than it did, which its cell `measured` says, is changed.
    """
    before, now = _numbered(published, identity), _numbered(today, identity)
    return Moved(
        [row for key, row in now.items() if key not in before],
        [row for key, row in before.items() if key not in now],
        [
            (row, now[key])
            for key, row in before.items()
            if key in now and measured is not None and row[measured] != now[key][measured]
        ],
    )


def _numbered(rows: Sequence[Row], identity: int) -> dict[tuple[Any, int], Row]:
    """Return rows by what they are; one that is listed several times by its place among these."""
    seen: Counter[Any] = Counter()
    found = {}
    for row in rows:
        found[row[identity], seen[row[identity]]] = row
        seen[row[identity]] += 1
    return found


_FIELD = re.compile(r"\{\{(.*?)\}\}")
_SPACES = re.compile(r"\s+")


def fields_in(text: str) -> list[str]:
    """Return the names of the fields of a text: « {{ titre }} » is « titre »."""
    return [name for _start, _end, name in field_spans(text)]


def has_broken_field(text: str) -> bool:
    """Tell whether braces are left that open or close no field."""
    rest = _FIELD.sub("", text)
    return "{{" in rest or "}}" in rest or "{%" in rest or "%}" in rest


def field_spans(text: str) -> list[tuple[int, int, str]]:
    """Return (start, end, name) of the fields of a text."""
    return [
        (found.start(), found.end(), _SPACES.sub(" ", found.group(1)).strip())
        for found in _FIELD.finditer(text)
    ]


def is_alone(text: str) -> bool:
    """Tell whether a text is one field and nothing else."""
    return _FIELD.fullmatch(text.strip()) is not None and len(fields_in(text)) == 1


def moved_to(ids: Sequence[int], item_id: int, position: int) -> list[int]:
    """Return ids with one put at a position counted from 0; beyond the end is the end."""
    rest = [each for each in ids if each != item_id]
    rest.insert(max(position, 0), item_id)
    return rest


def file_stem(number: int, words: Iterable[str]) -> str:
    """Return a plain file name that sorts: `03-structures-accompagnees`."""
    return "-".join([f"{number:02}", *words])[:80].rstrip("-")
