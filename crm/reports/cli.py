"""The counts of a year, from the command line."""

import json

import click
from flask.cli import with_appcontext

from crm.database import db
from crm.reports.counts import YearCounts, as_plain_data, year_counts


@click.command("counts")
@click.argument("year", type=click.IntRange(1990, 2100))
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
@with_appcontext
def counts_command(year: int, as_json: bool) -> None:  # noqa: FBT001 - click passes flags so
    """Print the counts of YEAR beside those of the year before."""
    counts = year_counts(db.session(), year)
    if as_json:
        click.echo(json.dumps(as_plain_data(counts), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(_lines(counts)))


def _lines(counts: YearCounts) -> list[str]:
    lines = [f"{'':44}{counts.year:>8}{counts.year - 1:>8}"]
    lines += [f"{name:44}{now:>8}{before:>8}" for name, (now, before) in counts.totals.items()]
    for name, split in counts.splits.items():
        lines += ["", f"{name} (structures, sessions)"]
        lines += [
            f"  {line.label[:40]:42}{line.structures[0]:>8}{line.structures[1]:>8}"
            f"{line.sessions[0]:>8}{line.sessions[1]:>8}"
            for line in split
        ]
    lines += ["", "groups"]
    lines += [
        f"  {g.name[:40]:42}{'-' if g.members is None else g.members:>8}" for g in counts.groups
    ]
    return lines
