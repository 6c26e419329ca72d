"""The counts as the shell prints them, of a demonstration that the test itself loads.

Apart from the tests that share one: a second one in the same database would wait for the first.
"""

import json

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.cli import ScriptInfo
from sqlalchemy.orm import Session

from crm.cli import main
from crm.demo.load import load_demo
from crm.reports.counts import as_plain_data, year_counts


@pytest.mark.parametrize("seed", [2019, 3])
def test_the_shell_prints_what_the_product_counts(app: Flask, session: Session, seed: int) -> None:
    with app.app_context():
        load_demo(session, app.config["SETTINGS"], seed=seed)
    result = CliRunner().invoke(
        main, ["counts", "2019", "--json"], obj=ScriptInfo(create_app=lambda: app)
    )
    assert result.exit_code == 0
    printed = json.loads(result.stdout)
    assert printed == json.loads(json.dumps(as_plain_data(year_counts(session, 2019))))
    assert printed["accompanied_structures"]["count"] == 115


def test_a_year_that_cannot_be_is_refused(app: Flask) -> None:
    result = CliRunner().invoke(main, ["counts", "19"], obj=ScriptInfo(create_app=lambda: app))
    assert result.exit_code == 2
    assert "19 is not in the range" in result.stderr
