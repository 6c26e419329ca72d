"""The builder, a segment's page, why a record is in it, exports, two editors."""

import csv
import html
import io
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import Connection, delete, select
from sqlalchemy.orm import Session

from crm.contacts.models import Structure, Tag
from crm.criteria.rules import tree_from_link, tree_to_link
from crm.criteria.types import Branch, Leaf, Link, Mode, Node, Subject, Tree
from crm.history.models import ExportRecord
from crm.segments.models import Segment
from tests.factories.contacts import AffiliationFactory, ContactFactory, StructureFactory
from tests.support.client import PageClient
from tests.support.people import sign_in
from tests.support.queries import counted

NEW = "/segments/nouveau"
FAMILY = Leaf("famille", {"families": ("scolaire",)})


def _link(*nodes: Node, subject: Subject = Subject.STRUCTURE, mode: Mode = Mode.ALL) -> str:
    return tree_to_link(Tree(subject, Branch(mode, nodes)))


def fields_of(page: str) -> dict[str, Any]:
    """Return what a browser would send of the builder's form, without its buttons."""
    form = page[page.index('id="regles"') :]
    form = form[: form.index("</form>")]
    sent: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        kind = re.search(r'type="(\w+)"', tag)
        name = re.search(r'name="([^"]*)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        is_box = kind is not None and kind[1] in {"checkbox", "radio"}
        if name and not name[1].endswith("_text") and (not is_box or " checked" in tag):
            sent.setdefault(name[1], []).append(html.unescape(value[1]) if value else "y")
    for name, body in re.findall(
        r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL
    ):
        options = re.findall(r'<option value="([^"]*)"( selected)?', body)
        chosen = [html.unescape(value) for value, mark in options if mark]
        is_multiple = re.search(rf'<select[^>]*name="{re.escape(name)}"[^>]*multiple', form)
        sent[name] = chosen or ([] if is_multiple else [options[0][0]])
    sent.pop("csrf_token")
    return sent


def _press(browser: PageClient, page: str, action: str, **typed: Any) -> tuple[str, Tree]:
    """Press a button of the builder without scripts; return the next page and its tree."""
    answer = browser.submit(NEW, {**fields_of(page), **typed, "action": action})
    assert answer.status_code == 303, answer.text
    link = parse_qs(urlsplit(answer.location).query)["regles"][0]
    return browser.get(answer.location).text, tree_from_link(link)


def test_a_tree_is_built_without_scripts(officer: PageClient, session: Session) -> None:
    StructureFactory(name="École du Lac", family_code="scolaire")
    session.flush()
    page = officer.get(NEW).text
    assert "Ces règles ne demandent encore rien" in page
    page, _tree = _press(officer, page, "ajouter:r", **{"a:r": "famille"}, name="Mon école")
    assert "Ce champ est nécessaire." in page
    assert "Mon école" in page
    page, tree = _press(officer, page, "groupe:r", **{"x:r.0:families": ["scolaire"]})
    assert tree.root == Branch(Mode.ALL, (FAMILY, Branch(Mode.ANY)))
    page, tree = _press(officer, page, "ajouter:r.1", **{"a:r.1": "personne", "m:r.1": "aucun"})
    page, tree = _press(officer, page, "ajouter:r.1.0", **{"a:r.1.0": "fonction"})
    inner = Link("personne", {}, Branch(Mode.ALL, (Leaf("fonction"),)))
    assert tree.root == Branch(Mode.ALL, (FAMILY, Branch(Mode.NONE, (inner,))))
    page, tree = _press(officer, page, "monter:r.1", **{"x:r.1.0.0:role": "maire"})
    negated = Link("personne", {}, Branch(Mode.ALL, (Leaf("fonction", {"role": "maire"}),)))
    assert tree.root == Branch(Mode.ALL, (Branch(Mode.NONE, (negated,)), FAMILY))
    page, tree = _press(officer, page, "deplacer:r.1:r:0")
    page, tree = _press(officer, page, "retirer:r.1", **{"n:r.0": "non"})
    assert tree.root == Branch(Mode.ALL, (Leaf(FAMILY.code, FAMILY.values, is_negated=True),))
    page, tree = _press(officer, page, "voir", **{"n:r.0": "oui"})
    assert "École du Lac" in page
    assert "1 structure<" in page
    answer = officer.submit(NEW, {**fields_of(page), "name": "Écoles"})
    assert answer.status_code == 303
    segment = session.scalars(select(Segment)).one()
    assert answer.location == f"/segments/{segment.id}"
    shown = officer.get(answer.location).text
    assert "École du Lac" in shown
    assert "Segment enregistré." in shown


def test_sent_twice_it_is_kept_once(officer: PageClient, session: Session) -> None:
    sent = fields_of(officer.get(f"{NEW}?regles={_link(FAMILY)}").text) | {"name": "Écoles"}
    first, second = officer.submit(NEW, sent), officer.submit(NEW, sent)
    assert first.location == second.location
    assert len(session.scalars(select(Segment)).all()) == 1


def test_nothing_typed_is_lost(officer: PageClient, session: Session) -> None:
    link = _link(Leaf("population", {"least": "beaucoup"}), Leaf("creee", {"day": "jamais"}))
    page = officer.get(f"{NEW}?regles={link}").text
    answer = officer.submit(NEW, {**fields_of(page), "name": "", "description": "Pour <b>"})
    assert answer.status_code == 422
    for kept in ("beaucoup", "jamais", "Pour &lt;b&gt;", "Écrivez un nombre entier",
                 "Date non comprise", "Ce champ est nécessaire."):  # fmt: skip
        assert kept in answer.text
    assert session.scalars(select(Segment)).all() == []


@pytest.mark.parametrize(
    ("action", "more"),
    [
        ("ajouter:r", {}),
        ("ajouter:r", {"a:r": "inconnu"}),
        ("ajouter:r.0", {"a:r.0": "nom"}),
        ("retirer:r.7", {}),
        ("retirer:x", {}),
        ("monter:r", {}),
        ("exploser:r", {}),
        ("deplacer:r.0:r.0:0", {}),
        ("deplacer:r.0", {}),
        ("", {"noeud": ["r", *(f"r.{n}" for n in range(200))]}),
    ],
)
def test_an_action_that_makes_no_sense_is_said(
    officer: PageClient, action: str, more: dict[str, Any]
) -> None:
    page = officer.get(f"{NEW}?regles={_link(FAMILY)}").text
    answer = officer.submit(NEW, {**fields_of(page), "action": action, **more})
    assert answer.status_code == 422
    assert 'class="notice tone-danger"' in answer.text


@pytest.mark.parametrize("link", ["xxx", "eyJ2IjoxfQ", "é" * 10, "a" * 9000])
def test_a_broken_address_is_said(officer: PageClient, link: str) -> None:
    answer = officer.get(NEW, query_string={"regles": link})
    assert answer.status_code == 422
    assert "ne sont pas lisibles" in answer.text
    for path in ("/segments/pourquoi", "/segments/trop-etroit"):
        assert "ne sont pas lisibles" in officer.get(path, query_string={"regles": link}).text


def test_a_tree_too_long_for_an_address_is_shown_at_once(officer: PageClient) -> None:
    nodes = tuple(Leaf("nom", {"text": f"{'x' * 190}{n}"}) for n in range(20))
    page = officer.get(NEW).text
    sent = fields_of(page)
    sent["noeud"] = ["r", *(f"r.{n}" for n in range(20))]
    for place, node in enumerate(nodes):
        sent |= {f"c:r.{place}": "nom", f"x:r.{place}:text": node.values["text"]}
    answer = officer.submit(NEW, {**sent, "action": "groupe:r"})
    assert answer.status_code == 200
    assert answer.text.count('value="x') == 20


def test_scripts_get_the_page_and_its_address_at_once(officer: PageClient) -> None:
    sent = fields_of(officer.get(f"{NEW}?regles={_link(FAMILY)}").text)
    fields = {**sent, "action": "groupe:r", "csrf_token": officer.csrf_token()}
    answer = officer.post(NEW, data=fields, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "regles=" in answer.headers["HX-Push-Url"]


def test_the_preview_follows_what_is_typed(officer: PageClient, session: Session) -> None:
    StructureFactory(name="École du Lac", family_code="scolaire")
    session.flush()
    sent = fields_of(officer.get(f"{NEW}?regles={_link(FAMILY)}").text)
    answer = officer.submit("/segments/apercu", sent)
    assert "École du Lac" in answer.text
    empty = officer.submit("/segments/apercu", {**sent, "x:r.0:families": []}).text
    assert "École du Lac" not in empty
    assert "Ce champ est nécessaire." in empty
    assert officer.submit("/segments/apercu", {**sent, "sujet": "projet"}).status_code == 404


def test_people_are_found_through_their_structures(officer: PageClient, session: Session) -> None:
    mayor = AffiliationFactory(
        contact=ContactFactory(last_name="Delacroix"),
        structure=StructureFactory(family_code="collectivite"),
        role="Maire",
    )
    AffiliationFactory(contact=ContactFactory(last_name="Autre"), role="Maire")
    session.flush()
    inside = Branch(Mode.ALL, (Leaf("famille", {"families": ("collectivite",)}),))
    link = _link(Link("structure", {"role": "maire"}, inside), subject=Subject.CONTACT)
    page = officer.get(f"{NEW}?sujet=contact&regles={link}").text
    assert "Delacroix" in page
    assert "Autre" not in page[page.index('id="apercu"') :]
    why = officer.get(f"/segments/pourquoi?regles={link}&fiche={mayor.contact_id}").text
    assert "dans le segment" in why
    assert "Exercent une fonction" in why


def _saved(session: Session, browser: PageClient, *nodes: Node, **more: Any) -> Segment:
    sent = fields_of(browser.get(f"{NEW}?regles={_link(*(nodes or (FAMILY,)))}").text)
    assert browser.submit(NEW, {**sent, "name": "Écoles", **more}).status_code == 303
    return session.scalars(select(Segment).order_by(Segment.id.desc())).first()  # type: ignore[return-value]


def test_why_in_and_why_out(officer: PageClient, session: Session) -> None:
    school = StructureFactory(name="École du Lac", family_code="scolaire", email="a@b.example")
    other = StructureFactory(name="Autre chose", family_code="scolaire")
    session.flush()
    lacks = Leaf("manque", {"what": ("courriel",)}, is_negated=True)
    segment = _saved(session, officer, FAMILY, lacks)
    url = f"/segments/{segment.id}/pourquoi"
    assert "dans le segment" in officer.get(f"{url}?fiche={school.id}").text
    out = officer.get(f"{url}?fiche={other.id}").text
    assert "hors du segment" in out
    assert out.count('class="reason is-unmet"') == 2, "the whole, and the one that fails"
    assert out.count('class="reason is-met"') == 1
    assert officer.get(f"{url}?fiche=999999").status_code == 404
    assert "Aucune fiche ne correspond" in officer.get(f"{url}?q=zzzzzz").text
    narrow = officer.get(f"/segments/trop-etroit?regles={_link(FAMILY, lacks)}").text
    assert "1 structure" in narrow


def test_members_are_listed_narrowed_and_exported(officer: PageClient, session: Session) -> None:
    StructureFactory(name="=École", family_code="scolaire", departement_code="59")
    StructureFactory(name="Lycée", family_code="scolaire", departement_code="62")
    StructureFactory(name="Mairie", family_code="collectivite")
    session.flush()
    segment = _saved(session, officer)
    page = officer.get(f"/segments/{segment.id}/fiches?departement=62").text
    assert "Lycée" in page
    assert "=École" not in page
    answer = officer.get(f"/segments/{segment.id}/fiches/export.csv")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))
    assert sorted(row[1] for row in rows[1:]) == ["'=École", "Lycée"]
    assert officer.get(f"/segments/{segment.id}/fiches/export.xlsx").status_code == 200
    logged = session.scalars(select(ExportRecord)).all()
    assert len(logged) == 2
    assert "cole" not in str([vars(each) for each in logged])


