"""The files of a report: each opens, says the same figures, and runs nothing."""

import io
import json
import re
import zipfile
from datetime import date
from pathlib import Path

import pytest
from docx import Document
from docx.oxml import parse_xml
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.yearly.cli import report_command
from crm.yearly.files.pack import MANIFEST
from crm.yearly.files.verification import verify_pack
from crm.yearly.models import ReportTemplate, ReportText
from tests.factories.contacts import StructureFactory
from tests.factories.followups import SessionFactory
from tests.support.client import PageClient
from tests.yearly.conftest import Small


def _texts(body: bytes) -> list[str]:
    document = Document(io.BytesIO(body))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return [*(each.text for each in document.paragraphs), *cells]


def _template(*paragraphs: str) -> io.BytesIO:
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    target = io.BytesIO()
    document.save(target)
    target.seek(0)
    return target


def _send(client: PageClient, small: Small, file: io.BytesIO, name: str = "m.docx") -> object:
    return client.post(
        f"/rapports/{small.definition.id}/modele",
        data={"csrf_token": client.csrf_token(), "submission_key": name, "file": (file, name)},
    )


def test_word_says_the_figures_the_texts_and_the_rules(director: PageClient, small: Small) -> None:
    text = next(each for each in small.items.values() if each.kind == "texte")
    body = "Un **bilan** :\n\n- premier\n- second"
    director.submit(f"{small.url}/textes/{text.id}", {"version": "0", "body": body})
    answer = director.get(f"{small.url}/rapport.docx")
    assert answer.mimetype.endswith("wordprocessingml.document")
    said = _texts(answer.data)
    assert "Rapport d’activité 2019" in said
    assert "Un bilan\u00a0:" in [each.replace(" :", "\u00a0:") for each in said]
    assert "premier" in said
    assert any(each.startswith("2  Structures accompagnées") for each in said)
    assert any(each.startswith("Structures accompagnées\u00a0: Structures diff") for each in said)
    assert "{{" not in "".join(said)


def test_what_cannot_be_printed_is_not_kept_and_breaks_no_file(
    director: PageClient, session: Session, small: Small
) -> None:
    text = next(each for each in small.items.values() if each.kind == "texte")
    url, pasted = f"{small.url}/textes/{text.id}", "Un\x0bbilan\x1b \ufffeentier"
    director.submit(url, {"version": "0", "body": pasted})
    kept = session.scalars(select(ReportText)).one()
    assert kept.body == "Un bilan entier"
    kept.body = pasted  # as one that was kept before
    session.flush()
    answer = director.get(f"{small.url}/rapport.docx")
    assert answer.status_code == 200
    assert "Un bilan entier" in _texts(answer.data)
    for extension in ("pdf", "xlsx", "csv", "json"):
        assert director.get(f"{small.url}/rapport.{extension}").status_code == 200


def test_pdf_csv_and_json_are_written(director: PageClient, small: Small) -> None:
    pdf = director.get(f"{small.url}/rapport.pdf")
    assert pdf.data.startswith(b"%PDF-")
    assert pdf.data.count(b"/Type /Page\n") >= 3
    rows = director.get(f"{small.url}/rapport.csv").data.decode("utf-8-sig").splitlines()
    assert rows[0].startswith("Rapport;Année;Partie")
    data = json.loads(director.get(f"{small.url}/rapport.json").data)
    assert data["year"] == 2019
    assert len(data["sections"]) == 4


def test_a_workbook_has_a_sheet_a_figure_and_no_formula(
    director: PageClient, session: Session, small: Small
) -> None:
    odd = StructureFactory(name='=HYPERLINK("http://x")', departement_code="59")
    SessionFactory(structures=[odd], held_on=date(2019, 8, 1))
    session.flush()
    body = director.get(f"{small.url}/rapport.xlsx").data
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(body))
    assert workbook.sheet_names[0] == "Synthèse"
    rows = workbook.get_sheet_by_name("Structures accompagnées").to_python()
    assert len(rows) == 4 + 3
    assert '=HYPERLINK("http://x")' in {cell for row in rows for cell in row}
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        assert not any(b"<f>" in archive.read(name) for name in sheets)


def test_a_template_is_filled_where_word_cut_its_fields(director: PageClient, small: Small) -> None:
    document = Document()
    paragraph = document.add_paragraph("Nous avons suivi {{ chiffre")
    item = small.item("accompanied_structures")
    paragraph.add_run(f"_{item.id}")
    paragraph.add_run(" }} structures, en {{annee}}.")
    document.sections[0].footer.paragraphs[0].text = "{{ reseau }}"
    split = small.item("accompanied_structures", "tableau")
    document.add_paragraph(f"dont {{{{ chiffre_{split.id}_association }}}} association")
    document.add_paragraph(f"et {{{{ chiffre_{split.id}_scolaire }}}} scolaire")
    document.add_paragraph(f"{{{{ bloc_{split.id} }}}}")
    target = io.BytesIO()
    document.save(target)
    target.seek(0)
    assert _send(director, small, target).status_code == 303  # type: ignore[attr-defined]
    said = _texts(director.get(f"{small.url}/rapport.docx").data)
    assert "Nous avons suivi 2 structures, en 2019." in said
    assert "dont 1 association" in said
    assert "et 0 scolaire" in said
    assert "Structures accompagnées, par famille" in said
    copy = director.submit(
        f"/rapports/{small.definition.id}/copier",
        {"name": "Copie", "period": "civile", "level": "structure", "support": "tout"},
    )
    assert "Nous avons suivi" not in director.get(copy.location).text
    assert "m.docx" in director.get(copy.location).text
    left = director.submit(f"/rapports/{small.definition.id}/modele/retirer", {})
    undo = re.search(r'action="(/historique/\d+/annuler[^"]*)"', director.get(left.location).text)
    assert undo is not None
    assert "Nous avons suivi" not in "".join(_texts(director.get(f"{small.url}/rapport.docx").data))
    director.submit(undo.group(1).replace("&amp;", "&"), {})
    assert "Nous avons suivi" in "".join(_texts(director.get(f"{small.url}/rapport.docx").data))


