"""Notes as they are read: « @Ada Martin » and « #Santé » lead to the person and to the theme."""

from collections.abc import Iterable
from typing import Any

from flask import url_for
from markupsafe import Markup

from crm.followups.forms import SessionForm
from crm.followups.models import AccompanimentSession
from crm.web.markdown import Links, notes_html


def links_of(record: AccompanimentSession) -> Links:
    """Return the words of the people and the themes of a session, with their pages."""
    people = ((str(each.id), each.full_name) for each in record.contacts if not each.deleted_at)
    return _links(people, ((str(each.id), each.label) for each in record.themes))


def preview_of(form: SessionForm) -> dict[str, Markup]:
    """Return the notes of a form as its session would show them, by field."""
    links = _links(_chosen(form.contacts), _chosen(form.themes))
    texts = {"notes": form.notes.data, "private_notes": form.private_text}
    return {name: notes_html(text, links) for name, text in texts.items() if text}


def _chosen(field: Any) -> list[tuple[str, str]]:
    values = set(field.data or ())
    return [(value, label) for value, label in field.choices if value in values]


def _links(people: Iterable[tuple[str, str]], themes: Iterable[tuple[str, str]]) -> Links:
    found = {
        f"@{name}": url_for("contacts.show", contact_id=int(value))
        for value, name in people
        if value.isdecimal()
    }
    return found | {f"#{label}": url_for("sessions.index", theme=value) for value, label in themes}
