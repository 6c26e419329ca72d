"""The director's page: every figure opens exactly the rows it counts."""

import csv
import io
import json
import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from crm.core.clock import now
from crm.reports.cli import counts_command
from tests.factories.contacts import GroupFactory, MembershipFactory, StructureFactory
from tests.factories.followups import SessionFactory, reference
from tests.factories.funding import ApplicationFactory
from tests.support.client import PageClient


@pytest.fixture
def year(session: Session) -> None:
    """Make a small 2019: two families, a joint session, a cancelled one, a group, an actor."""
    eau = StructureFactory(name="Eau", departement_code="62", listed_on=now().date())
    sol = StructureFactory(name="Sol", entreprise=True, departement_code="80")
    theme = reference("theme", "sante")
    SessionFactory(structures=[eau, sol], held_on=_day("2019-03-12"), themes=[theme])
    SessionFactory(structures=[eau], held_on=_day("2019-05-02"), kind_code="relecture")
    SessionFactory(structures=[sol], held_on=_day("2019-06-02"), status="annulee")
    SessionFactory(structures=[eau], held_on=_day("2018-06-02"))
    group = GroupFactory(name="Groupe Mali", launched_on=_day("2018-01-01"))
    MembershipFactory(group=group, structure=eau, start_on=_day("2019-01-01"))
    session.flush()


def _day(text: str) -> object:
    return now().date().fromisoformat(text)


def _links(page: str) -> list[tuple[str, int]]:
    """Return (address, figure) of every figure of the page."""
    found = re.findall(r'href="(/bilan/\d+/[^"]+)">\s*([\d\u202f]+)\s*<', page)
    return [
        (address.replace("&amp;", "&"), int(figure.replace("\u202f", "")))
        for address, figure in found
    ]


def test_every_figure_opens_the_rows_it_counts(director: PageClient, year: None) -> None:
    links = _links(director.get("/bilan/2019").text)
    assert len(links) > 10
    for address, figure in links:
        page = director.get(address)
        assert page.status_code == 200, address
        rows = page.text.count('<th scope="row">')
        assert rows == figure, address
        assert "Règle de calcul" in page.text


@pytest.mark.parametrize("extension", ["csv", "xlsx"])
def test_every_list_is_exported(director: PageClient, year: None, extension: str) -> None:
    for code in ("accompanied_structures", "sessions_done", "actors_listed", "projects_listed"):
        assert director.get(f"/bilan/2019/{code}/export.{extension}").status_code == 200


def test_an_export_is_called_as_on_the_screen_and_counts_in_euros(
    director: PageClient, session: Session
) -> None:
    structure = StructureFactory(name="Eau", departement_code="62")
    made = ApplicationFactory(
        beneficiary=structure, status="obtenu", requested_cents=500_000, awarded_cents=450_050,
        decided_on=_day("2019-03-12"),
    )  # fmt: skip
    session.flush()
    text = director.get("/bilan/2019/funding_obtained/export.csv").text
    header, row, *others = csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";")
    assert not any(others)
    told = dict(zip(header, row, strict=True))
    assert told["Identifiant"] == str(made.id)
    assert told["Demandé (euros)"] == "5000,0"
    assert told["Accordé (euros)"] == "4500,5"
    assert not [name for name in header if "_" in name]


def test_the_same_counts_from_the_command_line(app: Flask, session: Session, year: None) -> None:
    done = app.test_cli_runner().invoke(counts_command, ["2019", "--json"])
    counts = json.loads(done.output)
    assert counts["accompanied_structures"] == {"count": 2, "previous": 1}
    assert counts["sessions_done"] == {"count": 2, "previous": 1}
    families = {line["key"]: line["structures"] for line in counts["by_famille"]}
    assert families == {"association": 1, "entreprise": 1}
    assert counts["groups"] == [{"name": "Groupe Mali", "members": 1}]


def test_a_session_in_the_trash_no_longer_counts(
    director: PageClient, session: Session, year: None
) -> None:
    before = dict(_links(director.get("/bilan/2019").text))
    page = director.get("/bilan/2019/sessions_done").text
    address = re.findall(r'href="(/seances/\d+)"', page)[0]
    assert director.submit(f"{address}/supprimer", {}).status_code == 303
    after = dict(_links(director.get("/bilan/2019").text))
    name = "/bilan/2019/sessions_done"
    assert after[name] == before[name] - 1


@pytest.mark.parametrize(
    "address", ["/bilan/1800", "/bilan/2019/nonsense", "/bilan/2019/sessions_done?theme=x"]
)
def test_what_does_not_exist_is_said(director: PageClient, address: str) -> None:
    assert director.get(address).status_code == 404


def test_a_year_without_data_is_a_page(director: PageClient) -> None:
    assert "Aucune séance réalisée" in director.get("/bilan/1995").text


@pytest.mark.parametrize(
    ("distance", "told", "untold"),
    [
        (-1, "autant qu’en", "année entière"),
        (0, "année entière", "autant qu’en"),
        (1, "année à venir", "autant qu’en"),
    ],
)
def test_a_year_is_compared_with_another_once_it_is_over(
    director: PageClient, distance: int, told: str, untold: str
) -> None:
    page = director.get(f"/bilan/{now().year + distance}").text
    assert told in page
    assert untold not in page
