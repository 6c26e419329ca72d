"""Addresses of the front-end files: each has its content's hash in its name, so it never stales."""

import json
from pathlib import Path

from flask import Flask, url_for

_MANIFEST = "vendor/manifest.json"


def read_manifest(static_folder: str | None) -> dict[str, str]:
    """Return logical name → file name under `vendor/`; empty before the assets are built."""
    path = Path(static_folder or "") / _MANIFEST
    if not path.is_file():
        return {}
    manifest: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return manifest


def register_assets(app: Flask) -> None:
    """Give templates `asset(name)`; an unknown name is an error of the programmer."""
    manifest = read_manifest(app.static_folder)
    addresses: dict[str, str] = {}

    def asset(name: str) -> str:
        if name not in addresses:
            addresses[name] = url_for("static", filename=f"vendor/{manifest.get(name, name)}")
        return addresses[name]

    app.add_template_global(asset, "asset")
