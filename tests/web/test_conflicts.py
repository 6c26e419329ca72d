"""Two people at one record: what only one of them touched is not asked, and is not lost."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from crm.contacts.models import Structure, Tag
from tests.factories.contacts import StructureFactory
from tests.support.client import PageClient
from tests.support.forms import Values, values_of


@pytest.fixture
def structure(session: Session) -> Structure:
    made: Structure = StructureFactory.create(
        name="Les Amis de Zagora", acronym="AZ", phone="+33320111111", description="Avant"
    )
    session.commit()
    return made


def _url(structure: Structure) -> str:
    return f"/structures/{structure.id}/modifier"


def _opened(officer: PageClient, structure: Structure) -> Values:
    return values_of(officer.get(_url(structure)).text, "version")


def _stored(session: Session, structure: Structure, name: str) -> Any:
    session.expire_all()
    return getattr(structure, name)


def test_each_keeps_what_they_alone_touched(
    officer: PageClient, session: Session, structure: Structure
) -> None:
    mine, theirs = _opened(officer, structure), _opened(officer, structure)
    assert (
        officer.submit(_url(structure), theirs | {"phone": ["03 20 22 22 22"]}).status_code == 303
    )
    page = officer.submit(_url(structure), mine | {"acronym": ["ADZ"]})
    assert page.status_code == 409
    assert "choix-" not in page.text
    assert "Enregistré entre-temps, et gardé" in page.text
    saved = officer.submit(_url(structure), values_of(page.text, "version"))
    assert saved.status_code == 303
    assert _stored(session, structure, "phone") == "+33320222222"
    assert _stored(session, structure, "acronym") == "ADZ"


def test_what_both_touched_is_asked(
    officer: PageClient, session: Session, structure: Structure
) -> None:
    mine, theirs = _opened(officer, structure), _opened(officer, structure)
    officer.submit(_url(structure), theirs | {"description": ["La leur"], "acronym": ["LL"]})
    page = officer.submit(_url(structure), mine | {"description": ["La mienne"]})
    assert page.status_code == 409
    again = values_of(page.text, "version")
    assert again["choix-description"] == ["mine"]
    assert "choix-acronym" not in again
    assert (
        officer.submit(_url(structure), again | {"choix-description": ["theirs"]}).status_code
        == 303
    )
    assert _stored(session, structure, "description") == "La leur"
    assert _stored(session, structure, "acronym") == "LL"


def test_a_third_save_meanwhile_is_met_alike(
    officer: PageClient, session: Session, structure: Structure
) -> None:
    mine = _opened(officer, structure)
    officer.submit(_url(structure), _opened(officer, structure) | {"phone": ["03 20 22 22 22"]})
    first = values_of(officer.submit(_url(structure), mine | {"acronym": ["ADZ"]}).text, "version")
    officer.submit(_url(structure), _opened(officer, structure) | {"phone": ["03 20 33 33 33"]})
    page = officer.submit(_url(structure), first)
    assert page.status_code == 409
    assert "choix-" not in page.text
    assert officer.submit(_url(structure), values_of(page.text, "version")).status_code == 303
    assert _stored(session, structure, "phone") == "+33320333333"
    assert _stored(session, structure, "acronym") == "ADZ"


def test_a_list_that_the_other_filled_is_kept(
    officer: PageClient, session: Session, structure: Structure
) -> None:
    mine, theirs = _opened(officer, structure), _opened(officer, structure)
    officer.submit(_url(structure), theirs | {"tags": ["Chantier"]})
    page = officer.submit(_url(structure), mine | {"acronym": ["ADZ"]})
    assert page.status_code == 409
    assert "Chantier" in page.text
    assert officer.submit(_url(structure), values_of(page.text, "version")).status_code == 303
    tags = session.query(Tag).all()
    assert [tag.label for tag in tags] == ["Chantier"]
    kept = _opened(officer, structure)
    assert kept["acronym"] == ["ADZ"]
    assert len(kept["tags"]) == 1


def test_a_form_that_does_not_say_what_it_showed_asks_about_all(
    officer: PageClient, structure: Structure
) -> None:
    mine = _opened(officer, structure)
    del mine["version-montree"]
    officer.submit(_url(structure), _opened(officer, structure) | {"phone": ["03 20 22 22 22"]})
    page = officer.submit(_url(structure), mine | {"acronym": ["ADZ"]})
    again = values_of(page.text, "version")
    assert again["choix-phone"] == ["mine"]
    assert again["choix-acronym"] == ["mine"]


def test_marks_that_lie_do_no_harm(officer: PageClient, structure: Structure) -> None:
    mine = _opened(officer, structure) | {"version-montree": ['= phone "><script> name=', "x"]}
    officer.submit(_url(structure), _opened(officer, structure) | {"phone": ["03 20 22 22 22"]})
    page = officer.submit(_url(structure), mine | {"acronym": ["ADZ"]})
    assert page.status_code == 409
    assert "<script>" not in page.text.split("<main", 1)[1]
