"""Real packages, published to a store, and used from there and nowhere else.

Those that are not installed are skipped. `IMPORTAL_TEST_PACKAGES` names a folder that has them, as `pip install
--target` makes one, with `packages/requirements.txt`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

import stores

PACKAGES = Path(__file__).with_name("packages")
PROGRAMS = sorted(PACKAGES.glob("use_*.py"))
FOLDER = os.environ.get("IMPORTAL_TEST_PACKAGES")


def installed(name: str) -> bool:
    """Tell whether a distribution is there for the command to publish."""
    places = {} if FOLDER is None else {"path": [FOLDER]}
    return any(metadata.distributions(name=name, **places))


def publish(name: str, url: str, cwd: Path) -> None:
    """Publish the distribution *name* with what it needs, or skip the test."""
    if not installed(name):
        pytest.skip(f"{name} is not installed (tests/sources/packages/requirements.txt)")
    path = str(stores.SOURCES) if FOLDER is None else os.pathsep.join([str(stores.SOURCES), FOLDER])
    stores.published(cwd, name, "--to", url, PYTHONPATH=path)


def run_alone(entry: str, program: Path, cwd: Path) -> list[str]:
    """Run *program* with the modules at *entry* and return what it printed, which has nothing of any environment."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(PACKAGES / "run_alone.py"), str(stores.SOURCES), entry, str(program)],
        cwd=cwd,
        env={"PATH": os.defpath, "IMPORTAL_CACHE": str(cwd / "cache"), "HOME": str(cwd)},
        capture_output=True,
        text=True,
        check=False,
        timeout=stores.PATIENCE,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    return done.stdout.splitlines()


@pytest.mark.slow
@pytest.mark.parametrize("program", PROGRAMS, ids=[program.stem.removeprefix("use_") for program in PROGRAMS])
def test_from_sqlite(program: Path, tmp_path: Path) -> None:
    name = program.stem.removeprefix("use_")
    url = "sqlite:///m.db"
    publish(name, url, tmp_path)
    out = run_alone(url, program, tmp_path)
    assert out[0] == f"{name} {url}/{name}/__init__.py"
    assert out == run_alone(url, program, tmp_path), "the second time, with bytecode, it is not the same"
    assert len(list((tmp_path / "cache").rglob("*.pyc"))) > 10


def test_every_package_has_its_program() -> None:
    lines = (PACKAGES / "requirements.txt").read_text().splitlines()
    wanted = {line for line in lines if not line.startswith("#")}
    assert wanted == {program.stem.removeprefix("use_") for program in PROGRAMS}
