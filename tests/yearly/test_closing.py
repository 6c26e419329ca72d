"""A closed year: what was published stays, what moved is told, an opening leaves its trace."""

import json
import re
from datetime import date, timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from crm.core import clock
from crm.yearly.cli import report_command
from crm.yearly.keeping import unpacked
from crm.yearly.models import ReportClosure
from crm.yearly.rules import digest_of
from tests.factories.contacts import StructureFactory
from tests.factories.followups import SessionFactory
from tests.support.client import PageClient
from tests.yearly.conftest import Small


def _close(client: PageClient, small: Small) -> None:
    assert client.submit(f"{small.url}/cloture", {}).status_code == 303


def _data(client: PageClient, small: Small) -> dict[str, object]:
    found: dict[str, object] = json.loads(client.get(f"{small.url}/rapport.json").text)
    return found


def test_a_closed_year_never_moves_and_says_what_did(
    director: PageClient, session: Session, small: Small
) -> None:
    before = _data(director, small)
    _close(director, small)
    late = StructureFactory(name="Venue après", departement_code="60")
    SessionFactory(structures=[late], held_on=date(2019, 11, 4))
    session.flush()
    closed = _data(director, small)
    assert closed.pop("digest") is not None
    before.pop("digest")
    assert closed == before
    page = director.get(small.url).text
    assert "publié 2, aujourd’hui 3" in page
    drift = director.get(f"{small.url}/ecarts").text
    assert "Publié 2, aujourd’hui 3" in drift
    assert f'href="/structures/{late.id}"' in drift
    assert "Venue après" not in director.get(f"{small.url}/rapport.csv").text
    counted_now = director.get("/bilan/2019").text
    assert "2019 est close" in counted_now
    assert f'href="{small.url}"' in counted_now


def test_the_rows_published_are_listed_even_when_they_are_gone(
    director: PageClient, session: Session, small: Small
) -> None:
    _close(director, small)
    item = small.item("accompanied_structures")
    small.eau.name = "Autre nom"
    session.flush()
    rows = director.get(f"{small.url}/chiffres/{item.id}").text
    assert "Eau" in rows
    assert "Autre nom" not in rows
    split = small.item("accompanied_structures", "tableau")
    part = director.get(f"{small.url}/chiffres/{split.id}?ligne=association").text
    assert "Eau" in part
    assert "Sol" not in part
    assert director.get(f"{small.url}/chiffres/{split.id}?ligne=nothing").status_code == 404


def test_as_many_rows_but_other_ones_is_a_drift_too(
    director: PageClient, session: Session, small: Small
) -> None:
    _close(director, small)
    page = director.get("/bilan/2019/sessions_done").text
    address = re.findall(r'href="(/seances/\d+)"', page)[0]
    assert director.submit(f"{address}/supprimer", {}).status_code == 303
    SessionFactory(structures=[small.eau], held_on=date(2019, 9, 9))
    session.flush()
    drift = director.get(f"{small.url}/ecarts").text
    assert re.search(r'href="/historique/[0-9]+">[^<]+ à', drift)
    assert "Toujours 2, mais ce ne sont plus les mêmes" in drift


def test_planned_sessions_are_told_first_and_one_decides(
    director: PageClient, session: Session, small: Small
) -> None:
    waiting = SessionFactory(structures=[small.sol], held_on=date(2019, 12, 3), status="prevue")
    session.flush()
    page = director.get(f"{small.url}/cloture").text
    assert f'href="/seances/{waiting.id}"' in page
    refused = director.submit(f"{small.url}/cloture", {})
    assert refused.status_code == 422
    assert "réglez-les, ou cochez cette case" in refused.text
    assert director.submit(f"{small.url}/cloture", {"despite_open": "y"}).status_code == 303
    [closure] = session.scalars(select(ReportClosure)).all()
    assert closure.open_sessions == 1
    assert f'href="/seances/{waiting.id}"' in director.get(small.url).text


def test_closing_twice_keeps_one_closure_and_texts_wait(
    director: PageClient, session: Session, small: Small
) -> None:
    _close(director, small)
    _close(director, small)
    [closure] = session.scalars(select(ReportClosure).options(undefer(ReportClosure.content))).all()
    assert digest_of(unpacked(closure.content)) == closure.digest
    text = next(each for each in small.items.values() if each.kind == "texte")
    answer = director.submit(f"{small.url}/textes/{text.id}", {"version": "0", "body": "Tard"})
    assert answer.status_code == 422
    assert "Cette année est close" in answer.text
    assert "Tard</textarea>" in answer.text


def test_opening_again_needs_a_reason_that_stays(
    director: PageClient, session: Session, small: Small
) -> None:
    _close(director, small)
    url = f"{small.url}/reouverture"
    asked = re.search(r'name="closure"[^>]*value="(\d+)"', director.get(url).text)
    assert asked is not None
    closure = asked.group(1)
    assert director.submit(url, {"reason": "", "closure": closure}).status_code == 422
    reason = {"reason": "Une séance oubliée", "closure": closure}
    assert director.submit(url, reason).status_code == 303
    page = director.get(small.url).text
    assert "Une séance oubliée" in page
    assert "Ces chiffres sont ceux qui ont été publiés" not in page
    _close(director, small)
    late = director.submit(url, reason)  # a page that was open before the year was closed again
    assert late.status_code == 422
    assert "close de nouveau depuis" in late.text
    assert len(session.scalars(select(ReportClosure)).all()) == 2
    told = director.get(f"/rapports/{small.definition.id}").text
    assert "Clôture d’une année" in told


def test_a_year_that_is_not_over_is_not_closed(
    director: PageClient, session: Session, small: Small
) -> None:
    url = small.url.replace("2019", str(clock.today().year))
    answer = director.submit(f"{url}/cloture", {})
    assert "n’est pas finie" in director.get(answer.location).text
    assert session.scalars(select(ReportClosure)).all() == []


def test_a_report_with_closed_years_stays(director: PageClient, small: Small) -> None:
    _close(director, small)
    page = director.get(f"/corbeille/report_definition/{small.definition.id}/ajouter")
    assert "Années closes, qui restent publiées" in page.text


def test_the_pack_of_a_closed_year_is_whole_and_a_change_is_seen(
    app: Flask, director: PageClient, small: Small, tmp_path: object
) -> None:
    _close(director, small)
    body = director.get(f"{small.url}/preuves.zip").data
    file = tmp_path / "preuves.zip"  # type: ignore[operator]
    file.write_bytes(body)
    runner = app.test_cli_runner()
    assert runner.invoke(report_command, ["verify", str(file)]).exit_code == 0
    file.write_bytes(body[: len(body) // 2])
    assert runner.invoke(report_command, ["verify", str(file)]).exit_code == 1


def test_a_closure_is_as_old_as_it_says(
    director: PageClient, session: Session, small: Small
) -> None:
    _close(director, small)
    [closure] = session.scalars(select(ReportClosure)).all()
    assert clock.now() - closure.closed_at < timedelta(minutes=5)
