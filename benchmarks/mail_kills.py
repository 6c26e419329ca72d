"""Workers killed at random instants while a mailing leaves: what it costs, which must be nothing.

Each row is an audience of 6,000 and 300 kills (`kill -9`). Uncertain letters are listed for a
person; those that had been taken are settled by what SendGrid reports afterwards.
"""

import random
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import time_machine

from benchmarks.databases import empty_database
from benchmarks.mail_databases import prepare
from tests.support.killing import Toll, kill_and_count
from tests.support.post_offices import open_post_office

LETTERS, KILLS = 6_000, 300
GATEWAYS = ("smtp", "sendgrid")
WORKERS = (1, 3)
_START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def print_tolls(databases: Iterable[str], *, letters: int = LETTERS, kills: int = KILLS) -> None:
    """Kill on each database, by each gateway, with one worker and with three; print what it cost.

    Raises AssertionError as soon as a letter is lost or repeated.
    """
    print("\n| database | gateway | workers | kills | letters | twice | lost | uncertain"
          " | of them taken |")  # fmt: skip
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for database in databases:
        for gateway in GATEWAYS:
            for workers in WORKERS:
                toll = _toll(database, gateway, workers, letters, kills)
                print(
                    f"| {database} | {gateway} | {workers} | {toll.kills} | {toll.letters:,}"
                    f" | {toll.repeats} | {toll.lost} | {toll.uncertain} | {toll.taken} |",
                    flush=True,
                )
                assert (toll.repeats, toll.lost) == (0, 0)


def _toll(database: str, gateway: str, workers: int, letters: int, kills: int) -> Toll:
    with (
        tempfile.TemporaryDirectory() as folder,
        empty_database(database, "kills", prepare) as url,
        time_machine.travel(_START, tick=False) as traveller,
        open_post_office(gateway, url, Path(folder)) as office,
    ):
        return kill_and_count(
            office, traveller, letters=letters, kills=kills, workers=workers,
            draw=random.Random(2026),
        )  # fmt: skip
