"""No file of the project depends on the machine it was written on."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

#: Written so that the patterns do not match themselves.
MACHINE = re.compile(
    rb"(?<![\w.~])/(?:root|work|opt|srv|Users)/[\w.]"  # somebody's folders
    rb"|(?<![\w.])/home/[\w.]"
    rb"|\bpypi\.org\b|\bfiles\.pythonhosted\.org\b|\bdeb\.debian\.org\b|\bregistry\.\w+\.\w+"
)


def project_files(root: Path) -> list[Path]:
    """Return what git tracks, or would: new files count before they are added."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    result = subprocess.run(command, capture_output=True, check=False)
    if result.returncode:
        pytest.fail(f"needs a git checkout and git to list its files: {result.stderr.decode()}")
    names = [name.decode() for name in result.stdout.split(b"\0") if name]
    return [root / name for name in names if (root / name).is_file()]


def test_no_machine_paths_or_registries(root: Path) -> None:
    files = project_files(root)
    assert root / "pyproject.toml" in files
    found = []
    for file in files:
        for number, line in enumerate(file.read_bytes().splitlines(), 1):
            if match := MACHINE.search(line):
                found.append(f"{file.relative_to(root)}:{number}: {match[0].decode()}")
    assert found == []


@pytest.mark.parametrize("text", ["/" + "root/.pyenv", "see /" + "work/x", "pypi" + ".org", "'/" + "home/me'"])
def test_pattern_finds(text: str) -> None:
    assert MACHINE.search(text.encode())


@pytest.mark.parametrize("text", ["../root/usr", "$folder/root/x", "network/work/x", "https://docs.python.org/3/"])
def test_pattern_spares(text: str) -> None:
    assert not MACHINE.search(text.encode())
