"""What people do, as they do it."""

import re
from typing import Any

from tests.browser.conftest import Visitor


def _choose(page: Any, field: str, typed: str) -> None:
    page.locator(f"#{field}-ts-control").focus()
    page.keyboard.type(typed, delay=20)
    page.locator(f"#{field}-ts-dropdown .option").first.wait_for()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")


def test_a_session_is_logged_from_one_page(visitor: Visitor) -> None:
    visitor.sign_in("officer")
    page = visitor.open("/seances/nouvelle")
    _choose(page, "structures", "bét")
    page.fill("input[name=held_on]", "hier")
    page.locator("#held_on-echo", has_text=re.compile(r"\d{4}")).wait_for()
    page.wait_for_timeout(300)
    page.locator("input[name=kind]").first.press("Space")
    page.fill("textarea[name=notes]", "Point sur l’appel à projets.")
    visitor.check()
    page.locator("form[data-draft-url] button[type=submit].btn-primary").click()
    page.wait_for_load_state("networkidle")
    assert re.search(r"/(seances|structures)/\d+", page.url), page.url
    assert "Séance notée" in page.inner_text("body")
    visitor.check()


def test_what_was_typed_survives_an_expired_log_in(visitor: Visitor) -> None:
    visitor.sign_in("officer")
    page = visitor.open("/seances/nouvelle")
    _choose(page, "structures", "bét")
    page.locator("input[name=kind]").first.press("Space")
    page.fill("textarea[name=notes]", "Une longue note à ne pas perdre")
    visitor.context.clear_cookies()
    page.locator("form[data-draft-url] button[type=submit].btn-primary").click()
    page.locator("input[name=password]").wait_for()
    visitor.faults.clear()
    visitor.check()
    from crm.demo.users import DEMO_LOGINS, DEMO_PASSWORD  # noqa: PLC0415

    page.fill("input[name=email]", DEMO_LOGINS[0][0])
    page.fill("input[name=password]", DEMO_PASSWORD)
    page.press("input[name=password]", "Enter")
    page.locator("textarea[name=notes]").wait_for()  # the address was the same while it asked who
    assert page.locator("textarea[name=notes]").input_value() == "Une longue note à ne pas perdre"


def test_filters_open_in_place_and_live_in_the_url(visitor: Visitor) -> None:
    visitor.sign_in("director")
    page = visitor.open("/structures")
    page.locator("#filtres").click()
    page.locator("select[name=departement]").wait_for()
    page.select_option("select[name=departement]", "80")
    page.wait_for_url(re.compile("departement=80"))
    page.locator(".active-filters").wait_for()
    assert "Somme (80)" in page.inner_text(".active-filters")
    visitor.check()


def test_a_figure_opens_the_list_behind_it(visitor: Visitor) -> None:
    visitor.sign_in("director")
    page = visitor.open("/bilan/2019")
    figure = page.locator("#famille tbody tr").first.locator("td a").first
    count = int(re.sub(r"\D", "", figure.inner_text()))
    figure.click()
    page.wait_for_load_state("networkidle")
    shown = int(re.sub(r"\D", "", page.inner_text("[data-results-count]")))
    assert shown == count > 0
    visitor.check()


def test_the_language_and_the_theme_are_kept(visitor: Visitor) -> None:
    visitor.sign_in("campaign_manager")
    page = visitor.open("/structures")
    page.locator("details.menu:has(.monogram) > summary").last.click()
    page.locator("button[name=locale][value=en]").last.click()
    page.wait_for_load_state("networkidle")
    assert page.locator("html").get_attribute("lang") == "en"
    page.locator("details.menu:has(.monogram) > summary").last.click()
    page.locator("button[name=theme][value=dark]").last.click()
    page.wait_for_load_state("networkidle")
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    visitor.check()
    page.locator("details.menu:has(.monogram) > summary").last.click()
    page.locator("button[name=locale][value=fr]").last.click()
    page.wait_for_load_state("networkidle")
    assert page.locator("html").get_attribute("lang") == "fr"


def test_a_member_joins_a_group_in_three_clicks(visitor: Visitor, width: str) -> None:
    visitor.sign_in("officer")
    page = visitor.open("/groupes/7")
    _choose(page, "structures", {"phone": "bét", "desktop": "arr"}[width])
    page.locator("#ajouter button[type=submit]").press("Enter")
    page.get_by_text("Membres ajoutés").wait_for()
    assert page.url.endswith("/groupes/7")
    visitor.check()


def test_a_new_partner_is_created_from_the_project(visitor: Visitor, width: str) -> None:
    visitor.sign_in("officer")
    page = visitor.open("/projets/1")
    name = f"Zzyzx {width}"
    page.locator("#structures-ts-control").focus()
    page.keyboard.type(name, delay=20)
    page.locator("#structures-ts-dropdown .create").wait_for()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.locator("select[name=new_family]").select_option("association")
    page.locator("#participants form.card-form button[type=submit]").press("Enter")
    page.get_by_text("Participants ajoutés").wait_for()
    assert name in page.inner_text("#participants")
    visitor.check()
