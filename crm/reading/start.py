"""Starts the process that reads, by its path: `python -I …/start.py`.

The application is not loaded there, only the modules that read: `crm` stands for its folder, and
its own first file, which brings Flask and the database, is never run.
"""

import importlib
import sys
import types
from pathlib import Path

if __name__ == "__main__":
    folder = Path(__file__).resolve().parents[1]
    package = types.ModuleType("crm")
    package.__path__ = [str(folder)]
    sys.modules["crm"] = package
    importlib.import_module("crm.reading.worker").main()
