"""A message as a page of its own: its pictures inside it, in the light or in the dark."""

import base64
import re
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from crm.composing.checks import HEAVIEST_HTML_BYTES, problems_for
from crm.composing.operations.trials import ways_to_nothing
from crm.composing.owners import examples, fields_of, find_owner, values_for
from crm.composing.presentation import back_of
from crm.composing.queries import footer_for, message_to_compile
from crm.composing.rendering import Compiled, compile_message, is_text_stale
from crm.web.locale import translate

# Its own style and pictures, and nothing else: no script, no address, no form, no other site.
PREVIEW_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'self'; sandbox"
)
_DARK = "(prefers-color-scheme: dark)"
_SHOWN = re.compile(r"cid:([0-9a-f]+)")


class Theme(StrEnum):
    """In which light a message is read."""

    LIGHT = "clair"
    DARK = "sombre"


def page_of(compiled: Compiled, theme: Theme | None = None) -> str:
    """Return the HTML of a filled message with its pictures inside.

    Without a theme it is read in the light that its reader's machine asks for, as the mail is:
    each colour of the message has its counterpart in the dark.
    """
    sources = {
        image.cid: f"data:image/{image.subtype};base64,{base64.b64encode(image.content).decode()}"
        for image in compiled.images
    }
    html = _SHOWN.sub(lambda found: sources.get(found[1], found[0]), compiled.html)
    if theme is None:
        return html
    media = "all" if theme == Theme.DARK else "not all"
    scheme = "dark" if theme == Theme.DARK else "light"
    return html.replace(_DARK, media).replace("color-scheme: light dark", f"color-scheme: {scheme}")


def preview_page(session: Session, message_id: int, recipient_id: int | None) -> dict[str, Any]:
    """Return what the page around a preview shows, for a recipient or for the examples."""
    message = message_to_compile(session, message_id)
    fields = fields_of(message.owner_kind)
    values = values_for(session, message.owner_kind, message.owner_id, recipient_id)
    compiled = compile_message(message, footer=footer_for(session, message), fields=fields)
    owner = find_owner(message.owner_kind)
    return {
        "message": message,
        "back": back_of(session, message),
        "filled": compiled.filled(values, ways_to_nothing()),
        "people": (
            owner.recipients(session, message.owner_id)
            if owner is not None and message.owner_id is not None
            else ()
        ),
        "is_example": values == examples(fields),
        "holes": [
            translate(each.message, **each.params)
            for each in problems_for(compiled, values, fields)
        ],
        "is_stale": is_text_stale(message),
        "kilobytes": max(len(compiled.html.encode()) // 1000, 1),
        "is_heavy": len(compiled.html.encode()) > HEAVIEST_HTML_BYTES,
    }
