"""A place that is open goes on working in a forked child, and in its parent after that."""

from __future__ import annotations

import os
import traceback
from pathlib import Path

import pytest

from importal import ImportState, ImportSystem
from importal.sources.opening import opened

from . import laying


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform has no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_database_in_a_forked_child(tmp_path: Path) -> None:
    # Contents that no other test has left in the cache: the database has to be asked.
    own = str(tmp_path).encode()
    entry = laying.sqlite({f"m{number}.py": b"value = %d  # %s" % (number, own) for number in range(3)}, tmp_path)
    system = ImportSystem(ImportState(path=[entry]))
    assert system.import_module("m0").value == 0
    database = opened(entry)._shelf._database  # type: ignore[attr-defined]
    parents = database._connection
    child = os.fork()
    if child == 0:
        status = 3
        try:
            status = 0 if system.import_module("m1").value == 1 and database._connection is not parents else 1
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert system.import_module("m2").value == 2
    assert database._connection is parents
