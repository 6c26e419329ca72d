"""The pages of duplicates: the list, a comparison, a merge, and taking it apart."""

import re
from datetime import date
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, select, update
from sqlalchemy.orm import Session

from crm.contacts.models import Contact, Structure
from crm.contacts.operations import resolve_contact, resolve_structure
from crm.core import clock
from crm.duplicates.jobs import look_for_duplicates
from crm.duplicates.merging import merge_records
from crm.duplicates.models import DuplicatePair, DuplicateScan, Merge
from crm.duplicates.scanning import begin_scan, compare_all, keep_step
from crm.history.models import ChangeSet
from crm.search.kinds import reindex_all
from tests.factories.contacts import AffiliationFactory, ContactFactory, StructureFactory
from tests.factories.followups import FollowUpFactory, SessionFactory
from tests.support.queries import counted


def _twins(session: Session) -> tuple[Structure, Structure]:
    one = StructureFactory(name="Association Les amis du Bénin", commune_code="62041")
    other = StructureFactory(name="Asso Les amis du Benin", commune_code="62041")
    session.commit()
    return one, other


def _searched(officer: FlaskClient) -> Any:
    return officer.submit("/doublons/chercher", {})


def test_the_page_says_that_nothing_was_compared_yet(officer: FlaskClient) -> None:
    page = officer.get("/doublons")
    assert page.status_code == 200
    assert "n’a pas encore été comparée" in page.text


def test_a_search_finds_twins_and_says_why(officer: FlaskClient, session: Session) -> None:
    _twins(session)
    assert _searched(officer).status_code == 303
    page = officer.get("/doublons")
    assert "Asso Les amis du Benin" in page.text
    assert "même commune" in page.text
    assert "La recherche est à jour" in page.text


def test_what_is_created_later_is_found_by_the_next_search(
    officer: FlaskClient, session: Session, app: Flask
) -> None:
    structure = StructureFactory(name="Solidarité Sahel", commune_code="62041")
    person = ContactFactory(first_name="Jeanne", last_name="Delattre")
    AffiliationFactory(contact=person, structure=structure)
    reindex_all(session)
    session.commit()
    _searched(officer)
    answer = officer.submit(
        "/contacts/nouveau",
        {
            "last_name": "DELATRE", "first_name": "J.", "structure": str(structure.id),
            "role": "Maire", "vus": str(person.id),
        },
    )  # fmt: skip
    assert answer.status_code == 303
    _searched(officer)
    pair = session.scalars(select(DuplicatePair)).one()
    assert (pair.kind, pair.low_id) == ("contact", person.id)
    page = officer.get("/doublons?fiche=contact")
    assert "initiale au lieu du prénom" in page.text


def test_not_a_duplicate_is_remembered_and_can_be_undone(
    officer: FlaskClient, session: Session
) -> None:
    _twins(session)
    _searched(officer)
    pair = session.scalars(select(DuplicatePair)).one()
    answer = officer.submit(
        "/doublons/lot", {"selection": str(pair.id), "action": "ecarter", "retour": "/doublons"}
    )
    assert answer.headers["Location"] == "/doublons"
    assert "Asso Les amis" not in officer.get("/doublons").text
    assert "Asso Les amis" in officer.get("/doublons?etat=dismissed").text
    _again(session)
    _searched(officer)
    assert "Asso Les amis" not in officer.get("/doublons").text
    last = session.scalar(select(ChangeSet.id).order_by(ChangeSet.id.desc()))
    assert officer.submit(f"/historique/{last}/annuler", {}).status_code == 303
    assert "Asso Les amis" in officer.get("/doublons").text


def _again(session: Session) -> None:
    session.execute(update(DuplicateScan).values(finished_at=None, position=0, done=0))
    session.commit()


