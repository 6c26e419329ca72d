"""The filters of lists: what they find, how many rows each option has, which one is too narrow."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from crm.contacts import operations
from crm.contacts.listings import contact_list, structure_list
from crm.contacts.models import Contact, ContactPoint, NetworkMembership, Structure, Tag
from crm.contacts.queries.standing import standing_code
from crm.contacts.rules import dates_of_standing, standing_on
from crm.contacts.types import Standing, StructureData
from crm.search.lists import narrow_by_words
from crm.web import list_counts
from crm.web.lists import Listing
from tests.factories.accounts import UserFactory
from tests.factories.contacts import AffiliationFactory, ContactFactory, StructureFactory
from tests.factories.followups import reference
from tests.support.client import PageClient
from tests.support.days import TODAY
from tests.support.queries import counted

pytestmark = pytest.mark.usefixtures("today_stays")
_days = st.none() | st.dates(TODAY - timedelta(days=3), TODAY + timedelta(days=3))


@pytest.fixture
def network(session: Session) -> dict[str, Any]:
    """Make structures and people that each filter tells apart."""
    officer = UserFactory(name="Camille Suivi")
    tag = Tag(label="Eau", key="eau")
    session.add(tag)
    one = StructureFactory(
        name="Une", listed_on=TODAY, referent=officer, verified_on=TODAY, email="une@exemple.fr",
        departement_code="62", commune_code="62119", expertises=[], countries=[], tags=[tag],
        themes=[reference("theme", "acces_a_l_energie")],
    )  # fmt: skip
    two = StructureFactory(
        name="Deux", entreprise=True, listed_on=TODAY, dormant_on=TODAY, departement_code="80",
        verified_on=TODAY - timedelta(days=200), commune_code="80021",
    )  # fmt: skip
    three = StructureFactory(name="Trois", departement_code="62", closed_on=TODAY)
    session.add_all(
        [
            NetworkMembership(structure_id=one.id, year=TODAY.year, is_paid=True),
            NetworkMembership(structure_id=one.id, year=TODAY.year - 1, is_paid=False),
            NetworkMembership(structure_id=two.id, year=TODAY.year, is_paid=False),
            ContactPoint(
                structure_id=two.id, medium="courriel", value="d@e.fr", value_key="d@e.fr"
            ),
        ]
    )
    mayor = AffiliationFactory(structure=one, role="Élue à l’eau", is_elected=True).contact
    AffiliationFactory(structure=two, contact=mayor)
    former = AffiliationFactory(structure=two, end_on=TODAY - timedelta(days=1)).contact
    nobody = ContactFactory(email="seul@exemple.fr", tags=[tag])
    session.flush()
    return {
        "Une": one, "Deux": two, "Trois": three, "officer": officer, "tag": tag,
        mayor.id: "mayor", former.id: "former", nobody.id: "nobody",
    }  # fmt: skip


def _filled(session: Session, kind: str, url: str) -> Listing:
    definition = (structure_list if kind == "structure" else contact_list)(TODAY)
    pairs = [tuple(pair.split("=", 1)) for pair in url.split("&")] if url else []
    listing = Listing(definition, MultiDict(pairs))
    identity = Structure.id if kind == "structure" else Contact.id
    return listing.fill(session, narrow_by_words(session, listing, kind, identity))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("statut=acteur", {"Une"}),
        ("statut=dormante", {"Deux"}),
        ("statut=fermee", {"Trois"}),
        ("statut=prospect", set()),
        ("statut=acteur&statut=fermee", {"Une", "Trois"}),
        ("statut=licorne", set()),
        ("suivi={officer}", {"Une"}),
        ("suivi=aucun", {"Deux", "Trois"}),
        ("suivi=0", set()),
        ("suivi=99999999", set()),
        ("non-verifiee=jamais", {"Trois"}),
        ("non-verifiee=180", {"Deux", "Trois"}),
        ("non-verifiee=365", {"Trois"}),
        ("non-verifiee=zzz", set()),
        ("adherente={year}", {"Une", "Deux"}),
        ("adherente={year}&cotisation=oui", {"Une"}),
        ("adherente={last}&cotisation=oui", set()),
        ("adherente={last}&cotisation=non", {"Une"}),
        ("cotisation=non", {"Deux"}),
        ("cotisation=zzz", set()),
        ("adherente=99999999", set()),
        ("courriel=sans", {"Trois"}),
        ("courriel=avec", {"Une", "Deux"}),
    ],
)
def test_structures_are_found_by_their_relation(
    app: Flask, session: Session, network: dict[str, Any], url: str, expected: set[str]
) -> None:
    officer, year = network["officer"].id, TODAY.year
    with app.test_request_context():
        asked = url.format(officer=officer, year=year, last=year - 1)
        listing = _filled(session, "structure", asked)
    assert {row.name for row in listing.rows} == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("situation=en-poste", {"mayor"}),
        ("situation=ancien", {"former"}),
        ("situation=sans-fonction", {"nobody"}),
        ("elu=oui", {"mayor"}),
        ("elu=non", {"former", "nobody"}),
        ("fonction=élue", {"mayor"}),
        ("fonction=EAU", {"mayor"}),
        ("fonction=100%", set()),
        ("courriel=avec", {"nobody"}),
        ("departement=62", {"mayor"}),
        ("departement=62&famille=entreprise", {"mayor"}),
        ("famille=entreprise&situation=ancien", set()),
        ("elu=zzz", set()),
    ],
)
def test_people_are_found_by_what_they_do(
    app: Flask, session: Session, network: dict[Any, Any], url: str, expected: set[str]
) -> None:
    with app.test_request_context():
        listing = _filled(session, "contact", url)
    assert {network[row.id] for row in listing.rows} == expected


@pytest.mark.parametrize("kind", ["structure", "contact"])
@pytest.mark.parametrize("url", ["", "departement=62", "famille=association&courriel=sans", "q=un"])
def test_the_number_beside_an_option_is_what_choosing_it_gives(
    app: Flask, session: Session, network: dict[str, Any], kind: str, url: str
) -> None:
    assert network
    with app.test_request_context():
        opened = _filled(session, kind, url + "&filtres=1" if url else "filtres=1")
        counted_filters = [f for f in opened.filters if f["options"] and f["kind"] == "select"]
        numbers = {f["name"] for f in counted_filters if f["options"][-1].count is not None}
        assert {"famille", "departement", "commune", "epci", "theme", "courriel"} <= numbers
        for each in counted_filters:
            others = [part for part in url.split("&") if not part.startswith(f"{each['name']}=")]
            for option in each["options"][1:][:12]:
                if option.count is None:
                    continue
                asked = "&".join([*filter(None, others), f"{each['name']}={option.value}"])
                found = _filled(session, kind, asked)
                assert option.count == len(found.rows), (each["name"], option)


def test_numbers_cost_one_statement_for_all_that_is_not_chosen(
    officer: PageClient, network: dict[str, Any], connection: Connection
) -> None:
    assert network
    with counted(connection) as none_chosen:
        officer.get("/structures?filtres=1")
    grouped = [each for each in none_chosen if "GROUP BY" in each]
    assert len(grouped) == 1
    with counted(connection) as two_chosen:
        officer.get("/structures?filtres=1&departement=62&famille=association")
    assert len([each for each in two_chosen if "GROUP BY" in each]) == 3
    with counted(connection) as closed:
        officer.get("/structures?departement=62&famille=association")
    assert not [each for each in closed if "GROUP BY" in each]


def test_a_list_too_long_to_count_shows_its_options_without_numbers(
    app: Flask, session: Session, network: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert network
    monkeypatch.setattr(list_counts, "MOST_TALLIED", 2)
    structure_list.cache_clear()
    try:
        with app.test_request_context():
            whole = _filled(session, "structure", "filtres=1")
            narrow = _filled(session, "structure", "filtres=1&departement=62")
    finally:
        structure_list.cache_clear()
    by_name = {each["name"]: each["options"] for each in whole.filters}
    assert {option.count for option in by_name["famille"]} == {None}
    by_name = {each["name"]: each["options"] for each in narrow.filters}
    assert {option.count for option in by_name["famille"][1:]} >= {2, 0}
    assert {option.count for option in by_name["departement"]} == {None}


def test_an_empty_list_says_what_each_filter_keeps_out(
    officer: PageClient, session: Session
) -> None:
    for name, code in (("Eau", "62119"), ("Soleil", "62119"), ("Eau vive", "80021")):
        data = StructureData(name=name, family_code="association", commune_code=code)
        operations.create_structure(session, data=data)
    page = officer.get("/structures?departement=80&famille=entreprise&q=eau").text
    out = page[page.index("ways-out") :]
    out = out[: out.index("</ul>")].replace("\u00a0", " ")
    assert "Sans le filtre « Département »" in out
    assert "Sans le filtre « Famille »" in out
    assert "Sans la recherche « eau »" in out
    counts = [part.partition("<")[0] for part in out.split('row-aside">')[1:]]
    assert counts == ["1 structure", "0 structure", "0 structure"]
    assert 'href="/structures?departement=80&amp;q=eau"' in out
    assert "ways-out" not in officer.get("/structures?famille=entreprise").text
    assert "ways-out" not in officer.get("/structures").text


def test_a_value_that_is_gone_is_said_and_finds_nothing(
    officer: PageClient, network: dict[str, Any]
) -> None:
    assert network
    page = officer.get("/structures?etiquette=999999").text.replace("\u00a0", " ")
    assert "Le filtre « Étiquette » demande une valeur qui n’existe plus" in page
    assert "Aucun résultat" in page


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40
)
@given(st.tuples(_days, _days, _days))
def test_the_database_derives_a_standing_as_the_rule_does(
    session: Session, days: tuple[date | None, date | None, date | None]
) -> None:
    listed, dormant, closed = days
    if listed and closed and closed < listed:
        listed, closed = closed, listed
    made = StructureFactory(listed_on=listed, dormant_on=dormant, closed_on=closed)
    found = session.scalar(select(standing_code(TODAY)).where(Structure.id == made.id))
    assert found == standing_on(listed, dormant, closed, TODAY)


@given(st.tuples(_days, _days, _days), st.sampled_from(list(Standing)))
def test_the_days_given_make_the_standing_and_fit_together(
    days: tuple[date | None, date | None, date | None], wanted: Standing
) -> None:
    found = dates_of_standing(wanted, *days, TODAY)
    assert standing_on(*found, TODAY) is wanted
    assert not (found[0] and found[2] and found[2] < found[0])
    assert dates_of_standing(wanted, *found, TODAY) == found