def test_a_broken_segment_says_what_is_missing(officer: PageClient, session: Session) -> None:
    tag = Tag(label="Climat", key="climat")
    session.add(tag)
    session.flush()
    segment = _saved(session, officer, Leaf("etiquette", {"tags": (str(tag.id),)}))
    session.execute(delete(Tag).where(Tag.id == tag.id))
    for path in ("", "/fiches", "/fiches/export.csv", "/modifier", "/pourquoi"):
        assert "Climat" in officer.get(f"/segments/{segment.id}{path}").text, path
    assert officer.get(f"/segments/{segment.id}/fiches").status_code == 422
    answer = officer.submit(f"/segments/{segment.id}/figer", {})
    assert "Climat" in officer.get(answer.location).text
    segment.rules = "illisible"
    session.flush()
    for path in ("", "/fiches", "/modifier", "/pourquoi"):
        page = officer.get(f"/segments/{segment.id}{path}")
        assert page.status_code in {200, 422}
        assert "pas lisibles" in page.text or path == "/modifier"


def test_a_list_is_frozen_refreshed_and_undone(officer: PageClient, session: Session) -> None:
    StructureFactory(name="École du Lac", family_code="scolaire")
    session.flush()
    segment = _saved(session, officer)
    answer = officer.submit(f"/segments/{segment.id}/figer", {})
    frozen_url = answer.location
    StructureFactory(name="Lycée", family_code="scolaire")
    session.flush()
    assert "Lycée" not in officer.get(f"{frozen_url}/fiches").text
    page = officer.get(officer.submit(f"{frozen_url}/actualiser", {}).location).text
    assert "1 de plus, 0 de moins" in page
    assert "Lycée" in page
    undo = re.search(r'action="(/historique/\d+/annuler[^"]*)"', page)
    assert undo is not None
    officer.submit(html.unescape(undo[1]), {})
    assert "Lycée" not in officer.get(f"{frozen_url}/fiches").text
    assert "figée" in officer.get(f"{frozen_url}/modifier").text
    assert officer.submit(f"/segments/{segment.id}/dupliquer", {}).status_code == 303


