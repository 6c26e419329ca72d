"""CSV and XLSX out of any list: streamed, typed, and safe against formulas."""

import csv
import io
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from importlib import import_module
from typing import IO, Any

from flask import Response, current_app, g, request, stream_with_context
from sqlalchemy import Result

from crm.core import clock
from crm.core.errors import N_
from crm.core.text import fold
from crm.web.list_definition import PLAIN, SHAPE, Column
from crm.web.locale import translate

Rows = Iterable[Sequence[Any]]
Keeper = Callable[[str, str, list[str]], None]

EXPORT_LABELS = {
    "id": N_("Identifiant"),
    "name": N_("Nom"),
    "acronym": N_("Sigle"),
    "family": N_("Famille"),
    "subtype": N_("Sous-type"),
    "commune": N_("Commune"),
    "departement_code": N_("Département"),
    "listed_on": N_("Référencée le"),
    "first_name": N_("Prénom"),
    "last_name": N_("Nom de famille"),
    "email": N_("Courriel"),
    "phone": N_("Téléphone"),
    "mobile": N_("Mobile"),
    "role": N_("Fonction"),
    "structure": N_("Structure"),
    "structure_id": N_("Identifiant de la structure"),
    "start_on": N_("Début"),
    "end_on": N_("Fin"),
    "description": N_("Description"),
    "headcount_wording": N_("Effectif, comme il est dit"),
    "record_id": N_("Identifiant de la fiche"),
    "contact_id": N_("Identifiant de la personne"),
    "their_email": N_("Courriel selon l’annuaire"),
    "their_phone": N_("Téléphone selon l’annuaire"),
    "budget": N_("Budget (euros)"),
    "call_name": N_("Appel"),
    "total_euros": N_("Budget total (euros)"),
    "requested_euros": N_("Demandé (euros)"),
    "awarded_euros": N_("Obtenu (euros)"),
    "received_euros": N_("Reçu (euros)"),
}
# Of columns that the lists themselves call otherwise, each in its way.
_WITHOUT_A_LIST = {
    "entity": N_("Type de fiche"),
    "reason": N_("Motif"),
    "at": N_("Le"),
    "actor_name": N_("Par"),
    "title": N_("Titre"),
    "extension": N_("Format"),
    "filter_names": N_("Filtrée par"),
    "is_elected": N_("Mandat électif"),
    "vacant_since": N_("Vacant depuis le"),
}
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_PHONE_OR_NUMBER = re.compile(r"[+-][0-9][0-9 .,]*")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORKBOOK_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "dd/mm/yyyy",
    "remove_timezone": True,
}
_FLUSH_ROWS = 500
_CHUNK_BYTES = 65536


_keepers: list[Keeper] = []


def on_export(keep: Keeper) -> None:
    """Call `keep(title, extension, names of the filters)` for each export; twice is once."""
    if keep not in _keepers:
        _keepers.append(keep)


def safe_text(value: str) -> str:
    """Return the text so that no spreadsheet runs it: `=1+1` gets an apostrophe, `+33 3…` not."""
    if value.startswith(_FORMULA_STARTS) and not _PHONE_OR_NUMBER.fullmatch(value):
        return "'" + value
    return value


def file_name(title: str, extension: str) -> str:
    """Return a plain name with today's date, as `structures-2019-03-12.csv`."""
    return f"{fold(title).replace(' ', '-') or 'export'}-{clock.today().isoformat()}.{extension}"


def send_table(title: str, header: Sequence[str], rows: Rows, extension: str) -> Response:
    """Return the rows as a download in this format; that it left is kept, not its content."""
    if extension == "xlsx":
        body: Iterator[bytes] = _read_back(_workbook(title, header, rows))
        return send_bytes(title, body, extension, _XLSX)
    make = plain_csv_lines if request.args.get(SHAPE) == PLAIN else csv_lines
    lines = stream_with_context(make(header, rows))
    return send_bytes(title, lines, extension, "text/csv; charset=utf-8")


