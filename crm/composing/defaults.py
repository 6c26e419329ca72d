"""The templates of messages that a new network starts from."""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.composing.models import MessageTemplate
from crm.composing.operations.blocks import keep_blocks
from crm.composing.operations.templates import create_template
from crm.composing.queries import message_of_template
from crm.composing.rules import new_key
from crm.composing.types import block_of


def default_templates() -> list[dict[str, Any]]:
    """Return the templates, in their order; their links are for the network to fill in."""
    path = Path(__file__).with_name("defaults.json")
    entries: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return entries


def load_default_templates(session: Session) -> int:
    """Add the templates to a network that has none, not even in the trash; return how many."""
    if session.execute(select(MessageTemplate.id).limit(1)).first() is not None:
        return 0
    entries = default_templates()
    for entry in entries:
        template = create_template(session, name=entry["name"], description=entry["description"])
        message = message_of_template(session, template.id)
        message.subject, message.preheader = entry["subject"], entry["preheader"]
        keep_blocks(message, [block_of({"key": new_key(), **each}) for each in entry["blocks"]])
    session.flush()
    return len(entries)
