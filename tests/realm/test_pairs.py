"""Real packages in two versions each, in one process, used by a program: in both orders, and with the newer in the host."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import importal

from .pairs import PAIRS, REFUSED

SOURCES = Path(importal.__file__).parents[1]
CACHE = Path(__file__).resolve().parents[2] / ".cache" / "pairs" / str(sys.implementation.cache_tag)

RUN = """
import json, sys
import importal
older, newer, order, program = json.loads(sys.argv[1])
def use(realm):
    space = {"__name__": "program"}
    if realm is not None:
        space = {"__name__": f"{realm.name}.program", "__builtins__": vars(realm.builtins)}
    exec(compile(program, "<program>", "exec"), space)
    return space["version"]
if order == "host":
    sys.path.insert(0, newer)
    places = [None, importal.Realm("one", [older])]
else:
    folders = [older, newer] if order == "older first" else [newer, older]
    places = [importal.Realm(f"realm{number}", [folder]) for number, folder in enumerate(folders)]
versions = [use(place) for place in places]
# Once more, when both are there.
assert versions == [use(place) for place in places]
print(json.dumps(versions))
"""


def installed(requirements: list[str]) -> str:
    """Return the folder that holds *requirements*, installed now if need be."""
    folder = CACHE / hashlib.sha256(" ".join(requirements).encode()).hexdigest()[:12]
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(f"{folder}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "ready").exists():
            # Old versions have no wheels for the newer Pythons; what they then are built from needs no compiler.
            command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
            done = subprocess.run(
                [*command, "--prefer-binary", "--upgrade", "--target", str(folder), *requirements],
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                pytest.fail(f"not to be installed: {' '.join(requirements)}\n{done.stderr}")
            (folder / "ready").touch()
    return str(folder)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("order", ["older first", "newer first", "host"])
@pytest.mark.parametrize("package", PAIRS)
def test_pair(package: str, order: str) -> None:
    older, newer, program = PAIRS[package]
    facts = [installed(older), installed(newer), order, program]
    done = subprocess.run(
        [sys.executable, "-c", RUN, json.dumps(facts)],
        env={"PYTHONPATH": str(SOURCES), "PATH": os.environ.get("PATH", ""), "HOME": os.environ.get("HOME", "")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if package in REFUSED:
        assert "importal.errors.RealmError: realm" in done.stderr
        assert "can be there only once" in done.stderr
        return
    assert done.returncode == 0, done.stderr
    # What is compiled by Cython, and has no source beside it, may come upon the host's.
    assert ("RuntimeWarning: compiled code of" in done.stderr) == (package == "numpy" and order == "host"), done.stderr
    versions = json.loads(done.stdout)
    assert len(set(versions)) == 2
