"""What the pages of messages show."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from crm.composing import rules
from crm.composing.checks import is_ready, problems
from crm.composing.elision import Preposition
from crm.composing.fields import typed
from crm.composing.models import Message, MessageTemplate
from crm.composing.owners import Owner, fields_of, find_owner
from crm.composing.queries import footer_for, last_tests, message_for_page
from crm.composing.types import (
    BLOCK_LABELS,
    TEMPLATE,
    Block,
    BlockKind,
    MergeField,
    Problem,
)
from crm.core.errors import N_
from crm.history.queries import history_of
from crm.history.wording import tell
from crm.mail.types import STATE_LABELS, STATE_TONES
from crm.web.locale import translate

SLUGS = {
    BlockKind.TITLE: "titre",
    BlockKind.TEXT: "texte",
    BlockKind.IMAGE: "image",
    BlockKind.BUTTON: "bouton",
    BlockKind.EVENT: "evenement",
    BlockKind.NEWS: "actualites",
    BlockKind.DIVIDER: "separation",
}
KINDS_BY_SLUG = {slug: kind for kind, slug in SLUGS.items()}
ICONS = {
    BlockKind.TITLE: "heading",
    BlockKind.TEXT: "file-text",
    BlockKind.IMAGE: "photo",
    BlockKind.BUTTON: "arrow-right",
    BlockKind.EVENT: "calendar-event",
    BlockKind.NEWS: "list",
    BlockKind.DIVIDER: "equal",
}
_PAGES = {
    "subject": "messages.edit_heading",
    "preheader": "messages.edit_heading",
    "text": "messages.edit_text",
}
_DECLINED = ("structure", "commune", "departement")


@dataclass(frozen=True, slots=True)
class BlockRow:
    """A block in the list of a message: what it says in few words, and what is wrong with it."""

    key: str
    slug: str
    label: str
    icon: str
    excerpt: str
    image: str
    problems: tuple[str, ...]
    copy_key: str


@dataclass(frozen=True, slots=True)
class ToldProblem:
    """A problem in words, and where to put it right."""

    text: str
    url: str | None
    is_blocking: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """A message in few words, for the page of what it is written for."""

    message_id: int
    subject: str
    preheader: str
    block_count: int
    is_locked: bool
    is_ready: bool
    problems: tuple[ToldProblem, ...]


def _name_of_template(session: Session, template_id: int) -> str:
    return session.get_one(MessageTemplate, template_id).name


OF_TEMPLATES = Owner(
    TEMPLATE,
    _name_of_template,
    lambda template_id: url_for("message_templates.show", template_id=template_id),
)


def editor_page(session: Session, message_id: int) -> dict[str, Any]:
    """Return what the page of a message shows."""
    message = message_for_page(session, message_id)
    fields = fields_of(message.owner_kind)
    found = problems(message, footer=footer_for(session, message), fields=fields)
    return {
        "message": message,
        "back": back_of(session, message),
        "is_template": message.owner_kind == TEMPLATE,
        "rows": [_row(block, found) for block in message.parts],
        "problems": [told(message, each) for each in found],
        "is_ready": is_ready(found),
        "tests": last_tests(session, message_id),
        "state_labels": STATE_LABELS,
        "state_tones": STATE_TONES,
        "kinds": kinds_to_add(),
        "changes": tell(session, history_of(session, entity="message", record_id=message_id)),
    }


def summary_of(session: Session, message: Message) -> Summary:
    """Return a message in few words; its pictures must have been loaded."""
    fields = fields_of(message.owner_kind)
    found = problems(message, footer=footer_for(session, message), fields=fields)
    return Summary(
        message.id,
        message.subject,
        message.preheader,
        len(message.blocks),
        message.is_locked,
        is_ready(found),
        tuple(told(message, each) for each in found),
    )


def back_of(session: Session, message: Message) -> tuple[str, str] | None:
    """Return the name and the address of what a message is written for."""
    owner = find_owner(message.owner_kind)
    if owner is None or message.owner_id is None:
        return None
    return owner.name_of(session, message.owner_id), owner.url_of(message.owner_id)


def told(message: Message, problem: Problem) -> ToldProblem:
    """Return a problem in words, with the address of the page where it is put right."""
    text = translate(problem.message, **problem.params)
    label = next(
        (BLOCK_LABELS[each.kind] for each in message.parts if each.key == problem.block), ""
    )
    if label:
        text = translate(N_("%(block)s : %(problem)s"), block=translate(label), problem=text)
    return ToldProblem(text, _way_to(message, problem), problem.is_blocking)


def _way_to(message: Message, problem: Problem) -> str | None:
    if problem.block:
        return url_for("messages.edit_block", message_id=message.id, key=problem.block)
    if problem.part == "footer":
        return url_for("messages.identity")
    endpoint = _PAGES.get(problem.part)
    return url_for(endpoint, message_id=message.id) if endpoint else None


def kinds_to_add() -> list[tuple[str, str, str]]:
    """Return the kinds of block, as (slug, label, icon)."""
    return [(SLUGS[kind], translate(BLOCK_LABELS[kind]), ICONS[kind]) for kind in BlockKind]


def field_hints(fields: Sequence[MergeField]) -> list[tuple[str, str]]:
    """Return what can be written between braces, as (what is typed, what it becomes)."""
    plain = [(typed(each), each.example) for each in fields]
    declined = [
        (
            typed(each, Preposition.OF),
            translate(N_("avec « de », « du », « d’ » ou « des » comme il faut")),
        )
        for each in fields
        if each.name in _DECLINED
    ]
    return [*plain, *declined]


def _row(block: Block, found: Sequence[Problem]) -> BlockRow:
    return BlockRow(
        key=block.key,
        slug=SLUGS[block.kind],
        label=translate(BLOCK_LABELS[block.kind]),
        icon=ICONS[block.kind],
        excerpt=_excerpt(block),
        image=getattr(block, "image", ""),
        problems=tuple(
            translate(each.message, **each.params) for each in found if each.block == block.key
        ),
        copy_key=rules.new_key(),
    )


def _excerpt(block: Block) -> str:
    outline = rules.outline_of([block])
    return outline.partition(" : ")[2]
