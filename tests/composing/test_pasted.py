"""What is pasted from elsewhere, and pictures: recognised by what they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.composing.pasted import is_html, markdown_of
from crm.composing.pictures import LARGEST_BYTES, recognise
from crm.composing.rich_text import plain_text, typed_addresses
from crm.composing.rules import clean_block, outline_of
from crm.composing.types import EventBlock, NewsBlock, NewsItem, TextBlock, block_of, stored
from crm.core.errors import RuleError
from tests.composing.messages import every_block, png

_JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    b"\xff\xc4\x00\x04\x00\x00\xff\xff\xc2\x00\x0b\x08\x00\x20\x00\x40\x01\x01\x22\x00"
    b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\xd2\xcf\x20\xff\xd9"
)
_GIF = (
    b"GIF89a\x40\x00\x20\x00\x00\x00\x00"
    b"\x2c\x00\x00\x00\x00\x40\x00\x20\x00\x00\x02\x02\x44\x01\x00;"
)


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        ("<p>Un</p><p>Deux</p>", "Un\n\nDeux"),
        ("<p>Un<br>Deux</p>", "Un\nDeux"),
        ("<ul><li>a</li><li><b>b</b></li></ul>", "- a\n- **b**"),
        ("<ol><li>a<li>b</ol>", "1. a\n2. b"),
        ("<h1>Titre</h1><p>Suite</p>", "### Titre\n\nSuite"),
        ("<p><a href='javascript:x'>non</a></p>", "non"),
        ("<p><a href='mailto:a@b.fr'>oui</a></p>", "[oui](mailto:a@b.fr)"),
        ("<p>2 * 3 = [six]</p>", r"2 \* 3 = \[six\]"),
        ("<p><strong></strong><img src=x onerror=alert(1)></p>", ""),
        ("<div><script>alert(1)</script><style>p{}</style>Reste</div>", "Reste"),
        ("<p>§&nbsp;Un point</p>", "- Un point"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c<td>d</table>", "a · b\n\nc · d"),
        ("<table><tr><th><b>a</b></th><th><b>b</b></th></tr></table>", "**a** · **b**"),
        ("<table><tr><td></td>\n<td>a<br></td>\n<td> </td><td>b</td></tr></table>", "a\nb"),
        ("<table><tr><td><p>a</p></td><td><p>b</p></td></tr></table>", "a\n\nb"),
        ("<p><b>Bonjour</b> <b>à tous</b></p>", "**Bonjour à tous**"),
        ("1 < 2 et 3 > 2", "1 < 2 et 3 > 2"),
        ("Écrire <pas une balise>", "Écrire <pas une balise>"),
    ],
)
def test_html_becomes_the_words_that_it_shows(pasted: str, kept: str) -> None:
    assert markdown_of(pasted) == kept


@given(st.text(max_size=80), st.sampled_from(["<p>", "<b>", "<li>", "<a href=x>", "<o:p>"]))
def test_any_html_is_read_and_read_once(text: str, tag: str) -> None:
    kept = markdown_of(tag + text)
    assert isinstance(kept, str)
    assert is_html(tag + text)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("**Un** *deux*", "Un deux"),
        ("- a\n- b\n  - c", "- a\n- b\n  - c"),
        ("3. a\n4. b", "1. a\n2. b"),
        ("> cité\n> deux", "> cité\n> deux"),
        ("[a](https://a.fr) et https://b.fr", "a (https://a.fr) et https://b.fr"),
        ("[https://a.fr](https://a.fr)", "https://a.fr"),
        ("[écrire](mailto:a@b.fr)", "écrire (a@b.fr)"),
        ("# Titre\nsuite", "Titre\n\nsuite"),
        ("Bonjour {prénom | à tous}", "Bonjour {prénom | à tous}"),
    ],
)
def test_paragraphs_are_told_in_plain_text(typed: str, shown: str) -> None:
    assert plain_text(typed) == shown


def test_the_addresses_of_a_text_are_found_good_or_bad() -> None:
    text = '[a](https://a.fr) [b](page) https://c.fr, [d](javascript:x) [e](<https://e.fr> "t")'
    assert set(typed_addresses(text)) == {
        "https://a.fr", "page", "javascript:x", "https://c.fr", "https://e.fr",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "subtype"),
    [(png(64, 32), "png"), (_JPEG, "jpeg"), (_GIF, "gif"), (_GIF[:-1], "gif")],
)
def test_a_picture_is_known_by_its_content(content: bytes, subtype: str) -> None:
    found = recognise(content)
    assert (found.subtype, found.width, found.height) == (subtype, 64, 32)
    assert len(found.digest) == 64


@pytest.mark.parametrize(
    "content",
    [
        png()[:33], png()[:33] + png()[-12:], png()[:-12], png()[:-1], png()[:8], _GIF[:13],
        _GIF[:-2], _GIF[:23] + b"\0;", _JPEG[:-2], _JPEG[:43], _JPEG[:20] + _JPEG[-15:],
    ],
)  # fmt: skip
def test_a_picture_that_stops_short_is_refused(content: bytes) -> None:
    with pytest.raises(RuleError, match="abîmé"):
        recognise(content)


@given(st.binary(max_size=60), st.sampled_from([b"", _JPEG[:3], _GIF[:6], png()[:8]]))
def test_any_bytes_have_an_answer(content: bytes, head: bytes) -> None:
    try:
        found = recognise(head + content)
    except RuleError as error:
        said = error.field
    else:
        said = "picture" if found.width > 0 < found.height else ""
    assert said == "picture"


def test_a_picture_has_a_weight_and_sides() -> None:
    with pytest.raises(RuleError, match="20,0 Mo"):
        recognise(png(), 20 * 1024 * 1024)
    with pytest.raises(RuleError, match="1,0 Mo"):
        recognise(png() + b"0" * LARGEST_BYTES)
    for sides in ((0, 4), (4, 0), (6001, 1), (1, 6001)):
        with pytest.raises(RuleError):
            recognise(png(*sides))


def test_a_block_comes_back_as_it_was_kept() -> None:
    for block in every_block("f" * 64):
        assert block_of(stored(block)) == block
        assert block_of({**stored(block), "later": "x"}) == block
        assert outline_of([block])


def test_a_block_is_kept_tidy() -> None:
    event = clean_block(EventBlock("k", " Forum\n", "demain", "", "<p>Un</p>", "reseau.fr"))
    assert event == EventBlock("k", "Forum", "demain", "", "Un", "https://reseau.fr")
    news = NewsBlock("k", "", (NewsItem(), NewsItem("Une"), *[NewsItem("x")] * 20))
    cleaned = clean_block(news)
    assert isinstance(cleaned, NewsBlock)
    assert (len(cleaned.items), cleaned.items[0].title) == (12, "Une")
    with pytest.raises(RuleError) as caught:
        clean_block(TextBlock("k", "x" * 10_001))
    assert caught.value.field == "text"
