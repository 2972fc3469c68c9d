"""A virtual environment with the packages of a requirements.txt, made once for each interpreter and kept in .cache."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

CACHE = Path(__file__).resolve().parents[1] / ".cache" / "packaged"


class NoEnvironment(Exception):
    """The packages could not be installed; the text says what the installer said."""


def environment(requirements: Path, python: str = sys.executable) -> str:
    """Return the interpreter of an environment that has what *requirements* lists, made with *python* if need be.

    Several processes may ask at once: one makes it, the others wait. Raises NoEnvironment.
    """
    tag = _out([python, "-c", "import sys; print(sys.implementation.cache_tag, sys.version, sys.base_prefix)"])
    wanted = hashlib.sha256(tag.encode() + requirements.read_bytes()).hexdigest()[:12]
    home = CACHE / f"{tag.split()[0]}-{wanted}"
    found = home / "bin" / "python"
    ready = home / "ready"
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / f"{home.name}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            shutil.rmtree(home, ignore_errors=True)
            _out([python, "-m", "venv", "--without-pip", str(home)])
            pip = [sys.executable, "-m", "pip", "--python", str(found), "--disable-pip-version-check"]
            _out([*pip, "install", "--quiet", "--only-binary", ":all:", "-r", str(requirements)])
            ready.touch()
    return str(found)


def folder(python: str) -> str:
    """Return the folder in which the packages of an environment lie."""
    return _out([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]).strip()


def version(python: str) -> str:
    """Return which CPython *python* is, as in "3.13.0"."""
    return _out([python, "-c", "import platform; print(platform.python_version())"]).strip()


def _out(command: list[str]) -> str:
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=variables)
    if result.returncode:
        raise NoEnvironment(f"{' '.join(command)}\n{result.stdout}{result.stderr}")
    return result.stdout
