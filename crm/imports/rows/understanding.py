"""A row of a file of any kind, understood."""

from collections.abc import Sequence

from crm.imports.cells.types import Cell
from crm.imports.rows.activities import add_membership, add_project, add_session, add_structures
from crm.imports.rows.consents import add_consents
from crm.imports.rows.context import Reading, read_row
from crm.imports.rows.people import add_people
from crm.imports.rows.structures import add_structure
from crm.imports.rows.subsidies import add_subsidy, shifted
from crm.imports.types import Draft, ImportKind


def understand(number: int, cells: Sequence[Cell], reading: Reading) -> Draft:
    """Return the records that a row speaks of, what is wrong with it and what must be asked."""
    if reading.kind == ImportKind.SUBSIDIES and (issue := shifted(cells, reading)) is not None:
        return Draft(number, issues=[issue])
    context = read_row(number, cells, reading)
    if reading.kind == ImportKind.SUBSIDIES:
        add_subsidy(context)
    elif reading.kind == ImportKind.STRUCTURES:
        add_structure(context)
    elif reading.kind == ImportKind.CONTACTS:
        add_consents(context, add_people(context, add_structure(context)))
    else:
        structures = add_structures(context)
        first = structures[0] if structures else None
        if reading.kind == ImportKind.PROJECTS:
            add_project(context, first)
        elif reading.kind == ImportKind.MEMBERSHIPS:
            add_membership(context, first, add_people(context, first))
        else:
            add_session(context, structures, add_people(context, first))
    return context.draft
