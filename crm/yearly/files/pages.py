"""The blocks of a report as paragraphs and tables of a Word file, in its own styles."""

from collections.abc import Iterable

from docx.document import Document as DocumentObject
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.table import Table
from docx.text.paragraph import Paragraph

from crm.core.errors import N_
from crm.web.locale import translate
from crm.yearly import prose
from crm.yearly.files.template_of_ours import ACCENT, MUTED
from crm.yearly.files.wording import (
    figure_text,
    grouped_entries,
    is_names_alone,
    own_text,
    previous_words,
    reading_words,
    rules_of,
)
from crm.yearly.types import Block, ItemKind, Line, Report, Section

_BAR, _BAR_LENGTH = "█", 20
_PLOT_WIDTHS, _READING_WIDTHS = (6.8, 2.6, 2.6, 4.4), (4.6, 2.8, 2.6, 6.4)
_DEEPEST = 2
_STYLES = {
    prose.BULLET: "List Bullet",
    prose.NUMBER: "List Number",
    prose.TITLE: "Heading 3",
    prose.QUOTE: "Quote",
}


class Page:
    """Writes before a paragraph of a document: the one whose place blocks take."""

    def __init__(self, document: DocumentObject, place: Paragraph, report: Report) -> None:
        self.document, self.place, self.report = document, place, report
        self.styles = {style.name for style in document.styles}

    def write_all(self) -> None:
        """Write every part of the report."""
        for section in self.report.sections:
            self.write_section(section)

    def write_section(self, section: Section) -> None:
        """Write a part: its title, then what belongs to it."""
        if section.title:
            self._paragraph(section.title, "Heading 1")
        for block in section.blocks:
            self.write_block(block)

    def write_rules(self) -> None:
        """Write how each figure is counted."""
        for title, rule in rules_of(self.report):
            self._labelled(title, rule)

    def write_block(self, block: Block) -> None:
        """Write a block, whatever its kind; one that says nothing is left out."""
        if block.problem:
            self._labelled(block.title, block.problem)
        elif block.kind == ItemKind.TEXT:
            self._write_text(block)
        elif block.kind == ItemKind.LIST:
            self._write_list(block)
        elif block.kind == ItemKind.SPLIT:
            self._write_split(block)
        elif block.line:
            self._write_figure(block, block.line)

    def _write_text(self, block: Block) -> None:
        body = own_text(self.report, block)
        if not body:
            return
        self._paragraph(block.title, "Heading 2")
        for each in prose.paragraphs_of(body):
            name = _STYLES.get(each.kind, "")
            if name.startswith("List") and each.depth >= _DEEPEST:
                name = f"{name} 2"
            paragraph = self._paragraph("", name)
            if name and name not in self.styles and each.kind == prose.BULLET:
                paragraph.add_run("• ")
            for run in each.runs:
                words = paragraph.add_run(run.text)
                words.bold, words.italic = run.is_bold or None, run.is_italic or None

    def _write_figure(self, block: Block, line: Line) -> None:
        paragraph = self._paragraph("", "")
        paragraph.paragraph_format.keep_together = True
        number = paragraph.add_run(figure_text(line))
        number.bold, number.font.size, number.font.color.rgb = True, Pt(17), ACCENT
        paragraph.add_run(f"  {block.title}")
        if before := previous_words(self.report, line):
            self._muted(paragraph, f"  ({before})")
        if said := reading_words(block):
            self._muted(paragraph, f"  {said}")
        elif block.readings:
            heads = (translate(N_("Jour")), translate(N_("Relevé")), translate(N_("Évolution")), "")
            rows = [(each.day, each.written, each.delta, each.note) for each in block.readings]
            self._table(heads, rows, numeric=(1, 2))

    def _write_split(self, block: Block) -> None:
        self._paragraph(block.title, "Heading 2")
        if not block.lines:
            self._muted(self._paragraph("", ""), translate(N_("Rien cette année.")))
            return
        years = (str(self.report.year), str(self.report.year - 1))
        rows = [
            (each.label, figure_text(each), each.previous_written, _bar(each, block))
            for each in block.lines
        ]
        self._table(("", *years, ""), rows, numeric=(1, 2), plotted=3)

    def _write_list(self, block: Block) -> None:
        self._paragraph(block.title, "Heading 2")
        if not block.entries:
            self._muted(self._paragraph("", ""), translate(N_("Rien cette année.")))
        elif is_names_alone(block):
            for group, titles in grouped_entries(block):
                self._labelled(group or translate(N_("Sans département")), ", ".join(titles))
        else:
            group = ""
            for entry in block.entries:
                if entry.group != group:
                    group = entry.group
                    self._paragraph("", "").add_run(group).bold = True
                paragraph = self._paragraph("", "List Bullet")
                paragraph.add_run(entry.title).bold = True
                if entry.detail:
                    paragraph.add_run(f" – {entry.detail}")

    def _paragraph(self, text: str, style: str) -> Paragraph:
        """Add a paragraph; in a style that the template does not have, as it has none."""
        paragraph = self.place.insert_paragraph_before(text)
        if style and style in self.styles:
            paragraph.style = self.document.styles[style]
        elif style.startswith("Heading"):
            for run in paragraph.runs:
                run.bold = True
        return paragraph

    def _labelled(self, label: str, text: str) -> None:
        paragraph = self._paragraph("", "")
        paragraph.add_run(label).bold = True
        paragraph.add_run(translate(N_(" : ")) + text)

    def _muted(self, paragraph: Paragraph, text: str) -> None:
        paragraph.add_run(text).font.color.rgb = MUTED

    def _table(
        self,
        heads: Iterable[str],
        rows: Iterable[Iterable[str]],
        numeric: tuple[int, ...],
        plotted: int | None = None,
    ) -> None:
        lines = [tuple(heads), *(tuple(row) for row in rows)]
        table = self.document.add_table(rows=len(lines), cols=len(lines[0]))
        if "Table Grid" in self.styles:
            table.style = self.document.styles["Table Grid"]
        table.alignment = WD_TABLE_ALIGNMENT.LEFT
        _light_borders(table)
        for line, row in zip(lines, table.rows, strict=True):
            for place, (text, cell) in enumerate(zip(line, row.cells, strict=True)):
                paragraph = cell.paragraphs[0]
                paragraph.paragraph_format.space_after = Pt(1)
                run = paragraph.add_run(text)
                run.bold = line is lines[0] or None
                if place in numeric:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                if place == plotted:
                    run.font.color.rgb, run.font.size = ACCENT, Pt(6)
        _repeat_heads(table)
        _set_widths(table, _READING_WIDTHS if plotted is None else _PLOT_WIDTHS)
        self.place._p.addprevious(table._tbl)  # noqa: SLF001 - python-docx adds at the end only
        self._paragraph("", "").paragraph_format.space_after = Pt(2)


def _bar(line: Line, block: Block) -> str:
    """Return a bar as long as the number is; the number stands beside it."""
    if not line.count or not block.largest:
        return ""
    return _BAR * max(1, round(_BAR_LENGTH * line.count / block.largest))


def _set_widths(table: Table, widths: Iterable[float]) -> None:
    """Give the columns their widths, in centimetres; each cell says it again for LibreOffice."""
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)


def _repeat_heads(table: Table) -> None:
    """Let the first row come again on each page, and no row be cut in two."""
    for number, row in enumerate(table.rows):
        properties = row._tr.get_or_add_trPr()  # noqa: SLF001 - python-docx writes neither
        properties.append(OxmlElement("w:cantSplit"))
        if number == 0:
            properties.append(OxmlElement("w:tblHeader"))


def _light_borders(table: Table) -> None:
    """Keep thin lines between rows alone."""
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = OxmlElement(f"w:{side}")
        is_shown = side in ("bottom", "insideH")
        line.set(qn("w:val"), "single" if is_shown else "nil")
        if is_shown:
            line.set(qn("w:sz"), "4")
            line.set(qn("w:color"), "C9D3D6")
        borders.append(line)
    table._tbl.tblPr.append(borders)  # noqa: SLF001 - python-docx writes no borders
