"""The builder with its comforts: a live count, moves by the keyboard and by dragging."""

from typing import Any

import pytest

from tests.browser.conftest import Visitor

_SENT = "**/segments/nouveau"


def _add(page: Any, code: str, group: str = "r") -> None:
    page.select_option(f'[id="a-{group}"]', code)
    with page.expect_response(_SENT):
        page.click(f'[id="ajouter-{group}"]')
    page.locator(f'input[type=hidden][value="{code}"]').wait_for(state="attached")


def _order(page: Any) -> list[str]:
    return [each.inner_text() for each in page.query_selector_all(".criterion-label")]


def test_a_tree_is_built_and_moved(visitor: Visitor) -> None:
    visitor.sign_in("officer")
    page = visitor.open("/segments/nouveau")
    _add(page, "famille")
    with page.expect_response("**/segments/apercu"):
        page.check("input[value=collectivite]", force=True)
    page.wait_for_selector("#apercu .segment-count")
    assert "Collectivité territoriale" in page.inner_text("#apercu")
    _add(page, "population")
    page.wait_for_function("() => document.activeElement.name === 'x:r.1:least'")
    assert "regles=" in page.url
    with page.expect_response(_SENT):
        page.keyboard.press("Alt+ArrowUp")
    page.wait_for_function(
        "() => document.querySelector('.criterion-label').innerText.startsWith('Population')"
    )
    assert _order(page) == ["Population de la commune", "Famille"]
    visitor.check()
    page.fill("[name='x:r.0:least']", "2000")
    page.wait_for_function(
        "() => /2.000 habitants/.test(document.querySelector('#apercu').innerText)"
    )
    page.go_back()
    page.wait_for_function(
        "() => document.querySelector('.criterion-label').innerText === 'Famille'"
    )


@pytest.mark.parametrize("width", ["desktop"], indirect=True)  # a finger has the buttons
def test_a_criterion_is_dragged(visitor: Visitor) -> None:
    visitor.sign_in("officer")
    page = visitor.open("/segments/nouveau")
    _add(page, "famille")
    _add(page, "population")
    assert _order(page) == ["Famille", "Population de la commune"]
    page.goto(page.url)  # nothing moves any more: a pointer aims at where things are
    page.locator("[data-rule='r.1'] [data-rule-grip]").hover()
    page.mouse.down()
    label = page.locator("[data-rule='r.0'] .criterion-label").bounding_box()
    assert label is not None
    with page.expect_response(_SENT):
        page.mouse.move(label["x"] + 10, label["y"] + 30, steps=8)
        page.mouse.move(label["x"] + 10, label["y"] + 5, steps=4)
        page.mouse.up()
    page.wait_for_function(
        "() => document.querySelector('.criterion-label').innerText !== 'Famille'"
    )
    assert _order(page) == ["Population de la commune", "Famille"]
    visitor.check()


def test_enter_beside_the_name_saves_and_in_a_criterion_shows(visitor: Visitor) -> None:
    visitor.sign_in("officer")
    page = visitor.open("/segments/nouveau")
    _add(page, "population")
    page.fill("[name='x:r.0:least']", "2000")
    with page.expect_response(_SENT):
        page.locator("[name='x:r.0:least']").press("Enter")
    page.wait_for_function("() => location.search.includes('regles=')")
    assert page.url.partition("?")[0].endswith("/segments/nouveau")
    name = f"Nommé puis Entrée, {page.viewport_size['width']} px"
    page.fill("[name=name]", name)
    page.locator("[name=name]").press("Enter")
    page.get_by_text("Segment enregistré.").wait_for()
    assert page.locator("h1").inner_text() == name
