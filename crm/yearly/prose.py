"""Texts in Markdown as paragraphs that a file can print: the same reading as on the page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

from crm.core.text import unbroken

PARAGRAPH, BULLET, NUMBER, TITLE, QUOTE = "paragraph", "bullet", "number", "title", "quote"
_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True})


@dataclass(frozen=True, slots=True)
class Run:
    """Words that look alike."""

    text: str
    is_bold: bool = False
    is_italic: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph: its kind, how deep it lies in lists, its number in one, its words."""

    kind: str
    runs: tuple[Run, ...]
    depth: int = 0
    number: int = 0

    @property
    def text(self) -> str:
        """Return the words alone."""
        return "".join(run.text for run in self.runs)


def paragraphs_of(body: str) -> list[Paragraph]:
    """Return the paragraphs of a text."""
    return list(_paragraphs(_markdown.parse(body)))


def _paragraphs(tokens: Sequence[Token]) -> Iterator[Paragraph]:
    lists: list[int | None] = []
    is_title, is_quote, is_first = False, False, False
    for token in tokens:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            start = int(token.attrs.get("start", 1)) - 1
            lists.append(start if token.type.startswith("ordered") else None)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            lists.pop()
        elif token.type == "list_item_open":
            is_first = True
            if lists[-1] is not None:
                lists[-1] += 1
        elif token.type in ("heading_open", "heading_close"):
            is_title = token.type == "heading_open"
        elif token.type in ("blockquote_open", "blockquote_close"):
            is_quote = token.type == "blockquote_open"
        elif token.type in ("inline", "fence", "code_block"):
            runs = tuple(_runs(token.children or [])) or (Run(token.content.rstrip()),)
            kind = TITLE if is_title else QUOTE if is_quote else PARAGRAPH
            if lists and is_first:
                kind = BULLET if lists[-1] is None else NUMBER
            yield Paragraph(kind, runs, len(lists), (lists[-1] or 0) if lists else 0)
            is_first = False


def _runs(tokens: Sequence[Token]) -> Iterator[Run]:
    bold = italic = 0
    link = ""
    for token in tokens:
        if token.type in ("strong_open", "strong_close"):
            bold += token.nesting
        elif token.type in ("em_open", "em_close"):
            italic += token.nesting
        elif token.type == "link_open":
            link = str(token.attrs.get("href", ""))
        elif token.type == "link_close":
            if link.startswith(("http:", "https:")):
                yield Run(f" ({link})")
            link = ""
        elif token.type in ("softbreak", "hardbreak"):
            yield Run("\n")
        elif token.content:
            yield Run(unbroken(token.content), bool(bold), bool(italic))
