"""Build crm/static/vendor: every served file under a hashed name, and manifest.json.

Usage: python3 tools/assets.py

A hashed name lets browsers keep a file for ever. Also compiles the gettext catalogues and cuts the
reference geography to what the product loads, in crm/territories/data.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NODE_MODULES = ROOT / "node_modules"
STATIC = ROOT / "crm" / "static"
VENDOR = STATIC / "vendor"
TRANSLATIONS = ROOT / "crm" / "translations"
ICON_LIST = STATIC / "icons.txt"
GEOGRAPHY = ROOT / "crm" / "territories" / "data"
GEOGRAPHY_PACKAGE = "@etalab/decoupage-administratif"
# File -> the keys that are loaded.
GEOGRAPHY_FILES = {
    "regions": ("code", "nom"),
    "departements": ("code", "nom", "region"),
    "arrondissements": ("code", "nom", "departement"),
    "epci": ("code", "nom", "type", "populationMunicipale", "membres"),
    "communes": (
        "code",
        "nom",
        "type",
        "departement",
        "arrondissement",
        "siren",
        "population",
        "codesPostaux",
        "anciensCodes",
        "chefLieu",
        "commune",
    ),
}

# Logical name -> file of a package.
DIST_FILES = {
    "tabler.css": "@tabler/core/dist/css/tabler.min.css",
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "tom-select.css": "tom-select/dist/css/tom-select.bootstrap5.min.css",
    "tom-select.js": "tom-select/dist/js/tom-select.complete.min.js",
    # The letters of reports in PDF: no page asks for them.
    **{
        f"report{'-ext' if part else ''}-{style}.woff": (
            f"@fontsource/source-sans-3/files/source-sans-3-latin{part}-{name}.woff"
        )
        for part in ("", "-ext")
        for style, name in (
            ("regular", "400-normal"),
            ("bold", "700-normal"),
            ("italic", "400-italic"),
        )
    },
}
# Whatever part of these we serve, inside a bundle or alone.
SERVED_PACKAGES = (
    "@fontsource/source-sans-3",
    "@tabler/core",
    "@tabler/icons",
    "htmx.org",
    "tom-select",
    "@orchidjs/sifter",
    "@orchidjs/unicode-variants",
)
ICONS = "@tabler/icons/icons/outline"
DEFAULT_ICONS = (
    "alert-triangle",
    "arrow-left",
    "bell",
    "building",
    "calendar",
    "check",
    "chevron-down",
    "chevron-right",
    "clock",
    "download",
    "edit",
    "filter",
    "home",
    "info-circle",
    "logout",
    "mail",
    "map-pin",
    "menu-2",
    "message-circle",
    "moon",
    "phone",
    "plus",
    "report",
    "search",
    "settings",
    "sun",
    "trash",
    "user",
    "users",
    "world",
    "x",
)
SOURCE_MAP = re.compile(
    rb"\s*(?:/\*[#@]\s*sourceMappingURL=[^*]*\*/|//[#@]\s*sourceMappingURL=\S*)"
)
# The invisible square that each icon starts with.
ICON_FRAME = re.compile(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>')
SVG_BODY = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
SYMBOL = (
    '<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"'
    ' stroke-linecap="round" stroke-linejoin="round">{body}</symbol>'
)
# Pages opened before a change still ask for the files they were written with.
STALE_AFTER_SECONDS = 24 * 3600

COMPILE_CATALOGUES = """
import pathlib, sys
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
for name in sys.argv[1:]:
    source = pathlib.Path(name)
    with source.open("rb") as stream:
        catalogue = read_po(stream, locale=source.parts[-3], abort_invalid=True)
    draft = source.with_suffix(".mo.new")
    with draft.open("wb") as stream:
        write_mo(stream, catalogue)
    draft.replace(source.with_suffix(".mo"))
"""


class AssetError(Exception):
    """A file that cannot be built, in a sentence."""


def read_package_file(path: str) -> bytes:
    """Return a package file's content; raise AssetError when it is not installed."""
    try:
        return (NODE_MODULES / path).read_bytes()
    except OSError as error:
        message = f"node_modules/{path} is missing: run python3 tools/install.py base"
        raise AssetError(message) from error


