"""The parts of an import: a thousand rows at most, written in one transaction and undone in one."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.errors import N_, RuleError
from crm.database import Turn, learn_sizes, take_turn
from crm.history.recording import Actor, act_as, change_set_of, describe_save
from crm.imports.lookups import Lookups
from crm.imports.models import Import, ImportChunk
from crm.imports.outcomes import counted
from crm.imports.targets.base import Work
from crm.imports.targets.passing import work_through
from crm.imports.types import Draft, Settings
from crm.imports.undoing import undo_chunk

Touched = dict[str, set[int]]
PART_ROWS = 1_000
CHANGED_SINCE = N_(
    "Des fiches ont changé depuis l’essai à blanc : rien n’a été gardé. Refaites l’essai, puis"
    " importez."
)
_GROWING = ("structure", "contact", "affiliation", "change", "change_subject")


def write_part(session: Session, run: Import, drafts: Sequence[Draft], lookups: Lookups) -> Touched:
    """Write rows and keep what became of them; return the records that the index must know anew.

    Raises RuleError when a row can no longer be written as it was tried.
    """
    take_turn(session, Turn.WRITE_IMPORT)  # two of the same rows see each other's records
    _sign(session, run, f"Import n° {run.id} · {run.file_name}")
    work = Work(
        session, Settings(**run.settings), {}, lookups, clock.today(),
        is_trial=False, user_id=run.actor_id,
    )  # fmt: skip
    rows = work_through(work, drafts)
    if not run.takes_good_rows and not all(row.is_good or row.is_skipped for row in rows):
        raise RuleError("form", CHANGED_SINCE)
    number = 1 + (session.scalar(_last_number(run.id)) or 0)
    counts = dict(counted(rows))
    session.add(
        ImportChunk(
            import_id=run.id,
            number=number,
            row_count=len(rows),
            change_set_id=change_set_of(session),
            counts=counts,
            kept=[],
        )
    )
    run.rows_done += len(rows)
    run.counts = _summed(run.counts, counts, is_first=number == 1)
    if is_power_of_four(number):
        learn_sizes(session, _GROWING)
    for row in rows:
        row.let_go()
    return work.touched


def undo_part(session: Session, run: Import) -> Touched | None:
    """Undo the last part that stands; return the records that it had made, None when none does."""
    chunk = session.scalar(
        select(ImportChunk)
        .where(ImportChunk.import_id == run.id, ImportChunk.is_undone.is_(False))
        .order_by(ImportChunk.number.desc())
        .limit(1)
    )
    if chunk is None:
        return None
    made: Touched = {}
    if chunk.change_set_id is not None:
        label = N_("Annulation de l’import n° %(number)s") % {"number": run.id}
        _sign(session, run, label)
        undone = undo_chunk(
            session, import_id=run.id, change_set_id=chunk.change_set_id, label=label
        )
        chunk.kept, made = undone.kept, undone.made
        chunk.undo_set_id = change_set_of(session)
    chunk.is_undone = True
    run.rows_done += chunk.row_count
    return made


def is_power_of_four(number: int) -> bool:
    """Tell when to look again at what grows: after 1, 4, 16, 64… times."""
    return number & (number - 1) == 0 and number.bit_length() % 2 == 1


def _sign(session: Session, run: Import, label: str) -> None:
    """Write in the name of who asked for it."""
    source = run.source if run.source == "command" else "import"
    act_as(session, Actor(run.actor_id, run.actor_name, source))
    describe_save(session, label=label)


def _last_number(import_id: int) -> Any:
    return select(func.max(ImportChunk.number)).where(ImportChunk.import_id == import_id)


def _summed(known: dict[str, Any], new: dict[str, int], *, is_first: bool) -> dict[str, Any]:
    """Return the counts of what is written so far; those of the trial are kept beside them."""
    base = {} if is_first else {name: n for name, n in known.items() if name != "trial"}
    kept = {"trial": known["trial"]} if "trial" in known else {}
    for name, count in new.items():
        base[name] = base.get(name, 0) + count
    return {**base, **kept}
