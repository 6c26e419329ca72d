"""Messages as people write them: the page, the forms of blocks, two editors, pictures."""

import re

import pytest
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from crm.composing.models import Message, MessageImage
from crm.composing.operations import lock_message
from crm.composing.types import TextBlock, TitleBlock
from tests.composing.messages import BUTTON, EVENT, IMAGE, NEWS, TEXT, TITLE, png, seen, write
from tests.support.client import PageClient
from tests.support.queries import counted

NEW = "00000000beef"
BOUNDARY = "picture-and-words"


def _url(message: Message, *parts: str) -> str:
    return "/".join((f"/messages/{message.id}", *parts))


def _stored(session: Session, message: Message) -> Message:
    session.expire_all()
    return session.get_one(Message, message.id)


def _keys(session: Session, message: Message) -> list[str]:
    return [block.key for block in _stored(session, message).parts]


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found, name
    return found[1]


def _form(client: PageClient, url: str, **values: str) -> dict[str, str]:
    page = client.get(url).text
    return {"version": _hidden(page, "version"), **values}


def test_the_page_of_a_message_tells_what_is_left(officer: PageClient, session: Session) -> None:
    message = write(session, [TitleBlock(TITLE, ""), TextBlock(TEXT, "{prenon}")])
    page = seen(officer.get(_url(message)).text)
    assert "à terminer" in page
    assert page.count("vouliez-vous écrire « {prénom} »") == 2
    assert _url(message, "blocs", TEXT) in page
    assert "/messages/identite" in page
    assert officer.get("/messages/999999").status_code == 404


@pytest.mark.parametrize(
    ("slug", "typed", "shown"),
    [
        ("titre", {"title": "Bonjour {prénom | à tous}"}, "Bonjour {prénom | à tous}"),
        ("texte", {"text": "**Un** [lien](https://a.fr)"}, "**Un** [lien]"),
        ("bouton", {"label": "Ici", "link": "www.reseau.fr"}, "https://www.reseau.fr"),
        ("evenement", {"title": "Forum", "when": "demain", "place": "Lille"}, "Forum · demain"),
        ("actualites", {"item_title_2": "Deux", "link_2": "https://a.fr"}, "Deux"),
        ("separation", {}, "Séparation"),
    ],
)
def test_a_block_is_added_once_by_a_double_submit(
    officer: PageClient, session: Session, slug: str, typed: dict[str, str], shown: str
) -> None:
    message = write(session, [])
    url = _url(message, "blocs", "nouveau", slug)
    assert officer.get(url).status_code == 200
    first = officer.submit(url, {"key": NEW, **typed})
    assert first.status_code == 303
    assert officer.submit(url, {"key": NEW, **typed}).location == first.location
    assert _keys(session, message) == [NEW]
    assert shown in seen(officer.get(_url(message)).text)


@pytest.mark.parametrize(
    ("slug", "typed", "sentence"),
    [
        ("titre", {"title": ""}, "Ce champ est nécessaire"),
        ("titre", {"title": "x" * 201}, "200 caractères au plus"),
        ("titre", {"title": "Bonjour {prenon}"}, "vouliez-vous écrire « {prénom} »"),
        ("texte", {"text": "Bonjour {"}, "pas refermée"),
        ("texte", {"text": "[ici](javascript:alert(1))"}, "doit commencer par https://"),
        ("texte", {"text": "x" * 10_001}, "10000 caractères au plus"),
        ("bouton", {"label": "Ici", "link": "http://localhost:5000"}, "ne mène nulle part"),
        ("bouton", {"label": "Ici", "link": "javascript:x"}, "doit commencer par https://"),
        ("evenement", {"title": "Forum", "link": "https://a b.fr"}, "un espace"),
        ("actualites", {"item_title_3": "{xx}"}, "n’existe pas"),
        ("image", {"alt": "Lille"}, "Choisissez l’image."),
    ],
)
def test_a_wrong_block_is_said_and_all_typed_stays(
    officer: PageClient, session: Session, slug: str, typed: dict[str, str], sentence: str
) -> None:
    message = write(session, [])
    page = officer.submit(_url(message, "blocs", "nouveau", slug), {"key": NEW, **typed})
    assert page.status_code == 422
    assert sentence in seen(page.text)
    for value in typed.values():
        assert value.replace("<", "&lt;") in seen(page.text)
    assert _keys(session, message) == []


