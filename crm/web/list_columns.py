"""Which columns a list shows: those of the URL, or the usual ones."""

from collections.abc import Sequence

from werkzeug.datastructures import MultiDict

from crm.web.list_definition import Column, ListDefinition

COLUMNS, EVERY = "colonnes", "toutes"
_MOST_ASKED = 60

Names = tuple[str, ...]


def asked_columns(definition: ListDefinition, arguments: MultiDict[str, str]) -> Names:
    """Return the names in the URL that are columns, in the list's order; none for the usual ones.

    Both `colonnes=a,b` and `colonnes=a&colonnes=b` are read, unknown names left out.
    """
    typed = arguments.getlist(COLUMNS)
    if not typed:
        return ()
    asked = {name for text in typed for name in text.split(",")[:_MOST_ASKED]}
    known = [each for each in definition.columns if each.name]
    names = tuple(each.name for each in known if each.name in asked or EVERY in asked)
    return () if names == tuple(each.name for each in known if each.is_usual) else names


def shown_columns(definition: ListDefinition, names: Names) -> Sequence[Column]:
    """Return the columns to show, in the list's order; one without a name always is."""
    if not names:
        return definition.usual_columns
    return [each for each in definition.columns if not each.name or each.name in names]


def exported_columns(definition: ListDefinition, shown: Sequence[Column]) -> dict[str, Column]:
    """Return what an export of chosen columns holds: the identifiers, then what is shown."""
    by_key = {key: each for each in shown for key in each.exported or (each.key,)}
    identifiers = {key: by_key.get(key) or Column(key, "") for key in definition.identifiers}
    return identifiers | by_key
