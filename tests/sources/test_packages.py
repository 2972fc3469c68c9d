"""Real packages, published to stores, and used from there and nowhere else: SQLite, PostgreSQL, an archive on HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from typing import Any

import pytest

import packaged
import stores

PACKAGES = Path(__file__).with_name("packages")
PROGRAMS = sorted(PACKAGES.glob("use_*.py"))
REQUIREMENTS = PACKAGES / "requirements.txt"
# What opens databases and remote places.
DRIVERS = sysconfig.get_path("purelib")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),  # the first to ask installs the packages
]


def shown(program: Path) -> str:
    return program.stem.removeprefix("use_")


each_program = pytest.mark.parametrize("program", PROGRAMS, ids=shown)


@pytest.fixture(scope="module")
def folder() -> str:
    """Return the folder of an environment that has the packages of requirements.txt."""
    return packaged.folder(packaged.environment(REQUIREMENTS))


def publish(program: Path, folder: str, url: str, cwd: Path) -> str:
    """Publish the distribution that *program* uses, with what it needs, and return its name."""
    name = program.stem.removeprefix("use_")
    path = os.pathsep.join([folder, str(stores.SOURCES)])
    stores.published(cwd, name, "--to", url, PYTHONPATH=path)
    return name


def run_alone(entry: str, program: Path, cwd: Path, *drivers: str) -> list[str]:
    """Run *program* with the modules at *entry* and return what it printed, which has nothing of any environment."""
    done = subprocess.run(
        [
            sys.executable,
            "-I",
            "-S",
            str(PACKAGES / "run_alone.py"),
            str(stores.SOURCES),
            entry,
            str(program),
            *drivers,
        ],
        cwd=cwd,
        env={"PATH": os.defpath, "IMPORTAL_CACHE": str(cwd / "cache"), "HOME": str(cwd)},
        capture_output=True,
        text=True,
        check=False,
        timeout=stores.PATIENCE,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    return done.stdout.splitlines()


@each_program
def test_from_sqlite(program: Path, folder: str, tmp_path: Path) -> None:
    url = "sqlite:///m.db"
    name = publish(program, folder, url, tmp_path)
    out = run_alone(url, program, tmp_path)
    assert out[0] == f"{name} {url}/{name}/__init__.py"
    assert out == run_alone(url, program, tmp_path), "the second time, with bytecode, it is not the same"
    assert len(list((tmp_path / "cache").rglob("*.pyc"))) > 10


# SQLAlchemy opens the database, and is then there already: the next test has it from there, too.
@pytest.mark.parametrize("program", [one for one in PROGRAMS if one.stem != "use_sqlalchemy"], ids=shown)
def test_from_postgres(program: Path, folder: str, tmp_path: Path, postgres: str) -> None:
    name = publish(program, f"{folder}{os.pathsep}{DRIVERS}", postgres, tmp_path)
    out = run_alone(postgres, program, tmp_path, DRIVERS)
    assert out[0].startswith(f"{name} postgresql+psycopg://importal@")
    assert out[0].endswith(f"/{name}/__init__.py")


@each_program
def test_from_what_postgres_has_left_in_the_cache(program: Path, folder: str, tmp_path: Path, postgres: str) -> None:
    """A release that is pinned by its digest needs neither the server nor what connects to it, once it is there."""
    name = publish(program, f"{folder}{os.pathsep}{DRIVERS}", postgres, tmp_path)
    status, out, err = stores.run(tmp_path, "releases", "--json", postgres)
    assert status == 0, err
    entry = f"{postgres}#sha256:{json.loads(out)['releases'][0]['manifest']}"
    reads = f"""
from importal.sources.opening import opened
release = opened({entry!r})
for path, _ in release.files():
    release.read(f"{{release.root}}/{{path}}")
"""
    status, out, err = stores.run(tmp_path, "run", "-c", reads, IMPORTAL_CACHE=str(tmp_path / "cache"))
    assert status == 0, err
    out = run_alone(entry, program, tmp_path)
    assert out[0].startswith(f"{name} postgresql+psycopg://importal@")
    assert out[0].endswith(f"/{name}/__init__.py")


@each_program
def test_from_an_archive_on_http(program: Path, folder: str, tmp_path: Path, http: Any) -> None:
    url = "sqlite:///m.db"
    name = publish(program, folder, url, tmp_path)
    held = stores.held(f"sqlite:///{tmp_path / 'm.db'}", "r1")
    with zipfile.ZipFile(http.folder / "packages.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in held.items():
            archive.writestr(path, data)
    entry = f"{http.url.rstrip('/')}/packages.zip"
    out = run_alone(entry, program, tmp_path, DRIVERS)
    assert out[0] == f"{name} {entry}/{name}/__init__.py"


def test_every_package_has_its_program() -> None:
    lines = REQUIREMENTS.read_text().splitlines()
    wanted = {line for line in lines if not line.startswith("#")}
    assert wanted == {program.stem.removeprefix("use_") for program in PROGRAMS}
