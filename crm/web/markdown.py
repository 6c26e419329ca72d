"""Notes as people type them (Markdown), made safe to show."""

import re
from collections.abc import Iterable, Iterator, Mapping

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from crm.core.text import unbroken

_TAGS = {
    "a", "blockquote", "br", "code", "em", "h3", "h4", "hr", "li", "ol", "p", "pre", "strong", "ul",
}  # fmt: skip
_SCHEMES = {"http", "https", "mailto"}
_TITLE, _SUBTITLE = "h3", "h4"

Links = Mapping[str, str]

_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True})


def notes_html(notes: str | None, links: Links | None = None) -> Markup:
    """Return the notes as HTML of a few harmless tags; a title ranks below those of the page.

    `links` gives the address of words that become links where they stand: « @Ada Martin ».
    """
    tokens = _markdown.parse(notes or "")
    # The highest title there is comes right below those of the page, whichever sign was typed.
    highest = min((token.tag for token in tokens if token.type == "heading_open"), default="")
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = _TITLE if token.tag == highest else _SUBTITLE
        if token.type == "inline" and token.children:
            if links:
                token.children = list(_linked(token.children, links))
            for child in token.children:
                if child.type == "text":
                    child.content = unbroken(child.content)
    html = _markdown.renderer.render(tokens, _markdown.options, {})
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href"}},
        set_tag_attribute_values={"a": {"class": "text-decoration-underline"}},
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer",
    )
    return Markup(clean)  # noqa: S704 - cleaned on the line above


def _linked(tokens: Iterable[Token], links: Links) -> Iterator[Token]:
    """Yield the pieces of a line, its words that lead somewhere made links; none inside a link."""
    words = "|".join(re.escape(each) for each in sorted(links, key=len, reverse=True))
    pattern = re.compile(rf"(?<!\w)({words})(?!\w)")
    depth = 0
    for token in tokens:
        depth += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        if token.type != "text" or depth:
            yield token
            continue
        for place, piece in enumerate(pattern.split(token.content)):
            if place % 2:
                yield Token("link_open", "a", 1, attrs={"href": links[piece]})
                yield Token("text", "", 0, content=piece)
                yield Token("link_close", "a", -1)
            elif piece:
                yield Token("text", "", 0, content=piece)