_CONTROL = (
    '<w:sdt xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:sdtContent>'
    "<w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:sdtContent></w:sdt>"
)


def test_fields_of_content_controls_are_filled_and_checked(
    director: PageClient, small: Small
) -> None:
    for text, status in (("{{ inconnu }}", 422), ("Année {{ annee }}", 303)):
        document = Document()
        table = document.add_table(rows=1, cols=1)
        # A cell that says it is forty million wide is still one cell.
        table.cell(0, 0)._tc.get_or_add_tcPr().get_or_add_gridSpan().val = 40_000_000
        document.element.body.insert(0, parse_xml(_CONTROL.format(text=text)))
        target = io.BytesIO()
        document.save(target)
        target.seek(0)
        answer = _send(director, small, target, f"{status}.docx")
        assert answer.status_code == status  # type: ignore[attr-defined]
    body = director.get(f"{small.url}/rapport.docx").data
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert "Année 2019" in archive.read("word/document.xml").decode()


def test_a_closed_year_stays_in_the_template_that_it_was_published_in(
    director: PageClient, small: Small
) -> None:
    _send(director, small, _template("Publié en {{ annee }}", "{{ contenu }}"), "first.docx")
    director.submit(f"{small.url}/cloture", {})
    url = f"/rapports/{small.definition.id}/elements/nouveau/chiffre"
    added = {"title": "Ajouté", "code": "sessions_done", "submission_key": "a"}
    number = re.search(r"#element-(\d+)", director.submit(url, added).location)
    assert number is not None
    later = _template(f"Autre {{{{ chiffre_{number.group(1)} }}}}")
    assert _send(director, small, later, "second.docx").status_code == 303  # type: ignore[attr-defined]
    assert "Publié en 2019" in _texts(director.get(f"{small.url}/rapport.docx").data)
    open_year = director.get(f"/rapports/{small.definition.id}/2018/rapport.docx").data
    assert any(each.startswith("Autre ") for each in _texts(open_year))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Bonjour {{ inconnu }} et merci", "Champ inconnu « inconnu » dans le texte"),
        ("{{ config.items() }}", "Champ inconnu « config.items() »"),
        ("Voici {{ contenu }}", "« contenu » doit être seul dans son paragraphe"),
        ("{{ titre", "Accolades mal fermées"),
        ("{% for x in range(9) %}", "Accolades mal fermées"),
    ],
)
def test_a_template_that_cannot_be_filled_says_what_and_where(
    director: PageClient, session: Session, small: Small, text: str, said: str
) -> None:
    answer = _send(director, small, _template("Titre", text))
    page = answer.text.replace("\u00a0", " ")  # type: ignore[attr-defined]
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert said in page
    assert "Rien n’a été écrit" in page
    assert session.scalars(select(ReportTemplate.id)).all() == []


def test_what_is_no_word_file_is_refused(director: PageClient, small: Small) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("word/document.xml", b"0" * (60 * 1024 * 1024))
    bomb.seek(0)
    for file, name in ((bomb, "b.docx"), (io.BytesIO(b"texte"), "t.txt"), (io.BytesIO(), "v.docx")):
        answer = _send(director, small, file, name)
        assert answer.status_code == 422  # type: ignore[attr-defined]
    assert director.get(f"/rapports/{small.definition.id}/modele.docx").status_code == 200


def test_a_pack_that_was_changed_is_seen(app: Flask, director: PageClient, small: Small) -> None:
    body = director.get(f"{small.url}/preuves.zip").data
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    figure = next(name for name in files if name.startswith("chiffres/"))

    def faults(changed: dict[str, bytes]) -> str:
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as archive:
            for name, content in changed.items():
                archive.writestr(name, content)
        with app.app_context():
            return " ".join(verify_pack(target.getvalue()).faults)

    assert not faults(files)
    assert "a été modifié" in faults({**files, figure: files[figure] + b"x"})
    assert "manque" in faults({name: each for name, each in files.items() if name != figure})
    assert "n’est pas dans le manifeste" in faults({**files, "autre.txt": b"x"})
    manifest = json.loads(files[MANIFEST])
    manifest["figures"][0]["count"] = 999
    text = json.dumps(manifest).encode()
    assert "Le manifeste a été modifié" in faults({**files, MANIFEST: text})
    with app.app_context():
        assert verify_pack(b"nothing").faults


@pytest.mark.parametrize("kind", ["json", "csv", "docx", "xlsx", "pdf", "zip"])
def test_the_command_writes_every_file(app: Flask, small: Small, tmp_path: Path, kind: str) -> None:
    target = tmp_path / f"r.{kind}"
    runner = app.test_cli_runner()
    done = runner.invoke(report_command, ["2019", f"--{kind}", "--output", str(target)])
    assert done.exit_code == 0, done.output
    assert target.stat().st_size > 500
    missing = runner.invoke(report_command, ["2019", "--definition", "99999"])
    assert missing.exit_code == 1
