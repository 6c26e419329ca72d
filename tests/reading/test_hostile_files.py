"""Files made to harm: each is refused in a sentence, or read as the plain text it is."""

import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from crm.reading import Layout, UnreadableFileError, examine, extract, read_rows, running
from tests.imports import nasty_files

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have temporary files made in a folder of the test's own."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.mark.parametrize("name", sorted(nasty_files.REFUSED))
def test_a_hostile_file_is_refused_in_a_sentence(
    name: str, tmp_path: Path, temporary_folder: Path
) -> None:
    source = nasty_files.write(name, tmp_path)

    with pytest.raises(UnreadableFileError) as refused:
        examine(source, file_name=name)

    assert nasty_files.REFUSED[name][1] in str(refused.value)
    assert refused.value.sentence % refused.value.values == str(refused.value)
    assert list(temporary_folder.iterdir()) == []


def test_what_cannot_be_examined_cannot_be_extracted(tmp_path: Path) -> None:
    source = nasty_files.write("bomb_in_noise.xlsx", tmp_path)
    target = tmp_path / "rows"

    with pytest.raises(UnreadableFileError, match="trop de mémoire"):
        extract(source, target, file_name="a.xlsx", layout=Layout(None, 1, None, None))

    assert {path.name for path in tmp_path.iterdir()} == {source.name}


def _texts(name: str, folder: Path) -> list[tuple[object, ...]]:
    source = nasty_files.write(name, folder)
    found = examine(source, file_name=name)
    layout = Layout(found.sheets[0].name or None, found.sheets[0].header_row, None, None)
    extract(source, folder / "rows", file_name=name, layout=layout)
    return [row.cells for row in read_rows(folder / "rows")]


def test_formulas_are_their_last_value_and_text_that_looks_like_one_is_text(tmp_path: Path) -> None:
    assert _texts("formulas.xlsx", tmp_path) == [
        ("Exemple", "Lille"),
        (None, 2, '=HYPERLINK("http://x.example")'),
    ]
    assert _texts("dde.csv", tmp_path) == [("=cmd|'/c calc'!A1", "Lille"), ("@SUM(1)", "+33")]


def test_scripts_are_text_and_nul_bytes_are_dropped(tmp_path: Path) -> None:
    assert _texts("scripts.csv", tmp_path) == [("<script>alert(1)</script>", "<b>Lille</b>")]
    assert _texts("zeros.csv", tmp_path) == [("Exemple", "Lille")]


def test_a_million_formatted_rows_without_a_value_are_no_rows(tmp_path: Path) -> None:
    assert _texts("empty_rows.xlsx", tmp_path) == [("Exemple", "Lille")]


def test_a_part_that_names_another_folder_is_never_written(tmp_path: Path) -> None:
    assert _texts("traversal.xlsx", tmp_path) == [("Exemple", "Lille")]
    assert not Path("/tmp/passerelle-escaped.txt").exists()  # noqa: S108 - what the file asks for


def test_the_file_name_is_never_a_path(tmp_path: Path) -> None:
    source = tmp_path / "upload"
    source.write_text("Nom;Ville\nExemple;Lille\n", encoding="utf-8")
    for name in ("../../etc/passwd", "", "sans extension", "a\0b.csv", "x" * 5000, ".vcf.csv"):
        assert examine(source, file_name=name).format == "csv"


def test_a_reading_that_lasts_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = nasty_files.write("empty_rows.xlsx", tmp_path)
    monkeypatch.setattr(running, "MOST_WALL_SECONDS", 0.01)
    with pytest.raises(UnreadableFileError, match="prend trop de temps"):
        examine(source, file_name="a.xlsx")


def test_the_process_is_ended_whatever_happens() -> None:
    with tempfile.TemporaryFile() as told, running._process(told.fileno()) as process:
        assert process.poll() is None
    assert process.returncode == -signal.SIGKILL


def test_readings_wait_for_a_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "a.csv"
    source.write_text("Nom;Ville\nExemple;Lille\n", encoding="utf-8")
    monkeypatch.setattr(running, "MOST_WALL_SECONDS", 0.01)
    for _ in range(running.MOST_AT_ONCE):
        running._PLACES.acquire()
    try:
        with pytest.raises(UnreadableFileError, match="Recommencez dans une minute"):
            examine(source, file_name="a.csv")
    finally:
        for _ in range(running.MOST_AT_ONCE):
            running._PLACES.release()


def test_the_process_that_reads_does_not_load_the_application() -> None:
    program = (
        "import sys, types\n"
        f"package = types.ModuleType('crm'); package.__path__ = [{str(ROOT / 'crm')!r}]\n"
        "sys.modules['crm'] = package\n"
        "import crm.reading.worker\n"
        "print([name for name in ('flask', 'sqlalchemy', 'socket') if name in sys.modules])\n"
    )
    answered = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-I", "-c", program], check=True, capture_output=True, text=True
    )
    assert answered.stdout.strip() == "[]"
