"""What a project and a headcount must be."""

from datetime import date

import pytest

from crm.core.errors import RuleError
from crm.projects.rules import clean_headcount, clean_project, split_places
from crm.projects.types import HeadcountData, ProjectData

TODAY = date(2019, 3, 12)
LATER, EARLIER = date(2019, 3, 13), date(2018, 1, 1)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 10_000}, "name"),
        ({"summary": "x" * 10_001}, "summary"),
        ({"lead": ""}, "lead"),
        ({"status": "presque"}, "status"),
        ({"participants": {"ami": ("1",)}}, "role"),
        ({"participants": {"partenaire": tuple(map(str, range(101)))}}, "partenaire"),
        ({"places_abroad": ("x" * 501,)}, "places_abroad"),
        ({"budget_cents": -1}, "budget"),
        ({"start_on": TODAY, "end_on": EARLIER}, "end_on"),
        ({"status": "termine", "start_on": LATER}, "status"),
        ({"status": "en_cours", "start_on": LATER}, "status"),
        ({"status": "termine", "start_on": EARLIER, "end_on": LATER}, "status"),
    ],
)
def test_what_does_not_fit_is_named(changes: dict[str, object], field: str) -> None:
    values = {"name": "Puits", "lead": "1"} | changes
    with pytest.raises(RuleError) as caught:
        clean_project(ProjectData(**values), TODAY)  # type: ignore[arg-type]
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("status", "start", "end"),
    [
        ("idee", None, None),
        ("idee", LATER, None),
        ("montage", LATER, date(2020, 1, 1)),
        ("en_cours", TODAY, LATER),
        ("en_cours", EARLIER, TODAY),
        ("termine", EARLIER, TODAY),
        ("termine", None, None),
        ("abandonne", LATER, None),
    ],
)
def test_a_status_that_the_dates_allow(status: str, start: date | None, end: date | None) -> None:
    data = ProjectData("Puits", "1", status=status, start_on=start, end_on=end)
    assert clean_project(data, TODAY).status == status


def test_each_thing_is_kept_once() -> None:
    data = ProjectData(
        " Puits ", "1", theme_ids=(2, 2, 1), sdg_ids=(3, 3), country_codes=("ML", "ML"),
        places_abroad=("Kayes", " Kayes", ""), budget_cents=0,
    )  # fmt: skip
    clean = clean_project(data, TODAY)
    assert (clean.name, clean.theme_ids, clean.sdg_ids) == ("Puits", (2, 1), (3,))
    assert (clean.country_codes, clean.places_abroad) == (("ML",), ("Kayes",))
    assert clean.budget_cents == 0


def test_places_are_split_as_typed() -> None:
    assert split_places("Marrakech-Safi, Podlachie; Kayes\nKayes,") == (
        "Marrakech-Safi", "Podlachie", "Kayes",
    )  # fmt: skip
    assert split_places(None) == ()


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"kind": "chats"}, "kind"), ({"count": -1}, "count"), ({"counted_on": LATER}, "counted_on")],
)
def test_a_wrong_headcount_is_named(changes: dict[str, object], field: str) -> None:
    values = {"counted_on": TODAY, "kind": "jeunes", "count": 3} | changes
    with pytest.raises(RuleError) as caught:
        clean_headcount(HeadcountData(**values), TODAY)  # type: ignore[arg-type]
    assert caught.value.field == field


def test_zero_is_data_and_a_word_needs_an_estimate() -> None:
    nobody = clean_headcount(HeadcountData(TODAY, "jeunes", 0, wording="aucun"), TODAY)
    assert (nobody.count, nobody.wording) == (0, None)
