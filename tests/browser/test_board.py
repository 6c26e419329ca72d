"""A card moves on the board and comes back; two structures are put in touch."""

import re
from typing import Any

from tests.browser.conftest import Visitor
from tests.browser.test_paths import _choose

BOARDS = ("/accompagnements/tableau", "/financements", "/campagnes/1/tableau")
BOARD = "/accompagnements/tableau?colonne=idee"


def _card(page: Any) -> Any:
    return page.locator("[data-board-stage=idee] [data-board-card]").first


def _stage_of(page: Any, card_id: str) -> str:
    page.locator(f"#{card_id}").wait_for(state="attached")  # the page may still be arriving
    return str(
        page.evaluate(
            "id => document.getElementById(id).closest('[data-board-stage]').dataset.boardStage",
            card_id,
        )
    )


def _drag(page: Any, card_id: str, stage: str) -> None:
    """Drag a card sideways into a column, as a hand does."""
    title = page.locator(f"#{card_id} h3")
    title.scroll_into_view_if_needed()
    source = title.bounding_box()
    column = page.locator(f"[data-board-stage={stage}]").bounding_box()
    y = source["y"] + source["height"] / 2
    page.mouse.move(source["x"] + source["width"] - 4, y)
    page.mouse.down()
    page.mouse.move(column["x"] + column["width"] / 2, y, steps=8)
    page.mouse.up()


def test_a_card_moves_and_is_taken_back(visitor: Visitor) -> None:
    visitor.sign_in("officer")
    page = visitor.open(BOARD)
    visitor.check()
    card = _card(page)
    card_id = card.get_attribute("id")
    card.locator("select").select_option("depot")
    card.locator("button").click()
    page.locator(".note", has_text="c’est noté").wait_for()
    assert _stage_of(page, card_id) == "depot"
    visitor.check()
    page.locator(".note button", has_text="Annuler").click()
    page.locator(".note", has_text="annulé").wait_for()
    assert _stage_of(page, card_id) == "idee"
    assert page.url.split("#")[0].endswith(BOARD)


def test_a_card_moves_by_the_keyboard_and_by_a_drag(visitor: Visitor, width: str) -> None:
    if width == "phone":
        return  # one column in sight: the card's own button is the way
    visitor.sign_in("officer")
    page = visitor.open(BOARD)
    card_id = _card(page).get_attribute("id")
    page.locator(f"#{card_id} a").first.focus()
    page.keyboard.press("Shift+ArrowRight")
    page.locator(".note", has_text="c’est noté").wait_for()
    assert _stage_of(page, card_id) == "montage"
    _drag(page, card_id, "idee")
    page.locator(".note", has_text="Idée").wait_for()
    assert _stage_of(page, card_id) == "idee"
    visitor.check()


def test_the_keyboard_moves_a_card_twice(visitor: Visitor, width: str) -> None:
    if width == "phone":
        return  # one column in sight, and no arrows
    visitor.sign_in("officer")
    for board in BOARDS:
        page = visitor.open(board)
        column = page.locator("[data-board-stage]:has([data-board-card])").first
        card_id = column.locator("[data-board-card]").first.get_attribute("id")
        page.locator(f"#{card_id} a").first.focus()
        stages = [_stage_of(page, card_id)]
        for _step in range(2):
            with page.expect_navigation():
                page.keyboard.press("Shift+ArrowRight")
            stages.append(_stage_of(page, card_id))
            assert page.evaluate("() => document.activeElement.closest('li')?.id") == card_id
        assert len(set(stages)) == 3


def test_two_structures_are_put_in_touch(visitor: Visitor) -> None:
    visitor.sign_in("officer")
    page = visitor.open("/mises-en-relation/nouvelle?structure=3")
    _choose(page, "others", "lill")
    page.fill("textarea[name=reason]", "elles préparent le même voyage.")
    visitor.check()
    page.locator("main button[type=submit].btn-primary").click()
    page.locator(".note", has_text="proposée").wait_for()
    visitor.check()
    page.locator("a", has_text="Rédiger le message").click()
    page.locator("textarea#message").wait_for()
    assert "elles préparent le même voyage." in page.input_value("textarea#message")
    link = page.locator("a[href^='mailto:']").get_attribute("href")
    assert re.match(r"mailto:[^?]*\?subject=Mise%20en%20relation", link)
    assert "Personne n’est nommé" in page.inner_text("main")
    visitor.check()
