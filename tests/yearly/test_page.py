"""The page of a report: every figure opens its rows, the team writes, a definition is edited."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from crm.agreements.operations import create_agreement
from crm.agreements.types import AgreementData
from crm.core import clock
from crm.followups.indicators import ACCOMPANIED_STRUCTURES
from crm.history.trash import purge_trash
from crm.indicators.counting import total
from crm.indicators.types import Level, Period, Scope
from crm.yearly.lists import find_list
from crm.yearly.models import ReportDefinition, ReportItem, ReportTemplate, ReportText
from crm.yearly.operations import set_template, write_text
from tests.factories.followups import SessionFactory
from tests.support.client import PageClient
from tests.support.people import sign_in
from tests.support.queries import counted
from tests.yearly.conftest import Small


def _figures(page: str) -> list[tuple[str, int]]:
    """Return (address, figure) of every figure of the page."""
    found = re.findall(r'href="(/bilan/chiffres/[^"]+)">\s*([\d\u202f]+)\s*<', page)
    return [(url.replace("&amp;", "&"), int(text.replace("\u202f", ""))) for url, text in found]


def test_every_figure_opens_the_rows_it_counts(director: PageClient, small: Small) -> None:
    figures = _figures(director.get(small.url).text)
    assert len(figures) >= 5
    for address, figure in figures:
        page = director.get(address)
        assert page.status_code == 200, address
        assert page.text.count('<th scope="row">') == figure, address


def test_the_four_axes_are_there_with_their_rules(director: PageClient, small: Small) -> None:
    page = director.get(small.url).text
    for number in range(1, 5):
        assert f"Axe {number} – " in page
    assert "Structures différentes ayant au moins une séance réalisée" in page


def test_a_year_without_anything_says_what_to_do(director: PageClient, small: Small) -> None:
    page = director.get(small.url.replace("2019", "1995")).text
    assert "Rien en 1995" in page
    assert "Importer des séances" in page
    assert director.get(small.url.replace("2019", "1800")).status_code == 404


def test_a_network_without_a_report_is_given_one(director: PageClient, session: Session) -> None:
    assert "Aucun rapport" in director.get("/rapports").text
    for _twice in range(2):
        assert director.submit("/rapports/par-defaut", {}).status_code == 303
    assert len(session.scalars(select(ReportDefinition)).all()) == 1
    assert director.get("/rapports/annee").status_code == 303


def test_statements_do_not_grow_with_the_sessions(
    director: PageClient, session: Session, connection: Connection, small: Small
) -> None:
    director.get(small.url)
    with counted(connection) as before:
        director.get(small.url)
    for day in range(1, 20):
        SessionFactory(structures=[small.eau], held_on=date(2019, 7, day))
    session.flush()
    with counted(connection) as after:
        director.get(small.url)
    assert len(after) == len(before)


def test_a_theme_that_is_gone_is_said_and_never_a_zero(
    director: PageClient, session: Session, small: Small
) -> None:
    item = small.item("accompanied_structures")
    item.kept = {"theme": ["987654"]}
    session.flush()
    page = director.get(small.url).text
    assert "ce qui était demandé n’existe plus" in page
    item.code = "gone_figure"
    session.flush()
    assert "Ce chiffre n’existe plus" in director.get(small.url).text
    assert director.get(f"{small.url}/rapport.docx").status_code == 200


def test_a_text_is_carried_over_until_it_is_written(
    director: PageClient, session: Session, small: Small
) -> None:
    text = next(each for each in small.items.values() if each.kind == "texte")
    before = f"/rapports/{small.definition.id}/2018/textes/{text.id}"
    assert director.submit(before, {"version": "0", "body": "Vieux **bilan**"}).status_code == 303
    page = director.get(small.url).text
    assert "texte de 2018, à reprendre" in page
    assert "<strong>bilan</strong>" in page
    assert "Vieux" not in director.get(f"{small.url}/rapport.csv").text
    form = director.get(f"{small.url}/textes/{text.id}").text
    assert "Vieux **bilan**" in form
    saved = director.submit(f"{small.url}/textes/{text.id}", {"version": "0", "body": "Neuf"})
    assert saved.status_code == 303
    assert "Neuf" in director.get(f"{small.url}/rapport.csv").text
    found = session.scalars(select(ReportText.year).order_by(ReportText.year)).all()
    assert found == [2018, 2019]


def test_two_writers_of_a_paragraph_see_both_versions(
    director: PageClient, session: Session, small: Small
) -> None:
    text = next(each for each in small.items.values() if each.kind == "texte")
    url = f"{small.url}/textes/{text.id}"
    assert director.submit(url, {"version": "0", "body": "La mienne"}).status_code == 303
    second = director.submit(url, {"version": "0", "body": "La sienne"})
    assert second.status_code == 409
    assert "La mienne" in second.text
    assert "La sienne" in second.text
    chosen = {"version": "1", "body": "La sienne", "choix-body": "theirs"}
    assert director.submit(url, chosen).status_code == 303
    session.expire_all()
    assert session.scalars(select(ReportText.body)).all() == ["La mienne"]


def test_a_text_that_was_written_over_comes_back_unless_the_year_is_closed(
    director: PageClient, session: Session, small: Small
) -> None:
    text = next(each for each in small.items.values() if each.kind == "texte")
    url = f"{small.url}/textes/{text.id}"
    first = director.submit(url, {"version": "0", "body": "Le long bilan"})
    assert "Le long bilan" in director.get(first.location).text
    saved = director.submit(url, {"version": "1", "body": "Rien"})
    undo = re.search(r'action="(/historique/\d+/annuler[^"]*)"', director.get(saved.location).text)
    assert undo is not None
    assert director.submit(undo.group(1).replace("&amp;", "&"), {}).status_code == 303
    assert "Le long bilan" in director.get(small.url).text
    assert "Texte" in director.get(f"/rapports/{small.definition.id}").text
    again = director.submit(url, {"version": "3", "body": "Autre"})
    late = re.search(r'action="(/historique/\d+/annuler[^"]*)"', director.get(again.location).text)
    assert late is not None
    director.submit(f"{small.url}/cloture", {})
    told = director.submit(late.group(1).replace("&amp;", "&"), {})
    assert told.status_code == 422
    assert "Cette année est close" in told.text
    session.expire_all()
    assert session.scalars(select(ReportText.body)).all() == ["Autre"]


def test_items_are_moved_changed_removed_and_put_back(
    director: PageClient, session: Session, small: Small
) -> None:
    item = small.item("sessions_done")
    assert director.submit(f"/rapports/elements/{item.id}/deplacer", {"position": "0"}).status_code
    session.expire_all()
    first = session.scalars(select(ReportItem).order_by(ReportItem.position)).first()
    assert first is not None
    assert first.id == item.id
    removed = director.submit(f"/rapports/elements/{item.id}/retirer", {})
    page = director.get(removed.location)
    undo = re.search(r'action="(/historique/\d+/annuler[^"]*)"', page.text)
    assert undo is not None
    assert f"element-{item.id}" not in page.text
    assert director.submit(undo.group(1).replace("&amp;", "&"), {}).status_code == 303
    assert f"element-{item.id}" in director.get(f"/rapports/{small.definition.id}").text
    url = f"/rapports/elements/{small.item('projects_listed').id}/modifier"
    seen = re.search(r'name="version"[^>]*value="([^"]+)"', director.get(url).text)
    assert seen is not None
    wrong = director.submit(url, {"version": seen.group(1), "title": "Projets", "code": ""})
    assert wrong.status_code == 422
    assert "Choisissez dans la liste" in wrong.text
    stale = director.submit(url, {"version": "0", "title": "Autre", "code": "sessions_done"})
    assert stale.status_code == 409
    good = {"version": seen.group(1), "title": "Projets connus", "code": "projects_listed"}
    assert director.submit(url, good).status_code == 303
    assert "Projets connus" in director.get(small.url).text


@pytest.mark.parametrize(
    "case",
    [
        ("chiffre", {"code": "inconnu"}, "Choisissez dans la liste"),
        ("chiffre", {"code": "sessions_done", "kept": "famille:inconnue"}, "Choisissez dans"),
        ("chiffre", {"code": "funding_obtained", "kept": "famille:association"}, ""),
        ("tableau", {"code": "event_headcount", "by": "famille"}, "ne se compte pas par"),
        ("liste", {"code": "sessions_done"}, "Choisissez dans la liste"),
    ],
)
def test_an_item_that_cannot_be_counted_is_refused_beside_its_field(
    director: PageClient, session: Session, small: Small, case: tuple[str, Any, str]
) -> None:
    slug, wrong, said = case
    before = len(session.scalars(select(ReportItem.id)).all())
    url = f"/rapports/{small.definition.id}/elements/nouveau/{slug}"
    answer = director.submit(url, {"title": "Mon élément", **wrong})
    assert (answer.status_code == 422) == bool(said)
    if said:
        assert said in answer.text.replace("\u00a0", " ")
        assert 'value="Mon élément"' in answer.text
    after = len(session.scalars(select(ReportItem.id)).all())
    assert after == before + (0 if said else 1)


def test_an_item_is_added_once_however_often_it_is_sent(
    director: PageClient, session: Session, small: Small
) -> None:
    url = f"/rapports/{small.definition.id}/elements/nouveau/tableau"
    key = re.search(r'name="submission_key"[^>]*value="([^"]+)"', director.get(url).text)
    assert key is not None
    data = {
        "submission_key": key.group(1),
        "title": "Par pays",
        "code": "sessions_done",
        "by": "pays",
        "kept": ["appui:formal"],
    }
    for _twice in range(2):
        assert director.submit(url, data).status_code == 303
    made = session.scalars(select(ReportItem).where(ReportItem.title == "Par pays")).all()
    assert [each.kept for each in made] == [{"appui": ["formal"]}]
    missing = director.submit(url, {**data, "submission_key": "x", "by": ""})
    assert missing.status_code == 422
    assert "Choisissez ce qui distingue les lignes" in missing.text


def test_a_copy_for_a_funder_counts_formal_support_of_parents(
    director: PageClient, session: Session, small: Small
) -> None:
    small.sol.parent_id = small.eau.id
    session.flush()
    url = f"/rapports/{small.definition.id}/copier"
    data = {"name": "Pour la Région", "funder": "Région", "period": "civile",
            "level": "parente", "support": "formal", "submission_key": "k"}  # fmt: skip
    location = director.submit(url, data).location
    page = director.get(f"{location}/2019").text
    figures = dict(_figures(page))
    assert {count for address, count in figures.items() if "accompanied_structures?" in address}
    assert "niveau=parente" in page
    assert "Accompagnement formalisé seulement" in page
    structures = [c for a, c in figures.items() if "/accompanied_structures?" in a and "&" in a]
    assert structures
    assert max(structures) == 1


def test_the_list_of_structures_says_what_is_counted(session: Session, small: Small) -> None:
    small.sol.parent_id = small.eau.id
    session.flush()
    listed = find_list("structures")
    assert listed is not None
    for level, expected in [(Level.STRUCTURE, ["Eau", "Sol"]), (Level.PARENT, ["Eau"])]:
        scope = Scope(Period.of_year(2019), level=level)
        assert [each.title for each in listed.entries(session, scope)] == expected
        assert total(session, ACCOMPANIED_STRUCTURES, scope).count == len(expected)


def test_an_agreement_year_needs_its_agreement(director: PageClient, small: Small) -> None:
    url = f"/rapports/{small.definition.id}/modifier"
    data = {"version": "1", "name": "R", "period": "convention", "level": "structure",
            "support": "tout", "agreement": ""}  # fmt: skip
    answer = director.submit(url, data)
    assert answer.status_code == 422
    assert "Choisissez la convention" in answer.text


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("officer", (False, False)),
        ("campaign_manager", (False, False)),
        ("director", (True, True)),
        ("administrator", (True, False)),
    ],
)
def test_who_may_do_what(
    client: PageClient, session: Session, small: Small, role: str, may: tuple[bool, bool]
) -> None:
    sign_in(client, session, role)
    assert client.get(small.url).status_code == 200
    assert client.get(f"{small.url}/rapport.json").status_code == 200
    edit = client.get(f"/rapports/{small.definition.id}/modifier").status_code
    close = client.get(f"{small.url}/cloture").status_code
    assert (edit == 200, close == 200) == may
    assert client.get("/rapports").status_code == 200


def test_a_report_is_erased_with_its_texts_and_its_template(
    director: PageClient, session: Session, small: Small
) -> None:
    text = next(each for each in small.items.values() if each.kind == "texte")
    write_text(session, item_id=text.id, year=2019, version=0, body="x", author_id=None)
    set_template(
        session, definition_id=small.definition.id, name="m.docx", content=b"x", author_id=None
    )
    session.flush()
    url = f"/corbeille/report_definition/{small.definition.id}/ajouter"
    assert director.submit(url, {}).status_code == 303
    assert "Aucun rapport" in director.get("/rapports").text
    session.expire_all()
    purge_trash(session, now=clock.now() + timedelta(days=400))
    for model in (ReportDefinition, ReportItem, ReportText, ReportTemplate):
        assert session.scalars(select(model.id)).all() == []


def test_agreements_that_overlap_are_said_and_counted_in_each(
    director: PageClient, session: Session, small: Small
) -> None:
    years = (date(2018, 1, 1), date(2020, 12, 31)), (date(2019, 1, 1), date(2021, 12, 31))
    funder = [f"{small.sol.id}"]
    first, second = (
        create_agreement(
            session,
            data=AgreementData(f"CPO {start.year}", start, end, funders=tuple(funder)),
        )
        for start, end in years
    )
    small.definition.agreement_id = first.id
    small.definition.period = "convention"
    session.flush()
    page = director.get(f"/rapports/{small.definition.id}").text
    assert "Leurs chiffres ne s’additionnent pas" in page
    assert f'href="/conventions/{second.id}"' in page
    assert director.get(small.url).status_code == 200


@pytest.mark.parametrize(
    ("years", "said", "has_next"),
    [(-1, "ouverte", True), (0, "année en cours", True), (1, "année à venir", False)],
)
def test_a_year_says_where_it_stands_and_the_next_ends_with_the_one_to_come(
    director: PageClient, small: Small, years: int, said: str, has_next: bool
) -> None:
    year = clock.today().year + years
    page = director.get(f"{small.url.rpartition('/')[0]}/{year}").text
    assert f">{said}</span>" in page
    assert ('rel="next"' in page) == has_next
    assert (f"{year} n’a pas commencé" in page) == (years > 0)
    assert years < 1 or "Importer des séances" not in page
