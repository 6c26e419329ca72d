"""Prepare a checkout: Python layers in .venv, front-end packages, served assets.

Usage: python3 tools/install.py [base] [test] [qa] [e2e] [pg]

Only the standard library is used, and nothing newer than Python 3.7 is needed to read this file,
so that an old interpreter is refused with a sentence. A stamp is written after each step: a second
run does only what is missing, and an interrupted one is repaired.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

if os.name == "posix":
    import fcntl

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_NODE = ROOT / ".venv-node"
NODE_MODULES = ROOT / "node_modules"
BIN = "bin" if os.name == "posix" else "Scripts"
LAYERS = ("base", "test", "qa", "e2e", "pg")
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 18
SHOWN_LINES = 15
# Long lists in pip's and npm's output that hide the reason: settings, other hashes, call stacks.
NOISE = re.compile(r"WARNING: Location|\s+Expected\s+or|npm error( +at |\s*$)")
INTERRUPTED_STATUS = 130


class StepError(Exception):
    """A step that did not succeed, with what the reader can do about it."""

    def __init__(self, step: str, advice: str, output: str = "") -> None:
        """Keep the step's name, the advice and the output of the failed command."""
        super().__init__(step)
        self.step = step
        self.advice = advice
        self.output = output


def say(text: str) -> None:
    """Print one line at once, even into a pipe."""
    print(text, flush=True)


def digest(*parts: Path | str) -> str:
    """Return one hash for file contents and plain texts; a missing file counts as empty."""
    total = hashlib.sha256()
    for part in parts:
        if isinstance(part, str):
            content = part.encode()
        else:
            content = part.read_bytes() if part.is_file() else b""
        total.update(len(content).to_bytes(8, "big") + content)
    return total.hexdigest()


def is_stamped(stamp: Path, value: str) -> bool:
    """Tell whether this step already ended well with the same inputs."""
    try:
        return stamp.read_text(encoding="utf-8") == value
    except (OSError, UnicodeDecodeError):
        return False


def write_stamp(stamp: Path, value: str) -> None:
    """Record that a step ended well; the rename makes it all or nothing."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    draft = stamp.with_name(stamp.name + ".new")
    draft.write_text(value, encoding="utf-8")
    draft.replace(stamp)


def run(
    step: str, command: list[str], advice: str, *, environment: dict[str, str] | None = None
) -> None:
    """Run one command quietly; raise StepError with its output when it fails."""
    try:
        # The child inherits the lock: should we be killed, the next run waits for its end.
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            close_fds=os.name != "posix",
            check=False,
        )
    except OSError as error:
        raise StepError(step, advice, str(error)) from error
    if done.returncode:
        raise StepError(step, advice, done.stdout.decode(errors="replace"))


@contextlib.contextmanager
def only_one_installation() -> Iterator[None]:
    """Wait until no other installation works in this checkout."""
    if os.name != "posix":
        yield
        return
    descriptor = os.open(__file__, os.O_RDONLY)
    os.set_inheritable(descriptor, True)  # noqa: FBT003 - the signature takes it by position
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        say("Another installation is at work in this folder: waiting for it to end.")
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(descriptor)


def check_python() -> None:
    """Refuse an interpreter that is too old, or one that cannot create environments."""
    wanted = ".".join(map(str, OLDEST_PYTHON))
    current = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        raise StepError(
            "checking Python",
            f"Python {wanted} or newer is needed and this one is {current}. "
            f"Install it, then name it: make run PYTHON=python{wanted}",
        )
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        major_minor = ".".join(map(str, sys.version_info[:2]))
        raise StepError(
            "checking Python",
            "This Python cannot create virtual environments. On Debian or Ubuntu: "
            f"sudo apt-get install python3-venv (or python{major_minor}-venv)",
        )


def works(python: Path) -> bool:
    """Tell whether an environment's interpreter still starts (it breaks when Python moves)."""
    with contextlib.suppress(OSError):
        return subprocess.run([python, "-I", "-S", "-c", ""], check=False).returncode == 0
    return False


class Environment:
    """A virtual environment whose steps are stamped inside it."""

    def __init__(self, folder: Path) -> None:
        """Name the environment's folder; nothing is created yet."""
        self.folder = folder
        self.python = folder / BIN / ("python" if os.name == "posix" else "python.exe")
        self.stamps = folder / ".installed"
        self.unfinished = self.stamps / "unfinished"

    def prepare(self) -> None:
        """Create the environment, or build it again when it is broken or was left half-way."""
        # Scripts hold absolute paths, so a moved checkout needs new ones.
        value = f"{sys.version_info[:2]} {self.folder}"
        stamp = self.stamps / "environment"
        if is_stamped(stamp, value) and not self.unfinished.exists() and works(self.python):
            return
        name = self.folder.name
        if self.folder.exists():
            say(f"{name} is incomplete or broken: building it again.")
        say(f"Creating {name}...")
        advice = f"Delete the folder {name} by hand, and check the free disk space and its owner."
        try:
            if self.folder.is_symlink() or self.folder.is_file():
                self.folder.unlink()
            elif self.folder.exists():
                shutil.rmtree(self.folder)
        except OSError as error:
            raise StepError(f"deleting the old {name}", advice, str(error)) from error
        run(f"creating {name}", [sys.executable, "-m", "venv", str(self.folder)], advice)
        write_stamp(stamp, value)

    def install(self, name: str, options: list[str], value: str) -> None:
        """Run pip install once for this stamp value."""
        stamp = self.stamps / name
        if is_stamped(stamp, value):
            return
        started = time.monotonic()
        say(f"Installing {name} in {self.folder.name}...")
        self.unfinished.touch()
        pip = [str(self.python), "-m", "pip", "--disable-pip-version-check", "--no-input"]
        try:
            run(
                f"installing {name}",
                [*pip, "install", "--progress-bar", "off", "--no-deps", *options],
                "Check the network connection and the free disk space. If a hash is refused, "
                "the file offered is not the one that was locked: run git checkout requirements/ "
                "to undo local edits, or make lock if you changed a .in file.",
            )
        except StepError:
            # Pip itself stopped and left the environment as it was before.
            self.unfinished.unlink()
            raise
        write_stamp(stamp, value)
        self.unfinished.unlink()
        say(f"  done in {time.monotonic() - started:.0f} s")

    def install_lock(self, name: str) -> None:
        """Install one lock file, every package checked against its hash, none built here."""
        lock = ROOT / "requirements" / f"{name}.txt"
        if not lock.is_file():
            raise StepError(
                f"installing {name}",
                f"requirements/{name}.txt is missing: run git checkout requirements/",
            )
        options = ["--require-hashes", "--only-binary", ":all:", "--requirement", str(lock)]
        self.install(name, options, digest(lock))


