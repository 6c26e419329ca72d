"""What has room on a screen: nothing is cut, nothing pushes the page wider, tools stand by."""

from typing import Any

from tests.browser.conftest import Visitor

_LISTS = "/structures /contacts /relances /financements /mandats /accompagnements /appels".split()
_CUT_PLACEHOLDER = """() => {
  const field = document.querySelector(".list-search input"), style = getComputedStyle(field);
  const brush = document.createElement("canvas").getContext("2d");
  const { fontSize } = getComputedStyle(field, "::placeholder");
  brush.font = `${style.fontWeight} ${fontSize} ${style.fontFamily}`;
  const room = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  return brush.measureText(field.placeholder).width > room ? field.placeholder : null;
}"""
_CUT_TABS = """() => [...document.querySelectorAll(".tab span")].filter((word) => {
  const range = document.createRange();
  range.selectNodeContents(word);
  return range.getBoundingClientRect().width > word.getBoundingClientRect().width;
}).map((word) => word.textContent)"""
_BROKEN_WORDS = """() => [...document.querySelectorAll(".choice span")].filter((span) => {
  const text = [...span.childNodes].find((node) => node.nodeType === 3 && node.data.trim());
  return [...text.data.matchAll(/\\S+/g)].some((word) => {
    const range = document.createRange();
    range.setStart(text, word.index);
    range.setEnd(text, word.index + word[0].length);
    return range.getClientRects().length > 1;
  });
}).map((span) => span.textContent.trim())"""


def _top(page: Any, selector: str) -> float:
    return float(page.locator(selector).first.bounding_box()["y"])


def test_a_session_begins_with_its_content(visitor: Visitor) -> None:
    visitor.sign_in("officer")
    page = visitor.open("/seances")
    page.locator(".list-table tbody th a").first.click()
    page.locator(".page-actions").wait_for()
    assert page.locator(".page-actions").bounding_box()["height"] < 60
    trash = page.get_by_role("button", name="Mettre à la corbeille", exact=True)
    assert not trash.is_visible()
    page.locator(".page-actions summary").first.click()
    box, wide = trash.bounding_box(), page.viewport_size["width"]
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= wide
    visitor.check()


def test_a_name_without_a_space_keeps_to_the_page(visitor: Visitor, width: str) -> None:
    visitor.sign_in("officer")
    page = visitor.open("/structures/nouvelle")
    page.fill("input[name=name]", width[0] + "w" * 199)
    page.select_option("select[name=family_code]", "association")
    page.locator("main button[type=submit].btn-primary").click()
    page.locator(".record").wait_for()
    visitor.check()
    visitor.open(f"/structures?q={width[0]}{'w' * 40}")
    visitor.check()


def test_a_day_that_is_understood_takes_the_error_away(visitor: Visitor) -> None:
    visitor.sign_in("officer")
    page = visitor.open("/relances/nouvelle")
    page.fill("input[name=due_on]", "un jour")
    page.press("input[name=due_on]", "Tab")
    assert "lundi prochain" in page.locator("#due_on-echo").inner_text()
    page.fill("input[name=due_on]", "30/02/2027")
    page.locator("main button[type=submit].btn-primary").click()
    page.locator("#due_on-error").wait_for()
    visitor.check()
    page.fill("input[name=due_on]", "un jour")
    assert page.locator("#due_on-error").is_visible()
    page.fill("input[name=due_on]", "demain")
    assert page.locator("#due_on-error").count() == 0
    assert page.get_attribute("input[name=due_on]", "aria-invalid") is None
    visitor.check()


def test_the_tools_of_a_text_are_under_its_label(visitor: Visitor) -> None:
    visitor.sign_in("officer")
    page = visitor.open("/seances/nouvelle")
    label, tools = _top(page, "label[for=notes]"), _top(page, "[role=toolbar]")
    assert label < tools < _top(page, "textarea[name=notes]")
    assert page.evaluate(_BROKEN_WORDS) == []


def test_no_word_is_cut(visitor: Visitor, width: str) -> None:
    visitor.sign_in("officer")
    page = visitor.open("/")
    assert page.evaluate(_CUT_TABS) == []
    page = visitor.open("/appels/calendrier?mois=2027-01")
    words = page.locator(".month-words >> visible=true").first
    assert words.evaluate("node => node.scrollHeight - node.clientHeight") <= 1
    assert words.evaluate("node => node.scrollWidth - node.clientWidth") <= 1
    for path in _LISTS:
        visitor.open(path)
        assert page.evaluate(_CUT_PLACEHOLDER) is None
    if width == "desktop":
        for path in ("/appels", "/indicateurs/series/1"):
            visitor.open(path)
            region = page.locator(".table-region")
            assert region.evaluate("node => node.scrollWidth - node.clientWidth") <= 0
