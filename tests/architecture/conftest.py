"""Where the project's own files are."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """The top folder of the project."""
    return ROOT


@pytest.fixture(scope="session")
def source() -> Path:
    """The folder of the package as it stands in the project, whatever is installed."""
    return ROOT / "src" / "importal"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test that asks for `source_file` one run for each Python file of the package."""
    if "source_file" in metafunc.fixturenames:
        files = sorted((ROOT / "src" / "importal").rglob("*.py"))
        assert files, "src/importal holds no Python file"
        metafunc.parametrize("source_file", files, ids=[str(file.relative_to(ROOT / "src")) for file in files])
