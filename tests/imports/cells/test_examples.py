"""The examples in the docstrings are true."""

import doctest
import importlib
import pkgutil

import pytest

from crm.imports import cells

MODULES = sorted(module.name for module in pkgutil.iter_modules(cells.__path__))


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_are_true(name: str) -> None:
    module = importlib.import_module(f"crm.imports.cells.{name}")
    assert doctest.testmod(module).failed == 0
