"""Code in a realm does with imports what it does natively."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import importal
import trees

from .mechanics import CHECKS, TREE

SOURCES = Path(importal.__file__).parents[1]

#: What differs, and why.
DIFFERS: dict[str, str] = {}

RUN = """
import json, sys, traceback
checks = json.load(open("checks.json"))
def outcome(code, space):
    try:
        exec(compile(code, "<check>", "exec"), space)
        return repr(space.get("result", "nothing"))
    except BaseException:
        return traceback.format_exc()
"""
NATIVE = RUN + 'sys.path.append("lib")\nspace = lambda: {"__name__": "check"}\n'
REALM = (
    RUN
    + 'import importal\nrealm = importal.Realm("inside", ["lib"])\n'
    + 'space = lambda: {"__name__": "inside.check", "__builtins__": vars(realm.builtins)}\n'
)
SHOW = "print(json.dumps({name: outcome(code, space()) for name, code in checks.items()}))"


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], dict[str, str]]:
    folder = tmp_path_factory.mktemp("mechanics")
    trees.write({"lib": TREE, "checks.json": json.dumps(CHECKS)}, folder)

    def run(program: str) -> dict[str, str]:
        done = subprocess.run(
            [sys.executable, "-c", program + SHOW],
            cwd=folder,
            env={"PYTHONPATH": str(SOURCES), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
        return found

    return run(NATIVE), run(REALM)


def test_there_are_enough() -> None:
    assert len(CHECKS) >= 70
    assert len(DIFFERS) <= 4


@pytest.mark.parametrize("name", CHECKS)
def test_as_natively(outcomes: tuple[dict[str, str], dict[str, str]], name: str) -> None:
    native, inside = outcomes[0][name], outcomes[1][name].replace("inside.", "")
    assert "Traceback" not in native, native
    if name in DIFFERS:
        assert inside != native, f"{name} no longer differs: take it out of DIFFERS"
    else:
        assert inside == native
