"""The three steps of an import in a browser."""

import io
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from crm.contacts.models import Contact, Structure
from crm.imports.background import STARTER
from crm.imports.models import Import
from crm.imports.working import work_on
from crm.territories.models import Commune
from tests.factories.contacts import StructureFactory
from tests.imports.test_contacts import LIST
from tests.support.client import PageClient
from tests.support.queries import counted

MIXED = """Structure;Nom;Prénom;Fonction;Courriel;Code postal
Association Alpha;Martin;Anne;Présidente;anne@alpha.example;59000
Association Bêta;Petit;Luc;Trésorier;pas une adresse;59000
Mairie de Beaurieux;Durand;Zoé;Maire;zoe@exemple.example;
"""


@pytest.fixture(autouse=True)
def at_once(app: Flask) -> Iterator[None]:
    """Do the work within the request, on the test's own connection."""
    app.extensions[STARTER] = lambda _app, import_id: work_on(import_id)
    yield
    app.extensions.pop(STARTER)


def _send(client: FlaskClient, text: str, kind: str = "contacts", **fields: str) -> str:
    response = client.post(
        "/imports/nouveau",
        data={
            "csrf_token": client.csrf_token(),  # type: ignore[attr-defined]
            "kind": kind,
            "file": (io.BytesIO(text.encode()), "liste.csv"),
            **fields,
        },
    )
    assert response.status_code == 303, response.text
    return str(response.location)


def _columns(client: FlaskClient, url: str, session: Session, **settings: str) -> str:
    run = session.scalars(select(Import).order_by(Import.id.desc())).first()
    assert run is not None
    fields = {f"colonne-{place}": code for place, code in run.fields.items()}
    rules = {"family": "", "mode": "combler", "on_duplicate": "demander", **settings}
    response = client.submit(f"{url}/colonnes", fields | rules)  # type: ignore[attr-defined]
    assert response.status_code == 303, response.text
    return url


def test_a_file_is_sent_mapped_tried_written_and_undone(
    campaign_manager: FlaskClient, session: Session
) -> None:
    people = session.scalar(select(func.count(Contact.id)))
    url = _send(campaign_manager, LIST)
    page = campaign_manager.get(url)
    assert "Nom de famille" in page.text
    _columns(campaign_manager, url, session)
    trial = campaign_manager.get(url)
    assert "Tout est prêt" in trial.text
    assert session.scalar(select(func.count(Contact.id))) == people
    assert campaign_manager.submit(f"{url}/importer", {}).status_code == 303  # type: ignore[attr-defined]
    assert campaign_manager.submit(f"{url}/importer", {}).status_code == 303  # type: ignore[attr-defined]
    done = campaign_manager.get(url)
    assert "Association des amis du Bénin" in done.text
    assert session.scalar(select(func.count(Contact.id))) == people + 3
    assert "Ce qui sera retiré" in campaign_manager.get(f"{url}/annuler").text
    assert campaign_manager.submit(f"{url}/annuler", {}).status_code == 303  # type: ignore[attr-defined]
    assert "Annulé" in campaign_manager.get(url).text
    alive = select(func.count(Contact.id)).where(Contact.deleted_at.is_(None))
    assert session.scalar(alive) == people


def test_rows_are_corrected_and_decided_on_the_page(
    director: FlaskClient, session: Session
) -> None:
    url = _columns(director, _send(director, MIXED), session)
    refused = director.get(f"{url}?voir=refused")
    assert "Cette adresse n’est pas complète" in refused.text
    asked = director.get(f"{url}?voir=to_decide")
    assert "plusieurs communes" in asked.text
    stopped = director.submit(f"{url}/importer", {})  # type: ignore[attr-defined]
    assert stopped.status_code == 422
    fixed = {"cellule-3-4": "luc@beta.example", "avant-3-4": "pas une adresse"}
    assert director.submit(f"{url}/lignes", fixed).status_code == 303  # type: ignore[attr-defined]
    key = asked.text.split('name="question-4-0" value="')[1].split('"')[0]
    choice = asked.text.split('name="reponse-4-0" value="')[1].split('"')[0]
    answer = {"question-4-0": key, "reponse-4-0": choice}
    assert director.submit(f"{url}/lignes", answer).status_code == 303  # type: ignore[attr-defined]
    assert "Tout est prêt" in director.get(url).text
    director.submit(f"{url}/importer", {})  # type: ignore[attr-defined]
    town = session.scalars(select(Structure).where(Structure.insee_code == choice)).one()
    assert town.name == "Beaurieux"


def test_only_who_may_import_sees_imports(officer: FlaskClient) -> None:
    assert officer.get("/imports").status_code == 403


def test_the_list_names_each_import(administrator: FlaskClient, session: Session) -> None:
    _send(administrator, LIST)
    assert "liste.csv" in administrator.get("/imports").text
    assert administrator.get("/imports/nouveau").status_code == 200
    assert administrator.get("/imports/999999").status_code == 404


def test_a_page_of_a_trial_asks_no_more_for_more_rows(
    campaign_manager: PageClient, session: Session, connection: Connection
) -> None:
    """Each row says another commune than the record has: its name is looked up for the page."""
    elsewhere = session.scalars(select(Commune).where(Commune.insee_code != "62119")).first()
    assert elsewhere is not None
    sizes = []
    for first, count in ((10, 2), (40, 20)):
        lines = ["Structure;Famille;RNA;Ville"]
        for number in range(first, first + count):
            StructureFactory(
                name=f"Amicale {number}", rna=f"W6200001{number:02}",
                commune_code=elsewhere.insee_code, departement_code=elsewhere.departement_code,
            )  # fmt: skip
            lines.append(f"Amicale {number};Association;W6200001{number:02};Béthune")
        url = _send(campaign_manager, "\n".join(lines), "structures")
        url = _columns(campaign_manager, url, session)
        shown = f"{url}?voir=unchanged"
        page = campaign_manager.get(shown).text
        assert page.count("Laissé tel quel") == count
        with counted(connection) as statements:
            campaign_manager.get(shown)
        sizes.append(len(statements))
    assert sizes[0] == sizes[1]
