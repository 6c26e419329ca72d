"""How many people a project reached: the number and the word, without any name."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.projects.models import ProjectHeadcount
from tests.factories.projects import ProjectFactory, ProjectHeadcountFactory
from tests.support.client import PageClient


def _all(session: Session) -> list[ProjectHeadcount]:
    session.expire_all()
    return list(session.scalars(select(ProjectHeadcount).order_by(ProjectHeadcount.id)))


def test_the_number_and_the_word_are_kept(officer: PageClient, session: Session) -> None:
    project = ProjectFactory()
    url = f"/projets/{project.id}/effectifs"
    sent = {"counted_on": "12/03/2019", "kind": "jeunes", "submission_key": "e1"}
    for _ in range(2):
        response = officer.submit(url, {**sent, "count": "une soixantaine"})
        assert response.location == f"/projets/{project.id}"
    officer.submit(url, {**sent, "count": "0", "kind": "mineurs", "submission_key": "e2"})
    first, zero = _all(session)
    assert (first.count, first.is_approximate, first.wording) == (60, True, "une soixantaine")
    assert (zero.count, zero.is_approximate, zero.wording) == (0, False, None)
    assert first.counted_on == date(2019, 3, 12)
    page = officer.get(response.location).text
    assert "une soixantaine" in page
    assert "environ 60" in page
    assert "<b>0</b> mineurs" in page
    assert "Effectif\u00a0: création" in page


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"count": ""}, "Dites combien"),
        ({"count": "beaucoup"}, "Effectif non compris"),
        ({"count": "-3"}, "négatif"),
        ({"count": "2,5"}, "entier"),
        ({"count": "9" * 10_000}, "non compris"),
        ({"kind": "chats"}, "Choisissez un public"),
        ({"counted_on": "01/01/2090"}, "un jour à venir"),
        ({"counted_on": ""}, "Dites quel jour"),
    ],
)
def test_a_wrong_input_is_said_and_writes_nothing(
    officer: PageClient, session: Session, changes: dict[str, str], sentence: str
) -> None:
    sent = {"counted_on": "hier", "kind": "jeunes", "count": "12"} | changes
    response = officer.submit(f"/projets/{ProjectFactory().id}/effectifs", sent)
    assert response.status_code == 422
    assert sentence in response.text
    assert _all(session) == []


def test_it_is_corrected_and_a_second_editor_is_told(officer: PageClient, session: Session) -> None:
    headcount = ProjectHeadcountFactory(
        count=60, is_approximate=True, wording="une soixantaine", counted_on=date(2019, 3, 12)
    )
    url = f"/projets/effectifs/{headcount.id}/modifier"
    assert 'value="une soixantaine"' in officer.get(url).text
    sent = {"counted_on": "12/03/2019", "kind": "jeunes", "version": "1"}
    assert officer.submit(url, {**sent, "count": "x"}).status_code == 422
    assert officer.submit(url, {**sent, "count": "58"}).status_code == 303
    late = officer.submit(url, {**sent, "count": "61"})
    assert late.status_code == 409
    assert "58" in late.text
    (kept,) = _all(session)
    assert (kept.count, kept.is_approximate, kept.wording) == (58, False, None)


def test_it_is_deleted_and_taken_back(officer: PageClient, session: Session) -> None:
    headcount = ProjectHeadcountFactory(
        count=60, is_approximate=True, wording="une soixantaine", counted_on=date(2019, 3, 12)
    )
    project_id = headcount.project_id
    response = officer.submit(f"/projets/effectifs/{headcount.id}/supprimer", {})
    assert _all(session) == []
    undo = (
        f"/projets/{project_id}/effectifs/retablir"
        "?le=2019-03-12&public=jeunes&nombre=60&mot=une+soixantaine"
    )
    assert undo.replace("&", "&amp;") in officer.get(response.location).text
    assert officer.submit(undo, {}).status_code == 303
    (back,) = _all(session)
    assert (back.count, back.wording, back.kind) == (60, "une soixantaine", "jeunes")
    for forged in ("", "?le=2019-03-12&public=chats&nombre=3", "?le=x&public=jeunes"):
        path = f"/projets/{project_id}/effectifs/retablir{forged}"
        assert officer.submit(path, {}).status_code == 422
    assert officer.get("/projets/effectifs/999999/modifier").status_code == 404
