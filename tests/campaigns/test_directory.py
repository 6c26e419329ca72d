"""The directory of town halls: read in bounded memory, fills what is empty, replaces nothing."""

import io
import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.campaigns.cli import directory_command
from crm.campaigns.directory.operations import fill_empty, keep_town_halls, take_values
from crm.campaigns.directory.reading import read_town_halls
from crm.campaigns.directory.types import TownHall
from crm.campaigns.models import DirectoryEntry
from crm.campaigns.operations import add_targets
from crm.campaigns.queries.picking import choices_of_codes
from crm.campaigns.types import Origin
from crm.contacts.models import Structure
from crm.contacts.operations.structures import adopt_commune
from crm.core import clock
from crm.core.errors import RuleError
from crm.history.models import ChangeSet
from tests.campaigns.builders import make_campaign
from tests.support.client import PageClient
from tests.support.people import sign_in

LAON, LENS = "02408", "62498"
# The shape of the State's export, with an invented town hall in it.
SERVICE = {
    "id": "00000000-0000-0000-0000-000000000000",
    "nom": "Mairie - Commune fictive",
    "adresse_courriel": "mairie@commune.example",
    "telephone": [{"valeur": "03 53 01 00 00"}],
    "site_internet": [{"valeur": "https://commune.example"}],
    "code_insee_commune": LAON,
    "pivot": [{"type_service_local": "mairie"}],
    "adresse": [{"nom_commune": "Laon, [dit] « la montagne couronnée »"}],
}
CSV_OF_OFFICES = (
    b"code_insee;courriel;telephone;site\n"
    b"02408;mairie@commune.example;03 53 01 00 00;commune.example\n"
)
CSV_OF_COMMUNES = (
    b"\xef\xbb\xbfcode_insee,adresse,courriel,courriel_masque,telephone,site\n"
    b"02408,Place,mairie@commune.example,,03 53 01 00 00,https://commune.example\n"
)
HALL = TownHall(LAON, "mairie@commune.example", "+33353010000", "https://commune.example")


def _read(content: object) -> list[TownHall]:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return list(read_town_halls(io.BytesIO(data)))


@pytest.mark.parametrize(
    "content",
    [
        {"total_count": 1, "note": "[ceci n’est pas une liste]", "results": [SERVICE]},
        {"service": [SERVICE]},
        [SERVICE],
        [{**SERVICE, "telephone": json.dumps(SERVICE["telephone"]),
          "pivot": json.dumps(SERVICE["pivot"])}],
        [{**SERVICE, "adresse_courriel": "illisible; mairie@commune.example"}],
        CSV_OF_OFFICES,
        CSV_OF_COMMUNES,
    ],
)  # fmt: skip
def test_each_shape_of_the_export_says_the_same(content: object) -> None:
    assert _read(content) == [HALL]


def test_other_services_and_secondary_desks_are_left_out() -> None:
    others = [
        {**SERVICE, "pivot": [{"type_service_local": "prefecture"}]},
        {**SERVICE, "nom": "Mairie déléguée - Ailleurs"},
        {**SERVICE, "code_insee_commune": None},
    ]
    assert _read([*others, SERVICE]) == [HALL]


def test_what_cannot_be_understood_is_counted_and_left_out() -> None:
    (hall,) = _read([{**SERVICE, "adresse_courriel": "pas une adresse"}])
    assert (hall.email, hall.phone, hall.wrong) == (None, "+33353010000", 1)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "vide"),
        (b"   \n", "vide"),
        (b"nom;ville\nA;B\n", "pas un annuaire"),
        (b'{"nothing": 1}', "pas un annuaire"),
        (b"[1, 2]", "pas un annuaire"),
        (json.dumps([SERVICE]).encode()[:-20], "au milieu"),
    ],
)
def test_what_is_no_directory_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(RuleError, match=said):
        _read(content)


class _Endless(io.RawIOBase):
    """A directory of many town halls, made as it is read."""

    def __init__(self, count: int) -> None:
        self._parts = self._made(count)
        self._rest = b""

    @staticmethod
    def _made(count: int) -> Iterator[bytes]:
        written = json.dumps({**SERVICE, "adresse": ["x" * 2000]}).encode()
        yield b"["
        for number in range(count):
            yield (b"," if number else b"") + written
        yield b"]"

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, _offset: int, _whence: int = 0) -> int:
        self._parts, self._rest = self._made(20_000), b""
        return 0

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        while len(self._rest) < len(buffer) and (part := next(self._parts, b"")):
            self._rest += part
        given, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(given)] = given
        return len(given)


