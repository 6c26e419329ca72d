"""Commands, refused rows taken away and brought back, mappings remembered, odd files."""

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.cli import ScriptInfo
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.cli import main
from crm.contacts.models import Contact, Structure
from crm.core import clock
from crm.database import db, transaction
from crm.history.models import ChangeSet
from crm.imports.background import STARTER, take_over
from crm.imports.jobs import ERASE_FILES, KEPT_FOR
from crm.imports.matching import Candidate, Likely, find_likely_with, finder_of
from crm.imports.models import Import
from crm.imports.storage import Folder
from crm.imports.types import OnDuplicate, Outcome
from crm.imports.working import work_on
from tests.factories.contacts import ContactFactory, StructureFactory
from tests.imports.conftest import Bench
from tests.imports.test_contacts import LIST
from tests.imports.test_pages import MIXED, _columns, _send


@pytest.fixture
def at_once(app: Flask) -> Iterator[None]:
    """Do the work within the request, on the test's own connection."""
    app.extensions[STARTER] = lambda _app, import_id: work_on(import_id)
    yield
    app.extensions.pop(STARTER)


@pytest.fixture
def likely(app: Flask) -> Iterator[None]:
    """Find a likely match for whoever is called Martin, in an application that is wired."""

    def find(
        session: Session, candidates: list[Candidate], _limit: int
    ) -> list[tuple[Likely, ...]]:
        known = session.scalar(select(Contact.id).where(Contact.last_name == "Martine"))
        return [
            (Likely(known, "Anne Martine", 0.9, ("nom proche",)),)
            if known and each.values["last_name"] == "Martin"
            else ()
            for each in candidates
        ]

    usual = finder_of("contact")
    find_likely_with("contact", find)
    yield
    find_likely_with("contact", usual)