def test_what_names_no_block_is_not_found(officer: PageClient, session: Session) -> None:
    message = write(session)
    assert officer.get(_url(message, "blocs", "nouveau", "video")).status_code == 404
    assert officer.get(_url(message, "blocs", NEW)).status_code == 404
    for action in ("deplacer", "retirer"):
        assert officer.submit(_url(message, "blocs", NEW, action), {}).status_code == 404
    for key in ("", "../x", "a" * 300):
        answer = officer.submit(_url(message, "blocs", TITLE, "dupliquer"), {"copie": key})
        assert answer.status_code == 404
    sent = {"key": "x'y", "title": "Bonjour"}
    url = _url(message, "blocs", "nouveau", "titre")
    assert officer.submit(url, sent).status_code == 404


def test_html_from_word_is_kept_as_its_words(officer: PageClient, session: Session) -> None:
    message = write(session, [])
    pasted = (
        "<html><head><style>p{mso-x:1}</style></head><body><!--[if gte mso 9]><xml>x</xml>"
        "<![endif]--><p class=MsoNormal><b>Bonjour</b> à <span style='color:red'>tous</span>"
        "<o:p></o:p></p><p class=MsoListParagraph>·&nbsp; Un point</p>"
        "<p><a href='https://a.fr/?x=1&amp;y=2'>Le site</a><script>alert(1)</script></p></body>"
    )
    url = _url(message, "blocs", "nouveau", "texte")
    assert officer.submit(url, {"key": NEW, "text": pasted}).status_code == 303
    (block,) = _stored(session, message).parts
    assert block == TextBlock(
        NEW, "**Bonjour** à tous\n\n- Un point\n\n[Le site](https://a.fr/?x=1&y=2)"
    )


def test_what_is_pasted_is_answered_as_markdown(officer: PageClient, session: Session) -> None:
    answer = officer.submit("/messages/coller", {"html": "<p>Un <b>mot</b><script>x</script></p>"})
    assert (answer.mimetype, answer.text) == ("text/plain", "Un **mot**")
    assert officer.submit("/messages/coller", {}).text == ""


def test_a_draft_of_a_block_is_taken_up_again(officer: PageClient, session: Session) -> None:
    message = write(session)
    url = _url(message, "blocs", TITLE)
    typed = _form(officer, url, title="À demi tapé")
    assert officer.submit(f"/brouillons?formulaire={url}", typed).status_code < 300
    page = seen(officer.get(url).text)
    assert "À demi tapé" in page
    assert "Votre brouillon est repris" in page
    assert officer.submit(url, typed).status_code == 303
    assert "Votre brouillon est repris" not in seen(officer.get(url).text)


def test_two_editors_of_one_block_see_both_versions(officer: PageClient, session: Session) -> None:
    message = write(session)
    url = _url(message, "blocs", TITLE)
    mine, theirs = _form(officer, url, title="La mienne"), _form(officer, url, title="La leur")
    assert officer.submit(url, theirs).status_code == 303
    conflict = officer.submit(url, mine)
    assert conflict.status_code == 409
    assert "La mienne" in seen(conflict.text)
    assert "La leur" in seen(conflict.text)
    version = _hidden(seen(conflict.text), "version")
    kept = officer.submit(url, {**mine, "version": version, "choix-title": "mine"})
    assert kept.status_code == 303
    assert "La mienne" in seen(officer.get(_url(message)).text)


def test_two_editors_of_two_blocks_do_not_meet(officer: PageClient, session: Session) -> None:
    message = write(session)
    title, text = _url(message, "blocs", TITLE), _url(message, "blocs", TEXT)
    first, second = _form(officer, title, title="Un"), _form(officer, text, text="Deux")
    assert officer.submit(title, first).status_code == 303
    assert officer.submit(text, second).status_code == 303
    stored = _stored(session, message)
    assert stored.parts[:2] == [TitleBlock(TITLE, "Un"), TextBlock(TEXT, "Deux")]


def test_blocks_move_to_a_place_however_often_it_is_asked(
    officer: PageClient, session: Session
) -> None:
    message = write(session)
    before = _keys(session, message)
    for _ in range(2):
        answer = officer.submit(_url(message, "blocs", TITLE, "deplacer"), {"position": "1"})
        assert answer.status_code == 303
    assert _keys(session, message) == [before[1], before[0], *before[2:]]
    for position in ("-4", "x", "99999"):
        officer.submit(_url(message, "blocs", TITLE, "deplacer"), {"position": position})
    assert _keys(session, message)[-1] == TITLE