def icon_names() -> list[str]:
    """Return the names in crm/static/icons.txt, sorted, else a small default set."""
    if not ICON_LIST.is_file():
        return sorted(DEFAULT_ICONS)
    lines = (line.partition("#")[0].strip() for line in ICON_LIST.read_text("utf-8").splitlines())
    return sorted({line for line in lines if line})


def icon_symbol(name: str) -> str:
    """Return one icon as an SVG symbol; raise AssetError with near names when unknown."""
    file = NODE_MODULES / ICONS / f"{name}.svg"
    if not file.is_file():
        known = [path.stem for path in (NODE_MODULES / ICONS).glob("*.svg")]
        near = ", ".join(difflib.get_close_matches(name, known)) or "none"
        message = f"crm/static/icons.txt names an unknown icon, {name}. Close names: {near}"
        raise AssetError(message)
    match = SVG_BODY.search(file.read_text("utf-8"))
    body = ICON_FRAME.sub("", match.group(1)) if match else ""
    return SYMBOL.format(name=name, body=" ".join(body.split()).replace("> <", "><"))


def icon_sprite() -> bytes:
    """Return the sprite of every icon we use, for <use href="…#name">."""
    symbols = "\n".join(icon_symbol(name) for name in icon_names())
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n'.encode()


def maskable_icon() -> bytes:
    """Return the icon for systems that cut it to a shape: no corner, the drawing well inside."""
    drawing = (STATIC / "favicon.svg").read_text("utf-8")
    square = re.sub(r' rx="[0-9.]+"', "", drawing, count=1)
    inside, count = re.subn(
        r"(<path .*)(</svg>)", r'<g transform="translate(4.8 4.8) scale(.7)">\1</g>\2', square
    )
    if square == drawing or count != 1:
        message = "crm/static/favicon.svg must be a rounded square with a path over it"
        raise AssetError(message)
    return inside.encode()


def own_files() -> dict[str, bytes]:
    """Return our own static files by their path below crm/static."""
    found = {}
    for path in sorted(STATIC.rglob("*")):
        relative = path.relative_to(STATIC)
        hidden = any(part.startswith(".") for part in relative.parts)
        if path.is_file() and path != ICON_LIST and not hidden and relative.parts[0] != "vendor":
            found[relative.as_posix()] = path.read_bytes()
    return found


def licences() -> bytes:
    """Return each served package's name, version and licence, then the licence texts."""
    summary: list[str] = []
    texts: list[str] = []
    for package in SERVED_PACKAGES:
        described = json.loads(read_package_file(f"{package}/package.json"))
        title = f"{package} {described['version']}, {described.get('license', 'unknown')}"
        summary.append(title)
        texts.extend(
            f"\n{'-' * 72}\n{title}\n\n{file.read_text('utf-8').strip()}\n"
            for file in sorted((NODE_MODULES / package).glob("LICEN[CS]E*"))
        )
    return ("\n".join(summary) + "\n" + "".join(texts)).encode()


def hashed_name(name: str, content: bytes) -> str:
    """Return the name with a hash of the content before its extension."""
    path = Path(name)
    code = hashlib.sha256(content).hexdigest()[:10]
    return path.with_name(f"{path.stem}.{code}{path.suffix}").as_posix()


def write(path: Path, content: bytes) -> bool:
    """Write a file in one go unless it already has this content; tell whether it was written."""
    if path.is_file() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    draft.write_bytes(content)
    draft.replace(path)
    return True


def remove_stale(kept: set[Path]) -> None:
    """Delete what no manifest of the last day named."""
    limit = time.time() - STALE_AFTER_SECONDS
    for path in VENDOR.rglob("*"):
        if path.is_file() and path not in kept and path.stat().st_mtime < limit:
            path.unlink()