def _run(app: Flask, *arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(
        main, list(arguments), obj=ScriptInfo(create_app=lambda: app), catch_exceptions=False
    )
    return result.exit_code, result.stdout, result.stderr


def test_the_command_tries_writes_and_undoes(app: Flask, session: Session, tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    path.write_text(LIST, encoding="utf-8")
    code, told, _ = _run(app, "import", str(path), "--as", "contacts", "--dry-run", "--json")
    assert (code, json.loads(told)["created"]) == (0, 3)
    assert session.scalar(select(func.count(Contact.id))) == 0
    code, told, _ = _run(app, "import", str(path), "--as", "contacts", "--json")
    report = json.loads(told)
    assert (code, report["created"], report["state"]) == (0, 3, "fait")
    change_set = session.scalars(select(ChangeSet).order_by(ChangeSet.id.desc())).first()
    assert change_set is not None
    assert (change_set.actor_name, change_set.source) == ("Commande", "command")
    code, told, _ = _run(app, "import", str(path), "--as", "contacts", "--json")
    assert (code, json.loads(told)["unchanged"]) == (0, 3)
    code, told, _ = _run(app, "undo", str(report["import"]), "--json")
    assert (code, json.loads(told)) == (
        0,
        {"import": report["import"], "state": "retire", "kept": []},
    )
    assert session.scalars(select(Contact).where(Contact.deleted_at.is_(None))).all() == []


def test_the_command_says_what_is_refused(app: Flask, session: Session, tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    path.write_text(MIXED, encoding="utf-8")
    code, told, _ = _run(app, "import", str(path), "--as", "contacts", "--json")
    report = json.loads(told)
    assert (code, report["refused"], report["to_decide"]) == (1, 1, 1)
    assert report["refused_rows"][0]["row"] == 3
    assert report["refused_rows"][0]["column"] == "Courriel"
    assert session.scalar(select(func.count(Contact.id))) == 0
    code, told, _ = _run(
        app, "import", str(path), "--as", "contacts", "--good-rows", "--on-duplicate", "skip"
    )
    assert code == 1
    assert session.scalar(select(func.count(Contact.id))) == 1
    code, _, error = _run(app, "undo", "999")
    assert code == 1
    assert "999" in error


@pytest.mark.usefixtures("at_once")
def test_refused_rows_are_taken_away_corrected_and_brought_back(
    director: FlaskClient, session: Session
) -> None:
    url = _columns(director, _send(director, MIXED), session)
    for extension in ("csv", "xlsx"):
        assert director.get(f"{url}/refusees.{extension}").status_code == 200
    text = director.get(f"{url}/refusees.csv").data.decode("utf-8-sig")
    assert "Motif du refus" in text
    assert text.count("\n") == 2
    again = _columns(
        director, _send(director, text.replace("pas une adresse", "luc@beta.example")), session
    )
    assert "Tout est prêt" in director.get(again).text
    run = session.scalars(select(Import).order_by(Import.id.desc())).first()
    assert run is not None
    assert len(run.fields) == 6


def test_columns_are_remembered_for_the_next_file_of_the_shape(bench: Bench) -> None:
    text = "Nom de famille;Nom Machin\nMartin;Anne\n"
    run = bench.map(
        bench.send(text, "contacts"), {"0": "contact.last_name", "1": "contact.first_name"}
    )
    assert run.state == "pret"
    other = text.replace("Machin", "MACHIN").replace("Martin", "Petit")
    again = bench.run(bench.send(other, "contacts"))
    assert again.fields == {"0": "contact.last_name", "1": "contact.first_name"}


@pytest.mark.usefixtures("likely")
@pytest.mark.parametrize(
    ("rule", "people", "outcome"),
    [
        (OnDuplicate.MERGE, 1, Outcome.UPDATED),
        (OnDuplicate.KEEP, 2, Outcome.CREATED),
        (OnDuplicate.SKIP, 1, Outcome.SKIPPED),
    ],
)
def test_a_likely_duplicate_is_decided_once_or_for_all(
    bench: Bench, session: Session, rule: OnDuplicate, people: int, outcome: Outcome
) -> None:
    ContactFactory(last_name="Martine", first_name="Anne")
    text = "Nom;Prénom;Mobile\nMartin;Anne;06 12 34 56 78\n"
    run = bench.map(bench.send(text, "contacts"))
    [asked] = bench.found(run, Outcome.TO_DECIDE)
    question = asked["questions"][0]
    answers = [each["value"] for each in question["choices"]]
    chosen = next(each for each in answers if each.startswith(rule))
    run = bench.settle(run.id, decisions={question["key"]: chosen})
    assert run.counts[f"rows.{outcome}"] == 1
    for_all = bench.map(bench.send(text, "contacts"), on_duplicate=rule)
    assert for_all.counts[f"rows.{outcome}"] == 1
    bench.launch(run.id)
    assert session.scalar(select(func.count(Contact.id))) == people


def test_a_name_that_several_structures_have_is_asked(bench: Bench, session: Session) -> None:
    one = StructureFactory(name="Amicale")
    StructureFactory(name="AMICALE")
    run = bench.map(bench.send("Structure;Nom\nAmicale;Martin\n", "contacts"))
    [asked] = bench.found(run, Outcome.TO_DECIDE)
    question = asked["questions"][0]
    assert len(question["choices"]) == 3
    run = bench.settle(run.id, decisions={question["key"]: f"id:{one.id}"})
    run = bench.launch(run.id)
    assert run.state == "fait", run.problem
    assert session.scalar(select(func.count(Structure.id))) == 2


def test_files_are_erased_after_thirty_days_and_undoing_still_works(
    bench: Bench, session: Session
) -> None:
    run = bench.bring(LIST, "contacts")
    folder = Folder(run.folder)
    assert folder.source.exists()
    later = clock.now() + KEPT_FOR + timedelta(days=1)
    assert ERASE_FILES.work(db.session(), later).endswith('{"count": 1}')
    assert not folder.path.exists()
    assert bench.undo(run.id).state == "retire"
    assert session.scalars(select(Contact).where(Contact.deleted_at.is_(None))).all() == []


def test_what_nobody_works_on_is_taken_over(bench: Bench) -> None:
    run = bench.run(bench.send(LIST, "contacts"))
    with transaction() as current:
        held = current.get_one(Import, run.id)
        held.state, held.started_at = "calcul", clock.now()
    take_over()
    assert bench.run(run.id).state == "pret"
    db.session.rollback()


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "vide.csv"),
        (b"%PDF-1.7 rien", "liste.xlsx"),
        (b"MZ\x90\x00" + b"\x00" * 200, "liste.xls"),
        (b"PK\x03\x04tronque", "../../etc/passwd.xlsx"),
    ],
)
def test_a_file_that_is_none_is_refused_in_a_sentence(
    director: FlaskClient, session: Session, content: bytes, name: str
) -> None:
    fields = {"csrf_token": director.csrf_token(), "kind": ""}  # type: ignore[attr-defined]
    response = director.post(
        "/imports/nouveau", data={**fields, "file": (io.BytesIO(content), name)}
    )
    assert response.status_code == 422
    assert "field-error" in response.text
    assert session.scalar(select(func.count(Import.id))) == 0


