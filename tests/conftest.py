"""What every test relies on: bytecode gets written, and slow machines do not fail property tests."""

from __future__ import annotations

import os
import sys

import hypothesis
import pytest

# A set PYTHONDONTWRITEBYTECODE would quietly empty the tests about bytecode, here and in the processes tests start.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

hypothesis.settings.register_profile("importal", deadline=None, print_blob=True)
hypothesis.settings.load_profile("importal")


def pytest_report_header() -> str:
    """Say exactly which interpreter runs; `3.14` alone has been ambiguous in reports before."""
    return f"interpreter: {sys.version.split(chr(10))[0]} at {sys.executable}"


# Tests that show what importal does not do yet. They run, and are reported as expected failures until it does.
OPEN = {
    "tests/concurrency/test_threads.py::test_a_module_that_fails_once": "up to CPython 3.14 C code goes on with the "
    "module it found; it is completed by the second attempt, and is another object than the table's",
    "tests/concurrency/test_interrupts.py": "an interrupt during a wait for another thread's import ends the process",
    "tests/concurrency/test_joins.py::test_over_two_threads": "a join over a second thread is not recognised",
    "tests/concurrency/test_joins.py::test_a_thread_that_waits_for_a_joining_owner": "a join that holds a second module "
    "is not recognised",
    "tests/unit/test_locks.py::test_an_interrupt": "see tests/concurrency/test_interrupts.py",
    "tests/unit/test_locks.py::test_an_interrupted_wait": "see tests/concurrency/test_interrupts.py",
    "tests/unit/test_standard.py::test_the_standard_library_in_a_private_system": "on CPython 3.15 math registers "
    "math.integer with the host",
    "tests/unit/test_statement.py::test_the_built_in_function_of_a_private_system_refuses": "3.15 has other words",
    "tests/unit/observe/test_explain.py::test_near_names_are_the_systems_own": "names are suggested from the host's hooks",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Expect the tests in OPEN to fail; those that hang are not run."""
    for item in items:
        for prefix, reason in OPEN.items():
            if item.nodeid.startswith(prefix):
                item.add_marker(pytest.mark.xfail(reason=reason, strict=False, run="test_over_two" not in prefix))