def build_files() -> int:
    """Write the hashed files, then the manifest; return how many changed."""
    contents = {
        name: SOURCE_MAP.sub(b"", read_package_file(path)) for name, path in DIST_FILES.items()
    }
    contents["icons.svg"] = icon_sprite()
    contents["icon-maskable.svg"] = maskable_icon()
    for name, content in own_files().items():
        if name in contents:
            message = f"crm/static/{name} has the name of a vendored file: rename it"
            raise AssetError(message)
        contents[name] = content
    manifest = {name: hashed_name(name, content) for name, content in sorted(contents.items())}
    changed = sum(write(VENDOR / manifest[name], contents[name]) for name in contents)
    extra = {"LICENSES.txt": licences()}
    # Last: a manifest never names a file that is not there yet.
    extra["manifest.json"] = (json.dumps(manifest, indent=2) + "\n").encode()
    changed += sum(write(VENDOR / name, content) for name, content in extra.items())
    remove_stale({VENDOR / name for name in (*manifest.values(), *extra)})
    return changed


def geography_file(name: str, keys: tuple[str, ...]) -> bytes:
    """Return a file of the official division with these keys only, one record a line."""
    lines = []
    for record in json.loads(read_package_file(f"{GEOGRAPHY_PACKAGE}/data/{name}.json")):
        kept = {key: record[key] for key in keys if key in record}
        if "membres" in kept:
            kept["membres"] = [{"code": member["code"]} for member in kept["membres"]]
        lines.append(json.dumps(kept, ensure_ascii=False, separators=(",", ":")))
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode()


def build_geography() -> int:
    """Write the geography's files if the package has changed; return how many changed."""
    described = json.loads(read_package_file(f"{GEOGRAPHY_PACKAGE}/package.json"))
    files = [GEOGRAPHY / f"{name}.json" for name in GEOGRAPHY_FILES]
    stamp = GEOGRAPHY / "VERSION"
    version = f"{described['version']} {hashlib.sha256(repr(GEOGRAPHY_FILES).encode()).hexdigest()}"
    if stamp.is_file() and stamp.read_text("utf-8") == version and all(map(Path.is_file, files)):
        return 0
    changed = sum(
        write(GEOGRAPHY / f"{name}.json", geography_file(name, keys))
        for name, keys in GEOGRAPHY_FILES.items()
    )
    write(GEOGRAPHY / "LICENSE", read_package_file(f"{GEOGRAPHY_PACKAGE}/LICENSE"))
    write(stamp, version.encode())
    return changed


def outdated_catalogues() -> list[Path]:
    """Return the gettext sources that are newer than their compiled form."""
    found = []
    for source in sorted(TRANSLATIONS.glob("*/LC_MESSAGES/*.po")):
        compiled = source.with_suffix(".mo")
        if not compiled.is_file() or compiled.stat().st_mtime_ns < source.stat().st_mtime_ns:
            found.append(source)
    return found


def compile_catalogues(python: Path) -> int:
    """Compile the outdated catalogues with the environment's Babel; return how many."""
    sources = outdated_catalogues()
    if not sources or not python.is_file():
        return 0
    done = subprocess.run(
        [str(python), "-c", COMPILE_CATALOGUES, *map(str, sources)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        message = f"A translation catalogue cannot be compiled: {reason}"
        raise AssetError(message)
    return len(sources)


def build(python: Path) -> list[str]:
    """Build everything; return one line for each kind of change made."""
    lines = []
    if changed := build_files():
        lines.append(f"Assets: {changed} file(s) written in crm/static/vendor.")
    if changed := build_geography():
        lines.append(f"Geography: {changed} file(s) written in crm/territories/data.")
    if compiled := compile_catalogues(python):
        lines.append(f"Translations: {compiled} catalogue(s) compiled.")
    return lines


def main() -> int:
    """Build and return the exit status."""
    folder, program = ("bin", "python") if os.name == "posix" else ("Scripts", "python.exe")
    try:
        lines = build(ROOT / ".venv" / folder / program)
    except (AssetError, OSError) as error:
        print(error)
        return 1
    print("\n".join(lines) or "Assets and translations are up to date.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
