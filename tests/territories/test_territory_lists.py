"""Named lists of communes: pasted, never guessed, kept with history."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.core.errors import RuleError
from crm.territories.models import Commune, FormerCommune, Territory
from crm.territories.pasted_communes import commune_of_text, read_pasted
from crm.territories.pasting import read_lines
from tests.support.client import PageClient

NEW = "/territoires/nouveau"


def _codes(session: Session, text: str) -> list[str]:
    pasted = read_pasted(session, text, {})
    assert (pasted.asked, pasted.unknown) == ({}, [])
    return pasted.codes


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Lille", ["59350"]),
        ("LILLE\nlille\n Lille ", ["59350"]),
        ("62498", ["62498"]),
        ("62498 Lens", ["62498"]),
        ("Lens (62)", ["62498"]),
        ("Lens;62498", ["62498"]),
        ("LENS\t62300", ["62498"]),
        ("62300 Lens", ["62498"]),
        ("St-Omer", ["62765"]),
        ("Villeneuve-d'Ascq\r\nRoubaix", ["59009", "59512"]),
    ],
)
def test_a_line_says_one_commune(session: Session, text: str, codes: list[str]) -> None:
    assert _codes(session, text) == codes


def test_a_name_that_several_bear_is_asked(session: Session) -> None:
    name, *_ = session.scalars(
        select(Commune.name).where(Commune.is_homonym).order_by(Commune.sort_name)
    )
    pasted = read_pasted(session, name, {})
    assert pasted.codes == []
    choices = dict(pasted.asked[name])
    assert len(choices) >= 2
    assert len(set(choices.values())) == len(choices), "two choices look the same"
    chosen = sorted(choices)[1]
    assert read_pasted(session, name, {name: chosen}).codes == [chosen]
    other = read_pasted(session, name, {name: "59350"})
    assert list(other.asked) == [name], "an answer that is none of the choices is no answer"
    with pytest.raises(RuleError):
        commune_of_text(session, name)


def test_no_homonym_is_ever_guessed(session: Session) -> None:
    names = session.scalars(select(Commune.name).where(Commune.is_homonym)).all()
    pasted = read_pasted(session, "\n".join(names), {})
    assert pasted.codes == []
    assert len(pasted.asked) == len(set(names)) > 50


def test_a_postcode_of_several_communes_is_asked(session: Session) -> None:
    assert len(read_pasted(session, "62580", {}).asked["62580"]) > 1


def test_figures_that_are_a_code_and_a_postcode_are_asked(session: Session) -> None:
    asked = read_pasted(session, "59350", {}).asked["59350"]
    assert [label for _code, label in asked] == ["Lille (59)", "Saint-André-lez-Lille (59)"]
    assert _codes(session, "59350 Lille") == ["59350"]


def test_a_former_code_leads_to_the_commune_of_today(session: Session) -> None:
    former = session.scalars(select(FormerCommune).limit(1)).one()
    assert _codes(session, former.insee_code) == [former.current_insee_code]


def test_what_is_no_commune_is_told(session: Session) -> None:
    pasted = read_pasted(session, "Lille\nAtlantide\nLens (59)\n00000 Lens", {})
    assert pasted.codes == ["59350"]
    assert pasted.unknown == ["Atlantide", "Lens (59)", "00000 Lens"]
    with pytest.raises(RuleError, match="lignes au plus"):
        read_pasted(session, "\n".join(str(n) for n in range(3000)), {})


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    for line in read_lines(text):
        assert line.text.strip()
        assert "\x00" not in line.text


def _create(browser: PageClient, **fields: str) -> str:
    answer = browser.submit(NEW, {"name": "Bassin minier", "pasted": "Lens\nLille", **fields})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def test_a_territory_is_made_changed_and_undone(officer: PageClient, session: Session) -> None:
    url = _create(officer)
    page = officer.get(url).text
    assert "62498" in page
    assert "2 communes" in page
    assert "Bassin minier" in officer.get("/territoires?q=minier").text
    assert "62498 Lens" in officer.get(f"{url}/modifier").text
    sent = {"name": "Bassin minier", "pasted": "Liévin", "version": "1"}
    assert officer.submit(f"{url}/modifier", sent).status_code == 303
    page = officer.get(url).text
    assert "Lens (62498)" in page, "history tells who left"
    change = re.search(r'class="history-undo" href="([^"]*)"', page)
    assert change is not None
    undo = re.search(
        r'action="(/historique/[^"]*annuler[^"]*)"', officer.get(html.unescape(change[1])).text
    )
    assert undo is not None
    territory = session.scalars(select(Territory)).one()
    assert officer.submit(html.unescape(undo[1]), {}).status_code == 303
    assert territory.id
    assert "2 communes" in officer.get(url).text
    stale = officer.submit(f"{url}/modifier", sent)
    assert stale.status_code == 409
    assert "Liévin" in stale.text


def test_homonyms_are_chosen_on_the_page(officer: PageClient, session: Session) -> None:
    name = session.scalars(
        select(Commune.name).where(Commune.is_homonym).order_by(Commune.sort_name)
    ).first()
    sent = {"name": "Le leur", "pasted": f"{name}\nLens"}
    asked = officer.submit(NEW, sent)
    assert asked.status_code == 422
    assert "choisissez ci-dessous" in asked.text
    codes = re.findall(r'name="commune-1" value="([^"]+)"', asked.text)
    assert len(codes) >= 2
    more = {"ligne-1": str(name), "commune-1": codes[1]}
    assert officer.submit(NEW, {**sent, **more}).status_code == 303
    page = officer.get(f"/territoires/{session.scalars(select(Territory.id)).one()}").text
    assert codes[1] in page
    assert codes[0] not in page


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"pasted": ""}, "Ce champ est nécessaire."),
        ({"pasted": "Atlantide"}, "« Atlantide »"),
        ({"name": "BASSIN  minier"}, "Un territoire porte déjà ce nom."),
        ({"name": "…"}, "Ce champ est nécessaire."),
        ({"name": "x" * 200}, "C’est trop long"),
    ],
)
def test_what_is_wrong_is_said(officer: PageClient, fields: dict[str, str], said: str) -> None:
    _create(officer)
    answer = officer.submit(NEW, {"name": "Autre", "pasted": "Lens", **fields})
    assert answer.status_code == 422
    assert said in answer.text.replace("\u00a0", " ")


def test_territories_are_exported(officer: PageClient) -> None:
    _create(officer)
    assert "Bassin minier;2;" in officer.get("/territoires/export.csv").text
