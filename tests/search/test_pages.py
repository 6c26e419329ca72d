"""The page of the search and the palette's answers: groups, actions, recents, bad input, cost."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from crm.accounts.permissions import Role
from crm.contacts import operations
from crm.contacts.operations.structures import adopt_commune
from crm.contacts.types import ContactData, StructureData
from crm.search.actions import actions, asked_actions
from crm.search.answers import answer
from crm.web.access import Permission
from tests.support.people import sign_in
from tests.support.queries import counted


def _structure(session: Session, name: str) -> int:
    data = StructureData(name=name, family_code="association")
    return operations.create_structure(session, data=data).id


def _palette(client: FlaskClient, typed: str) -> str:
    response = client.get("/recherche/palette", query_string={"q": typed})
    assert response.status_code == 200
    return response.text


def _links(page: str) -> list[str]:
    return [
        link.replace("&amp;", "&")
        for link in re.findall(r'role="option"[^>]* href="([^"]+)"', page)
    ]


def test_the_palette_answers_a_fragment_by_kind(officer: FlaskClient, session: Session) -> None:
    found = _structure(session, "Zorglub solidaire")
    operations.create_contact(session, data=ContactData(first_name="Ada", last_name="Zorglub"))
    page = _palette(officer, "ZÔRGLUB")
    assert "<html" not in page
    assert page.index("Structures") < page.index("Contacts")
    assert _links(page)[0] == f"/structures/{found}"
    assert "2 propositions" in page


def test_one_slip_is_forgiven_and_said(officer: FlaskClient, session: Session) -> None:
    _structure(session, "Zorglub solidaire")
    page = _palette(officer, "zorgulb")
    assert "voici les résultats pour" in page
    assert "Zorglub solidaire" in page


def test_what_is_no_actor_yet_comes_after_the_actors_and_is_adopted(
    officer: FlaskClient, session: Session
) -> None:
    _structure(session, "Collège de Béthune")
    page = _palette(officer, "béthune")
    assert page.index("Collège de Béthune") < page.index("commune:62119")
    assert 'formaction="/structures/adopter"' in page
    adopt_commune(session, insee_code="62119")
    assert "commune:62119" not in _palette(officer, "béthune")


@pytest.mark.parametrize(
    ("typed", "link"),
    [
        ("séance zorglub", "/seances/nouvelle?structure={id}"),
        ("nouvelle séance pour Zorglub", "/seances/nouvelle?structure={id}"),
        ("noter une séance avec zorgulb", "/seances/nouvelle?structure={id}"),
        ("séance vieille chapelle", "/seances/nouvelle?structure=commune:62851"),
        ("nouvelle séance", "/seances/nouvelle"),
        ("bilan 2019", "/bilan/2019"),
        ("bilan", "/bilan"),
        ("relances", "/relances"),
        ("nouveau contact Ada LOVELACE", "/contacts/nouveau?nom=Ada+LOVELACE"),
        ("créer une structure Les Amis", "/structures/nouvelle?nom=Les+Amis"),
        ("projets", "/projets"),
    ],
)
def test_actions_come_first_when_they_are_asked(
    officer: FlaskClient, session: Session, typed: str, link: str
) -> None:
    found = _structure(session, "Zorglub")
    wanted = link.format(id=found).replace("commune:", "commune%3A")
    first = _links(_palette(officer, typed))[0].replace("commune:", "commune%3A")
    assert first == wanted


def test_a_noun_before_a_name_does_not_hide_the_records(
    officer: FlaskClient, session: Session
) -> None:
    contact = operations.create_contact(session, data=ContactData(last_name="Zorglub"))
    assert _links(_palette(officer, "contact zorglub"))[0] == f"/contacts/{contact.id}"
    structure = _structure(session, "Contact Zorglub")
    assert f"/structures/{structure}" in _links(_palette(officer, "contact zorglub"))


def test_nothing_found_keeps_the_words_for_a_new_record(officer: FlaskClient) -> None:
    page = _palette(officer, "Les Zzorglubs réunis")
    assert "Aucun résultat" in page
    links = _links(page)
    assert links == [
        "/structures/nouvelle?nom=Les+Zzorglubs+r%C3%A9unis",
        "/contacts/nouveau?nom=Les+Zzorglubs+r%C3%A9unis",
    ]
    assert "Les Zzorglubs réunis" in officer.get(links[0]).text
    form = officer.get("/contacts/nouveau?nom=Ada+LOVELACE").text
    assert 'value="Ada"' in form
    assert 'value="LOVELACE"' in form


def test_before_a_word_come_the_last_records_of_the_person(
    client: FlaskClient, session: Session
) -> None:
    sign_in(client, session, "officer")
    page = _palette(client, "")
    assert "Récemment" not in page
    assert "/seances/nouvelle" in _links(page)
    for name in ("Zorglub", "Bulgroz"):
        values = {"name": name, "family_code": "association", "submission_key": name * 4}
        client.submit("/structures/nouvelle", values)
    first, second = _links(_palette(client, "  "))[:2]
    assert client.get(first).text.count("Bulgroz") > 0
    assert client.get(second).text.count("Zorglub") > 0
    sign_in(client, session, "director")
    assert "Récemment" not in _palette(client, "")


def test_the_page_shows_the_same_groups_with_more_rows(
    officer: FlaskClient, session: Session
) -> None:
    for number in range(30):
        _structure(session, f"Zorglub {number:02}")
    page = officer.get("/recherche?q=zorglub").text
    assert page.count("Zorglub ") == 25
    assert 'href="/structures?q=zorglub"' in page
    fragment = _palette(officer, "zorglub")
    assert fragment.count("Zorglub ") == 5
    assert "/structures?q=zorglub" in _links(fragment)


@pytest.mark.parametrize(
    "typed",
    [
        "a" * 10_000,
        "mot " * 2_500,
        "\x00",
        "zor\x00glub",
        "%",
        "_",
        "100%_",
        "😀🎉",
        "   ",
        "de la du",
        "@",
        "'; --",
        "«»",
    ],
)
@pytest.mark.parametrize("path", ["/recherche", "/recherche/palette"])
def test_bad_input_is_answered(officer: FlaskClient, path: str, typed: str) -> None:
    response = officer.get(path, query_string={"q": typed})
    assert response.status_code == 200
    assert "\x00" not in response.text


def test_what_is_typed_is_never_a_tag(officer: FlaskClient) -> None:
    for path in ("/recherche", "/recherche/palette"):
        page = officer.get(path, query_string={"q": "<script>alert(1)</script>"}).text
        assert "<script>alert" not in page


def test_only_those_signed_in_search(client: FlaskClient) -> None:
    assert client.get("/recherche/palette?q=a").status_code == 303
    answered = client.get("/recherche/palette?q=a", headers={"HX-Request": "true"})
    assert (answered.status_code, answered.headers["HX-Refresh"]) == (204, "true")


def test_an_action_that_is_not_allowed_is_not_offered(
    officer: FlaskClient, session: Session
) -> None:
    _structure(session, "Zorglub")
    with officer.application.test_request_context():
        shown = answer(
            session,
            "séance zorglub",
            may=lambda permission: permission is Permission.READ_NETWORK,
            user_id=1,
            shown=5,
        )
        assert shown.before == []
        nothing = answer(session, "séance zorglub", may=lambda _: False, user_id=1, shown=5)
        assert nothing.count == 0
    assert "/administration/utilisateurs" not in _links(_palette(officer, "utilisateurs"))


def test_every_menu_entry_is_an_action(administrator: FlaskClient) -> None:
    assert Role.ADMINISTRATOR in administrator.user.role  # type: ignore[attr-defined]
    for noun in ("utilisateurs", "listes", "messages", "groupes"):
        assert asked_actions(noun).actions, noun
        assert _links(_palette(administrator, noun)), noun
    assert len({action.label for action in actions()}) == len(actions())


def test_a_request_sends_the_same_statements_however_many_records(
    officer: FlaskClient, session: Session, connection: Connection
) -> None:
    def cost(typed: str) -> int:
        _palette(officer, typed)
        with counted(connection) as statements:
            _palette(officer, typed)
        return len(statements)

    shapes = ("zorglub", "zorglub arras", "zorgulb", "séance zorglub", "")
    for number in range(3):
        _structure(session, f"Zorglub {number} d’Arras")
        operations.create_contact(session, data=ContactData(last_name=f"Zorglub {number}"))
    few = {typed: cost(typed) for typed in shapes}
    for number in range(40):
        _structure(session, f"Zorglub {number} d’Arras")
        operations.create_contact(session, data=ContactData(last_name=f"Zorglub {number}"))
    assert {typed: cost(typed) for typed in shapes} == few
    assert max(few.values()) <= 16


def test_a_word_that_nothing_holds_any_more_is_not_proposed(
    officer: FlaskClient, session: Session
) -> None:
    data = StructureData(name="Association des Palétuviers", family_code="association")
    structure = operations.create_structure(session, data=data)
    session.commit()
    assert "Palétuviers" in officer.get("/structures?q=Paletuvier").text
    answer = officer.submit(f"/corbeille/structure/{structure.id}/ajouter", {})
    assert answer.status_code == 303
    page = officer.get("/structures?q=Paletuviars").text
    assert "voici les résultats" not in page
    assert "Aucun résultat" in page
