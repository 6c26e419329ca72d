"""The list of calls and the calendar: what narrows them, what is changed at once."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from crm.core import clock
from crm.funding.models import FundingCall
from crm.funding.queries.calls import phase_of_calls
from crm.funding.rules import phase_on
from tests.factories.contacts import StructureFactory
from tests.factories.funding import ApplicationFactory, CallFactory, SchemeFactory
from tests.support.client import PageClient
from tests.support.queries import counted

ALL = {"jeunesse", "energie", "ancien"}


@pytest.fixture
def calls(session: Session) -> dict[str, int]:
    """Make three calls that each filter tells apart."""
    today = clock.today()
    ministry = StructureFactory(name="Ministère")
    scheme = SchemeFactory(name="Dispositif Jeunesse", funders=[ministry])
    jeunesse = CallFactory(
        scheme=scheme, name="Appel Jeunesse", year=today.year,
        opens_on=today - timedelta(days=20), closes_on=today + timedelta(days=10),
        for_families=("collectivite",), for_departements=("62",),
    )  # fmt: skip
    energie = CallFactory(
        name="Appel Énergie", year=today.year + 1, opens_on=today + timedelta(days=40),
        closes_on=today + timedelta(days=80), cap_cents=10_000_050,
    )  # fmt: skip
    ancien = CallFactory(
        scheme=scheme, name="Appel ancien", year=2019, opens_on=date(2018, 12, 3),
        closes_on=date(2019, 3, 15), results_on=date(2019, 6, 1), for_families=("association",),
    )  # fmt: skip
    ApplicationFactory(call=ancien, awarded=True)
    CallFactory(name="À la corbeille", deleted_at=clock.now())
    return {
        "jeunesse": jeunesse.id, "energie": energie.id, "ancien": ancien.id,
        "scheme": scheme.id, "ministry": ministry.id, "year": today.year,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ALL),
        ("phase=ouvert", {"jeunesse"}),
        ("phase=a_venir", {"energie"}),
        ("phase=resultats", {"ancien"}),
        ("phase=clos", set()),
        ("phase=ouvert&phase=a_venir", {"jeunesse", "energie"}),
        ("phase=licorne", set()),
        ("cloture=15", {"jeunesse"}),
        ("cloture=7", set()),
        ("cloture=90", {"jeunesse", "energie"}),
        ("cloture=abc", set()),
        ("annee=2019", {"ancien"}),
        ("annee={year}", {"jeunesse"}),
        ("dispositif={scheme}", {"jeunesse", "ancien"}),
        ("financeur={ministry}", {"jeunesse", "ancien"}),
        ("famille=collectivite", {"jeunesse", "energie"}),
        ("famille=association", {"energie", "ancien"}),
        ("departement=59", {"energie", "ancien"}),
        ("departement=62&famille=collectivite", {"jeunesse", "energie"}),
        ("q=energie", {"energie"}),
        ("q=dispositif+jeunesse", {"jeunesse", "ancien"}),
        ("tri=nom&filtres=1", ALL),
        ("tri=dispositif&colonnes=toutes", ALL),
        ("tri=-annee&apres=zzz", ALL),
        ("tri=ouverture", ALL),
    ],
)
def test_the_url_narrows_the_list(
    officer: PageClient, calls: dict[str, int], query: str, expected: set[str]
) -> None:
    _index(officer)
    page = officer.get(f"/appels?{query.format(**calls)}").text
    found = {name for name in ALL if f'<th scope="row"><a href="/appels/{calls[name]}"' in page}
    assert found == expected
    assert "À la corbeille" not in page


def _index(officer: PageClient) -> None:
    """Make what factories have built findable, as saving it does."""
    with officer.application.app_context():
        from crm.database import transaction  # noqa: PLC0415 - the application's own session
        from crm.search.kinds import reindex_all  # noqa: PLC0415

        with transaction() as session:
            reindex_all(session)


def test_an_empty_list_offers_to_create_the_first(officer: PageClient) -> None:
    assert "Créer le premier appel" in officer.get("/appels").text
    assert "Créer le premier dispositif" in officer.get("/dispositifs").text


def test_the_list_is_exported_as_narrowed(officer: PageClient, calls: dict[str, int]) -> None:
    query = "tri=nom&colonnes=phase,montant,plafond,familles,departements,financeurs"
    text = officer.get(f"/appels/export.csv?{query}").data.decode("utf-8-sig")
    lines = {line.split(";")[1]: line for line in text.splitlines()[1:]}
    assert set(lines) == {"Appel Jeunesse", "Appel Énergie", "Appel ancien"}
    assert lines["Appel Jeunesse"].endswith(
        "Appel Jeunesse;Ouvert;0,0;Ministère;Collectivité territoriale;Pas-de-Calais;"
    )
    assert lines["Appel Énergie"].endswith("À venir;0,0;;;;100000,5")
    assert "Résultats connus;10000,0" in lines["Appel ancien"]
    only = officer.get("/appels/export.csv?phase=ouvert").data.decode("utf-8-sig")
    assert only.count("\r\n") == 2
    assert officer.get("/appels/export.xlsx").status_code == 200


def test_the_phase_of_the_list_is_that_of_the_rule(session: Session) -> None:
    today, days = clock.today(), (None, -40, -1, 0, 1, 40)
    for opens in days:
        for closes in days:
            if opens is not None and closes is not None and closes < opens:
                continue
            for results in (None, 0, 41):
                CallFactory(
                    opens_on=None if opens is None else today + timedelta(days=opens),
                    closes_on=None if closes is None else today + timedelta(days=closes),
                    results_on=None
                    if results is None or (closes or 0) > results
                    else today + timedelta(days=results),
                )
    rows = session.execute(select(FundingCall, phase_of_calls(today))).all()
    assert len({phase for _, phase in rows}) == 5
    for call, phase in rows:
        assert phase == phase_on(
            today, opens_on=call.opens_on, closes_on=call.closes_on, results_on=call.results_on
        )


def _send(browser: PageClient, action: str, value: str, *ids: int) -> str:
    sent = {"action": action, f"valeur-{action}": value, "selection": [str(each) for each in ids]}
    return browser.get(browser.submit("/appels/lot", sent).location).text


def test_a_date_is_given_to_a_selection_and_taken_back(
    officer: PageClient, session: Session, calls: dict[str, int]
) -> None:
    ids = (calls["jeunesse"], calls["energie"])
    page = _send(officer, "resultats", "31/12/2099", *ids)
    assert "Fiches modifiées\u00a0: 2." in page
    undo = page.partition('action="/historique/')[2].partition('"')[0]
    assert officer.submit(f"/historique/{undo}", {}).status_code == 303
    session.expire_all()
    assert session.get_one(FundingCall, ids[0]).results_on is None
    refused = _send(officer, "resultats", "01/01/2000", *ids)
    assert "Rien n’a changé" in refused
    assert "« Appel Jeunesse »" in refused.replace("\u00a0", " ")
    assert "Date non comprise" in _send(officer, "ouverture", "bientôt", *ids)
    _send(officer, "resultats", "", calls["ancien"])
    session.expire_all()
    assert session.get_one(FundingCall, calls["ancien"]).results_on is None
    more = officer.submit("/appels/lot", {"autre": "1", "selection": [str(ids[0])]})
    assert "Modifier plusieurs appels" in more.text


def test_a_month_shows_openings_closings_and_results(officer: PageClient, session: Session) -> None:
    call = CallFactory(
        name="Appel du calendrier", opens_on=date(2026, 12, 1), predeposit_on=date(2026, 12, 10),
        closes_on=date(2026, 12, 31), results_on=date(2027, 3, 1),
    )  # fmt: skip
    other = CallFactory(name="Autre appel", closes_on=date(2026, 12, 5))
    page = officer.get("/appels/calendrier?mois=2026-12").text
    assert "Décembre 2026" in page
    grid = page.partition("<tbody>")[2].partition("</tbody>")[0]
    for day, label in (
        ("2026-12-01", "Ouverture"), ("2026-12-10", "Prédépôt"), ("2026-12-31", "Clôture"),
    ):  # fmt: skip
        cell = grid.partition(f'datetime="{day}"')[2].partition("</td>")[0]
        assert f'aria-label="{label}"' in cell
        assert f"{call.scheme.name} · Appel du calendrier" in cell
    assert "Autre appel" in grid
    assert 'rel="prev" href="/appels/calendrier?mois=2026-11"' in page
    assert 'rel="next" href="/appels/calendrier?mois=2027-01"' in page
    only = officer.get(f"/appels/calendrier?mois=2026-12&dispositif={other.scheme_id}").text
    assert "Appel du calendrier" not in only.partition("<tbody>")[2]
    assert "mois=2027-01" in only
    assert f"dispositif={other.scheme_id}" in only.partition('rel="next"')[2].partition(">")[0]
    assert "Rien ce mois-ci" in officer.get("/appels/calendrier?mois=1990-01").text
    assert officer.get("/appels/calendrier?mois=2026-13&filtres=1").status_code == 200
    year = officer.get("/appels/calendrier/annee?annee=2027").text
    assert "Mars 2027" in year
    assert "1er\u00a0mars\u00a02027" in year
    assert "Décembre 2026" not in year
    for odd in ("annee=0", "annee=99999", "annee=abc", "filtres=1"):
        assert officer.get(f"/appels/calendrier/annee?{odd}").status_code == 200


def test_the_number_of_queries_does_not_grow(
    officer: PageClient, session: Session, connection: Connection
) -> None:
    scheme = SchemeFactory(funders=[StructureFactory()])
    call = CallFactory(scheme=scheme, closes_on=clock.today())

    def sizes(count: int) -> list[int]:
        for _ in range(count):
            CallFactory(
                scheme=scheme, closes_on=clock.today(), for_families=("association",),
                for_departements=("62",),
            )  # fmt: skip
            ApplicationFactory(call=call, awarded=True)
            SchemeFactory(funders=[StructureFactory()])
        found = []
        for url in (
            "/appels", f"/appels/{call.id}", f"/dispositifs/{scheme.id}", "/dispositifs",
            "/appels/calendrier", "/appels/calendrier/annee", "/appels/export.csv?colonnes=toutes",
            f"/appels/{call.id}/modifier",
        ):  # fmt: skip
            with counted(connection) as statements:
                assert officer.get(url).status_code == 200
            found.append(len(statements))
        return found

    sizes(1)
    before = sizes(10)
    assert all(after <= at_first for after, at_first in zip(sizes(35), before, strict=True))
    assert max(before) <= 25
