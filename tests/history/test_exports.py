"""Who took which list out is kept, never its content."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.history.models import ExportRecord
from tests.factories.contacts import StructureFactory
from tests.support.client import PageClient


def test_an_export_is_kept_with_who_and_what(officer: PageClient, session: Session) -> None:
    StructureFactory(name="Eau pour tous", departement_code="62")
    answer = officer.get("/structures/export.csv?departement=62&famille=")
    assert "Eau pour tous" in answer.text
    kept = session.scalars(select(ExportRecord)).one()
    assert (kept.title, kept.extension, kept.filter_names) == ("structures", "csv", "departement")
    assert kept.actor_id == officer.user.id  # type: ignore[attr-defined]


@pytest.mark.parametrize("role", ["administrator", "director"])
def test_those_who_answer_for_it_see_who_exported_what(
    backend: str, role: str, request: pytest.FixtureRequest
) -> None:
    assert backend
    person = request.getfixturevalue(role)
    person.get("/structures/export.csv?q=secret-canari")
    page = person.get("/administration/exports").text
    assert person.user.name in page
    assert "secret-canari" not in page


def test_others_do_not(officer: PageClient) -> None:
    assert officer.get("/administration/exports").status_code == 403
