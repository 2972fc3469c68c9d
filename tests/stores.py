"""What tests of stores share: the real command in a process of its own, and a look at all that a store holds."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import importal
from importal import ImportState, ImportSystem
from importal.sources.opening import close_all, opened
from importal.sources.places import parse
from importal.sources.writing import writer

#: The folder the package under test was imported from; processes that tests start find the very same one.
SOURCES = Path(importal.__file__).parents[1]
PATIENCE = 110  # seconds a command may take


def environment(**changes: str) -> dict[str, str]:
    """Return the variables a command is given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV_", "PYTEST"))}
    return {**kept, "PYTHONPATH": str(SOURCES), **changes}


def start(
    cwd: Path, *arguments: str, prepare: Callable[[], Any] | None = None, **changes: str
) -> subprocess.Popen[str]:
    """Start `importal` with *arguments*; *prepare* is called in its process first."""
    return subprocess.Popen(
        [sys.executable, "-m", "importal", *arguments],
        cwd=cwd,
        env=environment(**changes),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=prepare,  # noqa: PLW1509 - tests start no threads here
    )


def run(cwd: Path, *arguments: str, prepare: Callable[[], Any] | None = None, **changes: str) -> tuple[int, str, str]:
    """Run `importal` with *arguments* to its end: return exit status, output, and what went to standard error."""
    with start(cwd, *arguments, prepare=prepare, **changes) as process:
        out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err


def published(cwd: Path, *arguments: str, **changes: str) -> str:
    """Run `importal publish` with *arguments*, which has to work, and return what it printed."""
    status, out, err = run(cwd, "publish", *arguments, **changes)
    assert (status, err) == (0, ""), out + err
    return out


def names(url: str) -> list[str]:
    """Return the names of the releases of a store, a star behind the current one."""
    store = writer(parse(url))
    try:
        return [release.name + "*" * release.current for release in store.releases()]
    finally:
        store.close()


def held(url: str, release: str) -> dict[str, bytes]:
    """Return every file of a release, read from the store anew; each is what the manifest says."""
    close_all()
    tree: Any = opened(f"{url}#{release}")
    files = {}
    for path, file in tree.files():
        data = tree.read(f"{tree.root}/{path}")
        assert (sha256(data).hexdigest(), len(data)) == (file.digest, file.st_size), path
        files[path] = data
    close_all()
    return files


def system(*path: str) -> ImportSystem:
    """Return a private system over *path*, of sources that are opened anew."""
    close_all()
    return ImportSystem(ImportState(path=list(path)))
