"""Reads an export of the directory of public services, one town hall at a time: JSON or CSV.

The whole file is never in memory. JSON is a list of services, alone or in the first list of an
object; CSV has one service a line. Lists within a service may be lists, or texts that hold JSON.
"""

import codecs
import csv
import io
import json
from collections.abc import Iterator
from typing import IO, Any

from crm.campaigns.directory.types import TownHall
from crm.contacts.rules import parse_phone, parse_website
from crm.core.addresses import parse_email
from crm.core.errors import N_, RuleError
from crm.core.text import fold

_CHUNK = 64 * 1024
_LONGEST_SERVICE = 1024 * 1024
_LONGEST_WEBSITE, _LONGEST_PHONE = 300, 20
_TOWN_HALL = "mairie"
# A commune that merged keeps a desk of its own: it does not speak for the commune.
_SECONDARY = ("deleguee", "annexe", "associee")
_NAMES = {
    "insee": ("code_insee_commune", "code_insee", "insee", "insee_code"),
    "email": ("adresse_courriel", "courriel", "email", "mail"),
    "phone": ("telephone", "tel", "phone"),
    "website": ("site_internet", "site", "url", "website"),
}
_NO_DIRECTORY = N_(
    "Ce fichier n’est pas un annuaire de mairies : on attend l’export JSON de service-public, ou un"
    " CSV avec le code INSEE, le courriel, le téléphone et le site."
)
_CUT = N_("Le fichier s’arrête au milieu d’une fiche : téléchargez-le à nouveau.")


def read_town_halls(stream: IO[bytes]) -> Iterator[TownHall]:
    """Yield the town halls of an export; raise RuleError when it is none, or is cut."""
    text = _decoded(stream)
    try:
        yield from _town_halls(text)
    finally:
        text.detach()  # the file is the caller's to close


def _town_halls(text: io.TextIOWrapper) -> Iterator[TownHall]:
    start = text.read(_CHUNK)
    body = start.lstrip("\ufeff \t\r\n")
    if not body:
        raise RuleError("file", N_("Ce fichier est vide."))
    services = _services(body, text) if body[0] in "[{" else _lines(start, text)
    for service in services:
        hall = _town_hall(service)
        if hall is not None:
            yield hall


def _decoded(stream: IO[bytes]) -> io.TextIOWrapper:
    """Return the text of a file in UTF-8 or, where it is not, in the Windows code page."""
    start = stream.read(_CHUNK)
    stream.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(start)
        encoding = "utf-8-sig"
    except UnicodeDecodeError:
        encoding = "cp1252"
    return io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")


def _services(buffer: str, text: io.TextIOBase) -> Iterator[dict[str, Any]]:
    """Yield each object of the first list."""
    decoder = json.JSONDecoder()
    place, is_over = _start_of_list(buffer), False
    while True:
        place = _next_object(buffer, place)
        try:
            if place < len(buffer) and buffer[place] == "]":
                return
            service, place = decoder.raw_decode(buffer, place)
        except (ValueError, RecursionError):
            if is_over or len(buffer) - place > _LONGEST_SERVICE:
                raise RuleError("file", _CUT) from None
            more = text.read(_CHUNK)
            is_over = not more
            buffer, place = buffer[place:] + more, 0
            continue
        if not isinstance(service, dict):
            raise RuleError("file", _NO_DIRECTORY)
        yield service


def _start_of_list(buffer: str) -> int:
    """Return the place after the first bracket that opens a list, outside any text."""
    is_text = is_escaped = False
    for place, character in enumerate(buffer):
        if is_text:
            is_text = character != '"' or is_escaped
            is_escaped = character == "\\" and not is_escaped
        elif character == '"':
            is_text = True
        elif character == "[":
            return place + 1
    raise RuleError("file", _NO_DIRECTORY)


def _next_object(buffer: str, place: int) -> int:
    while place < len(buffer) and buffer[place] in ", \t\r\n":
        place += 1
    return place


def _lines(start: str, text: io.TextIOBase) -> Iterator[dict[str, Any]]:
    """Yield each line of a CSV file by its headings."""
    heading = start.splitlines()[0] if start else ""
    separator = max(",;\t", key=heading.count)
    reader = csv.reader(_whole_lines(start, text), delimiter=separator)
    try:
        names = [fold(each).replace(" ", "_") for each in next(reader)]
        if not any(name in names for name in _NAMES["insee"]):
            raise RuleError("file", _NO_DIRECTORY)
        for cells in reader:
            yield dict(zip(names, cells, strict=False))
    except csv.Error:
        raise RuleError("file", _NO_DIRECTORY) from None


def _whole_lines(start: str, text: io.TextIOBase) -> Iterator[str]:
    rest = start
    while True:
        *whole, rest = rest.splitlines(keepends=True) or [""]
        yield from whole
        more = text.read(_CHUNK)
        if not more:
            yield rest
            return
        rest += more


def _town_hall(service: dict[str, Any]) -> TownHall | None:
    """Return the town hall that a service is; None for any other, and for a secondary desk."""
    kinds = {
        each.get("type_service_local")
        for each in _listed(service.get("pivot"))
        if isinstance(each, dict)
    }
    name = fold(str(service.get("nom") or ""))
    if (kinds and _TOWN_HALL not in kinds) or any(word in name.split() for word in _SECONDARY):
        return None
    code = _first(service, "insee")
    if code is None:
        return None
    values = {
        "email": _understood(service, "email", parse_email, 254),
        "phone": _understood(service, "phone", parse_phone, _LONGEST_PHONE),
        "website": _understood(service, "website", parse_website, _LONGEST_WEBSITE),
    }
    wrong = sum(values[field] is None and _first(service, field) is not None for field in values)
    return TownHall(code.upper().zfill(5), wrong=wrong, **values)


def _understood(service: dict[str, Any], field: str, parse: Any, longest: int) -> str | None:
    """Return the first value of a field that can be understood."""
    for text in _texts(service, field):
        for part in text.replace(",", ";").split(";") if field == "email" else (text,):
            try:
                value = str(parse(part))
            except RuleError:
                continue
            if len(value) <= longest:
                return value
    return None


def _first(service: dict[str, Any], field: str) -> str | None:
    return next(iter(_texts(service, field)), None)


def _texts(service: dict[str, Any], field: str) -> Iterator[str]:
    for name in _NAMES[field]:
        for each in _listed(service.get(name)):
            value = each.get("valeur") if isinstance(each, dict) else each
            if isinstance(value, str) and value.replace("\x00", "").strip():
                yield value.replace("\x00", "").strip()


def _listed(value: Any) -> list[Any]:
    """Return what a field holds as a list: it may be one, hold one in JSON, or be one value."""
    if isinstance(value, str) and value.lstrip()[:1] in {"[", "{"}:
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return [value]
    if isinstance(value, list):
        return value
    return [] if value is None else [value]
