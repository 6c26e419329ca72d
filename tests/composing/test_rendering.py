"""A message becomes an e-mail: each block in both parts, and one compiling for all readers."""

from dataclasses import replace

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from crm.composing.marking import Context, Marker
from crm.composing.models import Message
from crm.composing.operations import add_block, write_text
from crm.composing.operations.messages import seen_text
from crm.composing.pictures import recognise
from crm.composing.previewing import Theme, page_of
from crm.composing.queries import message_to_compile
from crm.composing.rendering import Compiled, compile_message, is_text_stale
from crm.composing.rules import new_key
from crm.composing.types import (
    FIELDS,
    Block,
    ButtonBlock,
    Footer,
    ImageBlock,
    TextBlock,
    TitleBlock,
)
from crm.mail.rules import check_html
from tests.composing.messages import FOOTER, READER, WAYS, every_block, png, write

_SAID = (
    "La lettre", "Bonjour", "Ada", "Je m’inscris", "Webinaire", "Jeudi 3 décembre", "En ligne",
    "Actualités", "Une nouvelle", "En deux mots", "Une réunion à Lille", "Réseau d’essai",
    "1 rue des Essais", "59000 Lille", "Vous êtes abonné.", "droits@reseau.fr",
)  # fmt: skip


def _compiled(session: Session, message: Message, footer: Footer = FOOTER) -> Compiled:
    return compile_message(message_to_compile(session, message.id), footer=footer)


@pytest.fixture
def letter(app_context: None, session: Session) -> Compiled:
    """Return a message with a block of each kind, compiled."""
    return _compiled(session, write(session))


def test_each_block_is_in_both_parts(letter: Compiled) -> None:
    filled = letter.filled(READER, WAYS)
    tree = html5lib.HTMLParser(strict=True).parse(filled.html)
    shown = " ".join("".join(tree.itertext()).split())
    for words in _SAID:
        assert words in filled.text, words
        assert words in shown or words == "Une réunion à Lille", words
    assert 'alt="Une réunion à Lille"' in filled.html
    assert filled.subject == "Bonjour Ada"
    assert "Ce mois-ci au Havre" in filled.html


def test_style_is_on_each_element_and_nothing_is_fetched(letter: Compiled) -> None:
    check_html(letter.html)
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(letter.html)
    cells = [cell for cell in tree.iter("td") if "cell" in (cell.get("class") or "").split()]
    assert len(cells) == len(every_block()) + 2
    assert all("padding" in (cell.get("style") or "") for cell in cells)
    assert all(table.get("role") == "presentation" for table in tree.iter("table"))
    assert not list(tree.iter("script")) + list(tree.iter("link"))
    assert [image.get("src") for image in tree.iter("img")] == [f"cid:{letter.images[0].cid}"]
    assert "prefers-color-scheme: dark" in letter.html


def test_every_page_of_the_blocks_is_numbered_and_filled(letter: Compiled) -> None:
    assert letter.links == (
        "https://a.fr/?x=1&y=2", "https://reseau.fr/photos", "https://reseau.fr/inscription",
        "https://reseau.fr/w", "https://a.fr/1",
    )  # fmt: skip
    for address in letter.links:
        assert address not in letter.html.replace("&amp;", "&")
        assert address not in letter.text
    ours = {str(number): f"https://r.fr/c?n={number}&t=x" for number in range(len(letter.links))}
    filled = letter.filled(READER, {**WAYS, **ours})
    for address in ours.values():
        assert f'href="{address.replace("&", "&amp;")}"' in filled.html
        assert address in filled.text
    direct = letter.filled(READER, WAYS)
    assert 'href="https://a.fr/?x=1&amp;y=2"' in direct.html
    assert "https://a.fr/?x=1&y=2" in direct.text


def test_the_ways_out_must_be_given(letter: Compiled) -> None:
    with pytest.raises(KeyError):
        letter.fill(READER, {})
    filled = letter.filled(READER, WAYS)
    assert 'href="https://reseau.fr/non?a=1&amp;b=2"' in filled.html
    assert "https://reseau.fr/non?a=1&b=2" in filled.text


def test_a_footer_has_the_ways_out_that_are_asked_for(app_context: None, session: Session) -> None:
    message = write(session)
    footer = replace(FOOTER, has_unsubscribe=False, has_preferences=False, has_web_version=False)
    filled = _compiled(session, message, footer).filled(READER, {})
    assert "désabonner" not in filled.html + filled.text
    assert "Lire en ligne" not in filled.html + filled.text


def test_compiling_twice_gives_the_same(app_context: None, session: Session) -> None:
    message = write(session)
    assert _compiled(session, message) == _compiled(session, message)


