"""The evidence pack: what it says, in which unit, and what is seen when someone changes it."""

import csv
import io
import json
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from crm.core import clock
from crm.yearly.cli import report_command
from crm.yearly.files.pack import MANIFEST, SNAPSHOT, evidence_pack
from crm.yearly.files.verification import verify_pack
from crm.yearly.rules import canonical_json, digest_of
from tests.support.client import PageClient
from tests.yearly.conftest import Rich, Small

Files = dict[str, bytes]


def _files(body: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _zipped(files: Files) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def _forged(files: Files, change: Callable[[dict[str, Any]], None] | None = None) -> bytes:
    """Return a pack whose hashes are all right again, as one who doctors it would leave it."""
    manifest = json.loads(files[MANIFEST])
    manifest.pop("manifest_sha256")
    manifest["files"] = [
        {"name": name, "sha256": digest_of(body), "bytes": len(body)}
        for name, body in sorted(files.items())
        if name != MANIFEST
    ]
    if change:
        change(manifest)
    manifest["manifest_sha256"] = digest_of(canonical_json(manifest))
    return _zipped({**files, MANIFEST: json.dumps(manifest).encode()})


def _closed_pack(client: PageClient, url: str) -> bytes:
    assert client.submit(f"{url}/cloture", {}).status_code == 303
    return client.get(f"{url}/preuves.zip").data


def _told(app: Flask, body: bytes) -> str:
    with app.app_context():
        return " ".join(verify_pack(body).faults).replace("\u00a0", " ")


def _listed(files: Files, item_id: int) -> dict[str, Any]:
    manifest = json.loads(files[MANIFEST])
    found: dict[str, Any] = next(e for e in manifest["figures"] if e["key"] == str(item_id))
    return found


def _table(files: Files, item_id: int) -> list[list[str]]:
    text = files[_listed(files, item_id)["file"]].decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def test_money_is_in_euros_and_days_are_days(director: PageClient, rich: Rich) -> None:
    files = _files(_closed_pack(director, rich.url))
    item = rich.item("Obtenus")
    said = _listed(files, item.id)
    assert (said["count"], said["unit"]) == (30_000, "euros")
    assert said["written"].replace("\u202f", " ").replace("\u00a0", " ") == "30 000 €"
    head, first, _second = _table(files, item.id)
    assert head[5:7] == ["Demandé", "Accordé"]
    assert first[3:7] == ["01/02/2019", "01/06/2019", "10000,0", "10000,0"]


def test_the_count_of_a_series_and_of_a_formula_is_the_figure_with_what_is_behind(
    director: PageClient, rich: Rich
) -> None:
    files = _files(_closed_pack(director, rich.url))
    for title in ("Les abonnés", "Abonnés fin 2019"):
        assert _listed(files, rich.item(title).id)["count"] == 955
    whole = _table(files, rich.item("Les abonnés").id)
    assert [row[1:4] for row in whole[1:]] == [
        ["30 juin 2019".replace(" ", "\u00a0"), "900", "+107"],
        ["31 décembre 2019".replace(" ", "\u00a0"), "955", "+55"],
    ]
    assert len(_table(files, rich.item("Abonnés fin 2019").id)) == 2
    part = rich.item("Part aidée")
    said = _listed(files, part.id)
    assert (said["count"], said["written"], said["rows"]) == (33.3, "33,3", 2)
    assert [row[2] for row in _table(files, part.id)[1:]] == ["2", "2"]
    keys = {each["key"] for each in json.loads(files[MANIFEST])["figures"]}
    assert {f"{part.id}:sessions_done", f"{part.id}:accompanied_structures"} < keys
    assert f"{rich.item('Réussite').id}:funding_awarded" in keys


def test_an_event_put_off_is_listed_and_not_counted(director: PageClient, rich: Rich) -> None:
    item = rich.item("Tous les événements")
    files = _files(_closed_pack(director, rich.url))
    assert (_listed(files, item.id)["count"], _listed(files, item.id)["rows"]) == (1, 2)
    assert "reporté au" in files[_listed(files, item.id)["file"]].decode()
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(files["rapport.xlsx"]))
    summary = workbook.get_sheet_by_name("Synthèse").to_python()
    assert [row[1] for row in summary if row[0] == item.title] == [1]


def test_a_formula_has_its_parts_in_the_workbook(director: PageClient, rich: Rich) -> None:
    workbook = CalamineWorkbook.from_filelike(
        io.BytesIO(director.get(f"{rich.url}/rapport.xlsx").data)
    )
    rows = workbook.get_sheet_by_name("Part aidée").to_python()
    cells = {str(cell) for row in rows for cell in row}
    assert {"Terme", "Valeur", "Structures accompagnées : 2", "Nom ce jour-là", "Eau"} <= cells


