"""Brings the English catalogue in step with the sentences of the code: `python tools/messages.py`.

Run with the project's own Python (`.venv/bin/python`); new sentences arrive untranslated, and the
tests say which. Sentences that no longer exist leave the catalogue.
"""

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "crm" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
KEYWORDS = {
    "_": None,
    "_l": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "translate": None,
    "done": (1,),
}
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
OPTIONS = {"**.html": {"silent": "false"}, "**.txt": {"silent": "false"}}
# Written as it is: a date or the version of a tool would change the file at every run.
HEADER = r"""# English of Passerelle: the key of a sentence is its French.
msgid ""
msgstr ""
"Project-Id-Version: Passerelle\n"
"Language: en\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"

"""


def found_messages() -> set[str]:
    """Return every sentence marked for translation in the code and the templates."""
    found: set[str] = set()
    for folder in ("crm", "templates"):
        for _, _, message, _, _ in extract_from_dir(
            str(ROOT / folder), METHODS, OPTIONS, KEYWORDS, ()
        ):
            found.update([message] if isinstance(message, str) else message)
    return {message for message in found if message}


def read_catalogue() -> Catalog:
    """Return the English catalogue; a new one when there is none yet."""
    if not CATALOGUE.exists():
        return Catalog(locale="en", project="Passerelle", charset="utf-8")
    with CATALOGUE.open("rb") as stream:
        return read_po(stream, locale="en")


def updated(old: Catalog, messages: set[str]) -> Catalog:
    """Return a catalogue of these sentences, with the translations known so far."""
    new = Catalog(locale="en", project="Passerelle", charset="utf-8")
    for message in sorted(messages):
        known = old.get(message)
        new.add(message, known.string if known else "", flags=known.flags if known else ())
    return new


def main() -> int:
    """Rewrite the catalogue and print what is left to translate."""
    catalogue = updated(read_catalogue(), found_messages())
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as stream:
        stream.write(HEADER.encode())
        write_po(stream, catalogue, width=0, omit_header=True, sort_output=True, no_location=True)
    missing = [message.id for message in catalogue if message.id and not message.string]
    sys.stdout.write(f"{len(catalogue)} sentences, {len(missing)} to translate\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
