"""A view of a list, saved, opened in one click, deleted and taken back."""

from tests.browser.conftest import Visitor


def test_a_view_is_saved_opened_deleted_and_taken_back(visitor: Visitor, width: str) -> None:
    visitor.sign_in("officer")
    name = f"Le Nord ({width})"
    page = visitor.open("/structures?departement=59")
    page.click("#vues > summary")
    visitor.check()
    page.click("#vues a[href*='/nouvelle']")
    page.fill("input[name=name]", name)
    visitor.check()
    page.click("form.form-page button.btn-primary")
    page.wait_for_load_state("networkidle")
    assert name in page.inner_text("#vues > summary")
    page = visitor.open("/structures")
    page.click("#vues > summary")
    visitor.check()
    page.click(f"#vues a:has-text('{name}')")
    page.wait_for_load_state("networkidle")
    assert "departement=59" in page.url
    page.click("#vues > summary")
    page.locator("#vues .view-line", has_text=name).locator("a.icon-button").click()
    page.click("#supprimer-vue")
    page.wait_for_load_state("networkidle")
    assert name in page.inner_text(".toasts")
    page.click(".toasts button.btn-sm")
    page.wait_for_load_state("networkidle")
    assert name in page.inner_text("#vues > summary")
    visitor.check()