@pytest.mark.parametrize(
    ("key", "move", "kept"),
    [
        (TITLE, ("descendre", "1"), "Descendre : Titre"),
        (TEXT, ("monter", "0"), "Descendre : Texte"),
        (IMAGE, ("monter", "1"), "Monter : Image"),
        (TITLE, ("descendre", "99"), "Monter : Titre"),
    ],
)
def test_the_button_that_moves_a_block_keeps_the_focus(
    officer: PageClient, session: Session, key: str, move: tuple[str, str], kept: str
) -> None:
    message, (way, position) = write(session), move
    assert " autofocus" not in officer.get(_url(message)).text
    url = _url(message, "blocs", key, f"deplacer?sens={way}")
    assert url in seen(officer.get(_url(message)).text)
    answer = officer.submit(url, {"position": position})
    page = seen(officer.get(answer.location).text)
    assert page.count(" autofocus") == 1
    assert kept in page.partition(" autofocus")[2][:200]
    assert "#" not in answer.location


def test_a_block_is_copied_once_and_taken_away_with_a_way_back(
    officer: PageClient, session: Session
) -> None:
    message = write(session)
    count = len(_keys(session, message))
    for _ in range(2):
        officer.submit(_url(message, "blocs", EVENT, "dupliquer"), {"copie": NEW})
    keys = _keys(session, message)
    assert (len(keys), keys.index(NEW)) == (count + 1, keys.index(EVENT) + 1)
    officer.submit(_url(message, "blocs", BUTTON, "retirer"), {})
    assert BUTTON not in _keys(session, message)
    page = seen(officer.get(_url(message)).text)
    undo = re.search(r'action="(/historique/\d+/annuler[^"]*)"', page)
    assert undo
    told = officer.get(undo[1].partition("/annuler")[0])
    assert (told.status_code, "Message" in seen(told.text)) == (200, True)
    assert officer.submit(undo[1].replace("&amp;", "&"), {}).status_code == 303
    assert _keys(session, message) == keys


def test_a_picture_is_kept_even_when_the_rest_must_be_typed_again(
    officer: PageClient, session: Session
) -> None:
    message = write(session, [])
    url = _url(message, "blocs", "nouveau", "image")
    answer = _upload(officer, url, "", png(8, 8, 10))
    assert answer.status_code == 422
    assert "Décrivez l’image" in seen(answer.text)
    digest = _hidden(seen(answer.text), "image")
    shown = officer.get(_url(message, "images", digest))
    assert (shown.mimetype, shown.data) == ("image/png", png(8, 8, 10))
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    saved = officer.submit(url, {"key": NEW, "alt": "Lille", "image": digest})
    assert saved.status_code == 303
    assert (
        session.scalar(
            select(func.count()).where(
                MessageImage.message_id == message.id, MessageImage.digest == digest
            )
        )
        == 1
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"0" * (20 * 1024 * 1024), "pèse 20,0 Mo"),
        (b"<svg onload='alert(1)'/>", "n’est pas une image PNG, JPEG ou GIF"),
        (b"", "n’est pas une image"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "n’est pas une image"),
        (png(7000, 1), "6000 pixels de côté au plus"),
    ],
    ids=["heavy", "drawing", "empty", "cut", "wide"],
)
def test_a_picture_that_no_message_can_carry_is_refused_in_words(
    officer: PageClient, session: Session, content: bytes, sentence: str
) -> None:
    message = write(session, [])
    answer = _upload(officer, _url(message, "blocs", "nouveau", "image"), "Lille", content)
    assert answer.status_code == 422
    assert sentence in seen(answer.text)
    assert 'value="Lille"' in seen(answer.text)
    assert _keys(session, message) == []


def _upload(client: PageClient, url: str, alt: str, content: bytes) -> TestResponse:
    """Send a picture as a browser does; written by hand, for it is large and must not be a file."""
    fields = {"csrf_token": client.csrf_token(), "key": NEW, "alt": alt}
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="picture"; filename="photo.exe"'
        "\r\nContent-Type: application/octet-stream\r\n\r\n"
    )
    body = "".join([*parts, head]).encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
    return client.post(url, data=body, content_type=f"multipart/form-data; boundary={BOUNDARY}")


