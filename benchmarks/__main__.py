"""`python -m benchmarks`: builds the data once, measures, prints tables and keeps them in docs.

`python -m benchmarks NAME …` measures one of the others: campaigns, mailings, reports…
"""

import argparse
import sys
from importlib import import_module

from sqlalchemy.exc import OperationalError

from benchmarks.databases import FOLDER, copied_database, why_not
from benchmarks.imports import Bringing, measure_import
from benchmarks.measures import Measures, measure
from benchmarks.report import write_report

OTHERS = ("campaigns", "coverage", "duplicates", "mail", "mailings", "reports", "segments")


def main() -> int:
    """Run what the command line asks for."""
    if sys.argv[1:] and sys.argv[1] in OTHERS:
        return int(import_module(f"benchmarks.{sys.argv.pop(1)}").main())
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--contacts", type=int, nargs="+", default=[5_000, 100_000])
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--import-rows", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--times", type=int, default=200, help="requests of each kind")
    parser.add_argument("--seconds", type=float, default=60, help="of eight clients logging")
    parser.add_argument(
        "--quick", action="store_true", help="30 requests, 5 s; docs are left alone"
    )
    asked = parser.parse_args()
    times, seconds = (30, 5.0) if asked.quick else (asked.times, asked.seconds)
    command = " ".join(["python -m benchmarks", *sys.argv[1:]])
    found: list[Measures] = []
    brought: list[Bringing] = []
    report = ""
    for backend in asked.databases:
        if reason := why_not(backend):
            sys.stdout.write(f"{backend} left out: {reason}\n")
            continue
        for size in asked.contacts:
            try:
                found.append(_measured(backend, size, times, seconds))
            except OperationalError as error:
                sys.stdout.write(f"{backend} left out: {error.orig}\n")
                break
            # After each, so that a run that is stopped has not run for nothing.
            report = write_report(found, brought, command, is_kept=not asked.quick)
        brought += [measure_import(backend, rows) for rows in asked.import_rows]
        report = write_report(found, brought, command, is_kept=not asked.quick)
    sys.stdout.write(report)
    return 0


def _measured(backend: str, contacts: int, times: int, seconds: float) -> Measures:
    with copied_database(backend, contacts) as url:
        sys.stdout.write(f"Measuring {contacts} contacts on {backend}\n")
        sys.stdout.flush()
        return measure(url, FOLDER, Measures(backend, contacts), times=times, seconds=seconds)


if __name__ == "__main__":
    sys.exit(main())
