"""Compiled templates, kept from one test's application to the next of the same process."""

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class KeptBytecode(BytecodeCache):
    """Keeps compiled templates in memory: compiling them anew took most of a page's first show."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a template what was compiled before, if its source is the same."""
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a compiled template."""
        self._kept[bucket.key] = bucket.bytecode_to_string()
