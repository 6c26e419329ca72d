"""The form of a session as people use it: quickly, with its tools, and without a network."""

import re
import time
from typing import Any

from tests.browser.conftest import Visitor

FORM = "/seances/nouvelle"
QUICK_SECONDS, MOST_CLICKS = 30, 3
COUNT_CLICKS = """addEventListener("click", () => {
  sessionStorage.clicks = 1 + Number(sessionStorage.clicks ?? 0);
}, true)"""
PASTE = """() => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", "Béthune\\nZzyzx Solidarité");
  const paste = new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true});
  document.getElementById("structures-ts-control").dispatchEvent(paste);
}"""
KEPT = "() => Object.keys(localStorage).filter((key) => key.startsWith('draft:')).length"


def _choose(page: Any, field: str, typed: str) -> None:
    page.locator(f"#{field}-ts-control").focus()
    page.keyboard.type(typed, delay=20)
    page.locator(f"#{field}-ts-dropdown .option").first.wait_for()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")


def _form(visitor: Visitor, name: str, width: str, arguments: str = "") -> Any:
    """Open the form at an address of its own, so that no draft of another test is taken up."""
    return visitor.open(f"{FORM}?essai={name}-{width}{arguments}")


def _save(page: Any) -> None:
    page.locator("form[data-session-form] button[type=submit].btn-primary").click()
    page.wait_for_load_state("networkidle")


def test_a_session_takes_three_clicks_and_less_than_thirty_seconds(visitor: Visitor) -> None:
    visitor.sign_in("officer")
    visitor.context.add_init_script(COUNT_CLICKS)
    page = visitor.open("/")
    begun = time.monotonic()
    page.locator(".page-actions a.btn-primary").click()
    page.wait_for_url(re.compile(FORM))
    _choose(page, "structures", "bét")
    page.locator("input[name=kind]").first.press("Space")
    _save(page)
    assert "Séance notée" in page.inner_text("body")
    assert int(page.evaluate("sessionStorage.clicks")) <= MOST_CLICKS
    assert time.monotonic() - begun < QUICK_SECONDS


def test_the_tools_mark_what_is_selected(visitor: Visitor, width: str) -> None:
    visitor.sign_in("officer")
    page = _form(visitor, "outils", width)
    notes = page.locator("textarea[name=notes]")
    tools = page.locator("[role=toolbar]").first
    notes.fill("forage")
    notes.select_text()
    page.keyboard.press("Control+b")
    assert notes.input_value() == "**forage**"
    page.keyboard.press("Control+b")
    assert notes.input_value() == "forage"
    notes.select_text()
    tools.locator("[data-mark=list]").click()
    assert notes.input_value() == "- forage"
    tools.locator("[data-mark=list]").click()
    notes.select_text()
    tools.locator("[data-mark=link]").click()
    assert notes.input_value() == "[forage](https://)"
    tools.locator("[data-mark=bold]").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.mark") == "italic"
    notes.fill("## Décisions\n\nun **forage**")
    page.locator("button[value=apercu]").click()
    page.locator("#apercu strong").wait_for()
    assert page.inner_text("#apercu h3") == "Décisions"
    visitor.check()


def test_a_person_and_a_theme_are_completed_and_chosen(visitor: Visitor, width: str) -> None:
    visitor.sign_in("officer")
    page = _form(visitor, "noms", width)
    notes = page.locator("textarea[name=notes]")
    notes.focus()
    page.keyboard.type("Vu @ma", delay=30)
    first = page.locator("#notes-completions [role=option]").first
    first.wait_for()
    visitor.check()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    assert re.fullmatch(r"Vu @\S.* ", notes.input_value())
    assert page.locator("select[name=contacts] option:checked").count() == 1
    page.keyboard.type("sur #", delay=30)
    first.wait_for()
    name = first.inner_text()
    page.keyboard.press("Tab")
    assert notes.input_value().endswith(f"sur #{name} ")
    assert page.locator("input[name=themes]:checked").count() == 1
    visitor.check()


def test_names_pasted_together_are_recognised(visitor: Visitor, width: str) -> None:
    visitor.sign_in("officer")
    page = _form(visitor, "collage", width)
    page.locator("#structures-ts-control").focus()
    page.evaluate(PASTE)
    assert page.locator("textarea[name=structures_list]").input_value().count("\n") == 1
    page.keyboard.press("Enter")
    page.locator("#structures-choix").wait_for()
    assert "Zzyzx Solidarité" in page.inner_text("#structures-choix")
    visitor.check()


