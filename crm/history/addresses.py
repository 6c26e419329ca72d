"""Where a save can be put back: what « Annuler » leads to after it."""

from flask import url_for


def undo_link(change_set_id: int | None, back: str | None = None) -> str | None:
    """Return the address that puts a save back, then comes back there.

    None when nothing changed: there is no save then, or its number was said to be 0.
    """
    if not change_set_id:
        return None
    return url_for("history.undo", change_set_id=change_set_id, next=back)
