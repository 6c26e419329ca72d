"""A message is written with the keyboard, pasted into from Word, and seen in its frame."""

from typing import Any

from tests.browser.conftest import Visitor

PASTED = (
    "<html><body><p class=MsoNormal><b>Bonjour</b> à tous<o:p></o:p></p>"
    "<p><a href='https://reseau.example.org/'>Le site</a></p></body></html>"
)


def _paste(page: Any, selector: str, html: str) -> None:
    page.evaluate(
        """([selector, html]) => {
          const data = new DataTransfer();
          data.setData("text/html", html);
          data.setData("text/plain", "les mots seuls");
          const event = new ClipboardEvent("paste", { clipboardData: data, cancelable: true });
          document.querySelector(selector).dispatchEvent(event);
        }""",
        [selector, html],
    )


def test_a_message_is_written_and_seen(visitor: Visitor) -> None:
    visitor.sign_in("campaign_manager")
    page = visitor.open("/modeles-de-message/nouveau")
    page.fill("[name=name]", "Essai au clavier")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Texte", exact=True).focus()
    page.keyboard.press("Enter")
    page.locator("[data-editor] textarea").click()
    assert page.get_by_role("button", name="Gras (Ctrl+B)").is_visible()
    with page.expect_response("**/messages/coller") as answered:
        _paste(page, "[data-editor] textarea", PASTED)
    assert answered.value.ok
    page.wait_for_timeout(300)  # what was answered is written a moment later
    text = page.input_value("[data-editor] textarea")
    assert text == "**Bonjour** à tous\n\n[Le site](https://reseau.example.org/)"
    visitor.check()
    page.keyboard.press("Control+Enter")
    page.get_by_text("Bloc ajouté.").wait_for()
    frame = page.frame_locator("iframe.message-frame")
    page.locator("iframe.message-frame").scroll_into_view_if_needed()
    assert frame.locator("strong", has_text="Bonjour").is_visible()
    ground = "element => getComputedStyle(element).backgroundColor"
    page.goto(page.url.partition("#")[0] + "/apercu?theme=sombre")
    sheet = frame.locator("table.sheet")
    assert sheet.evaluate(ground) == "rgb(27, 37, 38)"
    page.get_by_role("link", name="Clair", exact=True).click()
    page.locator(".preview-clair").wait_for()
    assert sheet.evaluate(ground) == "rgb(255, 255, 255)"
    visitor.check()


def test_a_block_goes_down_step_by_step_with_the_keyboard(visitor: Visitor) -> None:
    visitor.sign_in("campaign_manager")
    page = visitor.open("/modeles-de-message/nouveau")
    page.fill("[name=name]", "Trois blocs")
    page.keyboard.press("Enter")
    for title in ("Un", "Deux", "Trois"):
        page.locator(".block-adders a", has_text="Titre").click()
        page.fill("[name=title]", title)
        page.keyboard.press("Control+Enter")
        page.get_by_text("Bloc ajouté.").wait_for()
    page.get_by_role("button", name="Descendre").first.focus()
    for order in (["Deux", "Un", "Trois"], ["Deux", "Trois", "Un"]):
        page.keyboard.press("Enter")
        page.wait_for_function(
            "order => document.activeElement.closest('.block-row')"
            " && order === [...document.querySelectorAll('.block-row .row-detail')]"
            ".map(each => each.innerText).join()",
            arg=",".join(order),
        )
    assert page.evaluate("document.activeElement.closest('.block-row').innerText").endswith("Un")
    visitor.check()
