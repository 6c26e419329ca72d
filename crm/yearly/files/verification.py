"""A pack read again: what is not as it was written; no database is needed."""

import io
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from crm.core.archives import Limits, UnsafeArchiveError, check_directory
from crm.core.errors import N_
from crm.web.locale import translate
from crm.yearly.files.pack import MANIFEST, SNAPSHOT, WORKBOOK, listed_figures, written_files
from crm.yearly.keeping import FORMAT, read_content
from crm.yearly.rules import canonical_json, digest_of

_MEGABYTE = 1024**2
_LIMITS = Limits(2_000, 2_000 * _MEGABYTE, 500, 50 * _MEGABYTE)
_BROKEN = (KeyError, TypeError, ValueError, AttributeError, IndexError)


@dataclass(frozen=True, slots=True)
class Verified:
    """What is wrong with a pack, in sentences, and what it says that it is.

    `digest` is that of what was published, "" for a pack of an open year.
    """

    faults: tuple[str, ...]
    network: str = ""
    definition_id: int = 0
    year: int = 0
    digest: str = ""
    closed_at: datetime | None = None


def verify_pack(body: bytes) -> Verified:
    """Return what is wrong with a pack; nothing for one that is whole."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            check_directory(archive.infolist(), _LIMITS)
            files = {each.filename: archive.read(each) for each in archive.infolist()}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError):
        return _wrong(N_("Ce fichier n’est pas une archive lisible, ou il a été abîmé."))
    except UnsafeArchiveError:
        return _wrong(N_("Cette archive n’est pas un dossier de preuves : trop lourde."))
    try:
        manifest = json.loads(files.pop(MANIFEST))
        if manifest["format"] != FORMAT:
            said = N_(
                "Ce dossier est d’un autre format : vérifiez-le avec la version qui l’a écrit."
            )
            return _wrong(said)
        faults = list(_changed(manifest, files))
    except _BROKEN:
        return _wrong(N_("Le manifeste manque, ou n’est pas lisible."))
    try:
        return _compared(manifest, files, faults)
    except _BROKEN:
        said = translate(N_("L’instantané manque, ou n’est pas lisible."))
        return Verified((*faults, said))


def _wrong(sentence: str) -> Verified:
    return Verified((translate(sentence),))


def _changed(manifest: dict[str, Any], files: Mapping[str, bytes]) -> Iterator[str]:
    """Yield what the hashes of the manifest say."""
    own = manifest.pop("manifest_sha256")
    if own != digest_of(canonical_json(manifest)):
        yield translate(N_("Le manifeste a été modifié : son empreinte n’est plus la sienne."))
    listed = {each["name"]: each["sha256"] for each in manifest["files"]}
    for name in sorted(listed.keys() | files.keys()):
        if name not in files:
            yield translate(N_("« %(name)s » manque."), name=name)
        elif name not in listed:
            yield translate(N_("« %(name)s » n’est pas dans le manifeste."), name=name)
        elif digest_of(files[name]) != listed[name]:
            yield translate(N_("« %(name)s » a été modifié."), name=name)
    published = manifest["published_sha256"]
    if published and digest_of(files.get(SNAPSHOT, b"")) != published:
        yield translate(N_("L’instantané n’est pas celui qui a été publié."))


def _compared(manifest: dict[str, Any], files: Mapping[str, bytes], faults: list[str]) -> Verified:
    """Return the faults with what is not as the snapshot says: a manifest vouches for itself."""
    content = files[SNAPSHOT]
    report, figures, _left_open = read_content(content)
    digest = manifest["published_sha256"] or ""
    closed_at = manifest["closed_at"]
    at = datetime.fromisoformat(closed_at or manifest["made_at"])
    expected = written_files(report, figures, content, digest, at)
    named = {each["name"] for each in manifest["files"]}
    for name, body in sorted(expected.items()):
        if name not in files and name not in named:
            faults.append(translate(N_("« %(name)s » manque."), name=name))
        elif name in files and not _is_same(name, files[name], body):
            said = N_("« %(name)s » ne dit pas ce que dit l’instantané.")
            faults.append(translate(said, name=name))
    faults += _wrong_figures(manifest["figures"], listed_figures(figures))
    return Verified(
        tuple(faults),
        report.network,
        report.definition_id,
        report.year,
        digest,
        at if closed_at else None,
    )


def _is_same(name: str, found: bytes, expected: bytes) -> bool:
    return _cells(found) == _cells(expected) if name == WORKBOOK else found == expected


def _cells(workbook: bytes) -> list[tuple[str, list[list[Any]]]] | None:
    """Return the sheets of a workbook with their cells: what people read of it."""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(workbook))
        return [(name, book.get_sheet_by_name(name).to_python()) for name in book.sheet_names]
    except CalamineError:
        return None


def _wrong_figures(said: list[dict[str, Any]], expected: list[dict[str, Any]]) -> Iterator[str]:
    kept = {each["key"]: each for each in expected}
    for each in said:
        figure = kept.pop(each["key"], None)
        if figure is None or figure["count"] != each["count"]:
            told = N_("« %(title)s » n’a pas le nombre de l’instantané.")
            yield translate(told, title=each["title"])
        elif any(each[key] != value for key, value in figure.items()):
            told = N_("« %(title)s » n’a pas les lignes de l’instantané.")
            yield translate(told, title=each["title"])
    for key in kept:
        yield translate(N_("Le chiffre %(key)s manque au manifeste."), key=key)
