"""The blocks of a message: added, changed, moved, copied, taken away."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from crm.composing import rules
from crm.composing.models import Message
from crm.composing.operations.messages import open_message
from crm.composing.types import Block, stored
from crm.core.errors import NotFoundError, StaleRecordError


def add_block(
    session: Session, *, message_id: int, block: Block, after: str | None = None
) -> Message:
    """Add a block after the one named, or at the end; one that is there already stays as it is."""
    message = open_message(session, message_id)
    blocks = message.parts
    if any(each.key == block.key for each in blocks):
        return message
    rules.check_room(len(blocks))
    places = [place for place, each in enumerate(blocks) if each.key == after]
    blocks.insert(places[0] + 1 if places else len(blocks), rules.clean_block(block))
    return _keep(session, message, blocks)


def update_block(session: Session, *, message_id: int, seen: str, block: Block) -> Message:
    """Change a block as an editor saw it; raise StaleRecordError if this block has moved on.

    Raises NotFoundError when it was taken away. One that says the same already stays as it is.
    """
    message = open_message(session, message_id)
    blocks, kept = message.parts, rules.clean_block(block)
    place = _place_of(blocks, block.key)
    if blocks[place] == kept:
        return message
    if blocks[place].kind != block.kind or seen != rules.seen_block(blocks[place]):
        raise StaleRecordError(message)
    blocks[place] = kept
    return _keep(session, message, blocks)


def move_block(session: Session, *, message_id: int, key: str, position: int) -> Message:
    """Put a block at a position, counted from 0; beyond the end is the end."""
    message = open_message(session, message_id)
    blocks = message.parts
    block = blocks.pop(_place_of(blocks, key))
    blocks.insert(max(position, 0), block)
    return _keep(session, message, blocks)


def copy_block(session: Session, *, message_id: int, key: str, new_key: str) -> Message:
    """Copy a block below itself under a new key; a key that is there already changes nothing."""
    message = open_message(session, message_id)
    blocks = message.parts
    place = _place_of(blocks, key)
    if any(each.key == new_key for each in blocks):
        return message
    rules.check_room(len(blocks))
    blocks.insert(place + 1, replace(blocks[place], key=rules.check_key(new_key)))
    return _keep(session, message, blocks)


def remove_block(session: Session, *, message_id: int, key: str) -> Message:
    """Take a block away; its pictures stay with the message, for an undo."""
    message = open_message(session, message_id)
    blocks = message.parts
    del blocks[_place_of(blocks, key)]
    return _keep(session, message, blocks)


def put_back_block(session: Session, *, message_id: int, block: Block, position: int) -> Message:
    """Put back a block that was taken away, as an editor typed it; beyond the end is the end.

    One that is there already as typed stays; raises StaleRecordError when it is there otherwise.
    """
    message = open_message(session, message_id)
    blocks, kept = message.parts, rules.clean_block(block)
    if kept in blocks:
        return message
    if any(each.key == kept.key for each in blocks):
        raise StaleRecordError(message)
    rules.check_room(len(blocks))
    blocks.insert(max(position, 0), kept)
    return _keep(session, message, blocks)


def keep_blocks(message: Message, blocks: Sequence[Block]) -> None:
    """Let a message hold these blocks, and its outline tell of them."""
    message.blocks = [stored(block) for block in blocks]
    message.outline = rules.outline_of(blocks)


def _keep(session: Session, message: Message, blocks: Sequence[Block]) -> Message:
    kept = [stored(block) for block in blocks]
    if kept != message.blocks:
        keep_blocks(message, blocks)
        session.flush()
    return message


def _place_of(blocks: Sequence[Block], key: str) -> int:
    for place, block in enumerate(blocks):
        if block.key == key:
            return place
    raise NotFoundError
