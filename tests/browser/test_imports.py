"""A file brought in and taken back, on each width of screen, every page without a fault."""

from pathlib import Path

import pytest

from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser
ROWS = """Structure;Nom;Prénom;Fonction;Courriel
Association {width};Martin;Anne;Présidente;anne@{width}.example
Association {width};Petit;Luc;Trésorier;pas une adresse
Mairie de Beaurieux;Durand;Zoé;Maire;zoe@{width}.example
"""


def test_a_file_is_brought_in_corrected_and_taken_back(
    visitor: Visitor, width: str, tmp_path: Path
) -> None:
    path = tmp_path / "liste.csv"
    path.write_text(ROWS.format(width=width), encoding="utf-8")
    visitor.sign_in("director")
    page = visitor.open("/imports/nouveau")
    page.set_input_files("input[type=file]", str(path))
    page.get_by_role("button", name="Lire le fichier").click()
    page.get_by_role("button", name="Essayer à blanc").wait_for()
    visitor.check()
    page.get_by_role("button", name="Essayer à blanc").click()
    page.get_by_role("link", name="Refusées").click(timeout=20_000)
    visitor.check()
    page.get_by_label("Courriel").fill(f"luc@{width}.example")
    page.get_by_role("button", name="Enregistrer et refaire").click()
    page.get_by_role("link", name="À décider").click(timeout=20_000)
    visitor.check()
    page.get_by_role("radio", name="Beaurieux (59)").check()
    page.get_by_role("button", name="Enregistrer et refaire").click()
    page.get_by_role("button", name="Importer tout (3)").click(timeout=20_000)
    page.get_by_role("link", name="Annuler cet import").click(timeout=20_000)
    visitor.check()
    page.get_by_role("button", name="Annuler tout cet import").click()
    page.get_by_text("Annulé").first.wait_for(timeout=20_000)
    visitor.check()
