"""HTML that someone pastes, from Word most often, becomes the Markdown of a message. Pure."""

import re
from html.parser import HTMLParser

from crm.composing.links import is_web

_SIGN = re.compile(
    r"</?(?:p|div|span|br|b|i|u|strong|em|a|ul|ol|li|h[1-6]|table|tr|td|font|o:p|html|body)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_DROPPED = frozenset({"head", "script", "style", "title", "xml", "svg", "iframe", "object"})
_PARAGRAPHS = frozenset({"p", "div", "table", "tr", "blockquote", "section", "article"})
_TITLES = frozenset(f"h{rank}" for rank in range(1, 7))
_STRONG, _EMPHASIS = frozenset({"strong", "b"}), frozenset({"em", "i"})
# What Word writes in place of the bullet of a list: a sign of its Symbol and Wingdings fonts.
_WORD_BULLET = re.compile(r"^(?:[·•§▪–]|o(?=\s\s))\s*(?=\S)")
_LIST_LINE = re.compile(r"\s*(?:-|\d+\.) ")
_MARKDOWN_SIGN = re.compile(r"([\\*_\[\]])")
_CELLS = frozenset({"td", "th"})
# Where a cell begins: no word holds a tab, for spaces of any kind are read as one.
_NEXT_CELL = "\t"
_BETWEEN_CELLS = re.compile(r" *\t[\t ]*")
_TOO_MANY_LINES = re.compile(r"\n{3,}")


def is_html(text: str) -> bool:
    """Tell whether a text is HTML rather than words that a person typed."""
    return _SIGN.search(text) is not None


def markdown_of(text: str) -> str:
    """Return a text as it is, or as Markdown when it is HTML: paragraphs, lists, bold, links.

    >>> markdown_of('<p class="MsoNormal">Bonjour <b>à tous</b><o:p></o:p></p>')
    'Bonjour **à tous**'
    """
    if not is_html(text):
        return text
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.written()


class _Reader(HTMLParser):
    """Reads HTML of any quality and keeps the few things that a message may hold."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._blocks: list[str] = [""]
        self._dropped = 0
        self._lists: list[int | None] = []
        self._links: list[str] = []

    def written(self) -> str:
        """Return all that was read."""
        blocks = [_tidied(block) for block in self._blocks]
        text = ""
        for block in filter(None, blocks):
            is_list = _LIST_LINE.match(block) is not None
            follows_list = _LIST_LINE.match(text.rpartition("\n")[2]) is not None
            text += ("\n" if is_list and follows_list else "\n\n") + block
        return _TOO_MANY_LINES.sub("\n\n", text).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open what a tag opens."""
        if tag in _DROPPED:
            self._dropped += 1
        elif tag in _PARAGRAPHS or tag in _TITLES:
            self._blocks.append("### " if tag in _TITLES else "")
        elif tag in ("ul", "ol"):
            self._lists.append(1 if tag == "ol" else None)
        elif tag == "li":
            self._blocks.append(self._bullet())
        elif tag in _CELLS:
            self._blocks[-1] += _NEXT_CELL
        elif tag == "br":
            self._blocks[-1] += "\n"
        elif tag == "a":
            address = dict(attrs).get("href") or ""
            self._links.append(address if is_web(address) or _is_mail(address) else "")
            self._blocks[-1] += "[" if self._links[-1] else ""
        else:
            self._blocks[-1] += _sign_of(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close what a tag closes."""
        if tag in _DROPPED:
            self._dropped = max(self._dropped - 1, 0)
        elif tag in _PARAGRAPHS or tag in _TITLES or tag == "li":
            self._blocks.append("")
        elif tag in ("ul", "ol") and self._lists:
            self._lists.pop()
        elif tag == "a" and self._links:
            address = self._links.pop()
            self._blocks[-1] += f"]({address})" if address else ""
        else:
            self._blocks[-1] += _sign_of(tag)

    def handle_data(self, data: str) -> None:
        """Keep words, outside what is dropped."""
        if not self._dropped:
            self._blocks[-1] += _MARKDOWN_SIGN.sub(r"\\\1", re.sub(r"[\s\xa0]+", " ", data))

    def unknown_decl(self, data: str) -> None:
        """Ignore what Word writes for itself: « <![if !supportLists]> »."""

    def _bullet(self) -> str:
        number = self._lists[-1] if self._lists else None
        margin = "  " * max(len(self._lists) - 1, 0)
        if number is None:
            return f"{margin}- "
        self._lists[-1] = number + 1
        return f"{margin}{number}. "


def _sign_of(tag: str) -> str:
    return "**" if tag in _STRONG else "*" if tag in _EMPHASIS else ""


def _is_mail(address: str) -> bool:
    return address.lower().startswith("mailto:")


def _tidied(block: str) -> str:
    """Return a paragraph without the empty signs and the spaces that Word leaves."""
    margin = block[: len(block) - len(block.lstrip(" "))]
    text = re.sub(r"[ \t]*\n[ \t]*", "\n", block).strip()
    text = _BETWEEN_CELLS.sub(" · ", text)
    text = re.sub(r"\*\*(\s*)\*\*|\[\]\([^)]*\)", r"\1", text)
    text = re.sub(r"(?<=\*\*)\s+(?=[^*]+\*\*)", "", text) if text.count("**") == 1 else text
    text = re.sub(r" *\n *", "\n", text).strip()
    if text in ("###", "-", "*"):
        return ""
    text = _WORD_BULLET.sub("- ", text)
    return margin + text if text.startswith("- ") else text
