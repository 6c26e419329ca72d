"""The notes of a session: Markdown, people and themes that lead somewhere, a preview, drafts."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.followups.models import AccompanimentSession
from crm.web.markdown import notes_html
from tests.factories.contacts import ContactFactory, StructureFactory
from tests.factories.followups import SessionFactory, reference
from tests.support.client import PageClient

NEW = "/seances/nouvelle"


def fields(**changes: Any) -> dict[str, Any]:
    values = {
        "submission_key": "a-key-of-the-form-000000",
        "structures": [str(StructureFactory().id)],
        "held_on": "hier",
        "kind": str(reference("session_kind", "rdv").id),
    }
    return values | changes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Vu @Ada Martin hier", 'Vu <a href="/contacts/1"'),
        ("(@Ada Martin)", '(<a href="/contacts/1"'),
        ("@Ada Martinez", "<p>@Ada Martinez</p>"),
        ("ada@Ada Martin", "<p>ada@Ada Martin</p>"),
        ("**@Ada Martin**", '<strong><a href="/contacts/1"'),
        ("`@Ada Martin`", "<code>@Ada Martin</code>"),
        ("#Santé, puis", '<a href="/seances?theme=2"'),
        ("#Santé et nutrition", '<a href="/seances?theme=3"'),
    ],
)
def test_words_that_are_known_become_links(text: str, expected: str) -> None:
    links = {
        "@Ada Martin": "/contacts/1",
        "#Santé": "/seances?theme=2",
        "#Santé et nutrition": "/seances?theme=3",
    }
    assert expected in notes_html(text, links)
    assert "<a" not in notes_html(text)


def test_no_link_is_put_inside_a_link() -> None:
    html = notes_html("[voir @Ada Martin](https://exemple.fr)", {"@Ada Martin": "/contacts/1"})
    assert html.count("<a ") == 1


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>", "[x](javascript:alert(1))", "<img src=x onerror=alert(1)>",
        "[x](data:text/html,<b>)", "@<script>", "![x](https://ailleurs.example/pixel.png)",
    ],
)  # fmt: skip
def test_nothing_harmful_comes_through(text: str) -> None:
    html = str(notes_html(text, {"@<script>": "/contacts/1"})).lower()
    for harm in ("<script", 'href="javascript:', "<img", 'href="data:'):
        assert harm not in html


def test_the_page_links_its_people_and_its_themes(officer: PageClient, session: Session) -> None:
    ada, theme = ContactFactory(first_name="Ada", last_name="Martin"), reference("theme", "sante")
    record = SessionFactory(
        structures=[StructureFactory()], contacts=[ada], themes=[theme],
        notes=f"Vu @Ada Martin sur #{theme.label}, et @Personne Absente",
    )  # fmt: skip
    page = officer.get(f"/seances/{record.id}").text
    prose = page[page.index('class="prose"') :].partition("</div>")[0]
    assert f'href="/contacts/{ada.id}"' in prose
    assert f"theme={theme.id}" in prose
    assert prose.count("<a ") == 2


def test_a_preview_shows_the_notes_and_saves_nothing(officer: PageClient, session: Session) -> None:
    ada = ContactFactory(first_name="Ada", last_name="Martin")
    typed = fields(
        notes="## Décisions\n\n- un **forage**\n- @Ada Martin", contacts=[str(ada.id)],
        private_notes="Le budget *réel*", avant="apercu",
    )  # fmt: skip
    page = officer.submit(NEW, typed)
    assert page.status_code == 200
    shown = page.text[page.text.index('id="apercu"') :]
    for piece in ("<strong>forage</strong>", f'href="/contacts/{ada.id}"', "<em>réel</em>", "<h3>"):
        assert piece in shown
    assert "## Décisions" in page.text
    assert session.scalar(select(func.count()).select_from(AccompanimentSession)) == 0


def test_a_preview_of_a_session_that_is_changed_keeps_what_was_typed(
    officer: PageClient, session: Session
) -> None:
    record = SessionFactory(structures=[StructureFactory()], notes="Avant")
    typed = fields(notes="**Après**", version=str(record.version), avant="apercu")
    page = officer.submit(f"/seances/{record.id}/modifier", typed)
    assert "<strong>Après</strong>" in page.text
    session.refresh(record)
    assert record.notes == "Avant"
