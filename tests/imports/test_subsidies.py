"""Subsidies as they are published (SCDL): matched for sure, asked, or refused with the reason."""

from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.contacts.models import Structure
from crm.core.errors import RuleError
from crm.core.text import sort_key
from crm.duplicates.merging import merge_records
from crm.followups.models import SessionApplication
from crm.funding.models import ApplicationStep, FundingApplication, FundingScheme
from crm.history.models import Change
from crm.imports.types import Outcome
from tests.factories.contacts import StructureFactory
from tests.factories.followups import SessionFactory
from tests.factories.funding import ApplicationFactory, CallFactory, SchemeFactory
from tests.imports.conftest import Bench
from tests.support.client import PageClient

# ruff: noqa: E501 - rows of files are as wide as they are
HEADER = (
    "nomAttribuant,idAttribuant,dateConvention,referenceDecision,nomBeneficiaire,idBeneficiaire,"
    "rnaBeneficiaire,objet,montant,nature,conditionsVersement,datesPeriodeVersement,idRAE,"
    "notificationUE,pourcentageSubvention,dispositifAide\n"
)
SIRET, SIREN = "35600000000048", "356000000"
EAU = f"REGION FICTIVE,,2019-06-27,DEL-2019-01,EAU VIVE,{SIRET},,Accès à l'eau,12500.50,aide en numéraire,unique,2019-07-01/2020-06-30,,non,1,\n"
RNA = "REGION FICTIVE,,2019-06-27,DEL-2019-01,Les Amis du Sahel,,W591000001,Maraîchage,25 k€,aide en numéraire,unique,,,non,1,\n"


@pytest.fixture
def network(session: Session) -> dict[str, int]:
    """Make the region that gives, two associations that receive, and a scheme."""
    region = StructureFactory(name="Région Fictive", family_code="collectivite",
                              departement_code="59")  # fmt: skip
    eau = StructureFactory(name="Association Eau vive", siret=SIRET, siren=SIREN)
    sahel = StructureFactory(
        name="Les amis du Sahel", sort_name=sort_key("Les amis du Sahel"), rna="W591000001"
    )
    scheme = SchemeFactory(name="Aide au développement", funders=[region])
    return {"region": region.id, "eau": eau.id, "sahel": sahel.id, "scheme": scheme.id}


def _applications(session: Session) -> list[FundingApplication]:
    session.expire_all()
    return list(
        session.scalars(
            select(FundingApplication)
            .where(FundingApplication.deleted_at.is_(None))
            .order_by(FundingApplication.id)
        )
    )


def _answers(bench: Bench, run_id: int, answer: str) -> dict[str, str]:
    """Return this answer to each question, or the first choice that begins like it."""
    found = {}
    for row in bench.found(bench.run(run_id), Outcome.TO_DECIDE):
        for question in row["questions"]:
            values = [each["value"] for each in question["choices"]]
            found[question["key"]] = next(each for each in values if each.startswith(answer))
    return found


def test_what_a_file_holds_is_recognised_by_its_titles(
    bench: Bench, network: dict[str, int]
) -> None:
    run = bench.run(bench.send(HEADER + EAU))
    assert run.kind == "subventions"
    by_header = {run.headers[int(place)]: code for place, code in run.fields.items()}
    assert by_header == {
        "nomAttribuant": "funding_application.funder",
        "idAttribuant": "funding_application.funder_siret",
        "dateConvention": "funding_application.decided_on",
        "referenceDecision": "funding_application.reference",
        "nomBeneficiaire": "structure.name",
        "idBeneficiaire": "structure.siret",
        "rnaBeneficiaire": "structure.rna",
        "objet": "funding_application.title",
        "montant": "funding_application.awarded",
        "nature": "funding_application.nature",
        "conditionsVersement": "funding_application.conditions",
        "datesPeriodeVersement": "funding_application.period",
        "dispositifAide": "funding_application.scheme",
    }


