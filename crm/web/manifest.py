"""What a browser reads to put Passerelle among a phone's or a desktop's applications."""

from typing import Any

from flask import Blueprint, Response, current_app, json, url_for

from crm.core.errors import N_
from crm.web.access import Reach, allow
from crm.web.assets import asset_url
from crm.web.locale import translate

blueprint = Blueprint("manifest", __name__)
_COLOUR = "#0e6266"
_SHORTCUTS = (
    (N_("Noter une séance"), "sessions.new"),
    (N_("Aujourd’hui"), "home.index"),
    (N_("Relances"), "follow_ups.index"),
)


@blueprint.get("/manifest.webmanifest")
@allow(Reach.PUBLIC)
def read() -> Response:
    """Answer with the name, the icons and the first page: the form of a session.

    It holds nobody's data, and the page it opens asks to sign in.
    """
    network: str = current_app.config["SETTINGS"].network_name
    described: dict[str, Any] = {
        "name": f"Passerelle · {network}",
        "short_name": "Passerelle",
        "lang": "fr",
        "id": "/",
        "start_url": url_for("sessions.new"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": _COLOUR,
        "icons": [_icon("favicon.svg", "any"), _icon("icon-maskable.svg", "maskable")],
        "shortcuts": [
            {"name": translate(label), "url": url_for(endpoint)} for label, endpoint in _SHORTCUTS
        ],
    }
    return Response(
        json.dumps(described, ensure_ascii=False), content_type="application/manifest+json"
    )


def _icon(name: str, purpose: str) -> dict[str, str]:
    return {"src": asset_url(name), "sizes": "any", "type": "image/svg+xml", "purpose": purpose}
