"""The lists that a network edits on screen."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.reference.defaults import default_lists, load_defaults
from crm.reference.models import ReferenceItem
from crm.reference.queries import items_of
from tests.support.client import PageClient


def _item(session: Session, code: str) -> ReferenceItem:
    session.expire_all()
    return session.scalars(select(ReferenceItem).where(ReferenceItem.code == code)).one()


def test_defaults_are_loaded_once(session: Session) -> None:
    assert len(items_of(session, "theme")) == len(default_lists()["theme"])
    assert load_defaults(session) == 0


def test_a_director_renames_retires_and_orders(director: PageClient, session: Session) -> None:
    item = _item(session, "sante")
    url = f"/administration/listes/entrees/{item.id}"
    sent = {"label": "Santé publique", "version": str(item.version), "is_active": "y"}
    assert director.submit(url, sent).status_code == 303
    assert _item(session, "sante").label == "Santé publique"
    retired = {"label": "Santé publique", "version": str(_item(session, "sante").version)}
    assert director.submit(url, retired).status_code == 303
    assert "Santé publique" not in director.get("/seances/nouvelle").text
    assert "retirée" in director.get("/administration/listes/theme").text
    assert "Libellé" in director.get(url).text
    before = _item(session, "sante").position
    director.submit(f"{url}/deplacer", {"vers": "haut"})
    assert _item(session, "sante").position == before - 1


def test_an_entry_is_added_once_and_never_twice_alike(
    director: PageClient, session: Session
) -> None:
    url = "/administration/listes/theme/ajouter"
    sent = {"label": "Patrimoine vivant", "submission_key": "r1"}
    assert director.submit(url, sent).status_code == 303
    assert director.submit(url, sent).status_code == 303
    again = director.submit(url, {"label": "patrimoine VIVANT", "submission_key": "r2"})
    assert again.status_code == 422
    assert "existe déjà" in again.text
    assert len([i for i in items_of(session, "theme") if i.label == "Patrimoine vivant"]) == 1


def test_families_are_fixed_codes_with_labels_to_edit(
    director: PageClient, session: Session
) -> None:
    url = "/administration/listes/family/ajouter"
    assert director.submit(url, {"label": "Autre", "submission_key": "f"}).status_code == 422
    item = _item(session, "association")
    edit = f"/administration/listes/entrees/{item.id}"
    assert director.submit(edit, {"label": "Assos", "version": "1"}).status_code == 422
    kept = {"label": "Assos", "version": "1", "is_active": "y"}
    assert director.submit(edit, kept).status_code == 303
    assert _item(session, "association").label == "Assos"


def test_two_editors_of_an_entry(director: PageClient, session: Session) -> None:
    item = _item(session, "sante")
    url = f"/administration/listes/entrees/{item.id}"
    director.submit(url, {"label": "La leur", "version": "1", "is_active": "y"})
    response = director.submit(url, {"label": "La mienne", "version": "1", "is_active": "y"})
    assert response.status_code == 409
    assert "La leur" in response.text


def test_an_unknown_list_is_not_found(director: PageClient) -> None:
    assert director.get("/administration/listes/licornes").status_code == 404
    assert director.get("/administration/listes/licornes/ajouter").status_code == 404


def test_an_officer_may_not(officer: PageClient) -> None:
    assert officer.get("/administration/listes").status_code == 403
