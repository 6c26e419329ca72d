"""The pages of coverage: what they show, where each figure leads, what is done from them."""

import re
from datetime import date
from html import unescape

from sqlalchemy import Connection, func, select, update
from sqlalchemy.orm import Session
from werkzeug.urls import iri_to_uri

from crm.contacts.models import Structure
from crm.core import clock
from crm.followups.models import FollowUp, SessionApplication
from crm.territories.models import Commune, FormerCommune
from tests.factories.contacts import StructureFactory
from tests.factories.followups import FollowUpFactory, SessionFactory
from tests.factories.funding import ApplicationFactory, CoFundingFactory, SchemeFactory
from tests.support.client import PageClient
from tests.support.queries import counted

LILLE, ARRAS, AMIENS, CALAIS = "59350", "62041", "80021", "62193"
YEARS = "de=2015&a=2019"
COMMUNES = f"/zones-blanches?niveau=commune&{YEARS}"


def _count(page: str) -> int:
    found = re.search(r"data-results-count>([^<]*)<", page)
    assert found is not None
    digits = re.sub(r"\D", "", found[1])
    return int(digits or 0)


def _rows(page: str) -> dict[str, str]:
    """Return each row of a table by its name."""
    rows = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    named = {}
    for row in rows:
        heading = re.search(r'<th scope="row">(.*?)</th>', row, re.DOTALL)
        if heading:
            first = re.search(r">([^<]+)<", heading[1] if "<" in heading[1] else f">{heading[1]}<")
            assert first is not None
            named[unescape(first[1]).strip()] = row
    return named


def _links(row: str) -> list[tuple[str, int]]:
    """Return the address and the number of each figure of a row that leads somewhere."""
    found = re.findall(r'<td[^>]*class="numeric"[^>]*><a href="([^"]*)">([^<]*)<', row)
    return [
        (unescape(url), int(re.sub(r"\D", "", text)))
        for url, text in found
        if re.fullmatch(r"[\d\s]+", text)
    ]


def _history(session: Session) -> tuple[int, int]:
    """Make applications and support in five communes; return the ids of two schemes."""
    schemes = [SchemeFactory(name="Jeunesse"), SchemeFactory(name="Eau")]
    lille, arras, amiens, lens, nowhere = (
        StructureFactory(
            name=f"Comité {code}", commune_code=code, departement_code=code and code[:2]
        )
        for code in (LILLE, ARRAS, AMIENS, CALAIS, None)
    )
    filed = {"requested_cents": 200_000}
    for structure, scheme, status in (
        (lille, 0, "obtenu"), (lille, 0, "refuse"), (lille, 1, "depose"), (arras, 1, "depose"),
        (nowhere, 0, "depose"), (arras, 0, "identifie"),
    ):  # fmt: skip
        is_decided = status in {"obtenu", "refuse"}
        ApplicationFactory(
            beneficiary=structure,
            scheme=schemes[scheme],
            status=status,
            filed_on=None if status == "identifie" else date(2018, 3, 1),
            decided_on=date(2019, 6, 1) if is_decided else None,
            awarded_cents=150_000 if status == "obtenu" else None,
            **filed,
        )
    SessionFactory(held_on=date(2018, 5, 1), structures=[amiens, lille])
    FollowUpFactory(structure_id=lens.id, done_at=clock.now().replace(year=2017, day=1))
    session.flush()
    return schemes[0].id, schemes[1].id


def test_a_commune_is_in_the_highest_state_that_it_reached(
    officer: PageClient, session: Session
) -> None:
    scheme, _ = _history(session)
    expected = {
        "Lille": "Financement obtenu", "Arras": "Dossier déposé", "Amiens": "Accompagnée",
        "Calais": "Contactée", "Dunkerque": "Rien",
    }  # fmt: skip
    for name, state in expected.items():
        assert state in _rows(officer.get(f"{COMMUNES}&q={name}").text)[name]
    # Of one scheme alone, Arras has no application: it is a zone blanche where nobody was met.
    page = officer.get(f"{COMMUNES}&q=Arras&dispositif={scheme}").text
    assert "Rien" in _rows(page)["Arras"]
    assert _count(officer.get(f"{COMMUNES}&etat=obtenu&etat=depose").text) == 2
    page = officer.get(f"{COMMUNES}&etat=contacte").text
    assert list(_rows(page)) == ["Calais"]


