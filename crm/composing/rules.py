"""What may be kept of a message, and how to tell whether it moved on. Pure."""

import hashlib
import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from crm.composing.fields import one_line
from crm.composing.links import tidy
from crm.composing.pasted import markdown_of
from crm.composing.types import (
    BLOCK_LABELS,
    LONGEST_LINE,
    LONGEST_LINK,
    LONGEST_NAME,
    LONGEST_TEXT,
    MOST_BLOCKS,
    MOST_NEWS,
    Block,
    NewsItem,
    stored,
)
from crm.core.errors import N_, NotFoundError, RuleError

KEY_LENGTH = 12
LONGEST_OUTLINE = 4000
_KEY = re.compile(rf"[0-9a-f]{{{KEY_LENGTH}}}")
_SEEN_LENGTH = 24
_FULL = N_("Un message a %(count)s blocs au plus : faites-en deux.")
_LOCKED = N_(
    "Ce message est figé, car il part ou il est parti : copiez-le pour en écrire un autre."
)
_TOO_LONG = N_("C’est trop long : %(count)s caractères au plus.")
_LINES = ("title", "alt", "label", "when", "place")


def new_key() -> str:
    """Return a name for a block, unlike any other."""
    return secrets.token_hex(KEY_LENGTH // 2)


def check_key(key: str) -> str:
    """Return the key that a form sent; raise NotFoundError for what was not given by a page."""
    if not _KEY.fullmatch(key):
        raise NotFoundError
    return key


def fingerprint(*values: Any) -> str:
    """Return what changes when one of these values changes: what an editor has seen."""
    text = json.dumps(values, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_SEEN_LENGTH]


def seen_block(block: Block) -> str:
    """Return the fingerprint of a block."""
    return fingerprint(stored(block))


def check_open(*, is_locked: bool) -> None:
    """Raise RuleError for a message that has left, or is about to."""
    if is_locked:
        raise RuleError("form", _LOCKED)


def check_room(count: int) -> None:
    """Raise RuleError when a message has as many blocks as it may."""
    if count >= MOST_BLOCKS:
        raise RuleError("form", _FULL, count=MOST_BLOCKS)


def clean_block(block: Block) -> Block:
    """Return a block as it is kept: lines on one line, HTML as Markdown, addresses completed.

    Raises RuleError with the field that is too long.
    """
    changes: dict[str, Any] = {
        name: _line(getattr(block, name), name) for name in _LINES if hasattr(block, name)
    }
    if hasattr(block, "text"):
        changes["text"] = clean_text(block.text)
    if hasattr(block, "link"):
        changes["link"] = _link(block.link, "link")
    if hasattr(block, "items"):
        changes["items"] = _items(block.items)
    return replace(block, **changes)


def clean_text(text: str, field: str = "text") -> str:
    """Return paragraphs as they are kept; what was pasted as HTML becomes Markdown."""
    kept = markdown_of(text.replace("\x00", "").replace("\r\n", "\n")).strip()
    return _within(kept, LONGEST_TEXT, field)


def clean_name(name: str) -> str:
    """Return the name of a template; raise RuleError without one."""
    kept = one_line(name)
    if not kept:
        raise RuleError("name", N_("Donnez un nom à ce modèle."))
    return _within(kept, LONGEST_NAME, "name")


def outline_of(blocks: Sequence[Block]) -> str:
    """Return the blocks of a message in words, as its history tells them."""
    lines = [f"{BLOCK_LABELS[block.kind]} : {_told(block)}".rstrip(" :\xa0") for block in blocks]
    return "\n".join(lines)[:LONGEST_OUTLINE]


def _told(block: Block) -> str:
    said = [getattr(block, name, "") for name in ("title", "when", "label", "alt", "text", "link")]
    said += [item.title for item in getattr(block, "items", ())]
    return one_line(" · ".join(filter(None, said)))[:LONGEST_LINE]


def _items(items: Sequence[NewsItem]) -> tuple[NewsItem, ...]:
    kept = [
        NewsItem(
            _line(item.title, "items"), clean_text(item.text, "items"), _link(item.link, "items")
        )
        for item in items
    ]
    return tuple(item for item in kept if item.title or item.text or item.link)[:MOST_NEWS]


def _line(text: str, field: str) -> str:
    return _within(one_line(text), LONGEST_LINE, field)


def _link(address: str, field: str) -> str:
    return _within(tidy(address), LONGEST_LINK, field)


def _within(text: str, most: int, field: str) -> str:
    if len(text) > most:
        raise RuleError(field, _TOO_LONG, count=most)
    return text
