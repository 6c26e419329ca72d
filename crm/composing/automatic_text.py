"""The text part that is made from the blocks: what a reader without pictures or colours gets."""

from collections.abc import Callable, Mapping

from crm.composing.models import Message
from crm.composing.rich_text import plain_text
from crm.composing.types import (
    Block,
    BlockKind,
    ButtonBlock,
    EventBlock,
    ImageBlock,
    NewsBlock,
    TextBlock,
    TitleBlock,
)

_LONGEST_LINE = 60


def automatic_text(message: Message) -> str:
    """Return the text part as it is made from the blocks: fields and addresses as typed."""
    written = (_WRITERS[block.kind](block) for block in message.parts)
    return "\n\n".join(filter(None, written))


def _title(block: TitleBlock) -> str:
    if not block.title:
        return ""
    return f"{block.title}\n{'=' * min(len(block.title), _LONGEST_LINE)}"


def _text(block: TextBlock) -> str:
    return plain_text(block.text)


def _image(block: ImageBlock) -> str:
    if not block.alt:
        return block.link
    return f"[{block.alt}]" + (f"\n{block.link}" if block.link else "")


def _button(block: ButtonBlock) -> str:
    return f"{block.label} : {_address(block.link)}" if block.link else block.label


def _event(block: EventBlock) -> str:
    head = [line for line in (block.title, block.when, block.place) if line]
    body = [part for part in (plain_text(block.text), _address(block.link)) if part]
    return "\n".join([*head, *([""] if head and body else []), *body])


def _news(block: NewsBlock) -> str:
    title = f"{block.title}\n{'-' * min(len(block.title), _LONGEST_LINE)}" if block.title else ""
    items = [
        "\n".join(
            [f"- {item.title}"]
            + [f"  {line}" for line in plain_text(item.text).split("\n") if line]
            + ([f"  {_address(item.link)}"] if item.link else [])
        )
        for item in block.items
    ]
    return "\n\n".join(filter(None, [title, *items]))


def _divider(_block: Block) -> str:
    return "-" * 40


def _address(link: str) -> str:
    return link.removeprefix("mailto:")


_WRITERS: Mapping[BlockKind, Callable[..., str]] = {
    BlockKind.TITLE: _title,
    BlockKind.TEXT: _text,
    BlockKind.IMAGE: _image,
    BlockKind.BUTTON: _button,
    BlockKind.EVENT: _event,
    BlockKind.NEWS: _news,
    BlockKind.DIVIDER: _divider,
}
