"""Every submodule of real packages imports, or fails, as under CPython (long: `nox -s real` installs the packages)."""

from __future__ import annotations

from importlib import metadata

import pytest

from . import compare, editable, targets

REQUIREMENTS = targets.requirements()

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.mark.parametrize("distribution", REQUIREMENTS)
def test_distribution(distribution: str) -> None:
    """No module of the distribution differs in what its import shows."""
    if REQUIREMENTS[distribution]:
        pytest.skip(f"tests/real/requirements.txt has it {REQUIREMENTS[distribution]}")
    try:
        names = targets.distribution(distribution)
    except metadata.PackageNotFoundError:
        pytest.fail(f"{distribution} is not installed: these tests need the environment that `nox -s real` makes")
    result = compare.compare(names)
    assert not result.differences, compare.grouped(result.differences)
    assert result.outcomes.get("imported"), f"nothing was imported: {result.outcomes}"


@pytest.mark.parametrize("project", editable.PROJECTS)
def test_editable_project(project: str) -> None:
    """The same for projects that were installed to be edited, whose modules are found by finders of their own."""
    if not editable.HOME.exists():
        pytest.fail("the projects are not installed: these tests need the environment that `nox -s real` makes")
    result = compare.compare(editable.MODULES[project])
    assert not result.differences, compare.grouped(result.differences)
    # All but the module that fails and the one that is missing.
    assert result.outcomes == {"imported": len(editable.MODULES[project]) - 2, "failed": 2}


def test_there_are_enough() -> None:
    """At least twenty packages, for this interpreter."""
    assert len([name for name, left_out in REQUIREMENTS.items() if left_out is None]) >= 20
