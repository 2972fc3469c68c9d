"""The facts about an environment that all checks share, asked of its interpreter in processes of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ..observe.distributions import Installed, installed
from ..tool_errors import InterpreterError
from .startfiles import StartFile, read_start_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

__all__ = ["Entry", "Environment", "ask", "same_file_key", "start"]

_PATIENCE = 60  # seconds that a start may take; it takes a fraction of one


@dataclass(frozen=True, slots=True)
class Entry:
    """One path entry. ``path`` is absolute unless it is no place in the file system; ``text`` is as Python has it.

    ``kind`` is ``folder`` (where programs are started), ``standard library``, ``site`` (a site-packages folder),
    ``PYTHONPATH``, ``start file`` (a line of a ``.pth`` file) or ``other``. ``names`` are the top-level modules in it,
    each with whether it is a package; ``claimed`` says whether a path hook knows what to do with it.
    """

    text: str
    path: str
    kind: str
    names: tuple[tuple[str, bool], ...]
    claimed: bool


@dataclass(frozen=True, slots=True)
class Environment:
    """What the interpreter ``executable`` sees when a program is started in ``folder``."""

    executable: str
    folder: str
    version: str
    prefix: str
    base_prefix: str
    entries: tuple[Entry, ...]
    pythonpath: tuple[str, ...]
    site_directories: tuple[str, ...]
    start_files: tuple[StartFile, ...]
    distributions: tuple[Installed, ...]
    standard_names: frozenset[str]
    built_in: frozenset[str]
    frozen: frozenset[str]
    started_with: frozenset[str]
    magic: bytes
    cache_tag: str | None
    pycache_prefix: str | None
    dont_write_bytecode: bool

    @property
    def feature_version(self) -> tuple[int, int]:
        """The version's first two numbers."""
        major, minor = self.version.split(".")[:2]
        return int(major), int(minor)

    def owner_of(self, path: str) -> Installed | None:
        """Return the distribution whose record names the file *path*, None when there is none."""
        key = same_file_key(path)
        for distribution in self.distributions:
            if key in distribution.places:
                return distribution
        return None

    def to_json(self) -> dict[str, Any]:
        """Return what identifies the environment as plain values."""
        path = [{"entry": entry.text, "kind": entry.kind} for entry in self.entries]
        facts = {name: getattr(self, name) for name in ("executable", "version", "prefix", "base_prefix", "folder")}
        return facts | {"path": path}


def same_file_key(path: str) -> str:
    """Return a text that is equal for two names of one file, whichever links lead to it."""
    return os.path.normcase(os.path.realpath(path))


def ask(executable: str, folder: str) -> Environment:
    """Ask the interpreter *executable*, a file, a command's name or an environment's folder, what it sees in *folder*.

    Raises InterpreterError when it is no interpreter, is too old (CPython 3.11 is needed), or does not start.
    """
    executable = _interpreter(executable)
    folder = os.path.abspath(folder)
    standard = start(executable, ["-S"], "probe.py", [], folder, PYTHONPATH="")["path"]
    facts = start(executable, [], "probe.py", standard, folder)
    sites = tuple(facts["site_directories"])
    version = tuple(int(number) for number in facts["version"].split(".")[:2])
    start_files = tuple(read_start_files(sites, entry_points=version >= (3, 15)))
    return Environment(
        executable=executable,
        folder=folder,
        version=facts["version"],
        prefix=facts["prefix"],
        base_prefix=facts["base_prefix"],
        entries=tuple(_entries(facts, standard, start_files, folder)),
        pythonpath=_pythonpath(),
        site_directories=sites,
        start_files=start_files,
        distributions=tuple(installed(_folders(facts["path"], folder))),
        standard_names=frozenset(facts["standard_names"]),
        built_in=frozenset(facts["builtin"]),
        frozen=frozenset(facts["frozen"]),
        started_with=frozenset(facts["started_with"]),
        magic=bytes.fromhex(facts["magic"]),
        cache_tag=facts["cache_tag"],
        pycache_prefix=facts["pycache_prefix"],
        dont_write_bytecode=facts["dont_write_bytecode"],
    )


def _interpreter(name: str) -> str:
    if os.path.isdir(name):
        inside = os.path.join(name, "Scripts", "python.exe") if os.name == "nt" else os.path.join(name, "bin", "python")
        if not os.path.exists(inside):
            raise InterpreterError(name, f"this folder is no virtual environment: there is no {inside}")
        return os.path.abspath(inside)
    found = shutil.which(name)
    if found is None:
        raise InterpreterError(name, "there is no such command or executable file")
    return os.path.abspath(found)


def start(executable: str, flags: list[str], program: str, arguments: list[str], folder: str, **changes: str) -> Any:
    """Execute *program*, a file of this room, by *executable* in *folder*; return what it wrote, from JSON.

    Raises InterpreterError when it fails.
    """
    with tempfile.TemporaryDirectory() as scratch:
        out = os.path.join(scratch, "out")
        # -P: the folder of the program, or the current one, would be searched before the standard library.
        command = [executable, "-P", *flags, str(Path(__file__).with_name(program)), out, *arguments]
        run_quietly(command, folder, {**os.environ, **changes})
        try:
            with open(out, encoding="utf-8") as answer:
                return json.load(answer)
        except FileNotFoundError:
            raise InterpreterError(executable, "it ends before it has executed a program") from None
        except ValueError as error:
            raise InterpreterError(executable, f"it does not answer as an interpreter does ({error})") from None


def run_quietly(command: list[str], folder: str, variables: Mapping[str, str]) -> None:
    """Run a command of an interpreter to its end, its output unseen. Raises InterpreterError when it fails."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise InterpreterError(command[0], f"a start takes more than {_PATIENCE} seconds") from None
    except OSError as error:
        raise InterpreterError(command[0], error.strerror or str(error)) from None
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or ["it says nothing"]
        raise InterpreterError(command[0], f"a start ends with status {done.returncode}: {lines[-1]}")


def _pythonpath() -> tuple[str, ...]:
    text = os.environ.get("PYTHONPATH", "")
    return tuple(text.split(os.pathsep)) if text else ()


def _entries(
    facts: dict[str, Any], standard: list[str], start_files: tuple[StartFile, ...], folder: str
) -> list[Entry]:
    """Return the path as a program that is started in *folder* has it: the folder, then what the interpreter has."""
    kinds = dict.fromkeys(
        (line.text for file in start_files for line in file.lines if line.what == "path"), "start file"
    )
    kinds |= dict.fromkeys(facts["site_directories"], "site")
    kinds |= dict.fromkeys((os.path.join(folder, text) for text in _pythonpath()), "PYTHONPATH")
    kinds |= dict.fromkeys(standard, "standard library")
    first = [] if os.environ.get("PYTHONSAFEPATH") else [Entry("", folder, "folder", _names(facts, ""), claimed=True)]
    return first + [
        Entry(
            text,
            os.path.join(folder, text),
            kinds.get(text, kinds.get(os.path.join(folder, text), "other")),
            _names(facts, text),
            text in facts["claimed"],
        )
        for text in facts["path"]
    ]


def _names(facts: dict[str, Any], entry: str) -> tuple[tuple[str, bool], ...]:
    return tuple((name, is_package) for name, is_package in facts["names"].get(entry, ()))


def _folders(path: list[str], folder: str) -> list[str]:
    places = dict.fromkeys(os.path.join(folder, entry) for entry in path)
    return [place for place in places if os.path.isdir(place)]
