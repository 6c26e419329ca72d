"""The columns of lists: chosen in the URL, sorted, exported, and read by one statement."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from crm.contacts.listings import contact_list, structure_list
from crm.contacts.models import NetworkMembership, Tag
from crm.core import clock
from crm.web.lists import PAGE_SIZE, Listing
from tests.factories.accounts import UserFactory
from tests.factories.contacts import AffiliationFactory, ContactFactory, StructureFactory
from tests.factories.followups import SessionFactory, reference
from tests.support.client import PageClient
from tests.support.days import TODAY
from tests.support.queries import counted

pytestmark = pytest.mark.usefixtures("today_stays")
STRUCTURE_COLUMNS = (
    "famille", "commune", "departement", "referencee", "statut", "referent", "verifiee", "adhesion",
    "themes", "etiquettes", "courriel", "telephone", "site", "code-postal", "epci", "parente",
    "siren", "siret", "rna", "derniere-seance",
)  # fmt: skip
CONTACT_COLUMNS = (
    "fonction", "structure", "courriel", "telephone", "mobile", "etiquettes", "departement", "elu",
)  # fmt: skip


def _full(session: Session, number: int = 0) -> Any:
    """Make a structure that has something in every column."""
    tag = session.merge(Tag(label=f"Eau {number}", key=f"eau {number}"))
    structure = StructureFactory(
        name=f"Pleine {number:04}",
        listed_on=TODAY - timedelta(days=number + 1),
        verified_on=TODAY - timedelta(days=number % 7),
        referent=UserFactory(name=f"Référente {number % 5}"),
        email=f"contact{number}@exemple.fr",
        phone="+33320123456",
        website="https://exemple.fr/",
        postcode="62400",
        commune_code="62119",
        departement_code="62",
        siren=f"{number:09}",
        siret=f"{number:014}",
        rna=f"W{number:09}",
        themes=[reference("theme", "sante"), reference("theme", "acces_a_l_energie")],
        expertises=[],
        countries=[],
        tags=[tag],
    )
    structure.parent = StructureFactory(name=f"Maison mère {number:04}")
    session.add(
        NetworkMembership(structure_id=structure.id, year=TODAY.year, is_paid=bool(number % 2))
    )
    SessionFactory(structures=[structure], held_on=date(2026, 1, 2) + timedelta(days=number % 9))
    session.flush()
    return structure


def test_the_usual_columns_are_shown_when_none_is_chosen(
    officer: PageClient, session: Session
) -> None:
    _full(session)
    page = officer.get("/structures").text
    assert "Famille" in page
    assert 'data-label="Suivie par"' not in page
    assert 'name="colonnes"' not in page


def test_columns_are_chosen_in_the_url(officer: PageClient, session: Session) -> None:
    _full(session)
    both = ("/structures?colonnes=siren,referent", "/structures?colonnes=siren&colonnes=referent")
    for url in both:
        page = officer.get(url).text
        assert 'data-label="Suivie par">Référente 0<' in page
        assert 'data-label="SIREN">000000000<' in page
        assert 'data-label="Famille"' not in page
        assert "/structures/export.csv?colonnes=referent,siren" in page


def test_every_column_shows_what_it_says(officer: PageClient, session: Session) -> None:
    _full(session)
    page = officer.get("/structures?colonnes=" + ",".join(STRUCTURE_COLUMNS)).text
    for shown in (
        'data-label="Statut" class="short">Acteur du réseau<',
        'data-label="Cotisation de l’année" class="short">À régler<',
        'data-label="Étiquettes">Eau 0<',
        'href="mailto:contact0@exemple.fr"',
        'href="https://exemple.fr/" rel="noreferrer">exemple.fr<',
        'data-label="Structure parente">Maison mère 0000<',
        'data-label="Code postal">62400<',
        'data-label="RNA">W000000000<',
        'data-label="Dernière séance">02/01/2026<',
    ):
        assert shown in page, shown
    themes = {reference("theme", "sante"), reference("theme", "acces_a_l_energie")}
    in_order = ", ".join(each.label for each in sorted(themes, key=lambda each: each.position))
    assert f'data-label="Thèmes" class="wide">{in_order}<' in page
    assert "CA de Béthune" in page or "Béthune-Bruay" in page


def test_each_structure_shows_its_own_last_session(officer: PageClient, session: Session) -> None:
    kept, other = (StructureFactory(name=name) for name in ("Aube", "Brume"))
    gone = StructureFactory(name="Zénith", deleted_at=clock.now(), merged_into_id=kept.id)
    for structure, day in ((kept, 4), (gone, 9), (other, 6)):
        SessionFactory(structures=[structure], held_on=date(2026, 1, day))
    session.flush()
    page = officer.get("/structures?colonnes=derniere-seance&tri=-derniere-seance").text
    shown = re.findall(r'data-label="Dernière séance">([0-9/]*)<', page)
    assert shown == ["09/01/2026", "06/01/2026"]


def test_a_text_in_a_cell_is_never_markup(officer: PageClient, session: Session) -> None:
    structure = _full(session)
    structure.email, structure.postcode = '"><script>@exemple.fr', "<b>"
    session.flush()
    page = officer.get("/structures?colonnes=courriel,code-postal").text
    assert "<b>" not in page[page.index("<tbody>") : page.index("</tbody>")]
    assert "<script>@" not in page


@pytest.mark.parametrize("asked", ["licorne", "password_hash", ",,,", "nom", "famille,licorne"])
def test_an_unknown_column_is_ignored(officer: PageClient, session: Session, asked: str) -> None:
    _full(session)
    page = officer.get(f"/structures?colonnes={asked}").text
    results = page[page.index('id="resultats"') :]
    assert 'data-label="Famille"' in results
    assert "licorne" not in results
    assert "password_hash" not in results


def test_the_menu_of_columns_keeps_the_rest_of_the_url(
    officer: PageClient, session: Session
) -> None:
    _full(session)
    page = officer.get("/structures?departement=62&tri=siren&colonnes=siren&ouvre=colonnes").text
    menu = page[page.index('id="colonnes"') :]
    menu = menu[: menu.index("</form>")]
    assert 'name="departement" value="62"' in menu
    assert 'name="tri" value="siren"' in menu
    assert 'value="siren" checked' in menu
    assert 'value="famille" checked' not in menu
    assert 'href="/structures?departement=62&amp;tri=siren"' in menu


@pytest.mark.parametrize(
    ("path", "columns"), [("/structures", STRUCTURE_COLUMNS), ("/contacts", CONTACT_COLUMNS)]
)
def test_every_column_shown_asks_no_more_statements_for_more_rows(
    officer: PageClient, session: Session, connection: Connection, path: str, columns: Any
) -> None:
    counts = []
    url = f"{path}?colonnes={','.join(columns)}"
    for numbers in (range(10), range(10, 80)):
        for number in numbers:
            AffiliationFactory(structure=_full(session, number), is_elected=bool(number % 2))
        with counted(connection) as usual:
            officer.get(path)
        with counted(connection) as every:
            officer.get(url)
        counts.append((len(usual), len(every)))
    assert counts[0] == counts[1]
    assert counts[0][0] == counts[0][1]


def _walked(session: Session, definition: Any, sort: str) -> list[int]:
    arguments = {"tri": sort}
    ids: list[int] = []
    while True:
        page = Listing(definition, MultiDict(arguments))
        page.fill(session, page.narrow(session))
        ids += [row.id for row in page.rows]
        if page.next_url is None:
            return ids
        cursor = page.next_url.partition("apres=")[2]
        arguments = {"tri": sort, "apres": cursor}


def test_every_sort_gives_each_row_once_in_both_directions(app: Flask, session: Session) -> None:
    count = PAGE_SIZE + 3
    for number in range(count):
        if number % 3:
            AffiliationFactory(structure=_full(session, number), is_elected=bool(number % 2))
        else:
            AffiliationFactory(structure=StructureFactory())
            ContactFactory()
    with app.test_request_context():
        for definition in (structure_list(TODAY), contact_list(TODAY)):
            sorts = {each.sort for each in definition.columns if each.sort} | {"recent"}
            assert sorts == set(definition.sorts)
            for sort in sorted(sorts):
                forwards = _walked(session, definition, sort)
                backwards = _walked(session, definition, f"-{sort}")
                assert len(forwards) == len(set(forwards)) > PAGE_SIZE, sort
                assert forwards == backwards[::-1], sort


def test_an_export_holds_the_columns_shown_and_the_identifiers(
    officer: PageClient, session: Session
) -> None:
    structure = _full(session)
    usual = officer.get("/structures/export.csv").get_data().decode("utf-8-sig").splitlines()
    assert usual[0] == ("Identifiant;Nom;Sigle;Famille;Sous-type;Commune;Département;Référencée le")
    url = "/structures/export.csv?colonnes=siren,statut,adhesion,verifiee&q="
    chosen = officer.get(url).get_data().decode("utf-8-sig").splitlines()
    assert chosen[0] == ("Identifiant;Nom;Sigle;Statut;Vérifiée le;Cotisation de l’année;SIREN")
    day = TODAY.strftime("%d/%m/%Y")
    line = f"{structure.id};Pleine 0000;;Acteur du réseau;{day};À régler;000000000"
    assert line in chosen
    assert officer.get("/structures/export.xlsx?colonnes=siren,statut").status_code == 200


def test_an_export_of_people_holds_the_columns_shown(officer: PageClient, session: Session) -> None:
    role = AffiliationFactory(is_elected=True, contact__last_name="Dupont")
    text = officer.get("/contacts/export.csv?colonnes=elu,structure").get_data().decode("utf-8-sig")
    lines = text.splitlines()
    assert lines[0] == (
        "Identifiant;Prénom;Nom de famille;Identifiant de la structure;Structure;Mandat électif"
    )
    expected = f"{role.contact.id};Dominique;Dupont;{role.structure.id};{role.structure.name};oui"
    assert expected in lines