def test_sure_matches_come_in_and_once(
    bench: Bench, session: Session, network: dict[str, int]
) -> None:
    sent = HEADER + EAU + RNA
    run = bench.map(bench.send(sent), scheme=str(network["scheme"]))
    run = bench.settle(run.id, decisions=_answers(bench, run.id, "merge:"))
    assert run.counts["rows.created"] == 2, run.counts
    run = bench.launch(run.id)
    assert run.state == "fait", run.problem
    one, other = _applications(session)
    assert (one.beneficiary_id, one.funder_id) == (network["eau"], network["region"])
    assert (one.status, one.decided_on, one.awarded_cents) == (
        "obtenu",
        date(2019, 6, 27),
        1_250_050,
    )
    assert (one.reference, one.title) == ("DEL-2019-01", "Accès à l'eau")
    assert one.beneficiary_name == "Association Eau vive"
    assert one.family_code == "association"
    assert "aide en numéraire" in (one.notes or "")
    assert "2019-07-01/2020-06-30" in (one.notes or "")
    assert (other.beneficiary_id, other.awarded_cents) == (network["sahel"], 2_500_000)
    steps = session.scalars(select(ApplicationStep)).all()
    assert [(each.status, each.changed_on) for each in steps] == [
        ("obtenu", date(2019, 6, 27)),
        ("obtenu", date(2019, 6, 27)),
    ]
    told = select(func.count()).where(
        Change.entity == "funding_application", Change.action == "created"
    )
    assert session.scalar(told) == 2
    again = bench.map(bench.send(sent))
    assert again.counts.get("rows.created", 0) == 0
    assert again.counts["rows.unchanged"] == 2, again.counts
    assert session.scalar(select(func.count(Structure.id))) == 3


def test_an_import_is_undone(bench: Bench, session: Session, network: dict[str, int]) -> None:
    run = bench.map(bench.send(HEADER + EAU), scheme=str(network["scheme"]))
    run = bench.settle(run.id, decisions=_answers(bench, run.id, "merge:"))
    run = bench.launch(run.id)
    assert len(_applications(session)) == 1
    assert bench.undo(run.id).state == "retire"
    assert _applications(session) == []
    assert session.get_one(Structure, network["eau"]).deleted_at is None


def test_an_application_changed_since_is_kept_by_the_undoing(
    bench: Bench, session: Session, officer: PageClient, network: dict[str, int]
) -> None:
    run = bench.map(bench.send(HEADER + EAU), scheme=str(network["scheme"]))
    run = bench.launch(bench.settle(run.id, decisions=_answers(bench, run.id, "merge:")).id)
    [record] = _applications(session)
    sent = {"status": "solde", "changed_on": "27/06/2020"}
    assert officer.submit(f"/financements/{record.id}/statut", sent).status_code == 303
    bench.undo(run.id)
    assert [each.status for each in _applications(session)] == ["solde"]


def test_an_application_that_a_session_helped_since_is_kept_by_the_undoing(
    bench: Bench, session: Session, network: dict[str, int]
) -> None:
    run = bench.map(bench.send(HEADER + EAU), scheme=str(network["scheme"]))
    run = bench.launch(bench.settle(run.id, decisions=_answers(bench, run.id, "merge:")).id)
    [record] = _applications(session)
    eau = session.get_one(Structure, network["eau"])
    SessionFactory(
        structures=[eau], applications=[SessionApplication(application_id=record.id, level="leger")]
    )
    bench.undo(run.id)
    assert [each.id for each in _applications(session)] == [record.id]


def test_a_name_alone_is_asked_and_never_made_by_itself(
    bench: Bench, session: Session, network: dict[str, int]
) -> None:
    rows = (
        "REGION FICTIVE,,2020-01-15,D1,LES AMIS DU SAHEL,,,Puits,1000,,,,,,,\n"
        "REGION FICTIVE,,2020-01-15,D2,Les amis du Sahel,,,Pompe,2000,,,,,,,\n"
        "REGION FICTIVE,,2020-01-15,D3,Inconnue au bataillon,,,Puits,3000,,,,,,,\n"
    )
    run = bench.map(bench.send(HEADER + rows), scheme=str(network["scheme"]), family="association")
    assert run.counts["rows.to_decide"] == 3
    asked = {row["row"]: row["questions"] for row in bench.found(run, Outcome.TO_DECIDE)}
    keys = {row: [each["key"] for each in questions] for row, questions in asked.items()}
    assert set(keys[2]) == set(keys[3])
    assert any("sahel" in key for key in keys[2])
    [unknown] = [each for each in asked[4] if "inconnue" in each["key"]]
    assert [each["value"] for each in unknown["choices"]] == ["keep", "skip"]
    answers = {}
    for questions in asked.values():
        for question in questions:
            values = [each["value"] for each in question["choices"]]
            answers[question["key"]] = values[0]
    run = bench.settle(run.id, decisions=answers)
    assert run.counts["rows.created"] == 3, run.counts
    run = bench.launch(run.id)
    assert run.state == "fait", run.problem
    found = [each.beneficiary_id for each in _applications(session)]
    assert found[:2] == [network["sahel"]] * 2
    new = session.get_one(Structure, found[2])
    assert (new.name, new.family_code) == ("Inconnue au bataillon", "association")
    again = bench.map(bench.send(HEADER + rows), scheme=str(network["scheme"]))
    assert again.counts["rows.unchanged"] == 3, again.counts