def test_a_big_file_is_never_whole_in_memory() -> None:
    tracemalloc.start()
    count = sum(1 for _ in read_town_halls(io.BufferedReader(_Endless(20_000))))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 5_000_000, "of some fifty million"


def test_what_is_empty_is_filled_and_nothing_is_replaced(session: Session) -> None:
    laon = adopt_commune(session, insee_code=LAON)
    lens = adopt_commune(session, insee_code=LENS)
    lens.email = "contact@lens.example"
    other = TownHall(LENS, "mairie@lens.example", "+33321000000")
    halls = [HALL, other, TownHall("99999", "a@b.fr")]
    assert keep_town_halls(session, halls, now=clock.now()) == 1
    assert fill_empty(session) == 4
    assert (laon.email, laon.phone) == ("mairie@commune.example", "+33353010000")
    assert (lens.email, lens.phone) == ("contact@lens.example", "+33321000000")
    assert keep_town_halls(session, halls, now=clock.now()) == 1
    assert fill_empty(session) == 0
    assert take_values(session, ids=[laon.id, lens.id], name="email") == 1
    assert lens.email == "mairie@lens.example"


def test_a_commune_made_for_a_campaign_has_its_address(session: Session) -> None:
    keep_town_halls(session, [HALL], now=clock.now())
    campaign = make_campaign(session)
    choices = choices_of_codes(session, campaign.id, [LAON])
    add_targets(session, campaign_id=campaign.id, choices=choices, origin=Origin.PASTED)
    laon = session.scalars(select(Structure).where(Structure.insee_code == LAON)).one()
    assert (laon.email, laon.listed_on) == ("mairie@commune.example", None)


def test_the_screen_reads_fills_and_takes_back(client: PageClient, session: Session) -> None:
    laon = adopt_commune(session, insee_code=LAON)
    lens = adopt_commune(session, insee_code=LENS)
    lens.email = "contact@lens.example"
    session.flush()
    sign_in(client, session, "campaign_manager")
    assert client.get("/annuaire-mairies").status_code == 200
    assert client.submit("/annuaire-mairies", {}).status_code == 422
    other = {**SERVICE, "code_insee_commune": LENS, "adresse_courriel": "mairie@lens.example"}
    file = (io.BytesIO(json.dumps([SERVICE, other]).encode()), "annuaire.json")
    answer = client.post(
        "/annuaire-mairies", data={"csrf_token": client.csrf_token(), "file": file}
    )
    assert answer.status_code == 303
    page = client.get("/annuaire-mairies").text
    assert "contact@lens.example" in page
    assert "mairie@lens.example" in page
    session.expire_all()
    assert session.get_one(Structure, laon.id).email == "mairie@commune.example"
    client.submit(
        "/annuaire-mairies/lot", {"selection": str(lens.id), "action": "prendre", "value": "email"}
    )
    session.expire_all()
    assert session.get_one(Structure, lens.id).email == "mairie@lens.example"
    sets = session.scalars(select(ChangeSet.id).order_by(ChangeSet.id.desc()).limit(2)).all()
    for each in sets:
        client.submit(f"/historique/{each}/annuler", {})
    session.expire_all()
    assert session.get_one(Structure, lens.id).email == "contact@lens.example"
    assert session.get_one(Structure, laon.id).email is None


def test_the_command_reads_a_file(app: Flask, session: Session, tmp_path: Path) -> None:
    adopt_commune(session, insee_code=LAON)
    session.flush()
    path = tmp_path / "annuaire.json"
    path.write_text(json.dumps([SERVICE]), encoding="utf-8")
    runner = app.test_cli_runner()
    told = runner.invoke(directory_command, [str(path)])
    assert told.exit_code == 0, told.output
    assert "Values filled in: 3" in told.output
    assert "Values filled in: 0" in runner.invoke(directory_command, [str(path)]).output
    path.write_text("rien", encoding="utf-8")
    assert runner.invoke(directory_command, [str(path)]).exit_code == 1
    assert session.scalars(select(DirectoryEntry.insee_code)).all() == [LAON]
