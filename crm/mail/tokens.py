"""Names that the database draws by itself, for many rows in one statement."""

from typing import Any

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class random_token(FunctionElement[str]):  # noqa: N801 - it stands in statements as a function does
    """Thirty-two hexadecimal digits that nobody can guess, others for each row."""

    type = String()
    name = "random_token"
    inherit_cache = True


@compiles(random_token, "postgresql")
def _on_postgresql(_element: random_token, _compiler: SQLCompiler, **_options: Any) -> str:
    return "replace(gen_random_uuid()::text, '-', '')"


@compiles(random_token, "sqlite")
def _on_sqlite(_element: random_token, _compiler: SQLCompiler, **_options: Any) -> str:
    return "lower(hex(randomblob(16)))"
