"""Columns chosen, filters laid open with their numbers, and the way out of an empty list."""

import re

from tests.browser.conftest import Visitor


def test_columns_are_chosen_from_the_menu(visitor: Visitor) -> None:
    visitor.sign_in("officer")
    page = visitor.open("/structures?departement=59")
    page.click("#colonnes")
    page.wait_for_selector("#colonnes[open] input[name=colonnes]")
    page.uncheck("#colonnes input[value=famille]")
    page.check("#colonnes input[value=referent]")
    page.check("#colonnes input[value=themes]")
    visitor.check()
    page.click("#colonnes button.btn-primary")
    page.wait_for_load_state("networkidle")
    assert "departement=59" in page.url
    assert page.locator("td[data-label='Suivie par']").count() > 0
    assert page.locator("td[data-label='Famille']").count() == 0
    export = page.locator(".list-menus a[download]").first.get_attribute("href")
    assert "referent,themes" in export
    visitor.check()
    page.click("#colonnes")
    page.click("#colonnes .menu-foot a")
    page.wait_for_load_state("networkidle")
    assert "colonnes" not in page.url
    assert page.locator("td[data-label='Famille']").count() > 0


def test_columns_are_chosen_without_scripts(visitor: Visitor) -> None:
    visitor.sign_in("officer")
    bare = visitor.context.browser.new_context(java_script_enabled=False)
    bare.add_cookies(visitor.context.cookies())
    page = bare.new_page()
    page.goto(visitor.address + "/structures?famille=association")
    page.click("#colonnes")
    page.check("#colonnes input[value=siren]")
    page.click("#colonnes button.btn-primary")
    page.wait_for_url("**colonnes=siren**")
    assert "famille=association" in page.url
    assert page.locator("td[data-label='SIREN']").count() > 0
    bare.close()


def test_open_filters_say_how_many_and_an_empty_list_the_way_out(visitor: Visitor) -> None:
    visitor.sign_in("officer")
    page = visitor.open("/structures?filtres=1")
    option = page.locator("select[name=statut] option[value=acteur]")
    label = option.inner_text()
    visitor.check()
    count = int(re.sub(r"\D", "", label.partition("(")[2]))
    page = visitor.open("/structures?statut=acteur")
    said = page.inner_text("[data-results-count]")
    assert re.sub(r"\D", "", said) == str(count)
    page = visitor.open("/structures?statut=prospect&departement=59&famille=etranger")
    visitor.check()
    ways = page.locator(".ways-out a")
    assert ways.count() == 3
    ways.first.click()
    page.wait_for_load_state("networkidle")
    kept = [name for name in ("statut", "departement", "famille") if f"{name}=" in page.url]
    assert len(kept) == 2
