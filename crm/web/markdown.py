"""Notes as people type them (Markdown), made safe to show."""

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_TAGS = {
    "a", "blockquote", "br", "code", "em", "h3", "h4", "hr", "li", "ol", "p", "pre", "strong", "ul",
}  # fmt: skip
_SCHEMES = {"http", "https", "mailto"}
_HEADINGS = {"h1": "h3", "h2": "h4", "h3": "h4", "h5": "h4", "h6": "h4"}

_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True})


def notes_html(notes: str | None) -> Markup:
    """Return the notes as HTML of a few harmless tags; a title ranks below those of the page."""
    tokens = _markdown.parse(notes or "")
    for token in tokens:
        token.tag = _HEADINGS.get(token.tag, token.tag)
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
