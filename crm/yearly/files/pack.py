"""The evidence pack of a report: each figure with its rows, dated, and every hash listed."""

import io
import json
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from crm.core import clock
from crm.core.errors import N_
from crm.core.money import in_euros
from crm.core.text import words
from crm.web.exports import csv_lines
from crm.web.formats import speaking
from crm.web.locale import translate
from crm.yearly.files.tables import report_csv
from crm.yearly.files.wording import TENTHS, typed_cell
from crm.yearly.files.workbook import report_xlsx
from crm.yearly.keeping import FORMAT, read_content
from crm.yearly.rules import canonical_json, digest_of, file_stem
from crm.yearly.types import FigureRows, Report

MANIFEST, SNAPSHOT, READ_ME = "manifeste.json", "instantane.json", "LISEZ-MOI.txt"
TABLE, WORKBOOK, FIGURES = "rapport.csv", "rapport.xlsx", "chiffres"
_READ_ME = N_(
    "%(title)s, %(network)s.\n\nChaque fichier du dossier « chiffres » contient les lignes qui"
    " composent un chiffre du rapport. « instantane.json » contient tout ce qui a été publié :"
    " chiffres, définitions, identifiants. « manifeste.json » donne l’empreinte SHA-256 de chaque"
    " fichier.\n\nPour vérifier : crm report verify FICHIER.zip, ou sha256sum sur chaque"
    " fichier.\n"
)


def evidence_pack(content: bytes, *, published_digest: str, closed_at: datetime | None) -> bytes:
    """Return the pack of what is kept of a report; without `closed_at`, of a year still open."""
    made_at = clock.now()
    report, figures, _left_open = read_content(content)
    files = written_files(report, figures, content, published_digest, closed_at or made_at)
    manifest = {
        **_about(report, content, published_digest),
        "closed_at": closed_at.isoformat() if closed_at else None,
        "made_at": made_at.isoformat(),
        "figures": listed_figures(figures),
        "files": [
            {"name": name, "sha256": digest_of(body), "bytes": len(body)}
            for name, body in sorted(files.items())
        ],
    }
    manifest["manifest_sha256"] = digest_of(canonical_json(manifest))
    files[MANIFEST] = (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode()
    return _zipped(files, made_at)


def written_files(
    report: Report, figures: Sequence[FigureRows], content: bytes, digest: str, at: datetime
) -> dict[str, bytes]:
    """Return the files of a pack by name, in French: whoever writes them, they are the same."""
    with speaking("fr"):
        files = {
            SNAPSHOT: content,
            TABLE: report_csv(report),
            WORKBOOK: report_xlsx(report, figures, digest),
            READ_ME: translate(
                _READ_ME, title=f"{report.name} {report.year}", network=report.network
            ).encode(),
        }
        for number, figure in enumerate(figures, start=1):
            files[_name(number, figure)] = _figure_csv(figure, at)
    return files


def listed_figures(figures: Sequence[FigureRows]) -> list[dict[str, Any]]:
    """Return what a manifest says of each figure; money in euros."""
    return [_of_figure(figure, _name(place, figure)) for place, figure in enumerate(figures, 1)]


def _figure_csv(figure: FigureRows, at: datetime) -> bytes:
    """Return the rows behind a figure as they counted at a moment: days as days, money in euros."""
    kinds = [kind for _key, _label, kind in figure.columns]
    heads = [
        translate(N_("Identifiant")),
        *(label for _key, label, _kind in figure.columns),
        translate(N_("Compté le")),
    ]
    day = clock.in_paris(at).date()
    rows = (
        (row[0], *(typed_cell(*each) for each in zip(row[2:], kinds, strict=True)), day)
        for row in figure.rows
    )
    return b"".join(csv_lines(heads, rows))


def _name(number: int, figure: FigureRows) -> str:
    stem = file_stem(number, words(f"{figure.title} {figure.label}"))
    return f"{FIGURES}/{stem}.csv"


def _about(report: Report, content: bytes, published_digest: str) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "network": report.network,
        "report": report.name,
        "year": report.year,
        "start": report.start.isoformat(),
        "end": report.end.isoformat(),
        "snapshot_sha256": digest_of(content),
        "published_sha256": published_digest or None,
    }


def _of_figure(figure: FigureRows, name: str) -> dict[str, Any]:
    count: float | None = figure.count
    if figure.is_money and figure.count is not None:
        count = in_euros(figure.count)
    elif figure.tenths is not None:
        count = figure.tenths / TENTHS
    return {
        "key": figure.key,
        "title": figure.title,
        "label": figure.label,
        "rule": figure.rule,
        "count": count,
        "written": figure.written,
        "unit": figure.unit,
        "rows": len(figure.rows),
        "file": name,
        "problem": figure.problem,
    }


def _zipped(files: dict[str, bytes], made_at: datetime) -> bytes:
    target = io.BytesIO()
    local = clock.in_paris(made_at)
    when = (local.year, local.month, local.day, local.hour, local.minute, local.second)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, when), body, zipfile.ZIP_DEFLATED)
    return target.getvalue()