def test_each_figure_of_a_place_opens_what_it_counts(officer: PageClient, session: Session) -> None:
    _history(session)
    for level, name in (
        ("departement", "Nord"), ("departement", "Pas-de-Calais"),
        ("epci", "Métropole Européenne de Lille"), ("arrondissement", "Lille"),
    ):  # fmt: skip
        page = officer.get(f"/zones-blanches?niveau={level}&{YEARS}&q={name}&colonnes=toutes").text
        row = _rows(page)[name]
        links = _links(row)
        assert len(links) >= 4, row
        for url, number in links:
            if "Population" in row and number > 3_782:
                continue  # people, whose link lists their communes
            assert _count(officer.get(iri_to_uri(url)).text) == number, url


def test_the_head_opens_what_it_counts(officer: PageClient, session: Session) -> None:
    _history(session)
    page = officer.get(f"/zones-blanches?{YEARS}").text
    figures = re.findall(r'<a class="stat-value" href="([^"]*)">([^<]*)<', page)
    assert len(figures) == 5
    total = 0
    for url, text in figures:
        number = int(re.sub(r"\D", "", text))
        total += number
        if number <= 1_000:
            assert _count(officer.get(iri_to_uri(unescape(url))).text) == number
    assert total == session.scalar(select(func.count()).select_from(Commune))
    outside = re.search(r'<a href="([^"]*)">Dossiers sans commune du territoire.: 1<', page)
    assert outside is not None
    assert _count(officer.get(iri_to_uri(unescape(outside[1]))).text) == 1
    filed = re.search(r'<a href="([^"]*)">Dossiers.: (\d+)</a>', page)
    assert filed is not None
    assert filed[2] == "4"
    assert _count(officer.get(iri_to_uri(unescape(filed[1]))).text) == 4


def test_a_filter_chooses_the_communes_that_places_add_up(
    officer: PageClient, session: Session
) -> None:
    _history(session)
    page = officer.get(f"/zones-blanches?niveau=departement&{YEARS}&epci=200093201").text
    row = _rows(page)["Nord"]
    assert [number for _url, number in _links(row)][:3] == [
        session.scalar(select(func.count()).where(Commune.epci_siren == "200093201")), 1, 1,
    ]  # fmt: skip
    page = officer.get(f"/zones-blanches?niveau=epci&{YEARS}&epci=999999999").text
    assert _count(page) == 0
    assert "introuvable" in page
    page = officer.get(f"{COMMUNES}&population=100000-&filtres=1").text
    assert {"Lille", "Amiens"} <= set(_rows(page))
    page = officer.get(f"{COMMUNES}&population=beaucoup").text
    assert _count(page) == 0


def test_a_population_that_is_not_known_is_said(officer: PageClient, session: Session) -> None:
    session.execute(update(Commune).where(Commune.insee_code == CALAIS).values(population=None))
    _history(session)
    page = officer.get(f"{COMMUNES}&q=Calais").text
    assert "inconnue" in _rows(page)["Calais"]
    page = officer.get(f"/zones-blanches?{YEARS}&departement=62").text
    assert "1 commune(s) de population inconnue" in page
    assert _count(officer.get(f"{COMMUNES}&population=inconnue").text) == 1


def test_a_commune_that_has_merged_counts_in_the_one_it_is_in(
    officer: PageClient, session: Session
) -> None:
    # Calais is in Arras from now on, and its row is kept because records point to it.
    session.add(FormerCommune(insee_code=CALAIS, name="Calais", current_insee_code=ARRAS))
    ApplicationFactory(
        beneficiary=StructureFactory(commune_code=CALAIS),
        commune_code=CALAIS, status="depose", filed_on=date(2018, 1, 2),
    )  # fmt: skip
    session.flush()
    assert "Calais" not in _rows(officer.get(f"{COMMUNES}&q=Calais").text)
    assert "Dossier déposé" in _rows(officer.get(f"{COMMUNES}&q=Arras").text)["Arras"]
    page = officer.get(f"/zones-blanches?niveau=departement&{YEARS}").text
    total = sum(_links(row)[0][1] for row in _rows(page).values())
    assert total == (session.scalar(select(func.count()).select_from(Commune)) or 0) - 1
    assert "sans commune du territoire" not in page


def test_tiles_and_years(officer: PageClient, session: Session) -> None:
    _history(session)
    page = officer.get(f"/zones-blanches/tuiles?{YEARS}").text
    tiles = re.findall(r'<a class="tile shade-(\d)" href="([^"]*)"', page)
    sirens = session.scalar(select(func.count(Commune.epci_siren.distinct())))
    assert len(tiles) == sirens
    assert {shade for shade, _ in tiles} >= {"0", "1"}
    shaded = next(url for shade, url in tiles if shade == "1")
    assert _count(officer.get(iri_to_uri(unescape(shaded))).text) > 1
    assert "style=" not in page
    by_people = officer.get(f"/zones-blanches/tuiles?{YEARS}&mesure=population").text
    assert by_people.count('class="tile ') == len(tiles)
    page = officer.get(f"/zones-blanches/annees?{YEARS}").text
    row = _rows(page)["2018"]
    for url, number in _links(row):
        assert _count(officer.get(iri_to_uri(url)).text) == number
    assert "3 %" not in _rows(page)["2015"]


