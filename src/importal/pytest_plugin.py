"""The pytest plugin: what ``importal check`` does, as a fixture and as an ini option.

In a test::

    def test_it_starts_light(import_budget):
        import_budget("-c", "import app", max_modules=120, forbid=["pandas"])

In the configuration, a line for each check, written as for the command::

    [tool.pytest.ini_options]
    import_budget = ["--max-modules 120 --forbid pandas -c 'import app'"]
"""

from __future__ import annotations

import shlex
import subprocess
import sys

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Sequence
    from typing import Any

__all__ = ["ImportBudget", "import_budget", "pytest_addoption", "pytest_collection_modifyitems"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Announce the ini option."""
    parser.addini(
        "import_budget",
        "checks of importal, a line each: what is written after `importal check`",
        type="linelist",
        default=[],
    )


def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add a test for each line of the ini option, where the whole suite is collected and not what somebody named."""
    if _whole_suite(config):
        items.extend(
            _Check.from_parent(session, name=f"import_budget[{line}]", arguments=shlex.split(line))
            for line in config.getini("import_budget")
        )


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a process of pytest-xdist, which is given the names of everything, whether somebody named it."""
    node.workerinput["import_budget"] = _whole_suite(node.config)


def _whole_suite(config: pytest.Config) -> bool:
    told = getattr(config, "workerinput", {}).get("import_budget")
    return config.args_source is not pytest.Config.ArgsSource.ARGS if told is None else told


class ImportBudget:
    """What the fixture ``import_budget`` is: call it with a program to hold its imports to a budget."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self._folder = folder

    def __call__(
        self,
        *target: str,
        max_modules: int | None = None,
        max_file_calls: int | None = None,
        max_bytes: int | None = None,
        max_time: float | None = None,
        forbid: Sequence[str] = (),
        baseline: str | os.PathLike[str] | None = None,
    ) -> dict[str, Any]:
        """Run *target*, arguments as those of ``python``, in a new process; fail the test when it is over budget.

        The limits are those of ``importal check``: *max_time* is in milliseconds. Paths count from pytest's root
        folder, in which the program runs. Returns the document that the command prints with ``--json``.
        """
        limits = {
            "--max-modules": max_modules, "--max-file-calls": max_file_calls, "--max-bytes": max_bytes,
            "--max-time": max_time, "--baseline": baseline,
        }  # fmt: skip
        options = [word for name, value in limits.items() if value is not None for word in (name, str(value))]
        options += [word for pattern in forbid for word in ("--forbid", pattern)]
        return _check([*options, *target], self._folder)


@pytest.fixture(scope="session")
def import_budget(pytestconfig: pytest.Config) -> ImportBudget:
    """Hold a program's imports to a budget: `import_budget("-c", "import app", max_modules=120, forbid=["pandas"])`."""
    return ImportBudget(pytestconfig.rootpath)


class _Check(pytest.Item):
    """One line of the ini option."""

    def __init__(self, *, arguments: list[str], **how: Any) -> None:
        super().__init__(**how)
        self._arguments = arguments

    def runtest(self) -> None:
        _check(self._arguments, self.config.rootpath)

    def reportinfo(self) -> tuple[os.PathLike[str], None, str]:
        return self.config.inipath or self.config.rootpath, None, self.name


def _check(arguments: list[str], folder: str | os.PathLike[str]) -> dict[str, Any]:
    """Run ``importal check`` with *arguments* in *folder*; return its document, or fail the test."""
    import json
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory(prefix="importal-") as scratch:
        file = Path(scratch, "verdict.json")
        command = [sys.executable, "-m", "importal", "check", "--json", "-o", str(file), *arguments]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace", check=False)
        text = file.read_text(encoding="utf-8") if file.exists() else ""
    if not text:
        pytest.fail(f"importal check {shlex.join(arguments)}\n{done.stdout}{done.stderr}", pytrace=False)
    document: dict[str, Any] = json.loads(text)
    if done.returncode:
        over = "\n".join(f"over budget: {one['text']}" for one in document["violations"])
        pytest.fail(f"importal check {shlex.join(arguments)}\n{over}", pytrace=False)
    return document