def test_a_draft_outlives_the_network(visitor: Visitor, width: str) -> None:
    visitor.sign_in("officer")
    address = f"{FORM}?coupure={width}"
    page = visitor.open(address)
    typed = f"Dit dans le train ({width}), sans réseau"
    visitor.context.set_offline(True)
    page.fill("textarea[name=notes]", typed)
    page.locator("textarea[name=notes]").blur()
    page.get_by_text("brouillon gardé sur cet appareil").wait_for()
    page.locator("form[data-session-form] button[type=submit].btn-primary").click()
    page.get_by_text("Pas de réseau").wait_for()
    assert page.url.endswith(address)
    assert page.evaluate(KEPT) == 1
    visitor.context.set_offline(False)
    page.locator("[data-draft-state]", has_text="Brouillon enregistré").wait_for()
    assert page.evaluate(KEPT) == 0
    visitor.faults.clear()
    page = visitor.open(address)
    assert page.locator("textarea[name=notes]").input_value() == typed
    assert "est repris" in page.inner_text("main")
    visitor.check()


def test_a_draft_left_on_the_device_is_sent_from_another_page(visitor: Visitor, width: str) -> None:
    visitor.sign_in("officer")
    address = f"{FORM}?quittee={width}"
    page = visitor.open(address)
    visitor.context.set_offline(True)
    page.fill("textarea[name=notes]", "Fermé trop vite")
    page.locator("textarea[name=notes]").blur()
    page.get_by_text("brouillon gardé sur cet appareil").wait_for()
    page.goto("about:blank")
    visitor.context.set_offline(False)
    visitor.faults.clear()
    page = visitor.open("/structures")
    page.wait_for_function(f"() => !({KEPT})()")
    page = visitor.open(address)
    assert page.locator("textarea[name=notes]").input_value() == "Fermé trop vite"


def test_a_planned_session_is_confirmed_from_home(visitor: Visitor, width: str) -> None:
    visitor.sign_in("officer")
    page = _form(visitor, "prevue", width, "&statut=prevue")
    _choose(page, "structures", {"phone": "bét", "desktop": "arr"}[width])
    page.fill("input[name=held_on]", "hier")
    page.locator("input[name=kind]").first.press("Space")
    _save(page)
    assert "A-t-elle eu lieu" in page.inner_text("main")
    visitor.check()
    page = visitor.open("/")
    card = page.locator("section.card", has_text="A-t-elle eu lieu")
    before = card.locator("li").count()
    card.locator("summary", has_text="Reportée").first.click()
    visitor.check()
    page.keyboard.press("Escape")
    card.locator("button", has_text="Oui").last.click()
    page.wait_for_load_state("networkidle")
    assert card.locator("li").count() == before - 1
    page.locator(".toasts button", has_text="Annuler").click()
    page.wait_for_load_state("networkidle")
    visitor.open("/")
    assert card.locator("li").count() == before
    card.locator("button", has_text="Oui").last.click()
    page.wait_for_load_state("networkidle")


def test_a_file_is_joined_to_the_session(visitor: Visitor, width: str) -> None:
    visitor.sign_in("officer")
    page = _form(visitor, "fichier", width)
    _choose(page, "structures", "bét")
    page.locator("input[name=kind]").first.press("Space")
    _save(page)
    page.set_input_files(
        "#pieces input[type=file]",
        {"name": "Plan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 plan"},
    )
    page.locator("#pieces button", has_text="Joindre").click()
    page.get_by_text("Fichier joint").wait_for()
    with page.expect_download() as download:
        page.locator("#pieces a", has_text="Plan.pdf").click()
    assert download.value.suggested_filename == "Plan.pdf"
    visitor.check()


def test_the_keys_n_then_s_open_the_form(visitor: Visitor, width: str) -> None:
    visitor.sign_in("officer")
    for keys, expected in (("ns", FORM), ("nt", "/structures/nouvelle"), ("n", FORM)):
        page = visitor.open("/contacts")
        for key in keys:
            page.keyboard.press(key)
        page.wait_for_url(re.compile(expected))