def test_a_scheme_that_does_not_exist_is_not_every_scheme(officer: PageClient) -> None:
    for page in ("", "/tuiles", "/annees"):
        assert officer.get(f"/zones-blanches{page}?dispositif=999999").status_code == 404
        assert officer.get(f"/zones-blanches{page}?dispositif=eau").status_code == 404
    assert officer.get("/financements/chiffres?dispositif=0").status_code == 404


def test_the_list_is_exported_and_its_views_saved(officer: PageClient, session: Session) -> None:
    _history(session)
    text = officer.get(f"/zones-blanches/export.csv?niveau=commune&{YEARS}&etat=obtenu").text
    lines = text.strip().splitlines()
    assert len(lines) == 2
    assert "Lille" in lines[1]
    assert "Financement obtenu" in lines[1]
    assert "1500,0" in lines[1]
    assert officer.get(f"/zones-blanches/export.xlsx?niveau=epci&{YEARS}").status_code == 200
    assert "Enregistrer" in officer.get(f"{COMMUNES}&etat=rien").text


def test_a_commune_becomes_an_actor_when_it_is_opened(
    officer: PageClient, session: Session
) -> None:
    page = officer.get(f"{COMMUNES}&q=Calais").text
    assert f"/zones-blanches/communes/{CALAIS}/ouvrir" in page
    answer = officer.submit(f"/zones-blanches/communes/{CALAIS}/ouvrir", {})
    record = session.scalars(select(Structure).where(Structure.insee_code == CALAIS)).one()
    assert (answer.status_code, answer.location) == (303, f"/structures/{record.id}")
    again = officer.submit(f"/zones-blanches/communes/{CALAIS}/ouvrir", {})
    assert again.location == answer.location
    assert f"/structures/{record.id}" in officer.get(f"{COMMUNES}&q=Calais").text
    assert officer.submit("/zones-blanches/communes/00000/ouvrir", {}).status_code == 404
    assert officer.get(f"/zones-blanches/communes/{CALAIS}/ouvrir").status_code == 405


def test_communes_ticked_get_a_follow_up_each(officer: PageClient, session: Session) -> None:
    known = StructureFactory(name="Ville d’Arras", insee_code=ARRAS, commune_code=ARRAS)
    session.flush()
    ticked = [("selection", f"commune:{code}") for code in (CALAIS, ARRAS, CALAIS)]
    sent = [*ticked, ("action", "relances"), ("filtre", f"niveau=commune&{YEARS}")]
    page = officer.submit("/zones-blanches/relances", sent).text
    key = re.search(r'name="submission_key"[^>]*value="([^"]*)"', page)
    assert key is not None
    assert session.scalar(select(func.count()).select_from(FollowUp)) == 0
    form = {
        "submission_key": key[1], "selection": [f"commune:{CALAIS}", f"commune:{ARRAS}"],
        "what": "Proposer un rendez-vous", "due_on": "", "assignee": str(officer.user.id),  # type: ignore[attr-defined]
        "filtre": f"niveau=commune&{YEARS}",
    }  # fmt: skip
    refused = officer.submit("/zones-blanches/relances", form)
    assert refused.status_code == 422
    assert "Dites pour quand" in refused.text
    assert "Proposer un rendez-vous" in refused.text
    form["due_on"] = "31/12/2030"
    answer = officer.submit("/zones-blanches/relances", form)
    assert answer.status_code == 303
    assert answer.location.startswith("/zones-blanches?")
    twice = officer.submit("/zones-blanches/relances", form)
    assert twice.status_code == 303
    made = session.scalars(select(FollowUp).order_by(FollowUp.id)).all()
    adopted = session.scalars(select(Structure).where(Structure.insee_code == CALAIS)).one()
    assert [each.structure_id for each in made] == [adopted.id, known.id]
    assert {each.due_on for each in made} == {date(2030, 12, 31)}
    undo = re.search(r'action="(/historique/\d+/annuler[^"]*)"', officer.get(answer.location).text)
    assert undo is not None
    officer.submit(unescape(undo[1]), {})
    left = select(func.count()).select_from(FollowUp).where(FollowUp.deleted_at.is_(None))
    assert session.scalar(left) == 0


