"""Run one of CPython's own test suites in this process and write what became of every test.

    python suite_child.py test_import RESULT.json SECONDS

Started by run_suites.py, once for each suite, with the interpreter under test. SECONDS is how long the parent
waits: shortly before, the stacks of all threads are written to standard error, so that a hang can be read.

Nothing happens when this file is imported: the children of multiprocessing that a suite starts do that.
"""

from __future__ import annotations

import faulthandler
import importlib._bootstrap
import json
import os
import sys
import tempfile
import time
import unittest
from dataclasses import asdict


def import_comes_from() -> str:
    """Return the name of the module whose function answers this process's imports on a miss."""
    return str(importlib._bootstrap._find_and_load.__module__)


def run(suite_name: str) -> dict[str, object]:
    """Run the suite in a temporary current directory and return its result."""
    from recorder import Record, flatten, module_not_loaded

    sys.path.pop(0)  # the folder of this file: nothing in it is for the tests to find

    from test.libregrtest.utils import setup_threading_excepthook, setup_unraisable_hook

    # As `python -m test` does. Without it a test of 3.13.0 trips over the interpreter's own threading hook.
    setup_unraisable_hook()
    setup_threading_excepthook()
    at_start = import_comes_from()
    record = Record()
    started = time.perf_counter()
    suite = unittest.TestLoader().loadTestsFromName(f"test.{suite_name}")
    not_loaded = [name for name in map(module_not_loaded, flatten(suite)) if name is not None]
    record.run(suite, verbosity=2)
    return {
        "import_at_start": at_start,
        "import_at_end": import_comes_from(),
        "not_loaded": not_loaded,
        "seconds": round(time.perf_counter() - started, 3),
        "tests": [asdict(row) for row in record.rows],
    }


def main() -> None:
    suite_name, result_file, seconds = sys.argv[1], os.path.abspath(sys.argv[2]), float(sys.argv[3])
    sys.argv[1:] = []  # a suite may read it
    faulthandler.dump_traceback_later(max(seconds - 10, seconds / 2))
    home = os.getcwd()
    with tempfile.TemporaryDirectory(prefix="suite-") as directory:
        os.chdir(directory)  # the tests write files into the current directory
        try:
            result = run(suite_name)
        finally:
            os.chdir(home)
    faulthandler.cancel_dump_traceback_later()
    with open(result_file, "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1)


if __name__ == "__main__":
    main()
