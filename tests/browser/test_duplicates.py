"""A person typed twice is recognised while typing, created anyway, merged, and taken apart."""

from tests.browser.conftest import Visitor


def test_twins_are_recognised_merged_and_taken_apart(visitor: Visitor, width: str) -> None:
    visitor.sign_in("officer")
    page = visitor.open("/contacts/nouveau")
    page.fill("input[name=first_name]", "Zéphyrine")
    page.fill("input[name=last_name]", f"Quatrevaux{width}")
    page.fill("input[name=email]", f"zephyrine{width}@orange.fr")
    page.click("form.form-page > .form-actions button.btn-primary")
    page.wait_for_load_state("networkidle")
    first = page.url
    page = visitor.open("/contacts/nouveau")
    page.fill("input[name=first_name]", "Zephirine")
    page.fill("input[name=last_name]", f"QUATREVAUX{width}")
    page.fill("input[name=email]", f"zephyrine{width}@orange.fr")
    page.wait_for_selector(".lookalikes .notice")
    assert "même courriel" in page.inner_text(".lookalikes")
    visitor.check()
    page.click(".lookalikes button")
    page.wait_for_load_state("networkidle")
    second = page.url
    assert second != first
    ids = [url.rpartition("/")[2] for url in (first, second)]
    page = visitor.open(f"/doublons/contact/{ids[0]}/{ids[1]}")
    visitor.check()
    page.click("form.merge-form button.btn-primary")
    page.wait_for_load_state("networkidle")
    assert page.url == first
    visitor.check()
    page.click(".toasts button.btn-sm")
    page.wait_for_load_state("networkidle")
    assert "de retour" in page.inner_text(".toasts")
    assert page.url == second
