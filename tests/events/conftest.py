"""What every test of events has."""

from collections.abc import Iterator

import pytest
from flask import Flask


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    """Let a test speak to operations that compose: they need to know the application."""
    with app.app_context():
        yield
