"""The Word file that a report is written in: its fields, checked before anything is written.

A field is « {{ titre }} », a name on a list: nothing in a template is ever run.
"""

import io
import zipfile
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import Any

from docx import Document
from docx.document import Document as DocumentObject
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from crm.core.errors import N_, RuleError
from crm.web.locale import translate
from crm.yearly.files.fields import Fields
from crm.yearly.rules import field_spans, fields_in, has_broken_field, is_alone

_SHOWN = 60
_MOST_SAID = 5
_PARAGRAPH = qn("w:p")
BODY = N_("le texte")
HEADER = N_("un en-tête ou un pied de page")


def open_template(content: bytes) -> DocumentObject:
    """Return the document of a template; raise RuleError when it is no Word file."""
    try:
        return Document(io.BytesIO(content))
    except (OpcError, SyntaxError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise RuleError(
            "file", N_("Ce fichier n’est pas un document Word (DOCX) lisible.")
        ) from error


def check_template(document: DocumentObject, fields: Fields) -> None:
    """Raise RuleError that says each field that cannot be filled, and in which sentence it is."""
    problems = [
        problem
        for place, paragraph in paragraphs_of(document)
        for problem in _problems(place, _text(paragraph), fields)
    ]
    if not problems:
        return
    more = len(problems) - _MOST_SAID
    said = " ".join(problems[:_MOST_SAID])
    if more > 0:
        said += " " + translate(N_("Et %(count)s autres."), count=more)
    raise RuleError("file", N_("Rien n’a été écrit. %(problems)s"), problems=said)


def _problems(place: str, text: str, fields: Fields) -> Iterator[str]:
    where = {"place": translate(place), "text": _excerpt(text)}
    for name in fields_in(text):
        if name not in fields:
            said = N_("Champ inconnu « %(name)s » dans %(place)s : « %(text)s ».")
            yield translate(said, name=name, **where)
        elif name in fields.blocks and place != BODY:
            said = N_("« %(name)s » ne peut pas être dans %(place)s : « %(text)s ».")
            yield translate(said, name=name, **where)
        elif name in fields.blocks and not is_alone(text):
            said = N_("« %(name)s » doit être seul dans son paragraphe : « %(text)s ».")
            yield translate(said, name=name, **where)
    if has_broken_field(text):
        said = N_("Accolades mal fermées dans %(place)s : « %(text)s ».")
        yield translate(said, **where)


def _excerpt(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _SHOWN else f"{words[:_SHOWN].rstrip()}…"


def paragraphs_of(document: DocumentObject) -> Iterator[tuple[str, Paragraph]]:
    """Yield (place, paragraph) of all that may hold a field, tables within tables too."""
    yield from ((BODY, each) for each in _inside(document))
    seen = set()
    for section in document.sections:
        for part in (
            section.header, section.footer, section.first_page_header, section.first_page_footer,
            section.even_page_header, section.even_page_footer,
        ):  # fmt: skip
            if part.is_linked_to_previous or part._element in seen:  # noqa: SLF001 - identity of a part
                continue
            seen.add(part._element)  # noqa: SLF001
            yield from ((HEADER, each) for each in _inside(part))


def _inside(container: Any) -> Iterator[Paragraph]:
    """Yield the paragraphs of a part: in tables, content controls and boxes too."""
    part = container.element.body if hasattr(container, "element") else container._element  # noqa: SLF001
    yield from (Paragraph(each, container) for each in list(part.iter(_PARAGRAPH)))


def fill_words(document: DocumentObject, fields: Fields) -> None:
    """Put words in place of the fields that stand in sentences, in the look of their beginning."""
    for _place, paragraph in paragraphs_of(document):
        names = fields_in(_text(paragraph))
        if names and all(name in fields.words for name in names):
            _fill(paragraph, fields.words)


def _fill(paragraph: Paragraph, values: Mapping[str, str]) -> None:
    """Replace fields from the last to the first; one cut in several runs goes to the first."""
    runs = _runs(paragraph)
    starts = [0, *accumulate(len(run.text) for run in runs)]
    for start, end, name in reversed(field_spans(_text(paragraph))):
        first, last = bisect_right(starts, start) - 1, bisect_right(starts, end - 1) - 1
        head, tail = (
            runs[first].text[: start - starts[first]],
            runs[last].text[end - starts[last] :],
        )
        for run in runs[first + 1 : last + 1]:
            run.text = ""
        if first == last:
            runs[first].text = head + values[name] + tail
        else:
            runs[first].text, runs[last].text = head + values[name], tail


def _runs(paragraph: Paragraph) -> list[Run]:
    """Return the runs of a paragraph, those of its links too, not those of a box it holds."""
    own = paragraph._p  # noqa: SLF001
    return [
        Run(each, paragraph)
        for each in own.iter(qn("w:r"))
        if next(each.iterancestors(_PARAGRAPH)) is own
    ]


def _text(paragraph: Paragraph) -> str:
    return "".join(run.text for run in _runs(paragraph))


def block_places(document: DocumentObject, fields: Fields) -> list[tuple[str, Paragraph]]:
    """Return (field, paragraph) of the fields that whole blocks take the place of."""
    return [
        (names[0], paragraph)
        for place, paragraph in paragraphs_of(document)
        if place == BODY and (names := fields_in(_text(paragraph))) and names[0] in fields.blocks
    ]
