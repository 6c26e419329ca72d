"""The pages of groups, as people use them."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from crm.contacts import operations
from crm.contacts.models import Group, Structure
from crm.contacts.types import StructureData
from crm.core import clock
from tests.factories.contacts import GroupFactory, MembershipFactory, StructureFactory
from tests.factories.followups import reference
from tests.support.client import PageClient
from tests.support.queries import counted

TYPED = {
    "name": "Groupe-pays Bénin", "kind": "pays", "country": "BJ", "launched_on": "12/03/2019",
    "submission_key": "groupe-1",
}  # fmt: skip


def _indexed(session: Session, name: str, **fields: object) -> Structure:
    data = StructureData(name=name, family_code="association", **fields)  # type: ignore[arg-type]
    return operations.create_structure(session, data=data)


def _without_history(page: str) -> str:
    beginning, _, rest = page.partition('id="historique"')
    return beginning + rest.partition("</section>")[2]


def _count(session: Session, model: type = Group) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_an_empty_list_offers_to_create_the_first(officer: PageClient) -> None:
    page = officer.get("/groupes").text
    assert "Créer le premier groupe" in page
    assert "/groupes/nouveau" in page


def test_a_group_is_created_once_by_a_double_submit(officer: PageClient, session: Session) -> None:
    first = officer.submit("/groupes/nouveau", TYPED)
    second = officer.submit("/groupes/nouveau", TYPED)
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    group = session.scalars(select(Group)).one()
    assert (group.country_code, group.launched_on) == ("BJ", date(2019, 3, 12))
    page = officer.get(first.location).text
    assert "Bénin" in page
    assert "Groupe\u00a0: création" in page


def test_a_commission_has_its_theme(officer: PageClient, session: Session) -> None:
    theme = reference("theme", "sante")
    sent = {"name": "Commission Santé", "kind": "commission", "theme": str(theme.id)}
    page = officer.get(officer.submit("/groupes/nouveau", sent).location).text
    assert "Commission" in page
    assert theme.label in page


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "Ce champ est nécessaire"),
        ("name", "x" * 10_000, "120 caractères au plus"),
        ("name", "···", "au moins une lettre"),
        ("kind", "", "Choisissez un type"),
        ("kind", "club", "Choisissez un type"),
        ("country", "", "Un groupe-pays a un pays"),
        ("country", "ZZ", "Ce pays n’existe pas"),
        ("country", "' OR 1=1", "Ce pays n’existe pas"),
        ("country", "\x00", "Ce pays n’existe pas"),
        ("closed_on", "01/01/2018", "précéder"),
        ("launched_on", "31/02/2019", "calendrier"),
    ],
)
def test_a_wrong_input_is_said_and_writes_nothing(
    officer: PageClient, session: Session, field: str, value: str, sentence: str
) -> None:
    response = officer.submit("/groupes/nouveau", {**TYPED, "description": "garder", field: value})
    assert response.status_code == 422
    assert sentence in response.text
    assert "garder" in response.text
    assert _count(session) == 0


@pytest.mark.parametrize("theme", ["", "999999", "abc", "9" * 40])
def test_a_forged_theme_is_refused(officer: PageClient, session: Session, theme: str) -> None:
    family = str(reference("family", "association").id)
    for value in (theme, family):
        sent = {"name": "Commission", "kind": "commission", "theme": value}
        assert officer.submit("/groupes/nouveau", sent).status_code == 422
    assert _count(session) == 0


def test_two_groups_have_two_names(officer: PageClient, session: Session) -> None:
    GroupFactory(name="Groupe pays BENIN")
    response = officer.submit("/groupes/nouveau", TYPED)
    assert response.status_code == 422
    assert "existe déjà" in response.text
    session.scalars(select(Group)).one().deleted_at = clock.now()
    session.flush()
    assert officer.submit("/groupes/nouveau", TYPED).status_code == 303


def test_the_second_editor_sees_both_versions_and_chooses(
    officer: PageClient, session: Session
) -> None:
    group = GroupFactory(name="Avant", country_code="ML")
    url = f"/groupes/{group.id}/modifier"
    assert 'value="Avant"' in officer.get(url).text
    sent = {"kind": "pays", "country": "ML", "version": "1"}
    assert officer.submit(url, {**sent, "name": "Le leur"}).status_code == 303
    late = officer.submit(url, {**sent, "name": "Le mien"})
    assert late.status_code == 409
    assert "Le leur" in late.text
    assert "Le mien" in late.text
    chosen = {**sent, "name": "Le mien", "version": "2", "choix-name": "mine"}
    assert officer.submit(url, chosen).status_code == 303
    assert officer.submit(url, {**sent, "name": "x", "version": "abc"}).status_code == 409
    session.expire_all()
    assert session.scalars(select(Group)).one().name == "Le mien"


@pytest.fixture
def groups(session: Session) -> dict[str, int]:
    """Make groups that each filter tells apart."""
    long_ago, recently = date(2015, 1, 1), clock.today() - timedelta(days=30)
    made = {
        "mali": GroupFactory(name="Groupe-pays Mali", country_code="ML", launched_on=long_ago),
        "haiti": GroupFactory(name="Groupe-pays Haïti", country_code="HT", launched_on=None),
        "eau": GroupFactory(name="Commission Eau", kind="commission", launched_on=long_ago),
        "clos": GroupFactory(name="Groupe-pays Niger", launched_on=long_ago, closed_on=recently),
    }
    made["parti"] = GroupFactory(
        name="Groupe-pays Togo", launched_on=long_ago, closed_on=recently,
        merged_into_id=made["mali"].id,
    )  # fmt: skip
    GroupFactory(name="À la corbeille", deleted_at=clock.now())
    return {name: group.id for name, group in made.items()}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"mali", "haiti", "eau", "clos", "parti"}),
        ("type=commission", {"eau"}),
        ("statut=actif", {"mali", "eau"}),
        ("statut=lancement", {"haiti"}),
        ("statut=clos", {"clos"}),
        ("statut=fusionne", {"parti"}),
        ("statut=fusionne&au=2018-01-01", set()),
        ("statut=actif&au=2018-01-01", {"mali", "eau", "clos", "parti"}),
        ("statut=zzz", set()),
        ("pays=ML", {"mali"}),
        ("q=groupe mal", {"mali"}),
        ("q=HAITI", {"haiti"}),
        ("tri=-membres&filtres=1", {"mali", "haiti", "eau", "clos", "parti"}),
        ("tri=nom&apres=zzz", {"mali", "haiti", "eau", "clos", "parti"}),
        ("au=n'importe quoi", {"mali", "haiti", "eau", "clos", "parti"}),
    ],
)
def test_the_url_narrows_the_list(
    officer: PageClient, groups: dict[str, int], query: str, expected: set[str]
) -> None:
    page = officer.get(f"/groupes?{query}").text
    assert {name for name, key in groups.items() if f'href="/groupes/{key}' in page} == expected
    assert "À la corbeille" not in page


def test_a_group_in_the_trash_is_not_found(officer: PageClient, session: Session) -> None:
    membership = MembershipFactory(group=GroupFactory(deleted_at=clock.now()))
    group_id = membership.group_id
    for path in ("", "/modifier", "/courriels", "/fusionner", "/membres.csv", "/membres/ajouter"):
        assert officer.get(f"/groupes/{group_id}{path}").status_code == 404, path
    assert officer.get(f"/groupes/adhesions/{membership.id}").status_code == 404
    assert officer.get("/groupes/99999999999").status_code == 404
    page = _without_history(officer.get(f"/structures/{membership.structure_id}").text)
    assert membership.group.name not in page


def test_the_list_is_exported_as_narrowed(officer: PageClient, groups: dict[str, int]) -> None:
    text = officer.get("/groupes/export.csv?statut=fusionne").data.decode("utf-8-sig")
    assert "Groupe-pays Togo;Groupe-pays;;;Fusionné;01/01/2015" in text
    assert text.count("\r\n") == 2
    assert officer.get("/groupes/export.xlsx").status_code == 200


def test_who_was_a_member_on_a_day(officer: PageClient, session: Session) -> None:
    group = GroupFactory(launched_on=date(2015, 1, 1))
    then = _indexed(session, "Eau pour tous", commune_code="62119")
    now = _indexed(session, "Soleil partagé", commune_code="80021")
    MembershipFactory(
        group=group, structure=then, start_on=date(2018, 1, 1), end_on=date(2019, 3, 12)
    )
    MembershipFactory(group=group, structure=now, start_on=date(2019, 3, 13))
    url = f"/groupes/{group.id}"
    asked = _without_history(officer.get(url, query_string={"au": "12 mars 2019"}).text)
    assert "Eau pour tous" in asked
    assert "Soleil partagé" not in asked
    assert "Soleil partagé" in officer.get(url).text
    for query, is_there in (
        ("departement=80", True),
        ("departement=62", False),
        ("q=soleil", True),
    ):
        shown = _without_history(officer.get(f"{url}?{query}").text)
        assert ("Soleil partagé" in shown) == is_there
    text = officer.get(f"{url}/membres.csv?au=2019-03-12").data.decode("utf-8-sig")
    assert "Eau pour tous" in text
    assert "Soleil" not in text
    assert officer.get(f"{url}/membres.xlsx").status_code == 200


def test_a_closed_group_has_no_member_afterwards(officer: PageClient, session: Session) -> None:
    group = GroupFactory(launched_on=date(2015, 1, 1), closed_on=date(2019, 12, 31))
    MembershipFactory(group=group, start_on=date(2015, 1, 1))
    url = f"/groupes/{group.id}"
    page = officer.get(url).text
    assert "Clos depuis le" in page
    assert "Aucun membre à cette date" in page
    assert "1 structure membre" in officer.get(f"{url}?au=2019-12-31").text


def test_a_merge_says_where_the_group_went(officer: PageClient, session: Session) -> None:
    old = GroupFactory(name="Groupe-pays Togo", country_code="TG", launched_on=date(2015, 1, 1))
    new = GroupFactory(name="Golfe de Guinée", launched_on=date(2015, 1, 1))
    member = MembershipFactory(group=old, start_on=date(2015, 1, 1)).structure
    url = f"/groupes/{old.id}/fusionner"
    assert "Golfe de Guinée" in officer.get(url).text
    wrong = officer.submit(url, {"into": str(old.id), "day": "01/06/2021", "version": "1"})
    assert wrong.status_code == 422
    assert "lui-même" in wrong.text
    for forged in ("", "abc", "999999", "9" * 30):
        sent = {"into": forged, "day": "01/06/2021", "version": "1"}
        assert officer.submit(url, sent).status_code == 422
    assert officer.submit(url, {"into": str(new.id), "day": "", "version": "1"}).status_code == 422
    sent = {"into": str(new.id), "day": "01/06/2021", "submission_key": "m1"}
    stale = officer.submit(url, {**sent, "version": "0"})
    assert stale.status_code == 409
    assert "entre-temps" in stale.text
    for _ in range(2):
        assert officer.submit(url, {**sent, "version": "1"}).location == f"/groupes/{new.id}"
    page = officer.get(f"/groupes/{old.id}").text
    assert "Fusionné le" in page
    assert f'href="/groupes/{new.id}"' in page
    assert member.name in officer.get(f"/groupes/{old.id}?au=2021-05-31").text
    assert member.name not in _without_history(page)
    receiving = officer.get(f"/groupes/{new.id}").text
    assert member.name in receiving
    assert "A reçu" in receiving
    fixed = officer.submit(
        f"/groupes/{old.id}/modifier",
        {"name": old.name, "kind": "pays", "country": "TG", "version": "2", "closed_on": ""},
    )
    assert fixed.status_code == 422
    assert "son dernier jour ne change plus" in fixed.text


def test_the_number_of_queries_does_not_grow(
    officer: PageClient, session: Session, connection: Connection
) -> None:
    group = GroupFactory()

    def sizes(count: int) -> list[int]:
        for _ in range(count):
            MembershipFactory(group=group, structure=StructureFactory())
            MembershipFactory(group=GroupFactory())
        found = []
        for url in (f"/groupes/{group.id}", f"/groupes/{group.id}/courriels", "/groupes"):
            with counted(connection) as statements:
                assert officer.get(url).status_code == 200
            found.append(len(statements))
        return found

    officer.get("/groupes")
    before = sizes(10)
    assert sizes(35) == before
    assert max(before) <= 15
