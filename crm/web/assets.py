"""Addresses of the front-end files: each has its content's hash in its name, so it never stales."""

import json
from pathlib import Path

from flask import Flask, current_app, url_for
from markupsafe import Markup

_MANIFEST = "vendor/manifest.json"
_SILENT = Markup('aria-hidden="true"')
_SAYING = Markup('role="img" aria-label="{}"')
_ICON = Markup(
    '<svg class="icon" viewBox="0 0 24 24" width="20" height="20" {} focusable="false">'
    '<use href="{}#{}"/></svg>'
)


def read_manifest(static_folder: str | None) -> dict[str, str]:
    """Return logical name → file name under `vendor/`; empty before the assets are built."""
    path = Path(static_folder or "") / _MANIFEST
    if not path.is_file():
        return {}
    manifest: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return manifest


def asset_url(name: str) -> str:
    """Return the address of a front-end file, made once."""
    addresses: dict[str, str] = current_app.extensions["asset_addresses"]
    if name not in addresses:
        known: dict[str, str] = current_app.extensions["asset_names"]
        addresses[name] = url_for("static", filename=f"vendor/{known.get(name, name)}")
    return addresses[name]


def register_assets(app: Flask) -> None:
    """Give templates `asset(name)`, and `icon_of(name, label)`, which is silent without a label."""
    app.extensions["asset_names"] = read_manifest(app.static_folder)
    app.extensions["asset_addresses"] = {}
    silent: dict[str, Markup] = {}

    def icon_of(name: str, label: str | None = None) -> Markup:
        if label:
            return _ICON.format(_SAYING.format(label), asset_url("icons.svg"), name)
        if name not in silent:
            silent[name] = _ICON.format(_SILENT, asset_url("icons.svg"), name)
        return silent[name]

    app.add_template_global(asset_url, "asset")
    app.add_template_global(icon_of)