def send_bytes(title: str, body: Iterable[bytes], extension: str, kind: str) -> Response:
    """Return a download; that it left is kept, not its content."""
    for keep in _keepers:
        keep(title, extension, sorted({name for name, value in request.args.items() if value}))
    current_app.logger.info(
        "export",
        extra={"event": f"export:{fold(title)}:{extension}", "request_id": g.get("request_id")},
    )
    name = file_name(title, extension)
    return Response(
        body,
        mimetype=None,
        content_type=kind,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def csv_lines(header: Sequence[str], rows: Rows) -> Iterator[bytes]:
    """Yield a CSV file that Excel in French opens by a double click: BOM and semicolons."""
    yield b"\xef\xbb\xbf"
    yield from _lines(header, rows, ";", _csv_cell)


def plain_csv_lines(header: Sequence[str], rows: Rows) -> Iterator[bytes]:
    """Yield a CSV file for programs (RFC 4180): commas, UTF-8 without BOM, ISO 8601 dates."""
    return _lines(header, rows, ",", _plain_cell)


def _lines(
    header: Sequence[str], rows: Rows, delimiter: str, cell: Callable[[Any], str]
) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(header)
    for count, row in enumerate(rows, start=1):
        writer.writerow([cell(value) for value in row])
        if count % _FLUSH_ROWS == 0:
            yield _drained(buffer)
    yield _drained(buffer)


def _drained(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


def _plain_cell(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else safe_text(str(value))


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return clock.in_paris(value).strftime("%d/%m/%Y %H:%M")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, float):
        return str(value).replace(".", ",")
    return safe_text(str(value))


def _workbook(title: str, header: Sequence[str], rows: Rows) -> IO[bytes]:
    target = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    # Loaded by the first export: pages do not carry its 2 MB.
    xlsxwriter = import_module("xlsxwriter")
    workbook = xlsxwriter.Workbook(target, {**WORKBOOK_OPTIONS, "constant_memory": True})
    sheet = workbook.add_worksheet(re.sub(r"[\[\]:*?/\\]", " ", title)[:31])
    bold = workbook.add_format({"bold": True})
    for column, label in enumerate(header):
        sheet.write_string(0, column, label, bold)
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            if isinstance(value, datetime):
                sheet.write_datetime(number, column, clock.in_paris(value).replace(tzinfo=None))
            elif isinstance(value, date):
                sheet.write_datetime(number, column, value)
            elif isinstance(value, bool | int | float):
                sheet.write(number, column, value)
            elif value is not None:
                sheet.write_string(number, column, str(value))
    workbook.close()
    return target


def _read_back(target: IO[bytes]) -> Iterator[bytes]:
    with target:
        target.seek(0)
        while chunk := target.read(_CHUNK_BYTES):
            yield chunk


def send_rows(
    title: str,
    result: Result[Any],
    extension: str,
    chosen: Mapping[str, Column] | None = None,
) -> Response:
    """Return a query's rows as a download, with the query's own column names as the header.

    Cursor columns that paging adds are left out; names are translated through EXPORT_LABELS. With
    `chosen`, by key, only these columns are sent, in this order.
    """
    names = [name for name in list(result.keys()) if not name.startswith("cursor_")]
    if chosen is None:
        labels = _WITHOUT_A_LIST | EXPORT_LABELS
        header = [translate(labels.get(name, name)) for name in names]
        rows: Rows = (row[: len(names)] for row in result)
    else:
        header = [translate(EXPORT_LABELS.get(key) or each.label) for key, each in chosen.items()]
        rows = _projected(result, names, chosen)
    response = send_table(title, header, rows, extension)
    response.call_on_close(result.close)  # a download that is broken off leaves no cursor open
    return response


def _projected(
    result: Result[Any], names: Sequence[str], chosen: Mapping[str, Column]
) -> Iterator[list[Any]]:
    places = [names.index(key) for key in chosen]
    words = [
        each.words and {k: translate(v) for k, v in each.words.items()} for each in chosen.values()
    ]
    for row in result:
        values = (row[place] for place in places)
        yield [
            known.get(value, value) if known else value
            for known, value in zip(words, values, strict=True)
        ]