def test_one_made_by_a_row_is_that_of_the_next_rows(
    bench: Bench, session: Session, network: dict[str, int]
) -> None:
    rows = "".join(
        f"REGION FICTIVE,,2020-01-15,D{n},Inconnue au bataillon,,,Puits {n},1000,,,,,,,\n"
        for n in range(3)
    )
    run = bench.map(bench.send(HEADER + rows), scheme=str(network["scheme"]), family="association")
    answers = _answers(bench, run.id, "keep")
    for key in answers:
        if "region" in key:
            answers[key] = f"merge:{network['region']}"
    run = bench.launch(bench.settle(run.id, decisions=answers).id)
    assert run.state == "fait", run.problem
    assert len({each.beneficiary_id for each in _applications(session)}) == 1
    assert session.scalar(
        select(func.count(Structure.id)).where(Structure.name == "Inconnue au bataillon")
    ) == 1  # fmt: skip


def test_one_without_a_family_is_not_made(bench: Bench, network: dict[str, int]) -> None:
    row = "REGION FICTIVE,,2020-01-15,D3,Inconnue au bataillon,,,Puits,3000,,,,,,,\n"
    run = bench.map(bench.send(HEADER + row), scheme=str(network["scheme"]))
    answers = dict.fromkeys(_answers(bench, run.id, "keep"), "keep")
    run = bench.settle(run.id, decisions=answers)
    [refused] = bench.found(run, Outcome.REFUSED)
    assert "famille" in refused["issues"][0]["message"]


def test_the_name_is_enough_where_the_departement_is_the_same(
    bench: Bench, session: Session, network: dict[str, int]
) -> None:
    arras = StructureFactory(
        name="Comité de jumelage", sort_name=sort_key("Comité de jumelage"), departement_code="62"
    )
    text = (
        "Financeur;Date de convention;Bénéficiaire;Code postal;Objet;Montant attribué\n"
        "Région fictive;15/01/2020;COMITE DE JUMELAGE;62000;Échanges;1 500,00 €\n"
    )
    run = bench.map(
        bench.send(text, "subventions"), scheme=str(network["scheme"]), on_duplicate="merge"
    )
    run = bench.launch(run.id)
    assert [each.beneficiary_id for each in _applications(session)] == [arras.id]


def test_columns_shifted_by_decimal_commas_are_refused_with_the_reason(
    bench: Bench, network: dict[str, int]
) -> None:
    sound = EAU.replace("12500.50", '"12500,50"')
    shifted = EAU.replace("12500.50", "12500,50")
    cut = EAU.replace("12500.50", "12500,50").rstrip(",\n").rsplit(",", 3)[0] + "\n"
    run = bench.map(
        bench.send(HEADER + sound + shifted * 8 + cut), scheme=str(network["scheme"]),
        on_duplicate="merge",
    )  # fmt: skip
    refused = bench.found(run, Outcome.REFUSED)
    assert [row["row"] for row in refused] == list(range(3, 12))
    for row in refused:
        assert "virgule décimale sans guillemets a décalé" in row["issues"][0]["message"]
    assert run.counts["rows.created"] == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"12500.50": "-500"}, "Rien n’est obtenu"),
        ({"12500.50": "0"}, "Rien n’est obtenu"),
        ({"12500.50": "beaucoup"}, "Montant non compris"),
        ({"12500.50": ""}, "Le montant manque"),
        ({"2019-06-27": ""}, "La date de la décision manque"),
        ({"2019-06-27": "2099-01-01"}, "Cette date est à venir"),
        ({"2019-06-27": "un jour"}, "Date"),
        ({"DEL-2019-01": "D" * 70}, "trop long"),
        ({"EAU VIVE": ""}, "Le nom de la structure manque"),
        ({SIRET: "35600000000049"}, "La clé de ce SIRET est fausse"),
        ({",non,1,": ",non,1,Licornes"}, "Aucun dispositif"),
    ],
)
def test_a_wrong_row_says_why(
    bench: Bench, network: dict[str, int], changes: dict[str, str], sentence: str
) -> None:
    row = EAU
    for before, after in changes.items():
        row = row.replace(before, after)
    run = bench.map(bench.send(HEADER + row), scheme=str(network["scheme"]), on_duplicate="merge")
    [refused] = bench.found(run, Outcome.REFUSED)
    assert any(sentence in issue["message"] for issue in refused["issues"]), refused


