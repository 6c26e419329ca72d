"""Members of groups and who represents them, as people enter them."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.contacts import operations
from crm.contacts.models import Contact, GroupRepresentative, Membership, Structure
from crm.contacts.types import StructureData
from crm.core import clock
from crm.history.models import Change
from tests.factories.contacts import (
    AffiliationFactory,
    ContactFactory,
    GroupFactory,
    MembershipFactory,
    StructureFactory,
)
from tests.support.client import PageClient

START = date(2018, 1, 1)


def _count(session: Session, model: type) -> int:
    session.expire_all()
    return session.scalar(select(func.count()).select_from(model)) or 0


def _speaker(membership: Membership, contact: Contact, session: Session) -> GroupRepresentative:
    made = GroupRepresentative(
        membership_id=membership.id, contact_id=contact.id, start_on=membership.start_on
    )
    session.add(made)
    session.flush()
    return made


class TestMembers:
    """Structures enter and leave."""

    def test_several_at_once_known_adopted_and_new(
        self, officer: PageClient, session: Session
    ) -> None:
        group, known = GroupFactory(), StructureFactory()
        url = f"/groupes/{group.id}/membres/ajouter"
        chosen = [str(known.id), "commune:62119", "epci:200072460", "new:Eau vive"]
        sent = {"structures": chosen, "start_on": "12/03/2019", "submission_key": "k"}
        asked = officer.submit(url, sent)
        assert asked.status_code == 422
        assert "Choisissez la famille de «\u00a0Eau vive\u00a0»" in asked.text
        assert _count(session, Membership) == 0
        for _ in range(2):
            response = officer.submit(url, {**sent, "new_family": "association"})
            assert response.location == f"/groupes/{group.id}"
        assert _count(session, Membership) == 4
        page = officer.get(response.location).text
        for name in ("Béthune", "Eau vive", "4 structures membres"):
            assert name in page
        assert f"/groupes/{group.id}" in officer.get(f"/structures/{known.id}").text

    def test_a_name_typed_without_a_list_is_understood(
        self, officer: PageClient, session: Session
    ) -> None:
        group = GroupFactory()
        for name in ("Eau vive", "Eau claire"):
            data = StructureData(name=name, family_code="association")
            operations.create_structure(session, data=data)
        url = f"/groupes/{group.id}/membres/ajouter"
        sent = {"start_on": "hier"}
        several = officer.submit(url, {**sent, "structures_text": "eau"})
        assert several.status_code == 422
        assert "Plusieurs structures répondent" in several.text
        assert officer.submit(url, {**sent, "structures_text": "eau vive"}).status_code == 303
        unknown = officer.submit(url, {**sent, "structures_text": "Zzyzx Solidarité"})
        assert "Choisissez la famille de «\u00a0Zzyzx" in unknown.text
        assert _count(session, Membership) == 1

    def test_twice_on_the_same_days_is_refused_all_or_none(
        self, officer: PageClient, session: Session
    ) -> None:
        there = MembershipFactory(start_on=START, end_on=date(2019, 12, 31))
        url = f"/groupes/{there.group_id}/membres/ajouter"
        other = StructureFactory()
        sent = {"structures": [str(other.id), str(there.structure_id)], "end_on": ""}
        refused = officer.submit(url, {**sent, "start_on": "31/12/2019"})
        assert refused.status_code == 422
        assert "est déjà membre de ce groupe depuis le 01/01/2018" in refused.text
        assert _count(session, Membership) == 1
        assert officer.submit(url, {**sent, "start_on": "01/01/2020"}).status_code == 303
        assert _count(session, Membership) == 3

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"structures": []}, "Choisissez au moins une structure"),
            ({"structures": ["999999"]}, "Choisissez une structure dans la liste"),
            ({"structures": ["commune:00000"]}, "code INSEE"),
            ({"structures": ["epci:abc"]}, "SIREN"),
            ({"structures": ["9" * 30]}, "Ce choix n’existe pas"),
            ({"structures": ["new:a\x00b"], "new_family": "association"}, "Ce choix n’existe pas"),
            ({"structures": ["<script>"]}, "Choisissez une structure dans la liste"),
            ({"structures": ["new:" + "x" * 10_000], "new_family": "association"}, "trop long"),
            ({"start_on": ""}, "Dites depuis quel jour"),
            ({"start_on": "un jour"}, "Date non comprise"),
            ({"end_on": "01/01/2017"}, "précéder"),
        ],
    )
    def test_a_wrong_input_is_said_and_writes_nothing(
        self,
        officer: PageClient,
        session: Session,
        changes: dict[str, object],
        sentence: str,
    ) -> None:
        group, structure = GroupFactory(), StructureFactory()
        sent = {"structures": [str(structure.id)], "start_on": "01/01/2018"} | changes
        response = officer.submit(f"/groupes/{group.id}/membres/ajouter", sent)
        assert response.status_code == 422
        assert sentence in response.text
        assert _count(session, Membership) == 0

    def test_nobody_enters_a_group_that_has_ended(
        self, officer: PageClient, session: Session
    ) -> None:
        group, structure = GroupFactory(launched_on=START, closed_on=START), StructureFactory()
        url = f"/groupes/{group.id}/membres/ajouter"
        sent = {"structures": [str(structure.id)]}
        refused = officer.submit(url, {**sent, "start_on": "02/01/2018"})
        assert refused.status_code == 422
        assert "s’est arrêté le 01/01/2018" in refused.text
        assert officer.submit(url, {**sent, "start_on": "01/01/2018"}).status_code == 303

    def test_the_last_day_is_set_and_a_second_editor_is_told(
        self, officer: PageClient, session: Session
    ) -> None:
        membership = MembershipFactory(start_on=START)
        speaker = _speaker(membership, ContactFactory(), session)
        url = f"/groupes/adhesions/{membership.id}/modifier"
        sent = {"start_on": "2018-01-01", "version": "1"}
        assert officer.submit(url, {**sent, "end_on": "01/01/2017"}).status_code == 422
        assert officer.submit(url, {**sent, "end_on": "31/12/2020"}).status_code == 303
        late = officer.submit(url, {**sent, "end_on": "31/12/2021"})
        assert late.status_code == 409
        assert "31/12/2020" in late.text
        assert "31/12/2021" in late.text
        session.expire_all()
        assert membership.end_on == speaker.end_on == date(2020, 12, 31)
        assert "jusqu’au" not in officer.get(f"/groupes/{membership.group_id}").text

    def test_new_days_may_not_overlap_another_time(
        self, officer: PageClient, session: Session
    ) -> None:
        first = MembershipFactory(start_on=START, end_on=date(2018, 12, 31))
        second = MembershipFactory(
            group=first.group, structure=first.structure, start_on=date(2020, 1, 1)
        )
        response = officer.submit(
            f"/groupes/adhesions/{second.id}/modifier",
            {"start_on": "31/12/2018", "version": "1"},
        )
        assert response.status_code == 422
        assert "est déjà membre" in response.text

    def test_a_wrong_entry_is_deleted_and_taken_back(
        self, officer: PageClient, session: Session
    ) -> None:
        membership = MembershipFactory(start_on=START)
        group_id, structure_id = membership.group_id, membership.structure_id
        person = ContactFactory()
        _speaker(membership, person, session)
        response = officer.submit(f"/groupes/adhesions/{membership.id}/supprimer", {})
        assert response.status_code == 303
        assert _count(session, Membership) == _count(session, GroupRepresentative) == 0
        kinds = session.scalars(select(Change.entity).where(Change.action == "deleted")).all()
        assert sorted(kinds) == ["group_representative", "membership"]
        page = officer.get(response.location).text
        undo = page.partition('action="/historique/')[2].partition('"')[0]
        assert officer.submit(f"/historique/{undo}", {}).status_code == 303
        session.expire_all()
        back = session.scalars(select(Membership)).one()
        assert (back.group_id, back.structure_id) == (group_id, structure_id)
        speaker = session.scalars(select(GroupRepresentative)).one()
        assert (speaker.membership_id, speaker.contact_id) == (back.id, person.id)


class TestRepresentatives:
    """People speak for a member."""

    def test_someone_known_and_someone_new(self, officer: PageClient, session: Session) -> None:
        membership = MembershipFactory(start_on=START)
        structure = membership.structure
        known = AffiliationFactory(structure=structure).contact
        url = f"/groupes/adhesions/{membership.id}"
        assert known.full_name in officer.get(url).text
        sent = {
            "contacts": [str(known.id), "new:Awa Nouvelle"], "start_on": "12/03/2019",
            "submission_key": "r",
        }  # fmt: skip
        for _ in range(2):
            assert officer.submit(f"{url}/representants", sent).location == url
        assert _count(session, GroupRepresentative) == 2
        page = officer.get(f"/groupes/{membership.group_id}").text
        assert "Awa Nouvelle" in page
        assert "n’est plus dans cette structure" not in page
        person = officer.get(f"/contacts/{known.id}").text
        assert f'href="/groupes/{membership.group_id}"' in person
        assert f"représente {structure.name}" in person
        assert "Représentation dans un groupe\u00a0: création" in person

    def test_someone_who_left_is_flagged_not_refused(
        self, officer: PageClient, session: Session
    ) -> None:
        membership = MembershipFactory(start_on=START)
        gone = AffiliationFactory(
            structure=membership.structure, end_on=clock.today() - timedelta(days=1)
        ).contact
        url = f"/groupes/adhesions/{membership.id}/representants"
        sent = {"contacts": [str(gone.id)], "start_on": "01/01/2018"}
        assert officer.submit(url, sent).status_code == 303
        for path in (f"/groupes/{membership.group_id}", f"/groupes/adhesions/{membership.id}"):
            assert "n’est plus dans cette structure" in officer.get(path).text

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"contacts": []}, "au moins une personne"),
            ({"contacts": ["999999"]}, "n’existe pas ou plus"),
            ({"contacts": ["abc"]}, "n’existe pas ou plus"),
            ({"contacts": ["9" * 30]}, "n’existe pas ou plus"),
            ({"contacts": ["new:\x00"]}, "n’existe pas ou plus"),
            ({"start_on": "01/01/2017", "end_on": "01/06/2017"}, "n’est pas membre"),
            ({"start_on": "01/06/2019", "end_on": "01/01/2019"}, "précéder"),
        ],
    )
    def test_a_wrong_input_is_said_and_writes_nothing(
        self,
        officer: PageClient,
        session: Session,
        changes: dict[str, object],
        sentence: str,
    ) -> None:
        membership, person = MembershipFactory(start_on=START), ContactFactory()
        sent = {"contacts": [str(person.id)], "start_on": "01/01/2018"} | changes
        response = officer.submit(f"/groupes/adhesions/{membership.id}/representants", sent)
        assert response.status_code == 422
        assert sentence in response.text
        assert _count(session, GroupRepresentative) == 0

    def test_the_same_person_twice_is_refused(self, officer: PageClient, session: Session) -> None:
        membership, person = MembershipFactory(start_on=START), ContactFactory()
        _speaker(membership, person, session)
        response = officer.submit(
            f"/groupes/adhesions/{membership.id}/representants",
            {"contacts": [str(person.id)], "start_on": "01/01/2020"},
        )
        assert response.status_code == 422
        assert "représente déjà" in response.text

    def test_it_ends_or_is_taken_away(self, officer: PageClient, session: Session) -> None:
        membership = MembershipFactory(start_on=START)
        speaker = _speaker(membership, ContactFactory(), session)
        url = f"/groupes/representants/{speaker.id}"
        sent = {"start_on": "01/01/2018", "end_on": "31/12/2019", "version": "1"}
        assert officer.submit(f"{url}/modifier", {**sent, "end_on": "1/1/2017"}).status_code == 422
        assert officer.submit(f"{url}/modifier", sent).status_code == 303
        assert officer.submit(f"{url}/modifier", {**sent, "end_on": ""}).status_code == 409
        assert "Auparavant (1)" in officer.get(f"/groupes/adhesions/{membership.id}").text
        assert officer.submit(f"{url}/supprimer", {}).status_code == 303
        assert _count(session, GroupRepresentative) == 0
        assert officer.get(f"{url}/modifier").status_code == 404


class TestMailingList:
    """The addresses of those who represent, on a day."""

    def test_each_address_once_and_what_is_missing(
        self, officer: PageClient, session: Session
    ) -> None:
        group = GroupFactory(launched_on=START)
        members = [MembershipFactory(group=group, start_on=START) for _ in range(4)]
        first, twin = (
            ContactFactory(email=each) for each in ("Mairie@a.example", "mairie@A.example")
        )
        silent, gone = ContactFactory(last_name="Sansadresse"), ContactFactory(email="g@b.example")
        for membership, person in zip(members, (first, twin, silent, gone), strict=True):
            _speaker(membership, person, session)
        members[3].end_on = date(2019, 12, 31)
        lonely = MembershipFactory(group=group, start_on=START)
        session.flush()
        page = officer.get(f"/groupes/{group.id}/courriels").text
        assert "1 adresse" in page
        assert "mailto:?bcc=" in page
        assert "Sansadresse" in page
        assert "sans représentant" in page
        assert lonely.structure.name in page
        assert "g@b.example" not in page
        assert "g@b.example" in officer.get(f"/groupes/{group.id}/courriels?au=2019-12-31").text
        text = officer.get(f"/groupes/{group.id}/courriels.csv").data.decode("utf-8-sig")
        assert text.count("\r\n") == 4
        assert officer.get(f"/groupes/{group.id}/courriels.xlsx").status_code == 200

    def test_too_many_for_a_link_are_still_to_copy(
        self, officer: PageClient, session: Session
    ) -> None:
        group = GroupFactory(launched_on=START)
        for rank in range(80):
            person = ContactFactory(email=f"une-adresse-assez-longue-{rank}@commune.example")
            _speaker(MembershipFactory(group=group, start_on=START), person, session)
        page = officer.get(f"/groupes/{group.id}/courriels").text
        assert "80 adresses" in page
        assert "mailto:?bcc" not in page
        assert "trop nombreuses pour un lien" in page

    def test_an_empty_group_says_what_to_do(self, officer: PageClient, session: Session) -> None:
        page = officer.get(f"/groupes/{GroupFactory().id}/courriels").text
        assert "Aucune adresse" in page


def test_structures_in_the_trash_are_no_members(officer: PageClient, session: Session) -> None:
    structure: Structure = StructureFactory(deleted_at=clock.now())
    membership = MembershipFactory(structure=structure, start_on=START)
    assert "Aucun membre" in officer.get(f"/groupes/{membership.group_id}").text
