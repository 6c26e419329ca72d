"""The report of a year as a Word file, written in the network's template or in ours."""

import io
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from functools import partial
from typing import Any

from docx.document import Document as DocumentObject

from crm.core import clock
from crm.core.text import printable
from crm.yearly.files.fields import CONTENT, RULES, block_field, fields_of, part_field
from crm.yearly.files.pages import Page
from crm.yearly.files.template import block_places, check_template, fill_words, open_template
from crm.yearly.files.wording import title_of
from crm.yearly.types import Block, Report, Section


def report_docx(report: Report, template: bytes, digest: str = "") -> bytes:
    """Return the report as a DOCX; raise RuleError naming each field that cannot be filled."""
    report = _printable(report)
    document = open_template(template)
    known = fields_of(report, digest)
    check_template(document, known)
    fill_words(document, known)
    writers = _writers(report)
    for name, place in block_places(document, known):
        writers[name](Page(document, place, report))
        place._p.getparent().remove(place._p)  # noqa: SLF001 - python-docx removes nothing
    _describe(document, report)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def check_file(content: bytes, report: Report) -> None:
    """Raise RuleError unless a template can be filled for this report."""
    check_template(open_template(content), fields_of(report, ""))


def _printable(value: Any) -> Any:
    """Return a value with its texts, however deep, as XML can hold them."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, tuple):
        return tuple(_printable(each) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        texts = {each.name: _printable(getattr(value, each.name)) for each in fields(value)}
        return replace(value, **texts)
    return value


def _writers(report: Report) -> dict[str, Callable[[Page], None]]:
    writers: dict[str, Callable[[Page], None]] = {CONTENT: Page.write_all, RULES: Page.write_rules}
    for section in report.sections:
        writers[part_field(section)] = partial(_write_section, section)
        for block in section.blocks:
            writers[block_field(block)] = partial(_write_block, block)
    return writers


def _write_section(section: Section, page: Page) -> None:
    page.write_section(section)


def _write_block(block: Block, page: Page) -> None:
    page.write_block(block)


def _describe(document: DocumentObject, report: Report) -> None:
    properties = document.core_properties
    properties.title, properties.author = title_of(report), report.network
    properties.language, properties.comments = "fr-FR", ""
    properties.created = properties.modified = clock.now()
