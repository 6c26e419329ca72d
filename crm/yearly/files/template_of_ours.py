"""The template that a network starts from, made by code: Word and LibreOffice can edit it."""

import io
from functools import cache

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

ACCENT, MUTED = RGBColor(0x0E, 0x62, 0x66), RGBColor(0x5A, 0x63, 0x6B)
_FONT = "Calibri"
_HEADINGS = (("Heading 1", 17, 24), ("Heading 2", 13, 16), ("Heading 3", 11, 12))
_LANGUAGE = "fr-FR"


@cache
def our_template() -> bytes:
    """Return the template: a title page, the whole report, the rules, a numbered foot."""
    document = Document()
    _set_styles(document)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.3)
    section.top_margin = section.bottom_margin = Cm(2.2)
    section.different_first_page_header_footer = True
    _write_title(document)
    document.add_paragraph("{{ contenu }}")
    _break_page(document)
    document.add_paragraph("Règles de calcul", style="Heading 1")
    document.add_paragraph("{{ regles }}")
    _write_foot(document)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _set_styles(document: DocumentObject) -> None:
    normal = _style(document, "Normal")
    normal.font.name, normal.font.size = _FONT, Pt(10.5)
    normal.paragraph_format.space_after = Pt(6)
    normal.paragraph_format.line_spacing = 1.12
    _speak_french(normal)
    for name, size, before in _HEADINGS:
        style = _style(document, name)
        style.font.name, style.font.size, style.font.bold = _FONT, Pt(size), True
        style.font.color.rgb = ACCENT
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(6)
        style.paragraph_format.keep_with_next = True
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
    for name in ("List Bullet", "List Bullet 2", "List Number", "List Number 2"):
        _style(document, name).paragraph_format.space_after = Pt(3)
    caption = _style(document, "Caption")
    caption.font.size, caption.font.bold, caption.font.color.rgb = Pt(9), False, MUTED


def _break_page(document: DocumentObject) -> None:
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


def _style(document: DocumentObject, name: str) -> ParagraphStyle:
    found = document.styles[name]
    assert isinstance(found, ParagraphStyle)  # noqa: S101 - python-docx's own template
    return found


def _speak_french(style: ParagraphStyle) -> None:
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), _LANGUAGE)
    style.element.get_or_add_rPr().append(language)


def _write_title(document: DocumentObject) -> None:
    network = document.add_paragraph("{{ reseau }}")
    network.paragraph_format.space_before, network.paragraph_format.space_after = Pt(150), Pt(4)
    network.runs[0].font.size, network.runs[0].font.color.rgb = Pt(14), MUTED
    title = document.add_paragraph("{{ titre }}")
    title.runs[0].font.size, title.runs[0].font.bold = Pt(34), True
    title.runs[0].font.color.rgb = ACCENT
    title.paragraph_format.space_after = Pt(10)
    for text in ("{{ periode }}", "{{ financeur }}", "{{ reglages }}"):
        document.add_paragraph(text).runs[0].font.color.rgb = MUTED
    _break_page(document)


def _write_foot(document: DocumentObject) -> None:
    foot = document.sections[0].footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for text, is_code in (("{{ reseau }} · {{ titre }} · ", False), ("PAGE", True)):
        run = foot.add_run("" if is_code else text)
        run.font.size, run.font.color.rgb = Pt(8.5), MUTED
        if is_code:
            for kind in ("begin", "instrText", "end"):
                part = OxmlElement("w:instrText" if kind == "instrText" else "w:fldChar")
                if kind == "instrText":
                    part.text = text
                else:
                    part.set(qn("w:fldCharType"), kind)
                run._r.append(part)  # noqa: SLF001 - python-docx writes no field
