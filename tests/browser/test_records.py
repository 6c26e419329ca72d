"""Records as people use them: undone, deleted, taken back, printed before a meeting."""

import re
from typing import Any

import pytest

from tests.browser.conftest import Visitor


def _new_structure(page: Any, address: str, name: str) -> None:
    page.goto(address + "/structures/nouvelle")
    page.fill("input[name=name]", name)
    page.select_option("select[name=family_code]", "association")
    page.locator("form.form-page button.btn-primary").click()
    page.wait_for_load_state("networkidle")
    if page.url.endswith("/nouvelle"):  # the visit at another width made its like
        page.get_by_role("button", name="Créer quand même").click()
        page.wait_for_load_state("networkidle")


def test_what_is_deleted_comes_back_by_the_message(visitor: Visitor) -> None:
    visitor.sign_in("officer")
    page = visitor.page
    _new_structure(page, visitor.address, "Association à retrouver")
    page.locator(".page-actions details > summary").first.click()
    page.get_by_role("link", name="Mettre à la corbeille").click()
    page.fill("input[name=reason]", "Doublon")
    visitor.check()
    page.locator(".page-main button.btn-primary").click()
    page.wait_for_load_state("networkidle")
    assert "Association à retrouver" in page.inner_text(".toasts")
    visitor.check()
    page.locator(".toasts button.btn-sm").click()
    page.wait_for_load_state("networkidle")
    assert re.search(r"/structures/\d+$", page.url)
    assert "Association à retrouver" in page.inner_text("h1")


def test_a_change_is_put_back_from_the_record(visitor: Visitor) -> None:
    visitor.sign_in("officer")
    page = visitor.page
    _new_structure(page, visitor.address, "Nom de départ")
    here = page.url
    page.goto(here + "/modifier")
    page.fill("input[name=name]", "Nom d’arrivée")
    page.locator("form.form-page button.btn-primary").click()
    page.wait_for_load_state("networkidle")
    page.locator("#historique .history-undo").first.click()
    page.wait_for_load_state("networkidle")
    assert "Nom de départ" in page.inner_text(".history-fields")
    visitor.check()
    page.locator(".form-actions button.btn-primary").click()
    page.wait_for_load_state("networkidle")
    assert page.url.split("#")[0] == here
    assert page.inner_text("h1") == "Nom de départ"


@pytest.mark.parametrize("structure_id", [1, 3, 12, 40])
def test_a_record_prints_as_a_brief_of_two_pages_at_most(
    chromium: Any, served: str, structure_id: int
) -> None:
    visitor = Visitor(chromium, served, "desktop").sign_in("officer")
    page = visitor.open(f"/structures/{structure_id}")
    document = page.pdf(format="A4")
    pages = len(re.findall(rb"/Type\s*/Page[^s]", document))
    visitor.context.close()
    assert 1 <= pages <= 2


def test_a_selection_is_tagged_and_taken_back(visitor: Visitor) -> None:
    visitor.sign_in("officer")
    page = visitor.open("/structures?famille=entreprise&colonnes=famille&colonnes=themes")
    page.locator("[data-select-row]").first.check()
    visitor.check()
    page.fill("#valeur-groupee", "Salon 2027")
    page.locator("#actions-groupees button.btn-primary").click()
    page.wait_for_load_state("networkidle")
    assert "famille=entreprise" in page.url
    page.locator(".toasts button.btn-sm").click()
    page.wait_for_load_state("networkidle")
    page.goto(visitor.address + "/structures?q=&filtres=1")
    visitor.check()
    page.locator("[data-select-row]").first.check()
    page.locator("button[name=autre]").click()
    page.wait_for_load_state("networkidle")
    visitor.check()