def _shorter(files: Files) -> Files:
    name = next(each for each in sorted(files) if "structures-accompagnees" in each)
    return {name: b"".join(files[name].splitlines(keepends=True)[:-1])}


def _other_number(files: Files) -> Files:
    return {"rapport.csv": files["rapport.csv"].replace(b";2;2;", b";9;9;")}


def _other_cell(files: Files) -> Files:
    target = io.BytesIO()
    workbook = Workbook(target)
    workbook.add_worksheet("Synthèse").write_string(0, 0, "99")
    workbook.close()
    return {"rapport.xlsx": target.getvalue()}


@pytest.mark.parametrize("doctor", [_shorter, _other_number, _other_cell])
def test_a_file_that_is_not_the_snapshot_is_named_though_every_hash_is_right(
    app: Flask, director: PageClient, small: Small, doctor: Callable[[Files], Files]
) -> None:
    files = _files(_closed_pack(director, small.url))
    changed = doctor(files)
    [name] = changed
    assert changed[name] != files[name]
    assert _told(app, _forged(files)) == ""
    assert f"« {name} » ne dit pas ce que dit l’instantané" in _told(app, _forged(files | changed))


def test_a_figure_that_is_left_out_or_changed_in_the_manifest_is_told(
    app: Flask, director: PageClient, small: Small
) -> None:
    files = _files(_closed_pack(director, small.url))
    name = next(each for each in sorted(files) if each.startswith("chiffres/"))
    without = {each: body for each, body in files.items() if each != name}
    assert f"« {name} » manque" in _told(app, _forged(without))
    assert "manque au manifeste" in _told(app, _forged(files, lambda said: said["figures"].pop()))

    def more(said: dict[str, Any]) -> None:
        said["figures"][0]["count"] = 915

    assert "n’a pas le nombre de l’instantané" in _told(app, _forged(files, more))
    unread = {**files, SNAPSHOT: b"{}"}
    assert "L’instantané manque, ou n’est pas lisible" in _told(app, _forged(unread))


def _verified(app: Flask, folder: Path, body: bytes) -> tuple[int, str]:
    file = folder / "preuves.zip"
    file.write_bytes(body)
    done = app.test_cli_runner().invoke(report_command, ["verify", str(file)])
    return done.exit_code, done.output.replace("\u00a0", " ")


def test_the_command_compares_with_the_closure_of_this_database(
    app: Flask, director: PageClient, small: Small, tmp_path: Path
) -> None:
    opened = director.get(f"{small.url}/preuves.zip").data
    code, said = _verified(app, tmp_path, opened)
    assert (code, "nothing was published" in said) == (0, True)
    content = _files(opened)[SNAPSHOT]
    with app.app_context():
        elsewhere = evidence_pack(
            content, published_digest=digest_of(content), closed_at=clock.now()
        )
    code, said = _verified(app, tmp_path, elsewhere)
    assert (code, "has no closure of it" in said) == (0, True)
    body = _closed_pack(director, small.url)
    code, said = _verified(app, tmp_path, body)
    assert (code, "what this database holds as published" in said) == (0, True)


def test_a_pack_that_was_written_anew_is_not_what_was_published(
    app: Flask, director: PageClient, small: Small, tmp_path: Path
) -> None:
    files = _files(_closed_pack(director, small.url))
    then = datetime.fromisoformat(json.loads(files[MANIFEST])["closed_at"])
    other = files[SNAPSHOT].replace(b'"count":2', b'"count":9')
    for content, closed_at, told in (
        (other, then, "aucune clôture n’a cette empreinte"),
        (files[SNAPSHOT], then.replace(year=2020), "Le jour de la clôture n’est pas celui"),
    ):
        with app.app_context():
            digest = digest_of(content)
            body = evidence_pack(content, published_digest=digest, closed_at=closed_at)
            assert verify_pack(body).faults == ()
        code, said = _verified(app, tmp_path, body)
        assert (code, told in said) == (1, True)


def test_a_pack_of_another_format_is_refused_with_a_sentence(
    app: Flask, director: PageClient, small: Small, tmp_path: Path
) -> None:
    files = _files(_closed_pack(director, small.url))
    assert json.loads(files[MANIFEST])["format"] == json.loads(files[SNAPSHOT])["format"] == 1
    other = _forged(files, lambda said: said.update(format=2))
    code, said = _verified(app, tmp_path, other)
    assert (code, said.startswith("Ce dossier est d’un autre format")) == (1, True)
