"""An application is noted, moves along the board, and its award is asked for and taken back."""

import re
from typing import Any

from tests.browser.conftest import Visitor
from tests.browser.test_paths import _choose


def _new_application(visitor: Visitor, title: str) -> Any:
    page = visitor.open("/dispositifs/nouveau")
    page.fill("input[name=name]", f"Fonds pour {title}")
    page.locator("main button[type=submit].btn-primary").click()
    page.wait_for_url(re.compile(r"/dispositifs/\d+"))
    page = visitor.open("/financements/nouveau")
    _choose(page, "beneficiary", "lill")
    page.select_option("select[name=scheme]", label=f"Fonds pour {title}")
    page.fill("input[name=title]", title)
    page.fill("input[name=requested]", "25 k€")
    visitor.check()
    page.locator("form[data-draft-url] button[type=submit].btn-primary").click()
    page.wait_for_url(re.compile(r"/financements/\d+"))
    return page


def _status_of(page: Any, card_id: str) -> str:
    page.locator(f"#{card_id}").wait_for(state="attached")
    return str(
        page.evaluate(
            "id => document.getElementById(id).closest('[data-board-stage]').dataset.boardStage",
            card_id,
        )
    )


def test_an_application_moves_and_its_award_is_asked_for(visitor: Visitor, width: str) -> None:
    visitor.sign_in("officer")
    title = f"Forage {width}"
    page = _new_application(visitor, title)
    assert "25 000 €" in page.inner_text("main").replace("\u202f", " ").replace("\u00a0", " ")
    visitor.check()
    card_id = "carte-" + page.url.split("/")[-1].split("#")[0]
    page = visitor.open(f"/financements?q={title.replace(' ', '+')}")
    visitor.check()
    if width == "desktop":
        page.locator(f"#{card_id} a").first.focus()
        page.keyboard.press("Shift+ArrowRight")
    else:
        page.locator(f"#{card_id} button").click()
    page.locator(".note", has_text="En montage").wait_for()
    assert _status_of(page, card_id) == "montage"
    page.locator(f"#{card_id} select").select_option("obtenu")
    page.locator(f"#{card_id} button").click()
    page.wait_for_url(re.compile(r"/statut\?statut=obtenu"))
    visitor.check()
    page.fill("input[name=awarded]", "30 k€")
    page.locator("main button[type=submit].btn-primary").click()
    page.locator("input[name=award_reason]").wait_for()
    assert page.input_value("input[name=awarded]") == "30 k€"
    visitor.faults.clear()  # the browser tells of the 422
    page.fill("input[name=award_reason]", "Enveloppe élargie")
    page.locator("main button[type=submit].btn-primary").click()
    page.locator(".note", has_text="Obtenu").wait_for()
    assert _status_of(page, card_id) == "obtenu"
    page.locator(".note button", has_text="Annuler").click()
    page.locator(".note", has_text="annulé").wait_for()
    assert _status_of(page, card_id) == "montage"
