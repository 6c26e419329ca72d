"""The exports of Zoom, Teams and BigBlueButton are read; what is none is refused in words."""

import io
import tempfile
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from crm.core.errors import RuleError
from crm.events.attendance.reading import MOST_LINES, ReadFile, read_attendance
from crm.events.attendance.rules import people_of
from crm.events.attendance.tables import is_told, sittings_of
from crm.events.attendance.types import Heading, Person, Tool
from tests.events.attendance.exports import big_blue_button, teams, zoom, zoom_webinar
from tests.imports import nasty_files

DAY = date(2019, 10, 17)


def _read(
    content: bytes, remembered: Mapping[str, Heading] | None = None, name: str = "export.csv"
) -> ReadFile:
    return read_attendance(io.BytesIO(content), name, remembered or {})


def _people(read: ReadFile) -> list[Person]:
    table = read.table
    return people_of(sittings_of(read.lines, table.headings, table.meanings, DAY))


def test_the_summary_of_zoom_is_passed_by() -> None:
    read = _read(zoom(("Camille Exemple", "camille@exemple.example", 88), ("Dom", "", 2)))
    assert read.table.tool is Tool.ZOOM
    assert [(each.name, each.email, each.minutes) for each in _people(read)] == [
        ("Camille Exemple", "camille@exemple.example", 88),
        ("Dom", None, 2),
    ]


def test_teams_in_utf_16_is_read_without_its_third_part() -> None:
    read = _read(
        teams(("Camille Exemple (Invité)", "", "1 h 27 min 51 s"), ("Dom", "d@x.example", "12 min"))
    )
    assert read.table.tool is Tool.TEAMS
    assert [(each.name, each.minutes, each.sittings) for each in _people(read)] == [
        ("Camille Exemple", 88, 1),
        ("Dom", 12, 1),
    ]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_big_blue_button_has_no_address_and_nobody_is_no_one(language: str) -> None:
    content = big_blue_button(
        ("Camille Exemple", "01:28:00"), ("Dom Modèle", "00:02:00"), language=language
    )
    read = _read(content)
    assert read.table.tool is Tool.BBB
    assert is_told(read.table.meanings)
    people = _people(read)
    assert [(each.name, each.email, each.minutes) for each in people] == [
        ("Camille Exemple", None, 88),
        ("Dom Modèle", None, 2),
    ]
    assert people[0].joined_at == datetime(2019, 10, 17, 12, 1, 12, tzinfo=UTC)


def test_someone_who_is_called_anonymous_is_counted_when_they_stayed() -> None:
    read = _read(big_blue_button(("Anonyme", "01:28:00")))
    assert [each.minutes for each in _people(read)] == [88]


def test_the_report_of_a_zoom_webinar_leaves_out_those_who_never_came() -> None:
    read = _read(
        zoom_webinar(
            ("Camille Exemple", "camille@exemple.example", "88"),
            ("Absente Exemple", "absente@exemple.example", ""),
            ("Dom Modèle", "dom@exemple.example", "12"),
        )
    )
    assert read.table.tool is Tool.ZOOM
    assert [(each.name, each.email, each.minutes) for each in _people(read)] == [
        ("Camille Exemple", "camille@exemple.example", 88),
        ("Dom Modèle", "dom@exemple.example", 12),
    ]


def test_family_and_first_names_apart_are_one_name() -> None:
    read = _read("Nom;Prénom;Courriel;Durée\nExemple;Zoé;z@x.example;1h28\n".encode("cp1252"))
    assert [(each.name, each.minutes) for each in _people(read)] == [("Zoé Exemple", 88)]


def test_headings_that_nobody_knows_are_asked_then_remembered() -> None:
    content = "Qui était là;Combien;Salle\nCamille Exemple;45;B\nDom Modèle;12;B\n".encode()
    assert not is_told(_read(content).table.meanings)
    known = {
        "qui etait la": Heading.NAME,
        "combien": Heading.MINUTES,
        "salle": Heading.NOTHING,
    }
    read = _read(content, known)
    assert is_told(read.table.meanings)
    assert [each.minutes for each in _people(read)] == [45, 12]


@pytest.mark.parametrize("name", sorted(nasty_files.REFUSED))
def test_a_hostile_file_is_refused_in_words_and_leaves_nothing(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = nasty_files.write(name, tmp_path).read_bytes()
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    with pytest.raises(RuleError) as refused:
        _read(content, name=name)
    assert refused.value.field == "file"
    assert refused.value.message % refused.value.params
    assert list(folder.iterdir()) == []


def test_what_is_no_table_is_refused_in_words() -> None:
    for content in (b"", b"%PDF-1.4 x", b"\x89PNG\r\n", b"PK\x03\x04broken", b"un\n", b"\x00" * 50):
        with pytest.raises(RuleError) as refused:
            _read(content)
        assert refused.value.field == "file"


def test_too_many_lines_are_refused() -> None:
    content = "Nom;Courriel\n" + "".join(f"P{n};p{n}@x.example\n" for n in range(MOST_LINES + 1))
    with pytest.raises(RuleError):
        _read(content.encode())


def test_the_same_bytes_have_the_same_hash() -> None:
    one, other = zoom(("A B", "a@x.example", 1)), zoom(("A B", "a@x.example", 2))
    assert _read(one).content_hash == _read(one, name="autre.csv").content_hash
    assert _read(one).content_hash != _read(other).content_hash
