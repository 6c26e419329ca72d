"""A segment from the command line: how many it finds, and what it means."""

import json

import click
from flask.cli import with_appcontext

from crm.core import clock
from crm.criteria.sentences import sentence_of
from crm.database import db
from crm.segments.errors import SegmentError
from crm.segments.models import Segment
from crm.segments.queries import count, tree_of


@click.command("segment")
@click.argument("segment_id", type=click.IntRange(1, 2**31 - 1))
@click.option("--json", "as_json", is_flag=True, help="Print the segment as JSON.")
@with_appcontext
def segment_command(segment_id: int, as_json: bool) -> None:  # noqa: FBT001 - click passes flags so
    """Print how many records SEGMENT_ID finds today, and what it means."""
    session = db.session()
    segment = session.get(Segment, segment_id)
    if segment is None or segment.deleted_at is not None:
        raise click.ClickException(f"There is no segment {segment_id}.")
    try:
        found = count(session, segment, day=clock.today())
        said = sentence_of(session, tree_of(segment), segment.names)
    except SegmentError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        data = {"id": segment.id, "name": segment.name, "subject": segment.subject,
                "count": found, "sentence": said}  # fmt: skip
        click.echo(json.dumps(data, ensure_ascii=False, indent=2))
    else:
        click.echo(f"{segment.name}\n{said}\n{found}")