@pytest.mark.usefixtures("at_once")
def test_hostile_cells_are_plain_text(director: FlaskClient, session: Session) -> None:
    text = (
        "Structure;Nom;Courriel\n"
        "Association <script>alert(1)</script>;=cmd|'/c calc'!A1;\n"
        'Association B;"Zoé\x00 Durand";zoe@b.example\n'
    )
    url = _columns(director, _send(director, text), session)
    page = director.get(url).text
    assert "<script>alert" not in page
    director.submit(f"{url}/importer", {"lignes": "bonnes"})  # type: ignore[attr-defined]
    names = set(session.scalars(select(Contact.last_name)))
    assert "Zoé Durand" in names or "Durand" in names
    assert not any("\x00" in name for name in names)


@pytest.mark.usefixtures("at_once")
def test_odd_requests_are_answered_in_words(director: FlaskClient, session: Session) -> None:
    url = _send(director, LIST)
    rules = {"family": "", "mode": "combler", "on_duplicate": "demander"}
    missing = director.submit(f"{url}/colonnes", rules)  # type: ignore[attr-defined]
    assert missing.status_code == 422
    twice = {"colonne-0": "contact.last_name", "colonne-1": "contact.last_name"}
    assert director.submit(f"{url}/colonnes", twice | rules).status_code == 422  # type: ignore[attr-defined]
    forged = {"colonne-99999": "contact.email", "colonne-x": "x", "colonne-1": "user.password"}
    assert director.submit(f"{url}/colonnes", forged | rules).status_code == 422  # type: ignore[attr-defined]
    early = director.submit(f"{url}/importer", {})  # type: ignore[attr-defined]
    assert early.status_code == 422
    assert director.get(f"{url}/annuler").status_code == 404
    odd = {"kind": "contacts", "header_row": "abc", "sheet": "x", "encoding": "", "delimiter": ""}
    assert director.submit(f"{url}/lecture", odd).status_code == 422  # type: ignore[attr-defined]
    _columns(director, url, session)
    assert director.get(f"{url}?voir=nope&depuis=99999999999999999999").status_code == 200
    assert director.get(f"{url}?voir=created&depuis=7").status_code == 200
    assert director.get("/imports/2147483648").status_code == 404
    given_up = director.submit(f"{url}/arreter", {})  # type: ignore[attr-defined]
    assert given_up.status_code == 303
    assert director.submit(f"{url}/arreter", {}).status_code == 422  # type: ignore[attr-defined]


@pytest.mark.usefixtures("at_once")
def test_the_history_of_a_record_leads_to_its_import(
    director: FlaskClient, session: Session
) -> None:
    url = _columns(director, _send(director, LIST), session)
    director.submit(f"{url}/importer", {})  # type: ignore[attr-defined]
    change_set = session.scalars(select(ChangeSet).order_by(ChangeSet.id.desc())).first()
    assert change_set is not None
    assert f'href="{url}"' in director.get(f"/historique/{change_set.id}").text


@pytest.mark.usefixtures("at_once")
def test_an_import_given_up_can_be_taken_up_again(director: FlaskClient, session: Session) -> None:
    url = _columns(director, _send(director, LIST), session)
    director.submit(f"{url}/arreter", {})  # type: ignore[attr-defined]
    page = director.get(url).text
    assert "Abandonné" in page
    assert "Reprendre cet import" in page
    _columns(director, url, session)
    assert "Tout est prêt" in director.get(url).text


def test_texts_longer_than_a_record_holds_are_refused_in_words(bench: Bench) -> None:
    long = "x" * 400
    text = (
        "Nom;Sigle;Adresse;Site;Étiquettes;Description\n"
        f"{long};;;;;\nA;{long};;;;\nB;;{long};;;\nC;;;https://{long}.example;;\nD;;;;{long};\n"
        f"Fine;;;;;{long}\n"
    )
    run = bench.map(bench.send(text, "structures"), family="association")
    assert [row["row"] for row in bench.found(run, Outcome.REFUSED)] == [2, 3, 4, 5, 6]
    assert bench.launch(run.id, good_rows=True).state == "fait"


@pytest.mark.usefixtures("at_once")
def test_a_file_larger_than_any_form_comes_in(director: FlaskClient) -> None:
    filler = "x" * 1000
    text = "Nom;Prénom;Notes\n" + "".join(f"Nom{n};A;{filler}\n" for n in range(9_000))
    token = director.csrf_token()  # type: ignore[attr-defined]
    parts = (
        ('name="csrf_token"', token),
        ('name="kind"', "contacts"),
        ('name="file"; filename="liste.csv"', text),
    )
    body = "".join(
        f"--limit\r\nContent-Disposition: form-data; {head}\r\n\r\n{value}\r\n"
        for head, value in parts
    )
    response = director.post(
        "/imports/nouveau",
        data=f"{body}--limit--\r\n".encode(),
        content_type="multipart/form-data; boundary=limit",
    )
    assert response.status_code == 303
