"""A report opens clean in LibreOffice, where there is one."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.client import PageClient
from tests.yearly.conftest import Small

_OFFICE, _READER = shutil.which("soffice"), shutil.which("pdftotext")


@pytest.mark.skipif(
    _OFFICE is None or _READER is None,
    reason="LibreOffice (soffice) and pdftotext are needed to look at the Word file",
)
def test_the_word_file_opens_and_says_the_same_figures(
    director: PageClient, small: Small, tmp_path: Path
) -> None:
    source = tmp_path / "rapport.docx"
    source.write_bytes(director.get(f"{small.url}/rapport.docx").data)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [str(_OFFICE), profile, "--headless", "--convert-to", "pdf", "--outdir"]
    subprocess.run(  # noqa: S603 - a program of the machine, on a file of ours
        [*command, str(tmp_path), str(source)], check=True, capture_output=True, timeout=120
    )
    read = subprocess.run(  # noqa: S603 - the same
        [str(_READER), "-layout", str(tmp_path / "rapport.pdf"), "-"],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    said = " ".join(read.stdout.split())
    assert "Rapport d’activité 2019" in said
    assert "2 Structures accompagnées" in said
    assert "Règles de calcul" in said
    assert "{{" not in said
