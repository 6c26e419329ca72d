"""The search palette, by keyboard, on a phone and on a desktop."""

import re
from typing import Any

import pytest

from tests.browser.conftest import Visitor


def _options(page: Any) -> Any:
    return page.locator("#palette [role=option]")


def _wait_for(page: Any, text: str) -> None:
    page.locator(
        "#palette [role=option]", has_text=re.compile(text, re.IGNORECASE)
    ).first.wait_for()


def test_ctrl_k_finds_and_enter_opens(visitor: Visitor) -> None:
    visitor.sign_in("officer")
    page = visitor.open("/structures")
    page.keyboard.press("Control+k")
    _options(page).first.wait_for()
    visitor.check()
    page.keyboard.type("bethun", delay=30)
    _wait_for(page, "Béthune")
    first = _options(page).first
    assert first.get_attribute("aria-selected") == "true"
    combobox = page.get_by_role("combobox", name=re.compile("Rechercher"))
    assert combobox.get_attribute("aria-activedescendant") == first.get_attribute("id")
    assert combobox.get_attribute("aria-expanded") == "true"
    visitor.check()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/structures/\d+$"))
    assert page.inner_text("h1") == "Béthune"


def test_enter_typed_before_the_answer_opens_what_comes_first(visitor: Visitor) -> None:
    visitor.sign_in("officer")
    page = visitor.open("/structures")
    page.keyboard.press("Control+k")
    _options(page).first.wait_for()
    page.keyboard.type("bethun")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/structures/\d+$"))
    assert page.inner_text("h1") == "Béthune"


def test_escape_gives_the_focus_back(visitor: Visitor) -> None:
    visitor.sign_in("officer")
    page = visitor.open("/structures")
    page.locator("main input[type=search]").first.focus()
    before = page.evaluate("document.activeElement.id")
    page.keyboard.press("Control+k")
    _options(page).first.wait_for()
    assert page.evaluate("document.activeElement.id") == "palette-champ"
    page.keyboard.press("Escape")
    assert page.locator("#palette").is_hidden()
    assert page.evaluate("document.activeElement.id") == before


def test_the_arrows_go_round_and_the_focus_stays(visitor: Visitor) -> None:
    visitor.sign_in("officer")
    page = visitor.open("/")
    page.keyboard.press("/")
    _options(page).first.wait_for()
    count = _options(page).count()
    assert page.locator("#palette [aria-selected=true]").count() == 0
    page.keyboard.press("ArrowUp")
    assert _options(page).nth(count - 1).get_attribute("aria-selected") == "true"
    page.keyboard.press("ArrowDown")
    assert _options(page).first.get_attribute("aria-selected") == "true"
    for _ in range(4):
        page.keyboard.press("Tab")
        inside = (
            "document.activeElement === document.body || palette.contains(document.activeElement)"
        )
        assert page.evaluate(inside)


def test_the_box_or_the_button_of_a_page_opens_it(visitor: Visitor) -> None:
    visitor.sign_in("officer")
    page = visitor.open("/")
    if page.locator("#recherche").is_visible():
        page.locator("#recherche").focus()
        page.keyboard.type("lens", delay=30)
        _wait_for(page, "Lens")
        assert page.input_value("#palette-champ") == "lens"
    else:
        page.locator(".topbar [data-palette-open]").click()
        _options(page).first.wait_for()
    page.locator("[data-palette-close]").click()
    assert page.locator("#palette").is_hidden()


def test_an_action_opens_the_form_filled_in(visitor: Visitor) -> None:
    visitor.sign_in("officer")
    page = visitor.open("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("séance bethune", delay=20)
    _wait_for(page, r"Noter une séance\s: Béthune")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/seances/nouvelle\?structure=\d+"))
    assert "Béthune" in page.locator("select[name=structures] option:checked").all_inner_texts()


def test_a_commune_that_is_no_actor_is_adopted(visitor: Visitor) -> None:
    visitor.sign_in("officer")
    page = visitor.open("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("hesdigneul les bethune", delay=10)
    _wait_for(page, "Ajouter au réseau|Hesdigneul-lès-Béthune")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/structures/\d+$"))
    assert page.inner_text("h1") == "Hesdigneul-lès-Béthune"


def test_a_late_answer_never_replaces_a_newer_one(visitor: Visitor) -> None:
    visitor.sign_in("officer")
    page = visitor.open("/")
    page.keyboard.press("Control+k")
    _options(page).first.wait_for()

    def hold(route: Any) -> None:
        if route.request.url.endswith("q=lens"):
            page.wait_for_timeout(400)
        route.continue_()

    page.route("**/recherche/palette*", hold)
    page.keyboard.type("lens", delay=10)
    page.wait_for_timeout(100)
    page.locator("#palette-champ").fill("arras")
    _wait_for(page, "Arras")
    page.wait_for_timeout(500)
    assert "Arras" in page.inner_text("#palette [role=listbox]")
    assert _options(page).first.inner_text().startswith("Arras")


@pytest.mark.parametrize("theme", ["dark"])
def test_it_has_no_fault_in_the_dark(chromium: Any, served: str, width: str, theme: str) -> None:
    visitor = Visitor(chromium, served, width, theme).sign_in("officer")
    page = visitor.open("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("zzqq", delay=10)
    _wait_for(page, "Créer la structure")
    visitor.check()
    visitor.context.close()


def test_without_a_script_the_box_leads_to_the_page(chromium: Any, served: str) -> None:
    visitor = Visitor(chromium, served, "desktop").sign_in("officer")
    state = visitor.context.storage_state()
    context = chromium.new_context(java_script_enabled=False, storage_state=state)
    page = context.new_page()
    page.goto(served + "/")
    page.fill("#recherche", "bethun")
    page.press("#recherche", "Enter")
    page.wait_for_url(re.compile(r"/recherche\?q=bethun"))
    assert "Béthune" in page.inner_text("main")
    context.close()
    visitor.context.close()
