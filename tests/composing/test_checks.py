"""What is said of a message before it leaves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from crm.composing.checks import is_ready, problems, problems_for
from crm.composing.links import tidy, why_nowhere
from crm.composing.queries import message_to_compile
from crm.composing.rendering import compile_message
from crm.composing.rules import new_key
from crm.composing.types import (
    FIELDS,
    Block,
    ButtonBlock,
    DividerBlock,
    EventBlock,
    Footer,
    ImageBlock,
    NewsBlock,
    NewsItem,
    TextBlock,
    TitleBlock,
)
from tests.composing.messages import FOOTER, write


def _said(
    session: Session, blocks: list[Block], subject: str = "Bonjour"
) -> list[tuple[str, bool]]:
    message = write(session, blocks, subject=subject)
    return [
        (each.message % dict(each.params), each.is_blocking)
        for each in problems(message_to_compile(session, message.id), footer=FOOTER)
    ]


def test_a_whole_message_is_ready(app_context: None, session: Session) -> None:
    message = message_to_compile(session, write(session).id)
    compiled = compile_message(message, footer=FOOTER)
    assert problems(message, footer=FOOTER, compiled=compiled) == []


@pytest.mark.parametrize(
    ("block", "said", "is_blocking"),
    [
        (TextBlock("", "Bonjour {prenon}"), "{prénom}", True),
        (TextBlock("", "Voyez [le site](/agenda)"), "https://", True),
        (TextBlock("", "[x](javascript:alert(1))"), "https://", True),
        (TextBlock("", "http://localhost/x"), "ne mène nulle part", True),
        (TextBlock("", ""), "Ce bloc est vide.", False),
        (TitleBlock("", "{"), "pas refermée", True),
        (ButtonBlock("", "Ici", ""), "Donnez l’adresse", True),
        (ButtonBlock("", "", "https://a.fr"), "ce que dit le bouton", True),
        (ButtonBlock("", "Ici", "https://a.fr/{prénom}"), "n’a pas sa place", True),
        (ButtonBlock("", "Ici", "https://a.fr/a b"), "un espace", True),
        (EventBlock("", "", "demain"), "Nommez l’événement", True),
        (EventBlock("", "Forum"), "Dites quand", False),
        (EventBlock("", "Forum", "demain", link="ftp://a.fr"), "https://", True),
        (NewsBlock("", "Actualités"), "aucune actualité", True),
        (NewsBlock("", "", (NewsItem("Une", "{xx}", ""),)), "n’existe pas", True),
        (NewsBlock("", "", (NewsItem("Une", "", "https://a"),)), "ne mène nulle part", True),
        (ImageBlock("", "", "Lille"), "Choisissez l’image.", True),
        (ImageBlock("", "", ""), "Décrivez l’image", True),
    ],
)
def test_what_is_wrong_with_a_block_is_said_beside_it(
    app_context: None, session: Session, block: Block, said: str, is_blocking: bool
) -> None:
    found = _said(session, [TitleBlock(new_key(), "Bonjour"), block])
    assert any(said in text and blocking == is_blocking for text, blocking in found), found


@pytest.mark.parametrize(
    ("subject", "said", "is_blocking"),
    [
        ("", "Donnez un objet", True),
        ("GRANDE RÉUNION DE RENTRÉE", "majuscules", False),
        ("x" * 90, "90 caractères", False),
        ("{prénon}", "{prénom}", True),
    ],
)
def test_what_is_wrong_with_the_subject(
    app_context: None, session: Session, subject: str, said: str, is_blocking: bool
) -> None:
    found = _said(session, [TitleBlock(new_key(), "Bonjour")], subject)
    assert any(said in text and blocking == is_blocking for text, blocking in found), found


def test_a_message_that_says_nothing_does_not_leave(app_context: None, session: Session) -> None:
    assert any(
        "ne dit rien" in text and blocking
        for text, blocking in _said(session, [DividerBlock(new_key())])
    )


def test_each_legal_mention_is_asked_for(app_context: None, session: Session) -> None:
    message = message_to_compile(session, write(session).id)
    found = problems(message, footer=Footer())
    assert [each.field for each in found] == [
        "sender_name", "postal_address", "reason", "rights_contact",
    ]  # fmt: skip
    assert not is_ready(found)


def test_a_heavy_message_is_told(app_context: None, session: Session) -> None:
    text = "Une phrase de plus. " * 480
    blocks: list[Block] = [TextBlock(new_key(), text) for _ in range(12)]
    message = message_to_compile(session, write(session, blocks).id)
    compiled = compile_message(message, footer=FOOTER)
    found = problems(message, footer=FOOTER, compiled=compiled)
    assert [each.part for each in found] == ["weight"]
    assert is_ready(found)


def test_a_hole_for_one_person_is_told(app_context: None, session: Session) -> None:
    blocks: list[Block] = [TextBlock(new_key(), "{fonction}")]
    message = message_to_compile(session, write(session, blocks).id)
    compiled = compile_message(message, footer=FOOTER)
    (found,) = problems_for(compiled, {"fonction": ""}, FIELDS)
    assert "« fonction » est vide" in found.message % dict(found.params)
    assert problems_for(compiled, {"fonction": "maire"}, FIELDS) == []


@pytest.mark.parametrize(
    "address",
    [
        "https://reseau.fr", "http://reseau.fr:8080/a?b=c#d", "mailto:a@reseau.fr",
        "mailto:a@reseau.fr?subject=x", "https://été.fr/é", "https://8.8.8.8/",
    ],
)  # fmt: skip
def test_an_address_that_may_lead_somewhere(address: str) -> None:
    assert why_nowhere(address) is None


@pytest.mark.parametrize(
    "address",
    [
        "", "reseau", "//reseau.fr", "https://", "https:///x", "https://reseau", "javascript:x",
        "data:text/html,x", "ftp://reseau.fr", "https://localhost", "https://a.local/",
        "https://127.0.0.1/", "http://192.168.1.4/", "http://[::1]/", "https://u:p@reseau.fr",
        "https://reseau.fr:x/", "https://a..fr", "mailto:", "mailto:nobody",
        "https://reseau.fr/a b",         "https://reseau.fr/\n", "https://[bad/",
    ],
)  # fmt: skip
def test_an_address_that_leads_nowhere(address: str) -> None:
    assert why_nowhere(address) is not None


@given(st.text(max_size=40))
def test_any_address_has_an_answer(address: str) -> None:
    assert why_nowhere(tidy(address)) is None or isinstance(why_nowhere(tidy(address)), str)
