"""A place that is open goes on working in a forked child, and in its parent after that."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from importal import ImportState, ImportSystem
from importal.sources.opening import opened

from . import laying


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform has no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_database_in_a_forked_child(tmp_path: Path) -> None:
    entry = laying.sqlite({f"m{number}.py": b"value = %d" % number for number in range(3)}, tmp_path)
    system = ImportSystem(ImportState(path=[entry]))
    assert system.import_module("m0").value == 0
    database = opened(entry)._shelf._database  # type: ignore[attr-defined]
    parents = database._connection
    child = os.fork()
    if child == 0:
        works = system.import_module("m1").value == 1 and database._connection is not parents
        os._exit(0 if works else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert system.import_module("m2").value == 2
    assert database._connection is parents
