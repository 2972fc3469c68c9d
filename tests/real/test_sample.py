"""A part of the standard library in seconds, and that the comparison finds what differs."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

import trees

from . import compare, targets

SAMPLE = [
    "__hello__", "_ctypes", "_frozen_importlib", "_testcapi", "antigravity", "array", "asyncio", "asyncio.windows_events",
    "collections.abc", "concurrent.futures", "concurrent.futures.process", "ctypes", "ctypes.util", "curses", "dbm.gnu",
    "distutils", "email", "email.mime.text", "encodings.cp1252", "encodings.mbcs", "ensurepip", "http.client", "idlelib.run",
    "importlib.metadata", "importlib.resources.abc", "importlib.util", "json.tool", "lib2to3", "msilib", "multiprocessing.popen_fork",
    "multiprocessing.popen_spawn_win32", "no_such_module", "os.path", "sqlite3", "ssl", "test.support", "this", "tkinter",
    "tomllib", "turtle", "unittest.mock", "venv", "winreg", "xml.etree.ElementTree", "zipfile", "zipimport", "zoneinfo",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_sample() -> None:
    """Modules of every kind, and some that are not there, show the same."""
    result = compare.compare(SAMPLE)
    assert not result.differences, compare.grouped(result.differences)
    assert result.outcomes["imported"] > 25
    assert result.outcomes["failed"] > 3


def test_whatever_is_left_out_says_why() -> None:
    assert all(len(reason.split()) > 3 for reason in targets.LEFT_OUT.values())


# --- that a difference would be found --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def survey() -> compare.Survey:
    """Return what CPython shows of a package, a module and a module that is not there."""
    return compare.survey(["json", "json.tool", "no_such_module"], "cpython")


def changed(survey: compare.Survey, name: str, *keys: str, to: object) -> list[str]:
    """Return the places that differ once one fact is another."""
    other = copy.deepcopy(survey)
    place = other.records[name]
    for key in keys[:-1]:
        place = place[key]
    assert keys[-1] in place
    place[keys[-1]] = to
    return [item.place for item in compare.differences(survey, other)]


def test_a_changed_fact_is_a_difference(survey: compare.Survey) -> None:
    """Whatever is recorded is compared."""
    assert list(compare.differences(survey, survey)) == []
    for name, record in survey.records.items():
        for key in record.keys() - {"name"}:
            assert changed(survey, name, key, to=["something else"]), key
    for key in survey.records["json"]["module"]:
        assert changed(survey, "json", "module", key, to="something else") == [f"module.{key}"]
    assert changed(survey, "json", "module", "spec", "origin", to=None) == ["module.spec.origin"]
    assert changed(survey, "no_such_module", "error", "message", to="") == ["error.message"]
    assert changed(survey, "no_such_module", "error", "notes", to=["a note"]) == ["error.notes"]
    assert changed(survey, "no_such_module", "error", "notes", to=["import cycle: a -> b -> a"]) == []


def test_what_is_meant_to_be_is_no_more_than_that() -> None:
    """A difference is excused by module and place, and in a list only for the items that were named."""
    meant = compare.Meant("a", "new", "because", items=r"x|y\.z")

    def covered(name: str, place: str, one: object, other: object) -> bool:
        return meant.covers(compare.Difference(name, place, one, other))

    assert covered("a", "new", ["b", "x"], ["x", "b"])
    assert covered("a", "new", ["b"], ["b", "y.z"])
    assert not covered("a", "new", ["b", "c"], ["c", "b"])
    assert not covered("a", "new", ["b"], ["b", "y"])
    assert not covered("a", "gone", ["x"], [])
    assert not covered("a.b", "new", ["x"], [])
    assert not covered("a", "new", None, ["x"])
    order = compare.Meant("a", "new", "because", any_order=True)
    assert order.covers(compare.Difference("a", "new", ["b\nc", "d"], ["c", "d\nb"]))
    assert not order.covers(compare.Difference("a", "new", ["b", "c"], ["c", "b", "b"]))
    assert compare.Meant("a", "error", "because").covers(compare.Difference("a", "error", None, {}))


def test_a_difference_between_the_modes_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Modules that know which import system is at work differ, in what they raise, say, warn of, and have."""
    modules = {
        "raises.py": "import sys\nif 'importal' in sys.modules:\n    raise ValueError\n",
        "has.py": "import sys\nif 'importal' in sys.modules:\n    value = 1\n",
        "says.py": "import sys\nprint('importal' in sys.modules)\n",
        "warns.py": "import sys, warnings\nif 'importal' in sys.modules:\n    warnings.warn('so')\n",
        "ends.py": "import os, sys\nif 'importal' in sys.modules:\n    os._exit(3)\n",
        "loads.py": "import sys\nif 'importal' in sys.modules:\n    import plain\n",
        "plain.py": "",
        "random_.py": "import random\nprint(random.random())\n",
    }
    trees.write(modules, tmp_path)
    monkeypatch.setattr(compare, "SOURCE", f"{compare.SOURCE}{compare.os.pathsep}{tmp_path}")
    found = compare.compare(["raises", "has", "says", "warns", "loads", "plain", "random_", "ends", "json"]).differences
    places = {(item.name, item.place) for item in found}
    assert {("raises", "error"), ("has", "module.names.value"), ("says", "output"), ("warns", "warnings"),
            ("loads", "new"), ("plain", "new"), ("ends", "error")} <= places  # fmt: skip
    # What is never the same is no difference.
    assert not {name for name, _ in places} & {"random_", "json"}
