"""observe: explaining one name, the kind of a module, the state of its bytecode, and -v. Nothing is executed."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import trees
from importal import ImportState, ImportSystem, machinery
from importal.events import Event
from importal.observe.bytecode import bytecode_of
from importal.observe.explain import Explanation, explain
from importal.observe.kind import kind_of
from importal.observe.verbose import print_verbosely
from importal.spec import ModuleSpec

Private = Callable[..., ImportSystem]

TREE = {
    "m.py": "raise AssertionError('executed')\n",
    "p": {"__init__.py": "raise AssertionError('executed')\n", "sub.py": "", "q": {"deep.py": ""}},
    "ns": {"part.py": ""},
}


@pytest.fixture
def system(private: Private) -> ImportSystem:
    return private(TREE)


def steps(explanation: Explanation) -> list[str]:
    return [step.name for step in explanation.steps]


def facts(explanation: Explanation, name: str) -> dict[str, Any]:
    (step,) = [step for step in explanation.steps if step.name == name]
    return step.facts


@pytest.mark.parametrize(
    ("name", "found"),
    [("m", True), ("p.sub", True), ("p.q.deep", True), ("ns", True), ("ns.part", True), ("sys", True),
     ("nothing", False), ("p.nothing", False), ("m.below", False), ("nothing.below", False)],
)  # fmt: skip
def test_an_explanation_says_what_an_import_would_find(system: ImportSystem, name: str, found: bool) -> None:
    before = set(system.state.modules)
    explanation = explain(system, name)
    assert explanation.name == name
    assert (explanation.spec is not None) is found
    assert set(system.state.modules) == before
    document = json.loads(json.dumps(explanation.to_json()))
    assert (document["name"], document["found"]) == (name, found)
    assert [step["step"] for step in document["steps"]] == steps(explanation)
    assert all(step["decided"] for step in document["steps"])


def test_the_journey(system: ImportSystem, tmp_path: Path) -> None:
    explanation = explain(system, "p.sub")
    order = [name for name in steps(explanation) if name != "finder"]
    assert order == ["cached?", "parent", "entry", "kind", "spec", "bytecode", "bind"]
    assert facts(explanation, "parent")["path"] == [str(tmp_path / "tree" / "p")]
    assert facts(explanation, "entry")["holds"] == str(tmp_path / "tree" / "p" / "sub.py")
    assert facts(explanation, "spec")["origin"] == str(tmp_path / "tree" / "p" / "sub.py")
    assert facts(explanation, "bind") == {"parent": "p", "child": "sub"}
    assert facts(explanation, "bytecode")["state"] == "missing"


def test_what_is_shadowed(tmp_path: Path) -> None:
    trees.write({"one": {"m": {}}, "two": {"m.py": ""}, "three": {"m": {"__init__.py": ""}}}, tmp_path)
    system = ImportSystem(ImportState([str(tmp_path / name) for name in ("one", "two", "three")]))
    explanation = explain(system, "m")
    assert explanation.spec is not None
    assert explanation.spec.origin == str(tmp_path / "two" / "m.py")
    shadowed = facts(explanation, "shadowed")["shadowed"]
    assert len(shadowed) == 2
    assert str(tmp_path / "three" / "m" / "__init__.py") in shadowed
    assert any(str(tmp_path / "one" / "m") in other for other in shadowed)


def test_near_names(system: ImportSystem) -> None:
    assert facts(explain(system, "p.subb"), "not found")["nearest"] == ["p.sub"]
    assert facts(explain(system, "zzzzzzzz"), "not found")["nearest"] == []


def test_near_names_are_the_systems_own(private: Private) -> None:
    system = private({"particular.py": ""})
    assert facts(explain(system, "particulr"), "not found")["nearest"] == ["particular"]


def test_what_the_table_says(system: ImportSystem) -> None:
    assert facts(explain(system, "m"), "cached?") == {"cached": False}
    system.state.modules["m"] = None  # type: ignore[assignment]
    assert facts(explain(system, "m"), "cached?") == {"cached": None}
    assert facts(explain(system, "builtins"), "cached?") == {"cached": True}


def test_relative_names(system: ImportSystem) -> None:
    explanation = explain(system, ".sub", "p")
    assert (explanation.name, explanation.spec is not None) == ("p.sub", True)
    assert facts(explanation, "statement") == {"package": "p"}
    with pytest.raises(ImportError, match="no package specified"):
        explain(system, ".sub")
    with pytest.raises(ImportError, match="beyond top-level package"):
        explain(system, "...sub", "p")
    with pytest.raises(ValueError, match="Empty module name"):
        explain(system, "")


def test_a_finder_that_fails_ends_the_journey_where_it_is(system: ImportSystem) -> None:
    class Finder:
        def find_spec(self, *_: object) -> None:
            raise OSError("the server is asleep")

    system.state.meta_path.insert(1, Finder())
    explanation = explain(system, "m")
    assert steps(explanation)[-2:] == ["finder", "failed"]
    assert facts(explanation, "failed") == {"error": "OSError: the server is asleep"}
    assert explanation.spec is None
    assert steps(explain(system, "p.sub")) == ["cached?", "failed"]


def test_an_entry_that_fails_behind_what_is_found_changes_nothing(system: ImportSystem) -> None:
    class Finder:
        def find_spec(self, *_: object) -> None:
            raise OSError("the server is asleep")

    system.state.path.append("/asleep")
    system.state.path_importer_cache["/asleep"] = Finder()
    explanation = explain(system, "m")
    assert explanation.spec is not None
    assert facts(explanation, "shadowed")["shadowed"] == ["/asleep (it cannot be looked at: the server is asleep)"]
    assert steps(explain(system, "nothing"))[-1] == "failed"


def test_entries_that_nobody_claims(tmp_path: Path) -> None:
    system = ImportSystem(ImportState([str(tmp_path / "gone")]))
    explanation = explain(system, "m")
    assert facts(explanation, "entry")["finder"] is None
    assert explanation.spec is None


# ---------------------------------------------------------------- kinds


def spec(name: str, origin: str | None, package: bool = False) -> ModuleSpec:
    return ModuleSpec(name, None, origin=origin, is_package=package)


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        (spec("sys", "built-in"), "core built-in module"),
        (spec("_sre", "built-in"), "built-in extension module"),
        (spec("os", "frozen"), "frozen module of the standard library"),
        (spec("mine", "frozen"), "frozen module"),
        (spec("ns", None, package=True), "namespace package"),
        (spec("odd", None), "module without a place"),
        (spec("json", json.__file__), "standard library Python module"),
        (spec("pytest", pytest.__file__), "third party Python module"),
        (spec("mine", os.path.join(os.sep, "x", "mine.py")), "local Python module"),
        (spec("mine", os.path.join(os.sep, "x", "mine" + machinery.EXTENSION_SUFFIXES[0])), "local extension module"),
        # a file of one's own that hides a module of the standard library
        (spec("json", os.path.join(os.sep, "x", "json.py")), "local Python module"),
    ],
)
def test_kinds(made: ModuleSpec, kind: str) -> None:
    assert kind_of(made) == kind


# ---------------------------------------------------------------- bytecode


def test_the_state_of_the_bytecode(private: Private, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    system = private({"m.py": "value = 1\n"})
    file = tmp_path / "tree" / "m.py"

    def state() -> tuple[str, str]:
        found = system.find_spec("m")
        assert found is not None
        name, words, location = bytecode_of(found.loader)
        assert location is None or location.endswith(".pyc")
        return name, words

    assert state()[0] == "missing"
    assert "No such file" in state()[1]
    system.import_module("m")
    del system.state.modules["m"]
    assert state()[0] == "fresh"
    os.utime(file, (1, 1))
    assert state()[0] == "stale"
    assert "source changed at 1" in state()[1]
    (cached,) = (tmp_path / "tree" / "__pycache__").iterdir()
    cached.write_bytes(b"nonsense")
    assert state()[0] == "refused"
    assert "bad magic number" in state()[1]
    system.state.dont_write_bytecode = True
    assert "nothing written" in state()[1]
    monkeypatch.setattr(sys.implementation, "cache_tag", None)
    assert state()[0] == "none"


# ---------------------------------------------------------------- -v


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (Event("import", "finished", "m", {"module": io}), f"import 'm' # {io.__loader__!r}\n"),
        (Event("import", "failed", "m", {"error": ValueError("x")}), "# import of 'm' failed: ValueError('x')\n"),
        (Event("bytecode", "stale", "m", {"location": "c", "reason": "because"}), "# 'c' is stale: because\n"),
        (Event("store", "written", "m", {"location": "c", "reason": None}), "# wrote 'c'\n"),
        (Event("publish", "removed", "m", {"module": io}), "# destroy m\n"),
        (Event("finder", "asked", "m", {"finder": None}), ""),
        (Event("entry", "searched", "m", {"entry": "e", "finder": None, "spec": None}), ""),
    ],
)
def test_lines_of_v(event: Event, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_verbosely(event)
    assert capsys.readouterr().err == line
