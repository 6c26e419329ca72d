"""The report of a year as a PDF: A4, in our own letters, nothing fetched from anywhere."""

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from fpdf import FPDF, FontFace
from fpdf.enums import Align, MethodReturnValue, TableBordersLayout, XPos, YPos

from crm.core import clock
from crm.core.errors import N_
from crm.web.assets import read_manifest
from crm.web.locale import translate
from crm.yearly import prose
from crm.yearly.files.wording import (
    figure_text,
    grouped_entries,
    is_names_alone,
    own_text,
    period_words,
    previous_words,
    reading_words,
    rules_of,
    settings_words,
    title_of,
)
from crm.yearly.types import Block, ItemKind, Line, Report

_STATIC = Path(__file__).resolve().parents[2] / "static"
_FAMILY, _FALLBACK = "report", "report-ext"
_FONTS = (("", "regular"), ("B", "bold"), ("I", "italic"))
_ACCENT, _MUTED, _LINE, _WHITE = (14, 98, 102), (90, 99, 107), (201, 211, 214), (255, 255, 255)
_INK = (30, 36, 40)
_BODY, _SMALL, _SMALLEST = 10.5, 8.5, 6.0
_MARGIN, _LINE_HEIGHT, _ROOM_FOR_TITLE = 20, 5.2, 40
_BAR_WIDTH, _BAR_HEIGHT = 36, 2.6
_LABEL_WIDTH, _NUMBER_WIDTH = 70, 30
_INDENT = 6
# The letters have no narrow no-break space: the wide one keeps the number whole as well.
_SPACES = str.maketrans({"\u202f": "\u00a0", "\u2011": "-", "\t": " "})


def report_pdf(report: Report, digest: str = "") -> bytes:
    """Return the report as a PDF; `digest` is that of a closed year, printed at the end."""
    page = _Pages(report)
    page.write_title()
    for section in report.sections:
        if section.title:
            page.heading(section.title, level=0)
        for block in section.blocks:
            page.write_block(block)
    page.write_rules(digest)
    return bytes(page.output())


@cache
def _font_file(name: str) -> Path:
    names = read_manifest(str(_STATIC))
    return _STATIC / "vendor" / names[f"{name}.woff"]


