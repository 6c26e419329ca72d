"""The paragraphs of a message: Markdown, as HTML that mail programs show and as plain text."""

import re
from collections.abc import Iterable, Iterator, Sequence

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from crm.composing.links import BARE, is_web
from crm.composing.marking import Context, Marker

_TAGS = {"a", "blockquote", "br", "em", "h3", "li", "ol", "p", "strong", "ul"}
_SCHEMES = {"http", "https", "mailto"}
# What « ](…) » leads to, as typed.
_TYPED_LINK = re.compile(r"\[[^\]\n]*\]\(\s*<?([^)\n]*?)>?\s*(?:\"[^\"\n]*\")?\)")

# No picture from elsewhere, no code: an indented line is a line.
_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(
    ["image", "code", "fence", "backticks", "hr", "html_block", "html_inline", "reference"]
)


def rich_html(text: str, marker: Marker) -> Markup:
    """Return paragraphs as HTML of a few harmless tags, with marks for fields and addresses."""
    tokens = _markdown.parse(marker.marked(text, Context.HTML))
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = "h3"
        if token.type == "inline" and token.children:
            token.children = list(_marked_links(_autolinked(token.children), marker))
    clean = nh3.clean(
        _markdown.renderer.render(tokens, _markdown.options, {}),
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes=_SCHEMES,
        link_rel=None,
    )
    return Markup(clean)  # noqa: S704 - cleaned on the line above


def plain_text(text: str) -> str:
    """Return paragraphs as plain text: addresses in full, no sign of Markdown but the dashes."""
    lines: list[str] = []
    depth, quotes, numbers = 0, 0, []  # type: int, int, list[int | None]
    bullet = ""
    for token in _markdown.parse(text):
        if token.type in ("bullet_list_open", "ordered_list_open"):
            depth += 1
            numbers.append(1 if token.type == "ordered_list_open" else None)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            depth -= 1
            numbers.pop()
            lines += [""] if not depth else []
        elif token.type == "list_item_open":
            number = numbers[-1]
            bullet = "- " if number is None else f"{number}. "
            numbers[-1] = None if number is None else number + 1
        elif token.type in ("blockquote_open", "blockquote_close"):
            quotes += 1 if token.type == "blockquote_open" else -1
        elif token.type == "inline":
            lines += _indented(_inline_text(token.children or ()), depth, bullet, quotes)
            bullet = ""
            lines += [""] if not depth else []
    return "\n".join(lines).strip()


def typed_addresses(text: str) -> list[str]:
    """Return what the links of a text lead to, as they were typed, good or bad."""
    shown = [found[1] for found in _TYPED_LINK.finditer(text)]
    return list(dict.fromkeys([*shown, *BARE.findall(_TYPED_LINK.sub(" ", text))]))


def _indented(text: str, depth: int, bullet: str, quotes: int) -> list[str]:
    margin = "> " * quotes + "  " * max(depth - 1, 0)
    first, *others = text.split("\n")
    return [f"{margin}{bullet}{first}", *(f"{margin}{' ' * len(bullet)}{line}" for line in others)]


def _inline_text(tokens: Iterable[Token]) -> str:
    written: list[str] = []
    started, address = 0, ""
    for token in tokens:
        if token.type == "text":
            written.append(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            written.append("\n")
        elif token.type == "link_open":
            started, address = len(written), _address(token)
        elif token.type == "link_close" and "".join(written[started:]) != address:
            written.append(f" ({address.removeprefix('mailto:')})")
    return "".join(written)


def _autolinked(tokens: Sequence[Token]) -> Iterator[Token]:
    """Yield the pieces of a line, its bare addresses made links."""
    depth = 0
    for token in tokens:
        depth += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        if token.type != "text" or depth or not BARE.search(token.content):
            yield token
            continue
        start = 0
        for found in BARE.finditer(token.content):
            yield Token("text", "", 0, content=token.content[start : found.start()])
            yield Token("link_open", "a", 1, attrs={"href": found[0]})
            yield Token("text", "", 0, content=found[0])
            yield Token("link_close", "a", -1)
            start = found.end()
        yield Token("text", "", 0, content=token.content[start:])


def _marked_links(tokens: Iterable[Token], marker: Marker) -> Iterator[Token]:
    for token in tokens:
        if token.type == "link_open":
            address = _address(token)
            kept = marker.link(address, Context.HTML) if is_web(address) else address
            token.attrs = {"href": kept}
        yield token


def _address(token: Token) -> str:
    return str(token.attrs.get("href") or "")
