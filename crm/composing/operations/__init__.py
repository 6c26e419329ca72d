"""Writing messages: their heading, blocks, pictures and text; templates, mentions and tests."""

from crm.composing.operations.blocks import (
    add_block,
    copy_block,
    move_block,
    put_back_block,
    remove_block,
    update_block,
)
from crm.composing.operations.identity import save_identity
from crm.composing.operations.messages import (
    add_image,
    copy_message,
    create_message,
    get_message,
    lock_message,
    set_owner,
    unlock_message,
    update_heading,
    write_text,
)
from crm.composing.operations.templates import create_template, update_template
from crm.composing.operations.trials import send_test, write_test

__all__ = [
    "add_block",
    "add_image",
    "copy_block",
    "copy_message",
    "create_message",
    "create_template",
    "get_message",
    "lock_message",
    "move_block",
    "put_back_block",
    "remove_block",
    "save_identity",
    "send_test",
    "set_owner",
    "unlock_message",
    "update_block",
    "update_heading",
    "update_template",
    "write_test",
    "write_text",
]
