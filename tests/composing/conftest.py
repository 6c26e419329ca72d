"""Messages are compiled inside an application, as letters are."""

from collections.abc import Iterator

import pytest
from flask import Flask


@pytest.fixture
def app_context(app: Flask) -> Iterator[None]:
    """Let a test compile messages without a request."""
    with app.app_context():
        yield
