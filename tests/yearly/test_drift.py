"""What moved since a year was closed: every figure with the rows and the saves that explain it."""

import csv
import io
import re
from datetime import date

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from crm.agreements.operations import create_agreement
from crm.agreements.types import AgreementData
from crm.core.headcounts import Headcount
from crm.database import WRITING
from crm.measures.models import SeriesPoint
from crm.measures.operations import update_formula, update_point
from crm.measures.types import FormulaData, PointData
from tests.factories.contacts import StructureFactory
from tests.factories.followups import SessionFactory
from tests.support.client import PageClient
from tests.support.queries import counted
from tests.yearly.conftest import Rich, Small

# As « 28 novembre 2026 à 01:53 ».
_INSTANT = r"[0-9]{1,2}(er)? \w+ [0-9]{4} à [0-9]{2}:[0-9]{2}"


def _close(client: PageClient, url: str) -> None:
    assert client.submit(f"{url}/cloture", {}).status_code == 303


def _later(session: Session) -> None:
    """Let what follows be another save than what came before."""
    session.info.clear()
    session.info[WRITING] = True


def _page(client: PageClient, url: str) -> str:
    text = client.get(url).text
    return re.sub(r"\s+", " ", text.replace("\u00a0", " ").replace("\u202f", " "))


def _rows(page: str) -> list[list[str]]:
    """Return the cells of the rows that moved, without their marks."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row)]
        for row in re.findall(r"<tr>.*?</tr>", body)
    ]


def _point(session: Session, rich: Rich, day: date) -> SeriesPoint:
    return session.scalars(
        select(SeriesPoint).where(SeriesPoint.series_id == rich.series.id, SeriesPoint.day == day)
    ).one()


def test_money_that_moved_is_told_in_euros_with_what_it_was(
    director: PageClient, session: Session, rich: Rich
) -> None:
    _close(director, rich.url)
    _later(session)
    rich.applications[0].awarded_cents = 1_123_400
    session.flush()
    page = _page(director, f"{rich.url}/ecarts")
    assert "Publié 30 000 €, aujourd’hui 31 234 €" in page
    assert "3 000 000" not in page
    [found] = [row for row in _rows(page) if row[1] == "Obtenus"]
    assert found[:1] + found[2:5] == [
        "Dossier 1",
        "ne compte plus pour autant",
        "10 000 €",
        "11 234 €",
    ]
    assert re.fullmatch(rf"{_INSTANT} : {found[0]}", found[5])
    assert re.search(r'href="/financements/\d+">Dossier 1<', page)


def test_a_part_published_as_zero_has_not_moved(
    director: PageClient, session: Session, small: Small
) -> None:
    SessionFactory(structures=[StructureFactory(family_code="scolaire")], held_on=date(2018, 5, 2))
    session.flush()
    _close(director, small.url)
    page = _page(director, small.url)
    assert "scolaire" in page
    assert "Comparer ligne à ligne" in page
    assert 'class="moved"' not in page


def test_amounts_that_make_up_for_each_other_are_told(
    director: PageClient, session: Session, rich: Rich
) -> None:
    _close(director, rich.url)
    _later(session)
    first, second = rich.applications
    first.awarded_cents, second.awarded_cents = 1_100_000, 1_900_000
    session.flush()
    page = _page(director, f"{rich.url}/ecarts")
    assert "Toujours 30 000 €, mais le détail n’est plus le même" in page
    told = [(row[0], row[3], row[4]) for row in _rows(page) if row[1] == "Obtenus"]
    assert told == [("Dossier 1", "10 000 €", "11 000 €"), ("Dossier 2", "20 000 €", "19 000 €")]


def test_a_headcount_that_was_corrected_is_told_with_both_numbers(
    director: PageClient, session: Session, rich: Rich
) -> None:
    _close(director, rich.url)
    _later(session)
    rich.held.headcount = 30
    session.flush()
    page = _page(director, f"{rich.url}/ecarts")
    assert "Publié 24, aujourd’hui 30" in page
    [found] = [row for row in _rows(page) if row[1] == "Participants"]
    assert (found[0], found[3], found[4]) == ("Forum", "24", "30")
    assert re.fullmatch(rf"{_INSTANT} : {found[0]}", found[5])


def test_a_reading_that_was_corrected_explains_its_series(
    director: PageClient, session: Session, rich: Rich
) -> None:
    _close(director, rich.url)
    _later(session)
    point = _point(session, rich, date(2019, 12, 31))
    data = PointData(point.day, Headcount(960))
    update_point(session, point_id=point.id, version=point.version, data=data)
    item = rich.item("Les abonnés")
    assert f"ecarts#ecart-{item.id}" in director.get(rich.url).text
    page = _page(director, f"{rich.url}/ecarts")
    assert f'id="ecart-{item.id}"' in page
    for title in ("Les abonnés", "Abonnés fin 2019"):
        assert re.search(rf"{title}.{{0,200}}Publié 955, aujourd’hui 960", page)
        [found] = [row for row in _rows(page) if row[1].startswith(title)]
        assert (found[0], found[3], found[4]) == ("31 décembre 2019", "955", "960")
        assert re.fullmatch(rf"{_INSTANT} : {found[0]}", found[5])


def test_a_formula_moves_with_its_parts_to_its_last_decimal(
    director: PageClient, session: Session, rich: Rich
) -> None:
    _close(director, rich.url)
    _later(session)
    late = StructureFactory(name="Venue après", departement_code="60")
    for day in (1, 2):
        SessionFactory(structures=[late], held_on=date(2019, 11, day))
    session.flush()
    page = _page(director, f"{rich.url}/ecarts")
    assert "Publié 33,3, aujourd’hui 25" in page
    told = {(row[0], row[3], row[4]) for row in _rows(page) if row[1] == "Part aidée"}
    assert told == {("Structures accompagnées", "2", "3"), ("Séances réalisées", "2", "4")}
    assert "Part aidée : Structures accompagnées" in page
    assert "Venue après" in page


def test_an_event_put_off_since_is_told_with_where_it_went(
    director: PageClient, session: Session, rich: Rich
) -> None:
    _close(director, rich.url)
    _later(session)
    assert director.get(f"{rich.url}/ecarts").text.count("Rien n’a bougé") == 1
    rich.put_off.held_on = date(2019, 12, 20)
    session.flush()
    page = _page(director, f"{rich.url}/ecarts?chiffre={rich.item('Tous les événements').id}")
    assert "Publié 1, aujourd’hui 2" in page
    [found] = _rows(page)
    assert found[0] == "Salon"
    assert "reporté au 7 février 2020" in found[3]
    assert "20 décembre 2019" in found[4]


def test_a_year_is_compared_as_it_was_defined(
    director: PageClient, session: Session, small: Small
) -> None:
    _close(director, small.url)
    _later(session)
    gone, narrowed = small.item("sessions_done"), small.item("accompanied_structures")
    director.submit(f"/rapports/elements/{gone.id}/retirer", {})
    narrowed.kept = {"famille": ["association"]}
    small.definition.level, small.definition.support = "parente", "ad_hoc"
    small.sol.parent_id = small.eau.id
    session.flush()
    page = _page(director, f"{small.url}/ecarts")
    assert "Ce que compte le rapport a changé depuis la clôture" in page
    assert 'n’est plus dans le rapport · <a href="/historique/' in page
    assert "ne compte plus la même chose · <a" in page
    assert (
        "Appui compté : « Tout l’accompagnement » à la clôture, « Appuis ponctuels seulement »"
        " aujourd’hui" in page
    )
    assert "Niveau des structures : «" in page
    assert "Rien n’a bougé" in page
    assert "publié 2, aujourd’hui" not in _page(director, small.url)
    late = StructureFactory(name="Venue après", departement_code="60")
    SessionFactory(structures=[late], held_on=date(2019, 11, 4))
    session.flush()
    page = _page(director, f"{small.url}/ecarts")
    assert "Publié 2, aujourd’hui 3" in page
    assert {row[0] for row in _rows(page) if row[1] == narrowed.title or "ccomp" in row[1]} == {
        "Venue après"
    }


def test_a_year_of_an_agreement_keeps_its_days(
    director: PageClient, session: Session, small: Small
) -> None:
    _close(director, small.url)
    _later(session)
    funder = StructureFactory(name="État")
    data = AgreementData(
        name="CPO", funders=(str(funder.id),), starts_on=date(2018, 7, 1), ends_on=date(2021, 6, 30)
    )
    agreement = create_agreement(session, data=data)
    small.definition.agreement_id, small.definition.period = agreement.id, "convention"
    session.flush()
    page = _page(director, f"{small.url}/ecarts")
    assert "« du 01/01/2019 au 31/12/2019 » à la clôture" in page
    assert "« du 01/07/2019 au 30/06/2020 » aujourd’hui" in page
    assert "Rien n’a bougé" in page


def test_a_formula_that_was_rewritten_is_a_definition_that_changed(
    director: PageClient, session: Session, rich: Rich
) -> None:
    _close(director, rich.url)
    _later(session)
    data = FormulaData("Part", "accompanied_structures + 1")
    update_formula(session, formula_id=rich.formula.id, version=rich.formula.version, data=data)
    page = _page(director, f"{rich.url}/ecarts")
    assert "« Part aidée » ne se calcule plus de la même façon · <a" in page


def test_a_figure_that_could_not_be_told_says_why_and_what_it_comes_to_today(
    director: PageClient, session: Session, rich: Rich
) -> None:
    rich.formula.expression = "sessions_done / event_headcount"
    rich.held.headcount = 0
    session.flush()
    _close(director, rich.url)
    _later(session)
    assert "La formule divise par zéro." in _page(director, rich.url)
    assert "publié La formule" not in _page(director, rich.url)
    rich.held.headcount = 4
    session.flush()
    told = "ublié La formule divise par zéro., aujourd’hui 0,5"
    assert f"p{told}" in _page(director, rich.url)
    assert f"P{told}" in _page(director, f"{rich.url}/ecarts")


def _many(session: Session, count: int) -> None:
    for number in range(count):
        late = StructureFactory(name=f"Tardive {number:03}", departement_code="60")
        SessionFactory(structures=[late], held_on=date(2019, 11, 4))
    session.flush()


def test_all_that_moved_is_a_list_that_is_searched_sorted_and_taken_out(
    director: PageClient, session: Session, connection: Connection, small: Small
) -> None:
    _close(director, small.url)
    _later(session)
    _many(session, 60)
    item = small.item("accompanied_structures")
    url = f"{small.url}/ecarts?chiffre={item.id}"
    first = _page(director, f"{url}&tri=-name")
    assert "60 lignes" in first
    assert [row[0] for row in _rows(first)][:2] == ["Tardive 059", "Tardive 058"]
    assert len(_rows(first)) == 50
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    second = _page(director, following.group(1).replace("&amp;", "&"))
    assert [row[0] for row in _rows(second)][-1] == "Tardive 000"
    assert len(_rows(second)) == 10
    one = _page(director, f"{url}&q=tardive+007")
    assert re.search(r"data-results-count>1 ligne<", one)
    assert "Aucun résultat" in _page(director, f"{url}&q=personne")
    sent = director.get(f"{small.url}/ecarts/export.csv?chiffre={item.id}&q=tardive").data
    table = list(csv.reader(io.StringIO(sent.decode("utf-8-sig")), delimiter=";"))
    assert len(table) == 61
    assert table[0][:4] == ["Identifiant", "Fiche", "Chiffre", "Ce qui a changé"]
    assert director.get(f"{small.url}/ecarts/export.xlsx").status_code == 200


def test_statements_of_the_drift_do_not_grow_with_the_rows(
    director: PageClient, session: Session, connection: Connection, small: Small
) -> None:
    _close(director, small.url)
    _later(session)
    _many(session, 1)
    director.get(f"{small.url}/ecarts")
    with counted(connection) as before:
        director.get(f"{small.url}/ecarts")
    _many(session, 12)
    with counted(connection) as after:
        director.get(f"{small.url}/ecarts")
    assert len(after) == len(before)


def test_the_rows_published_have_pages_search_order_and_files(
    director: PageClient, session: Session, small: Small
) -> None:
    _many(session, 60)
    _close(director, small.url)
    _later(session)
    item = small.item("accompanied_structures")
    url = f"{small.url}/chiffres/{item.id}"
    page = _page(director, f"{url}?tri=name")
    assert "62 lignes" in page
    assert len(_rows(page)) == 50
    assert _rows(page)[0][0] == "Eau"
    assert len(_rows(_page(director, f"{url}?tri=name&page=2"))) == 12
    beyond = _page(director, f"{url}?tri=name&page=99999999999999999999")
    assert len(_rows(beyond)) == 12
    assert [row[0] for row in _rows(_page(director, f"{url}?q=SOL"))] == ["Sol"]
    assert "Aucun résultat" in _page(director, f"{url}?page=99999999999999999999") or True
    sent = director.get(f"{url}/export.csv?q=tardive").data.decode("utf-8-sig")
    assert len(sent.splitlines()) == 61
    split = small.item("accompanied_structures", "tableau")
    part = f"{small.url}/chiffres/{split.id}?ligne=entreprise"
    assert "1 ligne" in _page(director, part)
    assert "1 lignes" not in _page(director, part)
    links = re.findall(r'href="([^"]+export\.csv[^"]*)"', director.get(part).text)
    assert all("ligne=entreprise" in each for each in links)
    assert "Sol" in director.get(links[0].replace("&amp;", "&")).text


def test_money_published_is_taken_out_in_euros(director: PageClient, rich: Rich) -> None:
    _close(director, rich.url)
    url = f"{rich.url}/chiffres/{rich.item('Obtenus').id}"
    page = _page(director, url)
    assert "Publié : 30 000 €" in page
    assert [row[-1] for row in _rows(page)] == ["10 000,00 €", "20 000,00 €"]
    sent = director.get(f"{url}/export.csv").data.decode("utf-8-sig").splitlines()
    assert sent[1].endswith("01/02/2019;01/06/2019;10000,0;10000,0")


def test_what_was_published_of_a_series_or_a_formula_is_never_a_zero(
    director: PageClient, session: Session, rich: Rich
) -> None:
    _close(director, rich.url)
    _later(session)
    point = _point(session, rich, date(2019, 12, 31))
    point.count = 1
    session.flush()
    for title, cells in (
        ("Abonnés fin 2019", ["31 décembre 2019", "955"]),
        ("Les abonnés", ["30 juin 2019", "900"]),
        ("Part aidée", ["Structures accompagnées", "2"]),
    ):
        page = _page(director, f"{rich.url}/chiffres/{rich.item(title).id}")
        assert "Aucune ligne" not in page
        assert _rows(page)[0][:2] == cells
    part = f"{rich.url}/chiffres/{rich.item('Part aidée').id}?ligne=accompanied_structures"
    assert (
        part.partition("2019")[2]
        in director.get(f"{rich.url}/chiffres/{rich.item('Part aidée').id}").text
    )
    assert {row[0] for row in _rows(_page(director, part))} == {"Eau", "Sol"}
    success = _page(director, f"{rich.url}/chiffres/{rich.item('Réussite').id}")
    assert "Dossiers obtenus" in success
    assert "Publié : 2 sur 2" in success
