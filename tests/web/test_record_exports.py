"""One record leaves as a whole list does, and a list leaves for programs too."""

import csv
import io
from datetime import date

import pytest
from sqlalchemy.orm import Session

from crm.contacts.models import Structure
from tests.factories.contacts import ContactFactory, GroupFactory, StructureFactory
from tests.factories.followups import SessionFactory
from tests.factories.projects import ProjectFactory
from tests.support.client import PageClient


@pytest.fixture
def pages(session: Session) -> dict[str, tuple[str, str]]:
    """Make two records of each kind; give each list the page of the first and its name."""
    one, other = StructureFactory(name="Eau pour tous"), StructureFactory(name="Autre maison")
    people = [ContactFactory(last_name=name) for name in ("Delatour", "Autre")]
    groups = [GroupFactory(name=name) for name in ("Groupe Bénin", "Autre groupe")]
    projects = [ProjectFactory(name=name, lead_structure=one) for name in ("Puits", "Autre puits")]
    held = [SessionFactory(structures=[each]) for each in (one, other)]
    session.flush()
    return {
        "/structures": (f"/structures/{one.id}", "Eau pour tous"),
        "/contacts": (f"/contacts/{people[0].id}", "Delatour"),
        "/groupes": (f"/groupes/{groups[0].id}", "Groupe Bénin"),
        "/projets": (f"/projets/{projects[0].id}", "Puits"),
        "/seances": (f"/seances/{held[0].id}", "Eau pour tous"),
    }


@pytest.mark.parametrize("base", ["/structures", "/contacts", "/groupes", "/projets", "/seances"])
def test_a_record_leaves_alone_with_all_its_columns(
    officer: PageClient, pages: dict[str, tuple[str, str]], base: str
) -> None:
    page, name = pages[base]
    record_id = page.rpartition("/")[2]
    shown = officer.get(page).text
    for extension in ("xlsx", "csv"):
        address = f"{base}/export.{extension}?fiche={record_id}&colonnes=toutes"
        assert f'href="{address.replace("&", "&amp;")}"' in shown
        assert officer.get(address).data
    text = officer.get(f"{base}/export.csv?fiche={record_id}&colonnes=toutes").data
    rows = list(csv.reader(io.StringIO(text.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 2
    assert name in rows[1]


@pytest.mark.parametrize("lie", ["0", "x", "99999999999", "1 OR 1=1"])
def test_a_record_that_is_none_leaves_nothing(
    officer: PageClient, pages: dict[str, tuple[str, str]], lie: str
) -> None:
    assert pages
    text = officer.get("/structures/export.csv", query_string={"fiche": lie}).text
    assert text.count("\r\n") == 1


def test_every_column_is_in_it(officer: PageClient, pages: dict[str, tuple[str, str]]) -> None:
    record_id = pages["/structures"][0].rpartition("/")[2]
    text = officer.get(f"/structures/export.csv?fiche={record_id}&colonnes=toutes").text
    header = text.partition("\r\n")[0]
    for label in ("SIRET", "Suivie par", "Thèmes", "EPCI", "Structure parente"):
        assert label in header


def test_a_list_leaves_plain_for_programs(officer: PageClient, session: Session) -> None:
    StructureFactory(name="=1+1, « é »", listed_on=date(2019, 3, 12))
    assert "forme=simple" in officer.get("/structures").text
    answer = officer.get("/structures/export.csv?forme=simple")
    assert not answer.data.startswith(b"\xef\xbb\xbf")
    [row] = csv.DictReader(io.StringIO(answer.data.decode("utf-8")))
    assert row["Nom"] == "'=1+1, « é »"
    assert row["Référencée le"] == "2019-03-12"
    assert session.get(Structure, int(row["Identifiant"])) is not None
