"""What a file calls its columns: words that people read, each of another column."""

import csv
import io
import re
from collections import Counter

from flask import Flask

from tests.support.client import PageClient

_BOM = "\ufeff"
_CODE = re.compile("[a-z]+")


def _lists(app: Flask) -> list[str]:
    """Return the address of the CSV of each list that needs no other argument."""
    with app.test_request_context():
        return sorted(
            rule.build({"extension": "csv"})[1]
            for rule in app.url_map.iter_rules()
            if rule.arguments == {"extension"} and "export" in rule.endpoint
        )


def test_each_column_has_a_name_of_its_own(app: Flask, director: PageClient) -> None:
    found = 0
    for address in _lists(app):
        for shape in ("", "?colonnes=toutes"):
            answer = director.get(address + shape)
            if answer.status_code != 200:
                continue
            found += 1
            text = answer.text.removeprefix(_BOM)
            header = next(csv.reader(io.StringIO(text), delimiter=";"))
            twice = [name for name, count in Counter(header).items() if count > 1]
            assert not twice, f"{address}{shape}: {twice}"
            codes = [name for name in header if "_" in name or _CODE.fullmatch(name)]
            assert not codes, f"{address}{shape}: {codes}"
    assert found > 20