def test_a_selection_of_nothing_or_too_much_is_refused(officer: PageClient) -> None:
    whole = {"filtre": "niveau=commune", "tout": "1"}
    for sent, words in (
        ({"filtre": "niveau=commune"}, "au moins une"),
        ({"selection": "new:Pirate", "filtre": "niveau=commune"}, "au moins une"),
        (whole, "500 fiches au plus"),
    ):
        answer = officer.submit("/zones-blanches/relances", sent)
        assert answer.status_code == 303
        assert words in officer.get(answer.location).text
    kept = {"filtre": "niveau=commune&departement=80&etat=rien&population=5000-", "tout": "1"}
    page = officer.submit("/zones-blanches/relances", kept).text
    assert 3 < page.count('name="selection"') < 60


def test_the_figures_of_funding_open_what_they_count(officer: PageClient, session: Session) -> None:
    _history(session)
    funder = StructureFactory(name="Région", family_code="institution")
    won = ApplicationFactory(
        awarded=True, filed_on=date(2018, 1, 1), decided_on=date(2018, 2, 1), funder_id=funder.id
    )
    CoFundingFactory(of=won, awarded_cents=77_700)
    for level in ("leger", "initie"):
        helped = SessionFactory(held_on=date(2017, 9, 2))
        session.add(SessionApplication(session_id=helped.id, application_id=won.id, level=level))
    session.flush()
    page = officer.get(f"/financements/chiffres?{YEARS}").text
    assert re.search(r"À l’origine du dossier</th>.*?10.000.€", page, re.DOTALL)
    assert "777\u00a0€" in page
    assert "trop peu pour un taux" in page
    for name, row in _rows(page).items():
        for url, number in _links(row):
            assert _count(officer.get(iri_to_uri(url)).text) == number, (name, url)
    cards = re.findall(r'<a class="stat-value" href="([^"]*)">([^<]*)<', page)
    numbers = [(url, text) for url, text in cards if re.fullmatch(r"\d+", text)]
    assert len(numbers) == 3
    for url, text in numbers:
        assert _count(officer.get(iri_to_uri(unescape(url))).text) == int(text)


def test_pages_ask_as_many_questions_however_many_rows(
    officer: PageClient, session: Session, connection: Connection
) -> None:
    _history(session)
    pages = (
        f"/zones-blanches?{YEARS}", f"{COMMUNES}&filtres=1", f"/zones-blanches/tuiles?{YEARS}",
        f"/zones-blanches/annees?{YEARS}", f"/financements/chiffres?{YEARS}",
    )  # fmt: skip

    def asked() -> list[int]:
        found = []
        for page in pages:
            with counted(connection) as statements:
                assert officer.get(page).status_code == 200
            found.append(len(statements))
        return found

    asked()
    before = asked()
    for number in range(30):
        structure = StructureFactory(commune_code=LILLE, family_code="entreprise")
        made = ApplicationFactory(
            beneficiary=structure, status="depose", filed_on=date(2015 + number % 5, 2, 3),
            funder_id=StructureFactory().id,
        )  # fmt: skip
        CoFundingFactory(of=made)
        SessionFactory(held_on=date(2016, 1, 1), structures=[structure])
    session.flush()
    assert asked() == before


def test_added_filters_of_applications_find_what_they_say(
    officer: PageClient, session: Session
) -> None:
    _history(session)
    helped = ApplicationFactory(filed=True, title="Aidé")
    ApplicationFactory(filed=True, title="Seul")
    held = SessionFactory()
    session.add(
        SessionApplication(session_id=held.id, application_id=helped.id, level="substantiel")
    )
    planned = SessionFactory(status="prevue", held_on=date(2031, 1, 1))
    alone = ApplicationFactory(filed=True, title="Prévu")
    session.add(SessionApplication(session_id=planned.id, application_id=alone.id, level="initie"))
    session.flush()
    for query, count in {
        "appui=avec": 1, "appui=substantiel": 1, "appui=initie": 0, "appui=sans": 8,
        "lieu=commune:59350": 3, "lieu=departement:59": 3, "lieu=departement:62,epci:1": 0,
        "lieu=departement:62": 2, "lieu=hors": 4, "lieu=territoire": 5, "lieu=n,importe": 0,
        "lieu=commune:59350&colonnes=appui&tri=appui": 3, "principal=aucun": 9,
        "cofinanceur=tous": 0, "lieu=departement:59&filtres=1": 3,
    }.items():  # fmt: skip
        assert _count(officer.get(f"/financements/liste?{query}").text) == count, query