def install_python(layers: list[str]) -> None:
    """Install the asked layers (base always first), then the product itself."""
    environment = Environment(VENV)
    environment.prepare()
    for layer in sorted({"base", *layers}, key=LAYERS.index):
        environment.install_lock(layer)
    value = digest(ROOT / "setup.cfg", ROOT / "pyproject.toml")
    # The build backend comes from the base lock, not from the network.
    environment.install("passerelle", ["--no-build-isolation", "--editable", str(ROOT)], value)


def is_recent_enough(node: str) -> bool:
    """Tell whether this Node.js can install our packages."""
    with contextlib.suppress(OSError, ValueError):
        shown = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
        return int(shown.stdout.strip().lstrip("v").split(".")[0]) >= OLDEST_NODE
    return False


def find_npm() -> tuple[str, dict[str, str]]:
    """Return npm and the environment to run it in: the system's, else one of our own."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm and node and is_recent_enough(node):
        return npm, dict(os.environ)
    say(f"No Node.js {OLDEST_NODE} or newer on this machine: fetching one for this folder only.")
    own = Environment(VENV_NODE)
    own.prepare()
    own.install_lock("node")
    path = os.pathsep.join([str(VENV_NODE / BIN), os.environ.get("PATH", os.defpath)])
    own_npm = shutil.which("npm", path=path) or str(VENV_NODE / BIN / "npm")
    return own_npm, {**os.environ, "PATH": path}


def install_front_end() -> None:
    """Install the front-end packages of package-lock.json; none may run code meanwhile."""
    value = digest(ROOT / "package.json", ROOT / "package-lock.json", ROOT / ".npmrc")
    # Inside node_modules, which npm empties before it works: an interrupted run leaves no stamp.
    stamp = NODE_MODULES / ".installed"
    if is_stamped(stamp, value):
        return
    npm, environment = find_npm()
    started = time.monotonic()
    say("Installing the front-end packages...")
    with contextlib.suppress(OSError):
        stamp.unlink()
    run(
        "installing the front-end packages",
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        "Check the network connection and the free disk space. If package.json and "
        "package-lock.json disagree, run git checkout on both, or make lock after a change.",
        environment=environment,
    )
    write_stamp(stamp, value)
    say(f"  done in {time.monotonic() - started:.0f} s")


def build_assets() -> None:
    """Copy the served files under hashed names and compile the translations."""
    # Beside this file, found because Python puts a script's folder on the path.
    import assets  # noqa: PLC0415

    try:
        for line in assets.build(VENV / BIN / "python"):
            say(line)
    except (assets.AssetError, OSError) as error:
        raise StepError(
            "building the assets",
            "If a front-end package is incomplete, delete node_modules.",
            str(error),
        ) from error


def explain(error: StepError) -> None:
    """Print which step failed, the end of its output, and what to do."""
    lines = [line for line in error.output.splitlines() if line.strip()]
    telling = [line for line in lines if not NOISE.match(line)] or lines
    say("")
    say(f"The installation stopped at this step: {error.step}.")
    for line in telling[-SHOWN_LINES:]:
        say(f"    {line}")
    say(f"What to try: {error.advice}")
    say("Then run the same command again: it continues where it stopped.")


def stop(_number: int, _frame: object) -> None:
    """Treat a polite kill as Ctrl-C."""
    raise KeyboardInterrupt


def main(arguments: list[str]) -> int:
    """Install what is asked and return the exit status."""
    parser = argparse.ArgumentParser(prog="tools/install.py", description=__doc__.split("\n")[0])
    parser.add_argument("layers", nargs="*", metavar="layer", help=", ".join(LAYERS))
    layers = parser.parse_args(arguments).layers
    unknown = sorted(set(layers) - set(LAYERS))
    if unknown:
        parser.error(f"unknown layer {', '.join(unknown)}; choose from {', '.join(LAYERS)}")
    signal.signal(signal.SIGTERM, stop)
    try:
        check_python()
        with only_one_installation():
            install_python(layers)
            install_front_end()
            build_assets()
    except StepError as error:
        explain(error)
        return 1
    except OSError as error:
        explain(StepError("writing in this folder", "Check the disk and its owner.", str(error)))
        return 1
    except KeyboardInterrupt:
        say("\nInterrupted. Run the same command again: it repairs what was left half-way.")
        return INTERRUPTED_STATUS
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
