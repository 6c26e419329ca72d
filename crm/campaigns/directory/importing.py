"""Reading a whole directory: in short transactions what it says, then in one what it fills in."""

from typing import IO

from crm.campaigns.directory.operations import count_differing, fill_empty, keep_town_halls
from crm.campaigns.directory.reading import read_town_halls
from crm.campaigns.directory.types import Report, TownHall
from crm.core import clock
from crm.core.errors import N_, RuleError
from crm.database import transaction
from crm.history.recording import Actor, act_as, change_set_of, describe_save

_AT_ONCE = 500


def import_directory(stream: IO[bytes], *, actor: Actor | None = None) -> Report:
    """Keep what a directory says, then fill in the records that lack it; return what was done.

    Doing it again changes nothing. Raises RuleError when the file is none, or is cut; no record has
    changed then.
    """
    report, batch = Report(), list[TownHall]()
    for hall in read_town_halls(stream):
        report.town_halls += 1
        report.wrong += hall.wrong
        batch.append(hall)
        if len(batch) == _AT_ONCE:
            _keep(batch, report)
            batch = []
    if batch:
        _keep(batch, report)
    if not report.town_halls:
        raise RuleError("file", N_("Aucune mairie n’a été trouvée dans ce fichier."))
    with transaction() as session:
        if actor is not None:
            act_as(session, actor)
        describe_save(session, label=N_("Annuaire des mairies"))
        report.filled = fill_empty(session)
        report.differing = count_differing(session)
        report.change_set_id = change_set_of(session) if report.filled else None
    return report


def _keep(batch: list[TownHall], report: Report) -> None:
    with transaction() as session:
        report.outside += keep_town_halls(session, batch, now=clock.now())
