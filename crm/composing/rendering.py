"""A message becomes an e-mail: composed once, then filled for each reader by its marks."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import css_inline
from flask import current_app

from crm.composing.automatic_text import automatic_text
from crm.composing.fields import one_line
from crm.composing.links import is_web
from crm.composing.marking import Context, Marker, Marks
from crm.composing.models import Message, MessageImage
from crm.composing.rich_text import rich_html
from crm.composing.types import (
    FIELDS,
    Block,
    EventBlock,
    Footer,
    ImageBlock,
    MergeField,
    NewsBlock,
    TextBlock,
    Values,
)
from crm.mail.composing import speaking
from crm.mail.writers import InlineImage

# The column that each mail program shows whole, less its margins.
COLUMN_PIXELS = 536
UNSUBSCRIBE, PREFERENCES, WEB = "unsubscribe", "preferences", "web"
WAYS = (UNSUBSCRIBE, PREFERENCES, WEB)
_CID_LENGTH = 16
# Messages are written in French, whichever language their writer reads the screens in.
_LANGUAGE = "fr"


@dataclass(frozen=True, slots=True)
class Compiled:
    """An e-mail with marks; `links` are the addresses that links « 0 », « 1 »… lead to."""

    subject: str
    text: str
    html: str
    images: tuple[InlineImage, ...] = ()
    marks: Marks = field(default_factory=Marks)

    @property
    def links(self) -> tuple[str, ...]:
        """Return the addresses that its links lead to, each once, in the order of their numbers."""
        return self.marks.links

    def fill(self, values: Values, urls: Mapping[str, str]) -> dict[str, str]:
        """Return what each mark becomes for one reader, written for where it stands.

        `urls` gives the addresses of « unsubscribe », « preferences » and « web » where the footer
        has them (KeyError otherwise), and of links « 0 », « 1 »…: without one, a link leads
        straight where its writer said.
        """
        return self.marks.fill(values, urls)

    def missing(self, values: Values) -> tuple[str, ...]:
        """Return the names of the fields that would leave a hole for this reader."""
        return self.marks.missing(values)

    def filled(self, values: Values, urls: Mapping[str, str]) -> "Compiled":
        """Return the e-mail of one reader, its marks replaced."""
        found = self.fill(values, urls)
        return Compiled(
            subject=_replaced(self.subject, found),
            text=_replaced(self.text, found),
            html=_replaced(self.html, found),
            images=self.images,
        )


@dataclass(frozen=True, slots=True)
class ShownBlock:
    """A block as the template writes it: its words hold marks; `html` is clean."""

    kind: str
    words: Mapping[str, Any]
    html: str = ""
    href: str = ""
    cid: str = ""
    width: int = 0
    items: tuple["ShownBlock", ...] = ()


def compile_message(
    message: Message, *, footer: Footer, fields: Sequence[MergeField] = FIELDS
) -> Compiled:
    """Return the e-mail of a message whose images were loaded with their content.

    What `checks.problems` would say stays as it was typed: nothing fails here.
    """
    marker = Marker.drawn_from(_source(message, footer), fields)
    images = {image.digest: image for image in message.images}
    with speaking(_LANGUAGE):
        html = _html(message, marker, footer, images)
        text = _text(message, marker, footer)
    subject = one_line(marker.marked(message.subject, Context.SUBJECT))
    used = {block.image for block in message.parts if isinstance(block, ImageBlock)}
    return Compiled(
        subject=subject,
        text=text,
        html=html,
        images=tuple(
            InlineImage(cid_of(image.digest), image.content, image.subtype)
            for image in message.images
            if image.digest in used
        ),
        marks=marker.found(),
    )


def cid_of(digest: str) -> str:
    """Return the name by which the HTML shows a picture."""
    return digest[:_CID_LENGTH]


def text_fingerprint(message: Message) -> str:
    """Return what changes when the text part that is made changes."""
    return hashlib.sha256(automatic_text(message).encode()).hexdigest()


def is_text_stale(message: Message) -> bool:
    """Tell whether the blocks have changed since someone wrote the text part by hand."""
    return message.text_override is not None and (
        message.text_made_from != text_fingerprint(message)
    )


def _source(message: Message, footer: Footer) -> str:
    parts = [message.subject, message.preheader, message.text_override or "", str(footer)]
    return "\n".join([*parts, json.dumps(message.blocks, sort_keys=True)])


def _html(
    message: Message, marker: Marker, footer: Footer, images: Mapping[str, MessageImage]
) -> str:
    page = current_app.jinja_env.get_template("composing/mail/document.html").render(
        language=_LANGUAGE,
        subject=one_line(marker.marked(message.subject, Context.HTML)),
        preheader=one_line(marker.marked(message.preheader, Context.HTML)),
        blocks=[_shown(block, marker, images) for block in message.parts],
        footer=footer,
        ways={way: marker.way(way, Context.HTML) for way in _ways_of(footer)},
    )
    return _inlined(page)


def _text(message: Message, marker: Marker, footer: Footer) -> str:
    body = message.text_override or automatic_text(message)
    foot = current_app.jinja_env.get_template("composing/mail/foot.txt").render(
        footer=footer, ways={way: marker.way(way, Context.TEXT) for way in _ways_of(footer)}
    )
    return f"{marker.marked(marker.linked(body), Context.TEXT).strip()}\n\n{foot.strip()}\n"


def _ways_of(footer: Footer) -> list[str]:
    has = (footer.has_unsubscribe, footer.has_preferences, footer.has_web_version)
    return [way for way, is_there in zip(WAYS, has, strict=True) if is_there]


def _shown(block: Block, marker: Marker, images: Mapping[str, MessageImage]) -> ShownBlock:
    kind = block.kind.value
    words = _words(block, marker)
    if isinstance(block, TextBlock):
        return ShownBlock(kind, {}, html=rich_html(block.text, marker))
    if isinstance(block, ImageBlock):
        if (image := images.get(block.image)) is None:
            return ShownBlock(kind, words)
        width = min(image.width, COLUMN_PIXELS)
        href = _href(block.link, marker)
        return ShownBlock(kind, words, href=href, cid=cid_of(image.digest), width=width)
    if isinstance(block, EventBlock):
        html = rich_html(block.text, marker)
        return ShownBlock(kind, words, html=html, href=_href(block.link, marker))
    if isinstance(block, NewsBlock):
        items = tuple(
            ShownBlock(
                "item",
                {"title": marker.marked(item.title, Context.HTML)},
                html=rich_html(item.text, marker),
                href=_href(item.link, marker),
            )
            for item in block.items
        )
        return ShownBlock(kind, words, items=items)
    return ShownBlock(kind, words, href=_href(getattr(block, "link", ""), marker))


def _words(block: Block, marker: Marker) -> dict[str, str]:
    return {
        name: marker.marked(value, Context.HTML)
        for name in ("title", "label", "when", "place", "alt")
        if isinstance(value := getattr(block, name, None), str)
    }


def _href(address: str, marker: Marker) -> str:
    """Return the mark of a page; a mail address as it is; nothing for what leads nowhere."""
    if is_web(address):
        return marker.link(address, Context.HTML)
    return address if address.lower().startswith("mailto:") else ""


def _inlined(page: str) -> str:
    """Return the page with its style on each element: mail programs read it nowhere else."""
    source, _, _ = current_app.jinja_env.loader.get_source(  # type: ignore[union-attr]
        current_app.jinja_env, "composing/mail/style.css"
    )
    # What is kept apart is for the programs that read it: narrow screens and dark ones.
    return css_inline.CSSInliner(extra_css=source, keep_style_tags=True).inline(page) + "\n"


def _replaced(text: str, found: Mapping[str, str]) -> str:
    for mark, value in found.items():
        text = text.replace(mark, value)
    return text
