"""Taking one change of blocks back without what came since: block by block."""

from collections.abc import Mapping, Sequence
from typing import Any

# A block as JSON keeps it; `key` names it for life.
Stored = Mapping[str, Any]


def rejoin_blocks(
    before: Sequence[Stored], after: Sequence[Stored], now: Sequence[Stored]
) -> tuple[list[Stored], bool]:
    """Return today's blocks without one change, and whether a block it touched has moved on since.

    A block that moved on is put back as it was before the change too: whoever asks decides.

    >>> block = lambda key, text: {"key": key, "text": text}
    >>> a, b, c = block("a", "un"), block("b", "deux"), block("b", "trois")
    >>> rejoin_blocks([a, b], [block("a", "UN"), b], [block("a", "UN"), c]) == ([a, c], False)
    True
    """
    then, made, there = _by_key(before), _by_key(after), _by_key(now)
    blocks, has_moved_on = list(now), False
    for key in {**then, **made}:
        old, new, current = then.get(key), made.get(key), there.get(key)
        if old in (new, current):
            continue
        has_moved_on = has_moved_on or current != new
        blocks = _with(blocks, key, old, [each["key"] for each in before])
    blocks, was_reordered = _in_order(blocks, list(then), list(made))
    return blocks, has_moved_on or was_reordered


def _by_key(blocks: Sequence[Stored]) -> dict[str, Stored]:
    return {each["key"]: each for each in blocks}


def _with(blocks: list[Stored], key: str, block: Stored | None, order: list[str]) -> list[Stored]:
    """Return the blocks with this one in place of what has its key; without any, for None."""
    keys = [each["key"] for each in blocks]
    if block is None:
        return [each for each in blocks if each["key"] != key]
    if key in keys:
        return [block if each["key"] == key else each for each in blocks]
    # After the nearest of those that stood before it and are still there.
    earlier = [each for each in order[: order.index(key)] if each in keys]
    place = keys.index(earlier[-1]) + 1 if earlier else 0
    return [*blocks[:place], block, *blocks[place:]]


def _in_order(blocks: list[Stored], then: list[str], made: list[str]) -> tuple[list[Stored], bool]:
    """Return the blocks as they followed each other before a move, and whether others moved since.

    Blocks that the move did not know stay after the one that they follow.
    """
    known = {each["key"] for each in blocks} & set(then) & set(made)
    old, new = ([key for key in keys if key in known] for keys in (then, made))
    current = [each["key"] for each in blocks if each["key"] in known]
    if old in (new, current):
        return blocks, False
    followers: dict[str, list[Stored]] = {}
    leader = ""
    for each in blocks:
        if each["key"] in known:
            leader = each["key"]
        followers.setdefault(leader, []).append(each)
    return [each for key in ("", *old) for each in followers.get(key, ())], current != new
