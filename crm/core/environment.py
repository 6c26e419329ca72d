"""Reading the environment: what is wrong is said so that it can be set right."""

from collections.abc import Mapping


class ConfigurationError(RuntimeError):
    """The settings do not allow a safe start; the message says what to set."""


def whole_number(environ: Mapping[str, str], name: str, default: int) -> int:
    """Return the number that a variable holds; raise ConfigurationError when it is none."""
    text = environ.get(name, str(default))
    if not text.isdigit():
        raise ConfigurationError(f"{name} is {text!r}: set it to a whole number, 0 or more.")
    return int(text)