def test_an_amount_read_two_ways_is_asked(bench: Bench, network: dict[str, int]) -> None:
    row = EAU.replace("12500.50", "1.500")
    run = bench.map(bench.send(HEADER + row), scheme=str(network["scheme"]), on_duplicate="merge")
    [asked] = bench.found(run, Outcome.TO_DECIDE)
    assert [each["value"] for each in asked["questions"][0]["choices"]] == ["150000", "150"]


def test_a_former_commune_and_a_postcode_that_is_no_longer_served(
    bench: Bench, session: Session, network: dict[str, int]
) -> None:
    text = (
        "Financeur;Date de convention;Bénéficiaire;Commune;Code postal;Objet;Montant attribué\n"
        "Région fictive;15/01/2020;Amicale neuve;Lomme;59999;Échanges;1500\n"
        "Région fictive;15/01/2020;Amicale neuve;Atlantide;59999;Échanges;1500\n"
    )
    run = bench.map(
        bench.send(text, "subventions"), scheme=str(network["scheme"]), on_duplicate="keep",
        family="association",
    )  # fmt: skip
    refused = bench.found(run, Outcome.REFUSED)
    assert [row["row"] for row in refused] == [3]
    assert "n’est pas une commune du territoire" in refused[0]["issues"][0]["message"]
    run = bench.launch(run.id, good_rows=True)
    [record] = _applications(session)
    assert record.commune_code == "59350"


def test_the_scheme_is_said_by_a_column_or_chosen(
    bench: Bench, session: Session, network: dict[str, int]
) -> None:
    call = CallFactory(name="Édition 2019", year=2019)
    other = SchemeFactory(name="Autre dispositif")
    with pytest.raises(RuleError, match="Dites de quel dispositif"):
        bench.map(bench.send(HEADER + EAU), {"15": ""}, on_duplicate="merge")
    for text, expected in {
        "autre DISPOSITIF": (other.id, None),
        "Édition 2019": (call.scheme_id, call.id),
    }.items():
        row = EAU.replace(",non,1,", f",non,1,{text}").replace("DEL", text[:3])
        run = bench.launch(bench.map(bench.send(HEADER + row), on_duplicate="merge").id)
        assert run.state == "fait", run.problem
        record = _applications(session)[-1]
        assert (record.scheme_id, record.call_id) == expected
    chosen = f"{call.scheme_id}/{call.id}"
    row = EAU.replace("DEL", "CHOISI")
    bench.launch(bench.map(bench.send(HEADER + row), scheme=chosen, on_duplicate="merge").id)
    assert _applications(session)[-1].call_id == call.id
    for wrong in ("999999", f"{other.id}/{call.id}", "abc", "1/2/3"):
        with pytest.raises(RuleError, match="Dites de quel dispositif"):
            bench.map(bench.send(HEADER + EAU), {"15": ""}, scheme=wrong)


def test_one_decision_for_several_beneficiaries_makes_several_applications(
    bench: Bench, session: Session, network: dict[str, int]
) -> None:
    second = EAU.replace("Accès à l'eau", "Assainissement")
    run = bench.map(
        bench.send(HEADER + EAU + RNA + second), scheme=str(network["scheme"]), on_duplicate="merge"
    )
    bench.launch(run.id)
    assert len(_applications(session)) == 3


