"""A block that someone takes away while someone else writes in it: no word of it is lost."""

import html
import re

import pytest
from sqlalchemy.orm import Session

from crm.composing.models import Message
from crm.composing.operations import lock_message
from crm.composing.operations import remove_block as take_away
from crm.composing.types import TextBlock, TitleBlock
from crm.core.errors import NotFoundError
from tests.composing.messages import BUTTON, IMAGE, NEWS, TEXT, TITLE, seen, write
from tests.support.client import PageClient

REMOVED = "Quelqu’un a retiré ce bloc entre-temps"


def _url(message: Message, key: str) -> str:
    return f"/messages/{message.id}/blocs/{key}"


def _fields(page: str) -> dict[str, str]:
    """Return what the form of a page sends by itself."""
    form = page.partition('class="form-page')[2].partition("</form>")[0]
    found = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and name[1] not in ("csrf_token", "picture"):
            found[name[1]] = html.unescape(value[1]) if value else ""
    return found


def _keys(session: Session, message: Message) -> list[str]:
    session.expire_all()
    return [block.key for block in session.get_one(Message, message.id).parts]


@pytest.mark.parametrize(
    ("key", "typed"),
    [
        (TITLE, {"title": "Un titre tapé longtemps"}),
        (TEXT, {"text": "Un texte tapé longtemps"}),
        (IMAGE, {"alt": "Une image décrite longtemps"}),
        (BUTTON, {"label": "Un bouton tapé longtemps"}),
        (NEWS, {"item_title_1": "Une nouvelle tapée longtemps"}),
    ],
)
def test_a_block_removed_meanwhile_is_put_back_where_it_was(
    officer: PageClient, session: Session, key: str, typed: dict[str, str]
) -> None:
    message = write(session)
    before = _keys(session, message)
    sent = _fields(officer.get(_url(message, key)).text) | typed
    take_away(session, message_id=message.id, key=key)
    answer = officer.submit(_url(message, key), sent)
    assert answer.status_code == 409
    assert REMOVED in seen(answer.text)
    for words in typed.values():
        assert words in answer.text
    assert key not in _keys(session, message)
    again = _fields(answer.text) | typed | {"remettre": "1"}
    for _ in range(2):
        assert officer.submit(_url(message, key), again).status_code == 303
        assert _keys(session, message) == before
    page = seen(officer.get(f"/messages/{message.id}").text)
    assert next(iter(typed.values())) in page
    assert "Bloc remis." in page


def test_a_block_removed_at_the_same_instant_is_not_lost(
    officer: PageClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = write(session)
    sent = _fields(officer.get(_url(message, TITLE)).text) | {"title": "Le mien"}

    def gone(*_arguments: object, **_values: object) -> None:
        raise NotFoundError

    monkeypatch.setattr("crm.composing.operations.update_block", gone)
    answer = officer.submit(_url(message, TITLE), sent)
    assert (answer.status_code, REMOVED in seen(answer.text)) == (409, True)


def test_a_draft_of_a_removed_block_is_shown_again(officer: PageClient, session: Session) -> None:
    message = write(session)
    url = _url(message, TITLE)
    sent = _fields(officer.get(url).text) | {"title": "À demi tapé"}
    assert officer.submit(f"/brouillons?formulaire={url}", sent).status_code < 300
    take_away(session, message_id=message.id, key=TITLE)
    page = officer.get(url)
    assert (page.status_code, REMOVED in seen(page.text)) == (200, True)
    assert "À demi tapé" in page.text
    assert officer.submit(url, sent | {"remettre": "1"}).status_code == 303
    assert _keys(session, message)[0] == TITLE


def test_what_is_put_back_is_checked_like_any_other(officer: PageClient, session: Session) -> None:
    message = write(session)
    url = _url(message, TITLE)
    sent = _fields(officer.get(url).text) | {"title": "{prenon}", "remettre": "1"}
    take_away(session, message_id=message.id, key=TITLE)
    wrong = officer.submit(url, sent)
    assert (wrong.status_code, "« {prénom} »" in seen(wrong.text)) == (422, True)
    assert "{prenon}" in wrong.text
    lock_message(session, message_id=message.id)
    frozen = officer.submit(url, sent | {"title": "Bonjour"})
    assert (frozen.status_code, "Ce message est figé" in seen(frozen.text)) == (422, True)
    assert 'value="Bonjour"' in frozen.text
    assert TITLE not in _keys(session, message)


def test_a_removed_block_of_which_nothing_is_known_is_not_found(
    officer: PageClient, session: Session
) -> None:
    message = write(session, [TitleBlock(TITLE, "Un"), TextBlock(TEXT, "Deux")])
    sent = _fields(officer.get(_url(message, TITLE)).text)
    assert sent["sorte"] == "titre"
    take_away(session, message_id=message.id, key=TITLE)
    assert officer.get(_url(message, TITLE)).status_code == 404
    for values in ({}, {"sorte": "video"}):
        assert officer.submit(_url(message, TITLE), values).status_code == 404
    assert officer.submit(_url(message, "x'y"), {"sorte": "titre"}).status_code == 404
    assert officer.submit("/messages/999999/blocs/" + TITLE, sent).status_code == 404
