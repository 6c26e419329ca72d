"""Agreements as people use them: form, axes, what is planned, expected against done."""

from datetime import date

import pytest
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from crm.agreements.models import ActionRecord, Agreement, Axis, PlannedAction
from crm.agreements.operations import create_agreement
from crm.agreements.queries import axis_labels, offered_axes
from crm.agreements.types import AgreementData
from crm.core import clock
from crm.core.clock import now
from crm.measures.operations import create_formula, create_series
from crm.measures.types import FormulaData, Reading, SeriesData
from crm.reference.models import ReferenceItem
from tests.factories.contacts import StructureFactory
from tests.factories.followups import SessionFactory, reference
from tests.support.client import PageClient
from tests.support.people import sign_in
from tests.support.queries import counted

NEW = "/conventions/nouvelle"


@pytest.fixture
def typed(session: Session) -> dict[str, object]:
    """Return a whole form, with two funders and two new axes."""
    region, state = StructureFactory(name="Région"), StructureFactory(name="État")
    return {
        "name": "CPO 2019-2021",
        "funders": [str(region.id), str(state.id)],
        "starts_on": "01/01/2019",
        "ends_on": "31/12/2021",
        "new_axes": "Axe A – Rencontres\n\nAxe B – Formation",
        "submission_key": "convention-1",
    }


def _agreement(session: Session, **changes: object) -> Agreement:
    values = {
        "name": "CPO",
        "starts_on": date(2019, 1, 1),
        "ends_on": date(2021, 12, 31),
        "funders": (str(StructureFactory().id),),
        "new_axes": ("Axe A",),
        **changes,
    }
    return create_agreement(session, data=AgreementData(**values))  # type: ignore[arg-type]


def _action(session: Session, agreement: Agreement, **changes: object) -> PlannedAction:
    action = PlannedAction(
        **{
            "agreement_id": agreement.id,
            "label": "Rencontres",
            "axis_id": agreement.axes[0].item_id,
            "target_text": "2 rencontres",
            "target_count": 2,
            "created_at": now(),
            **changes,
        }
    )
    session.add(action)
    session.flush()
    return action


def test_an_agreement_is_created_once_with_its_axes(
    director: PageClient, session: Session, typed: dict[str, object]
) -> None:
    assert director.get(NEW).status_code == 200
    first = director.submit(NEW, typed)
    assert first.status_code == 303
    assert director.submit(NEW, typed).location == first.location
    page = director.get(first.location).text
    for words in ("Région", "État", "Axe A – Rencontres", "Axe B – Formation", "Rien de prévu"):
        assert words in page
    assert "Convention\u00a0: création" in page
    assert "CPO 2019-2021" in director.get("/conventions").text
    assert "Axe A – Rencontres" in director.get("/seances?filtres=1").text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Ce champ est nécessaire"),
        ({"funders": []}, "Dites avec qui"),
        ({"ends_on": "31/12/2018"}, "La fin ne peut pas précéder le début"),
        ({"new_axes": "x" * 121}, "tient en 120 caractères"),
        ({"axes": ["999999"]}, "d’une autre convention"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    director: PageClient, typed: dict[str, object], changes: dict[str, object], sentence: str
) -> None:
    answer = director.submit(NEW, typed | changes)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "01/01/2019" in answer.text


def test_two_editors_see_both_versions(director: PageClient, session: Session) -> None:
    agreement = _agreement(session)
    address = f"/conventions/{agreement.id}/modifier"
    sent = {
        "name": "Mine", "starts_on": "01/01/2019", "ends_on": "31/12/2021",
        "funders": [str(agreement.funders[0].id)], "axes": [str(agreement.axes[0].item_id)],
        "version": str(agreement.version),
    }  # fmt: skip
    assert director.submit(address, sent | {"name": "Theirs"}).status_code == 303
    answer = director.submit(address, sent)
    assert answer.status_code == 409
    assert "Theirs" in answer.text
    assert "Mine" in answer.text


def test_an_axis_taken_off_keeps_what_counts_and_may_join_another(
    director: PageClient, session: Session
) -> None:
    agreement = _agreement(session)
    item = session.get_one(ReferenceItem, agreement.axes[0].item_id)
    made = SessionFactory(structures=[StructureFactory()], axes=[item])
    sent = {
        "name": "CPO", "starts_on": "01/01/2019", "ends_on": "31/12/2021",
        "funders": [str(agreement.funders[0].id)], "version": str(agreement.version),
    }  # fmt: skip
    director.submit(f"/conventions/{agreement.id}/modifier", sent)
    label, item_id = item.label, item.id
    assert session.scalar(select(func.count()).select_from(Axis)) == 0
    assert label in director.get(f"/seances/{made.id}").text
    assert "Axes d’aucune convention" in director.get("/conventions").text
    session.expunge_all()
    other = _agreement(session, name="Autre", new_axes=(), axis_ids=(item_id,))
    assert [axis.item_id for axis in other.axes] == [item_id]