def test_the_subject_and_the_text_part_are_changed(officer: PageClient, session: Session) -> None:
    message = write(session)
    url = _url(message, "objet")
    typed = _form(officer, url, subject="Un objet\r\nBcc: x@y.fr", preheader="Une phrase")
    assert officer.submit(url, typed).status_code == 303
    assert _stored(session, message).subject == "Un objet Bcc: x@y.fr"
    assert officer.submit(url, typed).status_code == 409
    wrong = officer.submit(url, {**typed, "subject": "{nomm}"})
    assert (wrong.status_code, "« {nom} »" in seen(wrong.text)) == (422, True)

    url = _url(message, "texte")
    assert "Je m’inscris : https://reseau.fr/inscription" in seen(officer.get(url).text)
    assert officer.submit(url, _form(officer, url, text="À la main")).status_code == 303
    assert "À la main" in seen(officer.get(_url(message, "apercu") + "?partie=texte").text)
    title = _url(message, "blocs", TITLE)
    officer.submit(title, _form(officer, title, title="Changé"))
    assert "Les blocs ont changé" in seen(officer.get(url).text)
    again = _form(officer, url, text="À la main", automatique="1")
    assert officer.submit(url, again).status_code == 303
    assert _stored(session, message).text_override is None


def test_a_frozen_message_does_not_change(officer: PageClient, session: Session) -> None:
    message = write(session)
    forms = {
        _url(message, "objet"): {"subject": "Autre"},
        _url(message, "texte"): {"text": "Autre"},
        _url(message, "blocs", TITLE): {"title": "Autre"},
        _url(message, "blocs", NEWS): {"item_title_1": "Autre"},
    }
    typed = {url: _form(officer, url, **values) for url, values in forms.items()}
    lock_message(session, message_id=message.id)
    before = _stored(session, message).blocks
    for url in (*typed, _url(message, "blocs", "nouveau", "titre")):
        page = seen(officer.get(url).text)
        assert page.count("Ce message est figé") == 1
        assert "Revenir au message" in page
        assert ">Enregistrer<" not in page
        assert ">Ajouter<" not in page
    for url, values in typed.items():
        answer = officer.submit(url, values)
        assert (answer.status_code, "Ce message est figé" in seen(answer.text)) == (422, True)
    added = officer.submit(_url(message, "blocs", "nouveau", "titre"), {"key": NEW, "title": "X"})
    assert added.status_code == 422
    for action, values in (
        ("deplacer", {"position": "3"}), ("dupliquer", {"copie": NEW}), ("retirer", {}),
    ):  # fmt: skip
        answer = officer.submit(_url(message, "blocs", TITLE, action), values)
        assert answer.status_code == 303
        assert "Ce message est figé" in seen(officer.get(answer.location).text)
    stored = _stored(session, message)
    assert (stored.blocks, stored.subject) == (before, message.subject)


def test_the_preview_is_sealed_and_shown_in_its_frame(
    officer: PageClient, session: Session
) -> None:
    message = write(session)
    url = _url(message, "apercu")
    page = officer.get(f"{url}?largeur=telephone&theme=sombre")
    assert "frame-telephone" in seen(page.text)
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
    document = officer.get(f"{url}/document?theme=sombre")
    policy = document.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:;")
    assert "script-src" not in policy
    assert "frame-ancestors 'self'" in policy
    assert policy.endswith("sandbox")
    assert "Bonjour <strong>Camille</strong>" in document.text
    assert "data:image/png;base64," in document.text
    for query in ("?theme=x&largeur=y&partie=z&personne=abc", "?personne=-1"):
        assert officer.get(url + query).status_code == 200


def test_more_blocks_ask_no_more_questions(
    officer: PageClient, session: Session, connection: Connection
) -> None:
    few, many = (
        write(session, []),
        write(session, [TitleBlock(f"{n:012x}", "T") for n in range(60)]),
    )
    for path in ("", "/apercu", "/apercu/document"):
        asked = []
        for message in (few, many):
            officer.get(_url(message) + path)
            with counted(connection) as statements:
                officer.get(_url(message) + path)
            asked.append(len(statements))
        assert asked[0] == asked[1]


def test_a_message_holds_so_many_blocks(officer: PageClient, session: Session) -> None:
    message = write(session, [TitleBlock(f"{n:012x}", "T") for n in range(60)])
    url = _url(message, "blocs", "nouveau", "titre")
    answer = officer.submit(url, {"key": NEW, "title": "De trop"})
    assert (answer.status_code, "60 blocs au plus" in seen(answer.text)) == (422, True)
    assert "De trop" in seen(answer.text)
    answer = officer.submit(_url(message, "blocs", TITLE, "dupliquer"), {"copie": NEW})
    assert "60 blocs au plus" in seen(officer.get(answer.location).text)


def test_a_block_that_a_picture_left_is_told(officer: PageClient, session: Session) -> None:
    message = write(session)
    url = _url(message, "blocs", IMAGE)
    typed = _form(officer, url, alt="Lille", image="f" * 64)
    assert officer.submit(url, typed).status_code == 303
    assert "Choisissez l’image." in seen(officer.get(_url(message)).text)