def test_a_search_that_was_killed_goes_on_where_it_was(app: Flask, session: Session) -> None:
    for number in range(4):
        _twins(session)
        assert number >= 0
    scan = begin_scan(session, "structure")
    total, step = next(compare_all(session, "structure", scan.position))
    half = type(step)(step.position // 2, 0, 0, [])
    keep_step(session, "structure", total, half)
    session.commit()
    with app.app_context():
        from crm.database import db  # noqa: PLC0415 - the session of this context

        assert look_for_duplicates(db.session())
    session.expire_all()
    done = session.get_one(DuplicateScan, "structure")
    assert done.finished_at is not None
    assert session.scalars(select(DuplicatePair)).first() is not None


def test_filters_live_in_the_url(officer: FlaskClient, session: Session) -> None:
    _twins(session)
    _searched(officer)
    assert "Asso Les amis" in officer.get("/doublons?raison=same_place&score=800").text
    assert "Asso Les amis" not in officer.get("/doublons?raison=same_siren").text
    assert "Asso Les amis" in officer.get("/doublons?q=benin&filtres=1").text
    assert officer.get("/doublons?apres=AAAA&score=99999999999999999999").status_code == 200


def test_the_list_asks_as_much_for_one_pair_as_for_many(
    officer: FlaskClient, session: Session, connection: Connection
) -> None:
    _twins(session)
    _searched(officer)
    officer.get("/doublons")
    with counted(connection) as few:
        officer.get("/doublons")
    for number in range(4):
        for _ in range(2):
            StructureFactory(name=f"Secours aux villages {number}", siren=f"80000000{number}")
    session.commit()
    _again(session)
    _searched(officer)
    with counted(connection) as many:
        officer.get("/doublons")
    assert len(many) == len(few)


def test_two_records_are_merged_and_the_old_address_leads_to_the_one_kept(
    officer: FlaskClient, session: Session
) -> None:
    one, other = _twins(session)
    SessionFactory(structures=[other])
    FollowUpFactory(structure_id=other.id, what="Rappeler le trésorier")
    session.commit()
    url = f"/doublons/structure/{one.id}/{other.id}"
    page = officer.get(url)
    assert "Fiche gardée" in page.text
    assert "Relances" in page.text
    versions = dict(re.findall(r'name="(version-\w+)" value="(\d+)"', page.text))
    answer = officer.submit(url, {"garder": str(one.id), "champ-name": "merged", **versions})
    assert answer.headers["Location"] == f"/structures/{one.id}"
    moved = officer.get(f"/structures/{other.id}")
    assert (moved.status_code, moved.headers["Location"]) == (302, f"/structures/{one.id}")
    shown = officer.get(f"/structures/{one.id}")
    assert "Asso Les amis du Benin" in shown.text
    assert "Rappeler le trésorier" in shown.text
    assert "Rendez-vous" in shown.text


def _merged(officer: FlaskClient, session: Session) -> tuple[Structure, Structure, int]:
    one, other = _twins(session)
    url = f"/doublons/structure/{one.id}/{other.id}"
    fields = {"garder": str(one.id), "version-kept": "1", "version-merged": "1"}
    assert officer.submit(url, fields).status_code == 303
    return one, other, session.scalars(select(Merge.id)).one()


def test_a_merge_is_taken_apart_from_its_page(officer: FlaskClient, session: Session) -> None:
    one, other, merge_id = _merged(officer, session)
    change_set_id = session.scalars(select(Merge.change_set_id)).one()
    detour = officer.get(f"/historique/{change_set_id}")
    assert detour.headers["Location"] == f"/fusions/{merge_id}"
    assert officer.submit(f"/historique/{change_set_id}/annuler", {}).status_code == 303
    assert "Défaire la fusion" in officer.get(f"/fusions/{merge_id}").text
    answer = officer.submit(f"/fusions/{merge_id}/defaire", {"lu": "1"})
    assert answer.headers["Location"] == f"/structures/{other.id}"
    assert officer.get(f"/structures/{other.id}").status_code == 200
    again = officer.submit(f"/fusions/{merge_id}/defaire", {"lu": "1"})
    assert again.status_code == 422
    assert "a déjà été défaite" in again.text
    assert one.id != other.id


def test_what_came_since_is_asked_before_a_merge_is_taken_apart(
    officer: FlaskClient, session: Session
) -> None:
    one, other, merge_id = _merged(officer, session)
    later = FollowUpFactory(structure_id=one.id, what="Envoyer la convention")
    session.commit()
    asked = officer.submit(f"/fusions/{merge_id}/defaire", {})
    assert asked.headers["Location"] == f"/fusions/{merge_id}"
    page = officer.get(f"/fusions/{merge_id}").text
    assert "Envoyer la convention" in page
    officer.submit(
        f"/fusions/{merge_id}/defaire",
        {"lu": "1", "rendre": f"follow_up.structure_id.{later.id}"},
    )
    session.expire_all()
    assert later.structure_id == other.id


def test_two_people_merging_the_same_pair_are_told(officer: FlaskClient, session: Session) -> None:
    one, other, _merge_id = _merged(officer, session)
    again = officer.submit(
        f"/doublons/structure/{one.id}/{other.id}",
        {"garder": str(other.id), "version-kept": "1", "version-merged": "1"},
    )
    assert again.status_code == 422
    assert "a déjà été fusionné dans" in again.text
    assert len(session.scalars(select(Merge)).all()) == 1


def test_a_record_changed_meanwhile_is_read_again_first(
    officer: FlaskClient, session: Session
) -> None:
    one, other = _twins(session)
    one.acronym = "ABC"
    session.commit()
    answer = officer.submit(
        f"/doublons/structure/{one.id}/{other.id}",
        {"garder": str(one.id), "version-kept": "1", "version-merged": "1"},
    )
    assert answer.status_code == 422
    assert "vient de changer" in answer.text


def test_two_communes_are_refused_on_the_page(officer: FlaskClient, session: Session) -> None:
    arras = StructureFactory(name="Arras", insee_code="62041", commune_code="62041")
    lens = StructureFactory(name="Lens", insee_code="62498", commune_code="62498")
    session.commit()
    page = officer.get(f"/doublons/structure/{arras.id}/{lens.id}")
    assert "collectivités différentes" in page.text
    answer = officer.submit(
        f"/doublons/structure/{arras.id}/{lens.id}",
        {"garder": str(arras.id), "version-kept": "1", "version-merged": "1"},
    )
    assert answer.status_code == 422


def test_a_merged_record_leaves_the_trash_alone(officer: FlaskClient, session: Session) -> None:
    one, other, _merge_id = _merged(officer, session)
    officer.get("/doublons")  # reads what was said of the merge
    assert "Benin" not in officer.get("/corbeille").text
    refused = officer.submit(f"/corbeille/structure/{other.id}/restaurer", {})
    assert refused.status_code in {303, 422}
    session.expire_all()
    assert session.get_one(Structure, other.id).merged_into_id == one.id
    assert session.get_one(Structure, other.id).deleted_at is not None
    kept = officer.submit(f"/corbeille/structure/{one.id}/ajouter", {})
    assert kept.status_code == 422
    assert "Fiches fusionnées dans celle-ci" in kept.text


def test_the_other_record_is_chosen_from_a_page(officer: FlaskClient, session: Session) -> None:
    one, other = _twins(session)
    assert officer.get(f"/doublons/structure/{one.id}").status_code == 200
    chosen = officer.get(f"/doublons/structure/{one.id}?autre={other.id}")
    assert chosen.headers["Location"] == f"/doublons/structure/{one.id}/{other.id}"
    assert "Choisissez une fiche" in officer.get(f"/doublons/structure/{one.id}?autre=x").text
    assert officer.get(f"/doublons/structure/{one.id}/{one.id}").status_code == 422
    assert officer.get(f"/doublons/structure/{one.id}/99999999").status_code == 404


def test_people_are_merged_too(officer: FlaskClient, session: Session) -> None:
    one = ContactFactory(first_name="Jeanne", last_name="Delattre", notes="Trésorière")
    other = ContactFactory(first_name="Jeanne", last_name="DELATTRE", notes="Parle polonais")
    session.commit()
    url = f"/doublons/contact/{one.id}/{other.id}"
    assert "Les deux, l’un après l’autre" in officer.get(url).text
    officer.submit(
        url,
        {
            "garder": str(one.id), "version-kept": "1", "version-merged": "1",
            "champ-notes": "both",
        },
    )  # fmt: skip
    session.expire_all()
    kept = session.get_one(Contact, one.id)
    assert kept.notes == "Trésorière\n\nParle polonais"
    assert officer.get(f"/contacts/{other.id}").headers["Location"] == f"/contacts/{one.id}"
    assert clock.now() >= kept.created_at


def test_a_figure_says_which_of_its_structures_were_merged_since(
    director: FlaskClient, session: Session
) -> None:
    one, other = _twins(session)
    for structure in (one, other):
        SessionFactory(structures=[structure], held_on=date(2019, 5, 2))
    session.commit()
    url = "/bilan/2019/accompanied_structures"
    assert "fusionnées depuis" not in director.get(url).text
    merge_records(session, kind="structure", kept_id=one.id, merged_id=other.id)
    session.commit()
    page = director.get(url).text
    assert "2 structures" in page
    assert "Fiches fusionnées depuis dans une autre" in page
    assert "Fiches fusionnées" not in director.get("/bilan/2019/sessions_done").text


def test_a_form_opened_before_a_merge_reaches_the_one_kept(
    officer: FlaskClient, session: Session
) -> None:
    one, other = _twins(session)
    merge_records(session, kind="structure", kept_id=one.id, merged_id=other.id)
    session.commit()
    assert resolve_structure(session, value=str(other.id), family_code=None).id == one.id
    people = [ContactFactory(), ContactFactory()]
    merge_records(session, kind="contact", kept_id=people[0].id, merged_id=people[1].id)
    found = resolve_contact(session, value=str(people[1].id), structure_id=None)
    assert found.id == people[0].id


def test_the_page_of_a_merge_asks_no_more_for_many_things(
    officer: FlaskClient, session: Session, connection: Connection
) -> None:
    one, _other, merge_id = _merged(officer, session)
    FollowUpFactory(structure_id=one.id)
    session.commit()
    officer.get(f"/fusions/{merge_id}")
    with counted(connection) as few:
        officer.get(f"/fusions/{merge_id}")
    for _ in range(6):
        FollowUpFactory(structure_id=one.id)
    session.commit()
    with counted(connection) as many:
        assert "Rappeler la structure" in officer.get(f"/fusions/{merge_id}").text
    assert len(many) == len(few)


def test_a_merge_is_found_again_on_the_page_of_the_one_kept(
    officer: FlaskClient, session: Session
) -> None:
    one, other = _twins(session)
    made = merge_records(session, kind="structure", kept_id=one.id, merged_id=other.id)
    session.commit()
    page = officer.get(f"/structures/{one.id}").text
    assert "Fiches fusionnées ici" in page
    assert f'href="/fusions/{made.id}"' in page
    officer.submit(f"/fusions/{made.id}/defaire", {"lu": "1"})
    assert "Fiches fusionnées ici" not in officer.get(f"/structures/{one.id}").text
