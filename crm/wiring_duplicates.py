"""What `wiring` says of duplicates: a part of the table of contents."""

from crm.duplicates import kinds
from crm.duplicates.operations import forget_pairs
from crm.duplicates.panels import MERGE_PANELS, MERGES_INTO
from crm.duplicates.typing_help import people_like_typed, structures_like_typed
from crm.history.detours import add_detour
from crm.history.kinds import on_purge
from crm.imports.lookalikes import people_like, structures_like
from crm.imports.matching import find_likely_with
from crm.web.lookalikes import find_lookalikes_by
from crm.web.panels import add_panel
from crm.web.record_actions import add_record_action


def connect_duplicates() -> None:
    """Let what is typed be compared with what is there, and merges be undone on their own page."""
    on_purge(forget_pairs)
    add_detour(kinds.page_of_merge)
    for entity, panel in MERGE_PANELS.items():
        add_panel(entity, panel, MERGES_INTO.get)
    for entity, action in kinds.ACTIONS:
        add_record_action(entity, action)
    find_lookalikes_by("structure", structures_like_typed)
    find_lookalikes_by("contact", people_like_typed)
    find_likely_with("structure", structures_like)
    find_likely_with("contact", people_like)