def test_overlaps_of_a_same_funder_are_allowed_and_said(
    director: PageClient, session: Session
) -> None:
    first = _agreement(session)
    funder = (str(first.funders[0].id),)
    other = _agreement(session, name="Avenant", funders=funder, new_axes=("Axe C",))
    apart = _agreement(session, name="Ailleurs", new_axes=("Axe D",))
    assert "« Avenant » lie le même financeur" in director.get(
        f"/conventions/{first.id}"
    ).text.replace("\u00a0", " ")
    assert "Ailleurs" not in director.get(f"/conventions/{other.id}").text
    assert "se recouvrent" not in director.get(f"/conventions/{apart.id}").text
    labels = dict(axis_labels(session))
    assert labels[str(other.axes[0].item_id)] == "Axe C (Avenant)"


def test_the_next_agreement_may_have_the_same_axes_and_old_ones_leave_the_forms(
    officer: PageClient, session: Session
) -> None:
    old = _agreement(session, name="CPO ancienne")
    today = clock.today()
    new = _agreement(
        session, name="CPO nouvelle", starts_on=today, ends_on=today, new_axes=("Axe A",)
    )
    offered = dict(offered_axes(session))
    assert offered[str(new.axes[0].item_id)] == "Axe A (CPO nouvelle)"
    assert str(old.axes[0].item_id) not in offered
    assert str(old.axes[0].item_id) in dict(offered_axes(session, [old.axes[0].item_id]))
    page = officer.get("/seances/nouvelle").text
    assert "Axe A (CPO nouvelle)" in page
    assert "Axe A (CPO ancienne)" not in page


def test_expected_stands_against_done_with_the_list_behind(
    director: PageClient, session: Session
) -> None:
    agreement = _agreement(session)
    axis = session.get_one(ReferenceItem, agreement.axes[0].item_id)
    theme = reference("theme", "sante")
    for day, axes in (("2019-03-01", [axis]), ("2019-05-01", []), ("2020-05-01", [axis])):
        SessionFactory(
            held_on=date.fromisoformat(day), structures=[StructureFactory()], axes=axes,
            themes=[theme],
        )  # fmt: skip
    address = f"/conventions/{agreement.id}/actions/nouvelle"
    sent = {
        "label": "Séances sur la santé", "axis": str(axis.id), "target_text": "2 séances",
        "rhythm": "chaque_annee", "figure": "sessions_done", "by_axis": "y",
        "kept": [f"theme:{theme.id}"], "submission_key": "action-1",
    }  # fmt: skip
    assert director.get(address).status_code == 200
    assert director.submit(address, sent).status_code == 303
    action = session.scalars(select(PlannedAction)).one()
    assert action.target_count == 2
    page = director.get(f"/conventions/{agreement.id}").text
    assert page.count("non atteint") == 3
    shown = director.get(f"/conventions/actions/{action.id}").text
    assert f"Thème : {theme.label}" in shown.replace("\u00a0", " ")
    listed = director.get(
        f"/bilan/chiffres/sessions_done?du=2019-01-01&au=2019-12-31&axe={axis.id}&theme={theme.id}"
    ).text
    assert "1 séance" in listed.replace("\u00a0", " ").replace("\u202f", " ")


def test_what_no_figure_counts_is_noted_by_hand_and_taken_back(
    director: PageClient, session: Session
) -> None:
    agreement = _agreement(session)
    action = _action(session, agreement)
    address = f"/conventions/actions/{action.id}"
    sent = {"done_on": "12/03/2019", "what": "Rendez-vous de la Chine", "submission_key": "r1"}
    for _ in range(2):
        assert director.submit(f"{address}/realisations", sent).status_code == 303
    record = session.scalars(select(ActionRecord)).one()
    assert (record.count, record.done_on) == (1, date(2019, 3, 12))
    assert "Rendez-vous de la Chine" in director.get(address).text
    future = director.submit(
        f"{address}/realisations", sent | {"done_on": "01/01/2090", "submission_key": "r2"}
    )
    assert future.status_code == 422
    director.submit(f"/conventions/realisations/{record.id}/supprimer", {})
    assert "Rien de noté" in director.get(address).text
    director.submit(f"/corbeille/action_record/{record.id}/restaurer", {})
    assert "Rendez-vous de la Chine" in director.get(address).text