def test_a_second_editor_sees_both_versions(officer: PageClient, session: Session) -> None:
    segment = _saved(session, officer)
    url = f"/segments/{segment.id}/modifier"
    mine = fields_of(officer.get(url).text)
    theirs = {**mine, "x:r.0:families": ["entreprise"], "name": "Le leur"}
    assert officer.submit(url, theirs).status_code == 303
    conflict = officer.submit(url, {**mine, "name": "Le mien"})
    assert conflict.status_code == 409
    for words in ("Le leur", "Le mien", "Entreprise", "choix-name"):
        assert words in conflict.text
    assert "choix-rules" not in conflict.text  # nobody else touched them
    chosen = {**fields_of(conflict.text), "choix-name": "mine"}
    assert officer.submit(url, chosen).status_code == 303
    session.expire_all()
    kept = session.get_one(Segment, segment.id)
    assert kept.name == "Le mien"
    assert "entreprise" in kept.rules


def test_rules_changed_by_a_button_are_not_lost_to_who_saved_meanwhile(
    officer: PageClient, session: Session
) -> None:
    segment = _saved(session, officer)
    url = f"/segments/{segment.id}/modifier"
    mine = fields_of(officer.get(url).text)
    theirs = {**mine, "x:r.0:families": ["entreprise"], "name": "Le leur"}
    moved = officer.submit(url, {**mine, "x:r.0:families": ["commune"], "action": "apercu"})
    built = officer.get(moved.headers["Location"]) if moved.status_code == 303 else moved
    assert officer.submit(url, theirs).status_code == 303
    conflict = officer.submit(url, fields_of(built.text))
    assert conflict.status_code == 409
    assert "choix-rules" in conflict.text


