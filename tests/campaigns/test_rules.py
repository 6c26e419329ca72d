"""Stages follow each other, and never go backwards by themselves."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.campaigns import rules
from crm.campaigns.types import (
    REACHED_BY,
    CallData,
    Cause,
    Goal,
    PlaceData,
    Stage,
    StageData,
)
from crm.core.errors import RuleError
from tests.campaigns.builders import campaign_data

TODAY = date(2026, 11, 27)
ON_THE_PATH = [each for each in Stage if each is not Stage.DROPPED]


@given(st.sampled_from(ON_THE_PATH), st.lists(st.sampled_from(sorted(REACHED_BY)), max_size=8))
def test_what_happens_never_takes_a_target_back(start: Stage, happened: list[Cause]) -> None:
    stage = start
    for cause in happened:
        after = rules.stage_after(stage, REACHED_BY[cause], cause)
        assert ON_THE_PATH.index(after) >= ON_THE_PATH.index(stage)
        stage = after
    furthest = max([start, *(REACHED_BY[each] for each in happened)], key=ON_THE_PATH.index)
    assert stage is furthest


@pytest.mark.parametrize(
    ("cause", "stage"),
    [
        (Cause.DELIVERY, Stage.DROPPED),
        (Cause.REPLY, Stage.DROPPED),
        (Cause.REGISTRATION, Stage.REGISTERED),
        (Cause.SESSION, Stage.ACCOMPANIED),
        (Cause.AWARD, Stage.FUNDED),
    ],
)
def test_one_without_follow_up_comes_back_by_its_own_deeds(cause: Cause, stage: Stage) -> None:
    assert rules.stage_after(Stage.DROPPED, REACHED_BY[cause], cause) is stage


def test_the_next_stage_is_that_of_the_path() -> None:
    assert rules.next_stage("a_contacter") is Stage.CONTACTED
    assert rules.next_stage("deposee") is Stage.FUNDED
    assert rules.next_stage("financee") is None
    assert rules.next_stage("sans_suite") is None


def test_an_obstacle_is_asked_for_and_goes_with_no_other_stage() -> None:
    with pytest.raises(RuleError, match="ce qui empêche") as refused:
        rules.clean_stage(StageData("sans_suite"))
    assert refused.value.field == "obstacle"
    with pytest.raises(RuleError, match="en quelques mots") as refused:
        rules.clean_stage(StageData("sans_suite", obstacle="autre"))
    assert refused.value.field == "note"
    assert rules.clean_stage(StageData("interessee", obstacle="elus")).obstacle is None
    with pytest.raises(RuleError, match="étape de la liste"):
        rules.clean_stage(StageData("au_hasard"))


def test_a_call_without_an_answer_is_made_again_in_two_days() -> None:
    assert rules.clean_call(CallData("pas_de_reponse"), TODAY).next_call_on == date(2026, 11, 29)
    chosen = CallData("a_rappeler", next_call_on=date(2026, 12, 4))
    assert rules.clean_call(chosen, TODAY).next_call_on == date(2026, 12, 4)
    assert rules.clean_call(CallData("interessee"), TODAY).next_call_on is None
    dropped = CallData("sans_suite", obstacle="elus", next_call_on=date(2026, 12, 4))
    assert rules.clean_call(dropped, TODAY).next_call_on is None
    with pytest.raises(RuleError, match="est passé"):
        rules.clean_call(CallData("a_rappeler", next_call_on=date(2026, 11, 1)), TODAY)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " \x00 "}, "name"),
        ({"ends_on": date(2000, 1, 1)}, "ends_on"),
        ({"ends_on": TODAY + timedelta(days=2000)}, "ends_on"),
        ({"reporting_year": 19}, "reporting_year"),
        ({"status": "inconnu"}, "status"),
        ({"script": "a" * 9000}, "script"),
    ],
)
def test_a_campaign_that_cannot_be_is_refused_beside_its_field(
    changes: dict[str, object], field: str
) -> None:
    with pytest.raises(RuleError) as refused:
        rules.clean_campaign(campaign_data(**({"starts_on": TODAY} | changes)))
    assert refused.value.field == field


def test_functions_are_kept_once_and_in_order() -> None:
    data = rules.clean_campaign(campaign_data(functions=" maire ,DGS,, maire "))
    assert data.functions == "maire, DGS"


def test_a_winter_counts_for_the_year_where_it_lasts_longest() -> None:
    assert rules.usual_year(date(2019, 11, 15), date(2020, 3, 31)) == 2020
    assert rules.usual_year(date(2019, 9, 1), date(2020, 1, 31)) == 2019


def test_goals_of_zero_are_none() -> None:
    kept = rules.clean_goals([Goal("59", "touchees", 0), Goal("62", "deposees", 4)])
    assert kept == [Goal("62", "deposees", 4)]
    with pytest.raises(RuleError):
        rules.clean_goals([Goal("59", "inconnue", 3)])
    with pytest.raises(RuleError):
        rules.clean_goals([Goal("59", "touchees", -1)])


def test_places_ask_for_something_that_makes_sense() -> None:
    for data, field in (
        (PlaceData(), "departements"),
        (PlaceData(least=10, most=5), "most"),
        (PlaceData(departement_codes=("59",), years=2), "scheme"),
    ):
        with pytest.raises(RuleError) as refused:
            rules.clean_places(data)
        assert refused.value.field == field