@settings(max_examples=60, deadline=None)
@given(value=st.text(max_size=40))
def test_a_value_stays_words_wherever_it_stands(value: str) -> None:
    marker = Marker.drawn_from("x", FIELDS)
    marks = {context: marker.marked("{prénom}", context) for context in Context}
    found = marker.found().fill({"prenom": value}, {})
    assert not set(found[marks[Context.SUBJECT]]) & set("\r\n\0\t\x0b\u2028")
    html = found[marks[Context.HTML]]
    assert not set(html) & set("<>\"'")
    tree = html5lib.parseFragment(f"<b title='{html}'>{html}</b>", namespaceHTMLElements=False)
    assert "".join(tree.itertext()) == found[marks[Context.TEXT]]


@given(source=st.text(max_size=80))
def test_a_mark_is_nowhere_in_what_people_typed(source: str) -> None:
    marker = Marker.drawn_from(source, FIELDS)
    mark = marker.marked("{prénom}", Context.TEXT)
    assert mark.isalnum()
    assert mark not in source


def test_a_reader_without_a_name_gets_the_fallback(letter: Compiled) -> None:
    filled = letter.filled({}, WAYS)
    assert "Madame, Monsieur" in filled.html
    assert filled.subject == "Bonjour à tous"
    assert letter.missing({}) == ()


def test_a_hole_is_told(app_context: None, session: Session) -> None:
    message = write(session, [TextBlock(new_key(), "{fonction} {de structure}")])
    assert _compiled(session, message).missing(READER) == ("fonction",)


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("[clic](javascript:alert(1))", 'href="javascript'),
        ("<script>alert(1)</script>", "<script"),
        ("![](https://t.fr/p.png)", "<img"),
        ('<a href="x" onclick="y">z</a>', "<a onclick"),
        ("<img src=https://t.fr/p.png>", "<img"),
        ("[a](data:text/html,x)", 'href="data:'),
    ],
)
def test_nothing_that_acts_gets_through(
    app_context: None, session: Session, text: str, absent: str
) -> None:
    html = _compiled(session, write(session, [TextBlock(new_key(), text)])).html
    assert absent not in html
    check_html(html)


def test_buttons_lead_to_the_web_or_nowhere(app_context: None, session: Session) -> None:
    blocks: list[Block] = [
        ButtonBlock(new_key(), "A", "javascript:alert(1)"),
        ButtonBlock(new_key(), "B", "mailto:a@reseau.fr"),
    ]
    html = _compiled(session, write(session, blocks)).html
    assert "javascript" not in html
    assert 'href="mailto:a@reseau.fr"' in html


def test_a_text_written_by_hand_grows_stale(app_context: None, session: Session) -> None:
    message = write(session)
    write_text(
        session,
        message_id=message.id,
        seen=seen_text(message),
        text="Bonjour {prénom}, lisez https://a.fr/?x=1&y=2 ou https://b.fr/(x).",
    )
    compiled = _compiled(session, message)
    filled = compiled.filled(READER, WAYS)
    assert filled.text.startswith("Bonjour Ada, lisez https://a.fr/?x=1&y=2 ou https://b.fr/")
    assert "Se désabonner" in filled.text
    assert "Je m’inscris" not in filled.text
    assert not is_text_stale(message)
    add_block(session, message_id=message.id, block=TitleBlock(new_key(), "Nouveau"))
    assert is_text_stale(message)
    write_text(session, message_id=message.id, seen=seen_text(message), text="")
    assert not is_text_stale(message)
    assert "Nouveau" in _compiled(session, message).text


def test_a_picture_is_no_wider_than_the_column(app_context: None, session: Session) -> None:
    message = write(session)
    image = message_to_compile(session, message.id).images[0]
    assert (image.width, image.height, image.subtype) == (4, 2, "png")
    wide = recognise(png(1400, 10))
    assert (wide.width, wide.height) == (1400, 10)
    message.images.clear()
    blocks: list[Block] = [ImageBlock(new_key(), image.digest, "Une image")]
    assert 'width="4"' in _compiled(session, write(session, blocks)).html


def test_the_preview_has_its_pictures_inside_and_its_light(letter: Compiled) -> None:
    filled = letter.filled(READER, WAYS)
    light, dark = page_of(filled, Theme.LIGHT), page_of(filled, Theme.DARK)
    assert "data:image/png;base64," in light
    assert "cid:" not in light
    assert "@media not all" in light
    assert "@media all" in dark


def test_one_title_leads_the_page(app_context: None, session: Session) -> None:
    titles: list[Block] = [TitleBlock(new_key(), "Un"), TitleBlock(new_key(), "Deux")]
    with_titles = _compiled(session, write(session, titles)).html
    without = _compiled(session, write(session, [TextBlock(new_key(), "x")])).html
    assert with_titles.count("<h1") == without.count("<h1") == 1