def test_what_is_not_shared_is_its_owners(
    app: Flask, officer: PageClient, session: Session
) -> None:
    segment = _saved(session, officer, is_shared=[])
    assert not segment.is_shared
    colleague = sign_in(app.test_client(), session, "officer")
    for path in ("", "/fiches", "/fiches/export.csv", "/modifier", "/pourquoi"):
        assert colleague.get(f"/segments/{segment.id}{path}").status_code == 404, path
    for path in ("dupliquer", "figer", "actualiser"):
        assert colleague.submit(f"/segments/{segment.id}/{path}", {}).status_code == 404  # type: ignore[attr-defined]
    assert "Écoles" not in colleague.get("/segments").text
    assert "Écoles" in officer.get("/segments?a-qui=moi&filtres=1").text


def test_questions_do_not_grow_with_the_segments(
    officer: PageClient, session: Session, connection: Connection
) -> None:
    def ask() -> int:
        with counted(connection) as statements:
            assert officer.get("/segments").status_code == 200
        return len(statements)

    _saved(session, officer)
    ask()
    before = ask()
    for number in range(5):
        _saved(session, officer, name=f"Écoles {number}")
    assert ask() == before


def test_a_long_list_is_searched(officer: PageClient) -> None:
    found = officer.get("/segments/choix/structure/epci/epcis?q=metropole europ").json
    assert found is not None
    assert [each["text"] for each in found] == ["Métropole Européenne de Lille (59)"]
    assert officer.get("/segments/choix/structure/commune/communes?q=a").status_code == 404
    assert officer.get("/segments/choix/rien/epci/epcis").status_code == 404


def test_a_commune_is_named_without_a_picker(officer: PageClient, session: Session) -> None:
    StructureFactory(name="Chez nous", commune_code="59350", departement_code="59")
    session.flush()
    page = officer.get(f"{NEW}?regles={_link(Leaf('commune'))}").text
    page, tree = _press(officer, page, "voir", **{"x:r.0:communes_text": "LILLE"})
    assert tree.root.nodes[0] == Leaf("commune", {"communes": ("59350",)})
    assert "Chez nous" in page
    assert session.scalars(select(Structure.id)).all()