def test_a_beneficiary_merged_since_is_known_again(
    bench: Bench, session: Session, network: dict[str, int]
) -> None:
    run = bench.map(bench.send(HEADER + RNA), scheme=str(network["scheme"]), on_duplicate="merge")
    bench.launch(run.id)
    kept = StructureFactory(name="Amis du Sahel et du monde")
    merge_records(session, kind="structure", kept_id=kept.id, merged_id=network["sahel"])
    again = bench.map(bench.send(HEADER + RNA), on_duplicate="merge")
    assert again.counts["rows.unchanged"] == 1, again.counts


def test_an_application_that_waits_for_its_decision_is_not_made_twice(
    bench: Bench, session: Session, network: dict[str, int]
) -> None:
    eau = session.get_one(Structure, network["eau"])
    scheme = session.get_one(FundingScheme, network["scheme"])
    waiting = ApplicationFactory(
        beneficiary=eau, scheme=scheme, title="Notre dossier", filed=True, filed_on=date(2019, 3, 1)
    )
    ApplicationFactory(beneficiary=eau, filed=True, filed_on=date(2019, 3, 1))
    ApplicationFactory(beneficiary=eau, scheme=scheme, filed=True, filed_on=date(2015, 3, 1))
    sent, told = HEADER + EAU.replace("REGION FICTIVE", ""), {"scheme": str(scheme.id)}
    run = bench.map(bench.send(sent), **told)
    [row] = bench.found(run, Outcome.TO_DECIDE)
    [question] = row["questions"]
    values = [each["value"] for each in question["choices"]]
    assert values == [f"skip:{waiting.id}", "keep"]
    left = bench.settle(run.id, decisions={question["key"]: values[0]})
    assert left.counts["rows.skipped"] == 1
    made = bench.settle(run.id, decisions={question["key"]: "keep"})
    assert made.counts["rows.created"] == 1
    merging = bench.map(bench.send(sent), on_duplicate="merge", **told)
    assert bench.found(merging, Outcome.TO_DECIDE)  # an award is never left aside unsaid
    skipping = bench.map(bench.send(sent), on_duplicate="skip", **told)
    assert skipping.counts["rows.skipped"] == 1


def test_each_sum_of_a_decision_is_an_award_and_numbers_begin_again(
    bench: Bench, session: Session, network: dict[str, int]
) -> None:
    scheme = str(network["scheme"])
    second = EAU.replace("12500.50", "1250.50")
    next_year = EAU.replace("2019-", "2020-")
    assert len({EAU, second, next_year}) == 3
    sent = HEADER + EAU + second + next_year
    run = bench.map(bench.send(sent), scheme=scheme)
    run = bench.settle(run.id, decisions=_answers(bench, run.id, "merge:"))
    assert bench.launch(run.id).state == "fait"
    awards = sorted((each.decided_on.year, each.awarded_cents) for each in _applications(session))
    assert awards == [(2019, 125_050), (2019, 1_250_050), (2020, 1_250_050)]
    again = bench.map(bench.send(sent), scheme=scheme)
    assert again.counts["rows.unchanged"] == 3


def test_several_establishments_of_one_legal_person_are_asked(
    bench: Bench, session: Session, network: dict[str, int]
) -> None:
    StructureFactory(name="Eau vive, antenne", siren=SIREN, family_code="jeunesse")
    row = EAU.replace(SIRET, "35600000049837")
    run = bench.map(bench.send(HEADER + row), scheme=str(network["scheme"]), on_duplicate="merge")
    [asked] = bench.found(run, Outcome.TO_DECIDE)
    assert len(asked["questions"][0]["choices"]) == 3


def test_the_screen_offers_the_schemes_and_their_calls(
    campaign_manager: PageClient, bench: Bench, network: dict[str, int]
) -> None:
    call = CallFactory(name="Édition 2019")
    run_id = bench.send(HEADER + EAU)
    page = campaign_manager.get(f"/imports/{run_id}").text
    assert "Dispositif des lignes qui ne le disent pas" in page
    assert f'value="{call.scheme_id}/{call.id}"' in page
    assert "Des subventions obtenues (SCDL)" in page