class _Pages(FPDF):
    """The pages of one report."""

    def __init__(self, report: Report) -> None:
        super().__init__(format="A4")
        self.report = report
        for style, name in _FONTS:
            self.add_font(_FAMILY, style, _font_file(f"report-{name}"))
        for style, name in _FONTS:
            self.add_font(_FALLBACK, style, _font_file(f"report-ext-{name}"))
        self.set_fallback_fonts([_FALLBACK], exact_match=False)
        self.set_margins(_MARGIN, _MARGIN, _MARGIN)
        self.set_auto_page_break(auto=True, margin=_MARGIN)
        self.set_title(title_of(report))
        self.set_author(report.network)
        self.set_lang("fr-FR")
        self.set_creation_date(clock.now())
        self.add_page()

    def footer(self) -> None:
        """Write at the foot of each page but the first where one is."""
        if self.page_no() == 1:
            return
        self.set_y(-13)
        self._look(size=_SMALL, colour=_MUTED)
        said = f"{self.report.network} · {title_of(self.report)} · {self.page_no()}"
        self.cell(0, 5, said.translate(_SPACES), align=Align.R)

    def write_title(self) -> None:
        """Write the title page."""
        self.set_y(95)
        self._line(self.report.network, size=14, colour=_MUTED)
        self._line(title_of(self.report), size=32, style="B", colour=_ACCENT)
        self.ln(3)
        for said in (period_words(self.report), self.report.funder, *settings_words(self.report)):
            if said:
                self._line(said, size=11, colour=_MUTED)
        self.add_page()

    def heading(self, text: str, *, level: int) -> None:
        """Write a title, never alone at the foot of a page."""
        if self.get_y() > self.h - _MARGIN - _ROOM_FOR_TITLE:
            self.add_page()
        self.ln(5 if level else 8)
        self.start_section(text.translate(_SPACES), level=level)
        self._line(text, size=12.5 if level else 17, style="B", colour=_ACCENT)
        self.ln(1)

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

    def write_rules(self, digest: str) -> None:
        """Write how each figure is counted, and what proves a closed year."""
        self.add_page()
        self.heading(translate(N_("Règles de calcul")), level=0)
        for title, rule in rules_of(self.report):
            self._labelled(title, rule, size=9)
        if digest:
            self._labelled(translate(N_("Empreinte de l’année close (SHA-256)")), digest, size=9)

    def _write_text(self, block: Block) -> None:
        body = own_text(self.report, block)
        if not body:
            return
        self.heading(block.title, level=1)
        for each in prose.paragraphs_of(body):
            if each.kind == prose.TITLE:
                self._line(each.text, style="B", size=11)
                continue
            depth = each.depth if each.kind in (prose.BULLET, prose.NUMBER) else 0
            self.set_left_margin(_MARGIN + _INDENT * max(each.depth, 0))
            self.set_x(self.l_margin - (4 if depth else 0))
            mark = {prose.BULLET: "• ", prose.NUMBER: f"{each.number}. "}.get(each.kind, "")
            self._runs(([prose.Run(mark)] if mark else []) + list(each.runs))
            self.set_left_margin(_MARGIN)
            self.ln(_LINE_HEIGHT + 1.5)

    def _write_figure(self, block: Block, line: Line) -> None:
        if self.get_y() > self.h - _MARGIN - 16:
            self.add_page()
        self.ln(1.5)
        self._look(size=19, style="B", colour=_ACCENT)
        self.write(8, f"{figure_text(line)}  ".translate(_SPACES))
        self._look()
        self.write(8, block.title.translate(_SPACES))
        if before := previous_words(self.report, line):
            self._look(colour=_MUTED)
            self.write(8, f"  ({before})".translate(_SPACES))
        if said := reading_words(block):
            self._look(colour=_MUTED)
            self.write(8, f"  {said}".translate(_SPACES))
        self.ln(9)
        if len(block.readings) > 1:
            heads = (translate(N_("Jour")), translate(N_("Relevé")), translate(N_("Évolution")), "")
            rows = [(each.day, each.written, each.delta, each.note) for each in block.readings]
            self._table(heads, rows, widths=(40, 35, 30, 65))

    def _write_split(self, block: Block) -> None:
        self.heading(block.title, level=1)
        if not block.lines:
            self._line(translate(N_("Rien cette année.")), colour=_MUTED)
            return
        self._bar_head()
        for line in block.lines:
            share = (line.count or 0) / block.largest if block.largest else 0.0
            self._bar_row(line, share)
        self.ln(3)

    def _bar_head(self) -> None:
        self._look(size=9.5, style="B", colour=_MUTED)
        self.set_x(_MARGIN + _LABEL_WIDTH)
        for year in (self.report.year, self.report.year - 1):
            self.cell(_NUMBER_WIDTH, 5.6, str(year), align=Align.R)
        self.ln(6)
        self._rule()

    def _bar_row(self, line: Line, share: float) -> None:
        """Write a line of a table, its bar beside; the head comes again on a new page."""
        text = line.label.translate(_SPACES)
        self._look(size=9.5)
        height = self.multi_cell(
            _LABEL_WIDTH, 4.8, text, dry_run=True, output=MethodReturnValue.HEIGHT
        )
        if self.get_y() + float(height) + 2 > self.h - _MARGIN:  # type: ignore[arg-type]
            self.add_page()
            self._bar_head()
            self._look(size=9.5)
        top = self.get_y() + 0.8
        self.set_xy(_MARGIN, top)
        self.multi_cell(_LABEL_WIDTH, 4.8, text, align=Align.L, new_y=YPos.NEXT)
        bottom = self.get_y() + 0.8
        self.set_xy(_MARGIN + _LABEL_WIDTH, top)
        self._number(figure_text(line))
        self._number(line.previous_written, colour=_MUTED)
        self.set_fill_color(*_ACCENT)
        if share:
            self.rect(self.get_x() + 4, top + 1.1, share * _BAR_WIDTH, _BAR_HEIGHT, style="F")
        self.set_xy(_MARGIN, bottom)
        self._rule()

    def _number(self, text: str, colour: tuple[int, int, int] = _INK) -> None:
        """Write a number, or words that stand for it, as large as its column allows."""
        text, size = text.translate(_SPACES), 9.5
        self._look(size=size, colour=colour)
        while self.get_string_width(text) > _NUMBER_WIDTH - 3 and size > _SMALLEST:
            size -= 0.5
            self._look(size=size, colour=colour)
        self.cell(_NUMBER_WIDTH, 4.8, text, align=Align.R)

    def _rule(self) -> None:
        self.set_draw_color(*_LINE)
        self.line(_MARGIN, self.get_y(), self.w - _MARGIN, self.get_y())

    def _write_list(self, block: Block) -> None:
        self.heading(block.title, level=1)
        if not block.entries:
            self._line(translate(N_("Rien cette année.")), colour=_MUTED)
        elif is_names_alone(block):
            for group, titles in grouped_entries(block):
                self._labelled(group or translate(N_("Sans département")), ", ".join(titles))
        else:
            group = ""
            for entry in block.entries:
                if entry.group != group:
                    group = entry.group
                    self._line(group, style="B")
                self.set_left_margin(_MARGIN + 4)
                self.set_x(_MARGIN)
                detail = f" – {entry.detail}" if entry.detail else ""
                title = prose.Run(entry.title, is_bold=True)
                self._runs([prose.Run("• "), title, prose.Run(detail)])
                self.set_left_margin(_MARGIN)
                self.ln(_LINE_HEIGHT + 1)

    def _table(
        self, heads: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[int]
    ) -> None:
        """Write a table whose head comes again on each page."""
        self._look(size=9.5)
        self.set_draw_color(*_LINE)
        self.set_fill_color(*_WHITE)
        with self.table(
            col_widths=tuple(widths),
            text_align=(Align.L, Align.R, Align.R, Align.L),
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            headings_style=FontFace(emphasis="BOLD", color=_MUTED),
            line_height=5.6,
            padding=(0.6, 1.5),
        ) as table:
            for line in (heads, *rows):
                row = table.row()
                for text in line:
                    row.cell(text.translate(_SPACES))
        self.ln(3)

    def _labelled(self, label: str, text: str, size: float = _BODY) -> None:
        separator = translate(N_(" : "))
        self._runs([prose.Run(label + separator, is_bold=True), prose.Run(text)], size=size)
        self.ln(_LINE_HEIGHT + 1.5)

    def _runs(self, runs: Iterable[prose.Run], size: float = _BODY) -> None:
        for run in runs:
            style = ("B" if run.is_bold else "") or ("I" if run.is_italic else "")
            self._look(size=size, style=style)
            self.write(_LINE_HEIGHT, run.text.translate(_SPACES))

    def _line(
        self,
        text: str,
        *,
        size: float = _BODY,
        style: str = "",
        colour: tuple[int, int, int] = _INK,
    ) -> None:
        self._look(size=size, style=style, colour=colour)
        self.multi_cell(
            0,
            size * 0.48,
            text.translate(_SPACES),
            align=Align.L,
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
        )

    def _look(
        self, *, size: float = _BODY, style: str = "", colour: tuple[int, int, int] = _INK
    ) -> None:
        self.set_font(_FAMILY, style, size)
        self.set_text_color(*colour)