def test_a_figure_that_is_gone_says_so_and_is_no_zero(
    director: PageClient, session: Session
) -> None:
    agreement = _agreement(session)
    gone = _action(session, agreement, figure_code="serie_999", label="Abonnés")
    narrowed = _action(
        session, agreement, figure_code="sessions_done", kept="theme:999999", position=2
    )
    page = director.get(f"/conventions/{agreement.id}").text
    assert "Le chiffre qui comptait n’existe plus" in page
    assert "ce qui était demandé n’existe plus" in page
    assert director.get(f"/conventions/actions/{gone.id}").status_code == 200
    assert "n’existe plus" in director.get(f"/conventions/actions/{narrowed.id}").text


def test_a_figure_that_cannot_be_narrowed_so_is_refused(
    director: PageClient, session: Session
) -> None:
    agreement = _agreement(session)
    theme = reference("theme", "sante")
    sent = {
        "label": "Contacts", "rhythm": "chaque_annee", "figure": "contacts_known",
        "kept": [f"theme:{theme.id}"],
    }  # fmt: skip
    answer = director.submit(f"/conventions/{agreement.id}/actions/nouvelle", sent)
    assert answer.status_code == 422
    assert "ne se compte pas ainsi" in answer.text


def test_an_agreement_goes_to_the_trash_and_comes_back(
    director: PageClient, session: Session
) -> None:
    agreement = _agreement(session)
    _action(session, agreement)
    director.submit(f"/corbeille/agreement/{agreement.id}/ajouter", {"reason": ""})
    assert director.get(f"/conventions/{agreement.id}").status_code == 404
    director.submit(f"/corbeille/agreement/{agreement.id}/restaurer", {})
    assert "Rencontres" in director.get(f"/conventions/{agreement.id}").text


@pytest.mark.parametrize(
    ("words", "is_said"),
    [("6 rencontres par an", False), ("1 forum annuel", False), ("6 rencontres", True)],
)
def test_a_yearly_target_says_once_that_it_is(
    director: PageClient, session: Session, words: str, is_said: bool
) -> None:
    agreement = _agreement(session)
    action = _action(session, agreement, target_text=words, rhythm="chaque_annee")
    for url in (f"/conventions/{agreement.id}", f"/conventions/actions/{action.id}"):
        page = director.get(url).text
        assert words in page
        assert ("chaque année" in page) is is_said


@pytest.mark.parametrize(
    "address", [NEW, "/indicateurs/series/nouvelle", "/indicateurs/formules/nouvelle"]
)
def test_an_officer_reads_and_does_not_decide(officer: PageClient, address: str) -> None:
    assert officer.get("/conventions").status_code == 200
    assert officer.get("/indicateurs").status_code == 200
    assert officer.get(address).status_code == 403


def test_the_list_asks_as_many_questions_for_many_agreements(
    client: PageClient, session: Session, connection: Connection
) -> None:
    sign_in(client, session, "director")

    def asked() -> int:
        with counted(connection) as statements:
            client.get("/conventions")
        return len(statements)

    _agreement(session)
    asked()
    before = asked()
    for number in range(12):
        _agreement(session, name=f"CPO {number}", new_axes=(f"Axe {number}", f"Autre {number}"))
    assert asked() == before


@pytest.mark.parametrize("page", ["/conventions/{}", "/"])
def test_what_is_planned_asks_as_many_questions_for_twenty_actions_more(
    client: PageClient, session: Session, connection: Connection, page: str
) -> None:
    sign_in(client, session, "director")
    today = clock.today()
    agreement = _agreement(
        session, starts_on=today.replace(month=1, day=1), ends_on=date(today.year + 2, 12, 31)
    )
    themes = [reference("theme", code) for code in ("sante", "acces_a_l_energie")]
    series = create_series(session, data=SeriesData("Abonnés", "abonnés", Reading.LEVEL))
    data = FormulaData("Double", f"serie_{series.id} + sessions_done")
    formula = create_formula(session, data=data)
    codes = (
        "sessions_done",
        f"serie_{series.id}",
        f"formule_{formula.id}",
        "funding_obtained",
        None,
    )

    def plan(number: int) -> None:
        code = codes[number % len(codes)]
        theme = themes[number % 2] if code == "sessions_done" else None
        kept = f"theme:{theme.id}" if theme else None
        _action(session, agreement, figure_code=code, kept=kept, position=number)

    def asked() -> int:
        with counted(connection) as statements:
            client.get(page.format(agreement.id))
        return len(statements)

    for number in range(5):
        plan(number)
    asked()
    before = asked()
    for number in range(5, 25):
        plan(number)
    assert asked() == before
