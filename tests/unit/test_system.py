"""system: the engine, from a name to a module."""

from __future__ import annotations

import builtins
import re
import sys
import threading
import time
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from importal import DeadlockError, Event, ImportState, ImportSystem, StateError
from importal.spec import ModuleSpec

Private = Callable[..., ImportSystem]
Recorded = Callable[[ImportSystem], list[Event]]
PATIENCE = 20.0


class Finder:
    """A foreign finder: knows some modules by what to do when they are executed."""

    def __init__(self, **modules: Callable[[types.ModuleType], object]) -> None:
        self.modules = modules
        self.asked: list[tuple[str, Any]] = []

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        self.asked.append((name, path))
        if name.replace(".", "_") not in self.modules:
            return None
        return ModuleSpec(name, self, is_package="package" in name)

    def create_module(self, spec: ModuleSpec) -> None:
        pass

    def exec_module(self, module: types.ModuleType) -> None:
        self.modules[module.__name__.replace(".", "_")](module)


def nothing(module: types.ModuleType) -> None:
    pass


def over(finder: Any, **table: Any) -> ImportSystem:
    system = ImportSystem(ImportState([], meta_path=[finder]))
    system.state.modules.update(table)
    return system


# ---------------------------------------------------------------- the module is in the table


def test_a_module_in_the_table_is_returned_and_nobody_asked() -> None:
    module = types.ModuleType("m")
    finder = Finder()
    assert over(finder, m=module).import_name("m") is module
    assert finder.asked == []


@pytest.mark.parametrize("value", [5, "text", object()])
def test_the_table_may_hold_anything(value: object) -> None:
    assert over(Finder(), m=value).import_name("m") is value


def test_none_in_the_table_forbids_the_module() -> None:
    finder = Finder(m=nothing)
    system = over(finder, m=None)
    with pytest.raises(ModuleNotFoundError, match=r"import of m halted; None in sys.modules") as caught:
        system.import_name("m")
    assert caught.value.name == "m"
    assert finder.asked == []
    assert system.state.modules["m"] is None


def test_none_in_a_packages_place_forbids_what_is_below(private: Private) -> None:
    system = private({"p": {"__init__.py": "", "m.py": ""}})
    system.state.modules["p"] = None
    with pytest.raises(ModuleNotFoundError, match=r"No module named 'p.m'; 'p' is not a package") as caught:
        system.import_name("p.m")
    assert caught.value.name == "p.m"


# ---------------------------------------------------------------- it is not


def test_it_is_loaded_bound_and_kept(private: Private) -> None:
    system = private({"p": {"__init__.py": "", "m.py": "value = 1"}})
    module = system.import_name("p.m")
    assert module.value == 1
    assert system.state.modules["p.m"] is module
    assert system.state.modules["p"].m is module
    assert not module.__spec__._initializing
    assert system.import_name("p.m") is module


def test_it_cannot_be_found(private: Private) -> None:
    system = private({"p": {"__init__.py": ""}})
    for name in ("nothing", "p.nothing", "nothing.at.all"):
        with pytest.raises(ModuleNotFoundError) as caught:
            system.import_name(name)
        missing = "nothing" if name.startswith("nothing") else name
        assert (str(caught.value), caught.value.name) == (f"No module named {missing!r}", missing)
    assert "p" in system.state.modules


def test_its_parent_is_no_package(private: Private) -> None:
    system = private({"m.py": ""})
    with pytest.raises(ModuleNotFoundError) as caught:
        system.import_name("m.below")
    assert str(caught.value) == "No module named 'm.below'; 'm' is not a package"
    assert caught.value.name == "m.below"


def test_its_parent_fails(private: Private) -> None:
    system = private({"p": {"__init__.py": "import side\n1 / 0", "m.py": ""}, "side.py": ""})
    with pytest.raises(ZeroDivisionError):
        system.import_name("p.m")
    assert "side" in system.state.modules
    assert not {"p", "p.m"} & system.state.modules.keys()


def test_its_parents_code_imports_it_already(private: Private) -> None:
    system = private({"p": {"__init__.py": "import p.m\nfirst = p.m", "m.py": "runs = []\nruns.append(1)"}})
    module = system.import_name("p.m")
    assert module.runs == [1]
    assert system.state.modules["p"].first is module


def test_its_parents_code_forbids_it(private: Private) -> None:
    system = private({"p": {"__init__.py": "import sys\nsys.modules['p.m'] = None", "m.py": ""}})
    with pytest.raises(ModuleNotFoundError, match=r"import of p.m halted; None in sys.modules"):
        system.import_name("p.m")


def test_it_fails_and_only_it_is_taken_out(private: Private) -> None:
    system = private({"outer.py": "import good, bad", "good.py": "", "bad.py": "import side\n1 / 0", "side.py": ""})
    with pytest.raises(ZeroDivisionError):
        system.import_name("outer")
    assert {"good", "side"} <= system.state.modules.keys()
    assert not {"outer", "bad"} & system.state.modules.keys()
    assert (system.locks.held, system.locks.waiting) == ({}, {})


@pytest.mark.parametrize("error", ["KeyboardInterrupt", "SystemExit", "GeneratorExit"])
def test_an_interrupted_import_leaves_the_table_as_a_failed_one(private: Private, error: str) -> None:
    system = private({"p": {"__init__.py": "import p.m", "m.py": f"raise {error}"}})
    with pytest.raises(getattr(builtins, error)):
        system.import_name("p")
    assert not {"p", "p.m"} & system.state.modules.keys()
    assert system.locks.held == {}


def test_a_failed_import_can_be_tried_again(private: Private, tmp_path: Path) -> None:
    system = private({"m.py": "1 / 0"})
    with pytest.raises(ZeroDivisionError):
        system.import_name("m")
    (tmp_path / "tree" / "m.py").write_text("value = 'mended and longer'")
    assert system.import_name("m").value == "mended and longer"


def test_it_replaces_itself(private: Private) -> None:
    system = private({"p": {"__init__.py": "", "m.py": "import sys\nsys.modules[__name__] = 'replaced'"}})
    assert system.import_name("p.m") == "replaced"
    assert system.state.modules["p"].m == "replaced"


def test_its_package_is_replaced_by_its_code(private: Private) -> None:
    body = "import sys, types\nother = types.ModuleType('p')\nother.__path__ = []\nsys.modules['p'] = other"
    system = private({"p": {"__init__.py": "", "m.py": body}})
    system.state.modules["types"] = types
    module = system.import_name("p.m")
    assert system.state.modules["p"].m is module


def test_a_package_that_refuses_the_binding(private: Private) -> None:
    class Frozen(types.ModuleType):
        def __setattr__(self, name: str, value: object) -> None:
            raise AttributeError(name)

    system = private({"p": {"__init__.py": "", "m.py": ""}})
    package = Frozen("p")
    vars(package)["__path__"] = [f"{system.state.path[0]}/p"]
    system.state.modules["p"] = package
    with pytest.warns(ImportWarning, match="Cannot set an attribute on 'p' for child module 'm'"):
        assert system.import_name("p.m").__name__ == "p.m"


def test_a_circular_import_sees_the_module_as_far_as_it_is(private: Private) -> None:
    system = private(
        {
            "a.py": "before = 1\nimport b\nafter = 2",
            "b.py": "import a\nseen = [n for n in ('before', 'after') if hasattr(a, n)]",
        }
    )
    system.import_name("a")
    assert system.import_name("b").seen == ["before"]


def test_a_cycle_is_shown(private: Private) -> None:
    """The interpreter's own wording stays; which modules are in the circle is added as a note."""
    system = private({"a.py": "from b import x", "b.py": "from c import x", "c.py": "from a import x"})
    with pytest.raises(ImportError, match="cannot import name 'x' from partially initialized module 'a'") as caught:
        system.import_name("a")
    (note,) = caught.value.__notes__
    assert unplaced(note) == [
        "import cycle: a -> b -> c -> a",
        "a.py, line 1, a imports b",
        "b.py, line 1, b imports c",
        "c.py, line 1, c imports a",
    ]


def test_a_cycle_is_shown_with_the_statements_own_places(private: Private) -> None:
    """They may stand in functions, and in other modules than those of the cycle."""
    system = private(
        {
            "outer.py": "import a",
            "a.py": "import tool\n\ntool.load('b')",
            "b.py": "def need():\n    from a import x\n\n\nneed()",
            "tool.py": "def load(name):\n    return __import__(name)",
        }
    )
    with pytest.raises(ImportError, match="partially initialized") as caught:
        system.import_name("outer")
    (note,) = caught.value.__notes__
    assert unplaced(note) == [
        "import cycle: a -> b -> a", "tool.py, line 2, a imports b", "b.py, line 2, b imports a",
    ]  # fmt: skip


def unplaced(note: str) -> list[str]:
    """Return the lines of a note, the folders of its files taken out."""
    return [re.sub(r'^  File ".*[/\\\\](\w+\.py)"', r"\1", line) for line in note.splitlines()]


def test_other_errors_get_no_note(private: Private) -> None:
    system = private({"a.py": "from b import x", "b.py": "", "c.py": "import nothing"})
    for name in ("a", "c"):
        with pytest.raises(ImportError) as caught:
            system.import_name(name)
        assert not hasattr(caught.value, "__notes__")


# ---------------------------------------------------------------- names


@pytest.mark.parametrize(("name", "package"), [(".m", "p"), (".", "p"), ("..m", "p.sub"), (".sub.m", "p")])
def test_relative_names(private: Private, name: str, package: str) -> None:
    system = private({"p": {"__init__.py": "", "m.py": "", "sub": {"__init__.py": "", "m.py": ""}}})
    import importlib.util

    assert system.import_module(name, package).__name__ == importlib.util.resolve_name(name, package)


def test_relative_names_without_a_package() -> None:
    system = over(Finder())
    for package in (None, ""):
        with pytest.raises(
            TypeError, match=r"the 'package' argument is required to perform a relative import for '.m'"
        ):
            system.import_module(".m", package)
    with pytest.raises(ImportError, match="attempted relative import beyond top-level package"):
        system.import_module("...m", "p")


@pytest.mark.parametrize(("name", "error"), [("", ValueError), (5, TypeError), (None, TypeError), (b"m", TypeError)])
def test_names_that_are_none(name: Any, error: type) -> None:
    with pytest.raises(error):
        over(Finder()).import_name(name)


# ---------------------------------------------------------------- finders


def test_finders_are_asked_in_order_with_the_parents_path() -> None:
    first, second = Finder(), Finder(package=nothing, package_m=nothing)
    system = over(first)
    system.state.meta_path.append(second)
    module = system.import_name("package.m")
    assert module.__spec__.loader is second
    assert first.asked == second.asked == [("package", None), ("package.m", [])]


def test_the_meta_path_is_read_at_each_import() -> None:
    system = over(Finder())
    system.state.meta_path = [Finder(m=nothing)]
    assert system.import_name("m").__name__ == "m"


def test_a_finder_that_changes_the_meta_path() -> None:
    class Removing(Finder):
        def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
            system.state.meta_path.remove(self)

    last = Finder(m=nothing)
    system = over(Removing())
    system.state.meta_path.append(last)
    assert system.import_name("m").__spec__.loader is last


def test_no_finders_at_all() -> None:
    system = over(None)
    system.state.meta_path = []
    with pytest.warns(ImportWarning, match="sys.meta_path is empty"), pytest.raises(ModuleNotFoundError):
        system.import_name("m")
    system.state.meta_path = None
    with pytest.raises(ImportError, match=r"sys.meta_path is None, Python is likely shutting down"):
        system.import_name("m")


@pytest.mark.skipif(sys.version_info < (3, 12), reason="CPython 3.11 insists on find_module")
def test_a_finder_without_find_spec_is_passed_over() -> None:
    system = over(object())
    system.state.meta_path.append(Finder(m=nothing))
    assert system.import_name("m").__name__ == "m"


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="CPython 3.12 no longer asks find_module")
@pytest.mark.filterwarnings("ignore::ImportWarning")
def test_a_finder_of_before_pep_451() -> None:
    class Old:
        def find_module(self, name: str, path: Any = None) -> Any:
            return Finder(m=nothing) if name == "m" else None

    system = over(Old())
    with pytest.warns(ImportWarning, match=r"Old.find_spec\(\) not found; falling back to find_module\(\)"):
        assert system.import_name("m").__name__ == "m"
    with pytest.raises(ModuleNotFoundError):
        system.import_name("n")


def test_a_finder_that_answers_with_nonsense() -> None:
    class Nonsense:
        def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
            return "no spec"

    with pytest.raises(AttributeError) as caught:
        over(Nonsense()).import_name("m")
    assert caught.value.__notes__ == ["a finder on meta_path answered with 'no spec', which is no module spec"]


def test_what_a_finder_raises_goes_on() -> None:
    class Broken:
        def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
            raise error

    error = RuntimeError("broken finder")
    system = over(Broken())
    with pytest.raises(RuntimeError, match="broken finder") as caught:
        system.import_name("m")
    assert caught.value is error
    assert system.locks.held == {}


def test_no_lock_is_held_while_finders_are_asked() -> None:
    class Looking(Finder):
        def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
            held.append((name, list(system.locks.held)))
            return super().find_spec(name, path, target)

    held: list[tuple[str, list[str]]] = []
    system = over(Looking(package=nothing, package_m=nothing))
    system.import_name("package.m")
    assert held == [("package", []), ("package.m", [])]


def test_a_finder_that_imports_the_very_module() -> None:
    class Recursive(Finder):
        def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
            if not self.asked:
                self.asked.append((name, path))
                inner.append(system.import_name(name))
            return super().find_spec(name, path, target)

    inner: list[types.ModuleType] = []
    system = over(Recursive(m=nothing))
    assert system.import_name("m") is inner[0]


# ---------------------------------------------------------------- submodules that may be missing (PEP 810)


def test_a_lazy_submodule_that_is_not_there_is_none(private: Private) -> None:
    system = private({"p": {"__init__.py": "", "m.py": ""}, "plain.py": ""})
    assert system.find_and_load("p.nothing", lazy_submodule=True) is None
    assert system.find_and_load("plain.nothing", lazy_submodule=True) is None
    assert system.find_and_load("p.m", lazy_submodule=True).__name__ == "p.m"


# ---------------------------------------------------------------- events


def told(events: list[Event]) -> list[str]:
    return [f"{event.step} {event.outcome} {event.name}" for event in events]


def test_the_journey_is_announced_in_order(recorded: Recorded) -> None:
    finder = Finder(package=nothing, package_m=nothing)
    system = over(finder)
    events = recorded(system)
    module = system.import_name("package.m")
    journey = [
        "find started {0}", "finder asked {0}", "finder answered {0}", "find finished {0}",
        "create finished {0}", "execute started {0}", "execute finished {0}",
    ]  # fmt: skip
    assert told(events) == [
        "import started package.m",
        "import started package",
        *(step.format("package") for step in journey),
        "import finished package",
        *(step.format("package.m") for step in journey),
        "bind finished package.m",
        "import finished package.m",
    ]
    facts = {(event.step, event.outcome, event.name): dict(event.facts) for event in events}
    assert facts["find", "started", "package.m"] == {"path": []}
    assert facts["finder", "answered", "package"]["finder"] is finder
    assert facts["import", "finished", "package.m"] == {"module": module}
    assert facts["bind", "finished", "package.m"] == {"parent": system.state.modules["package"], "child": "m"}


def test_a_hit_is_not_announced(recorded: Recorded) -> None:
    system = over(Finder(), m=types.ModuleType("m"))
    events = recorded(system)
    system.import_name("m")
    assert events == []


def test_failures_are_announced(recorded: Recorded) -> None:
    def fail(module: types.ModuleType) -> None:
        raise ValueError("broken")

    system = over(Finder(m=fail))
    events = recorded(system)
    with pytest.raises(ValueError, match="broken") as caught:
        system.import_name("m")
    assert told(events)[-3:] == ["execute failed m", "publish removed m", "import failed m"]
    assert events[-1].facts["error"] is caught.value
    events.clear()
    with pytest.raises(ModuleNotFoundError):
        system.import_name("nothing")
    assert told(events) == [
        "import started nothing", "find started nothing", "finder asked nothing", "finder answered nothing",
        "find finished nothing", "import failed nothing",
    ]  # fmt: skip


def test_a_search_that_fails_is_announced(recorded: Recorded) -> None:
    """What has started ends: a finder that raises ends the search."""

    class Broken:
        def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
            raise RuntimeError("broken finder")

    system = over(Broken())
    events = recorded(system)
    with pytest.raises(RuntimeError, match="broken finder"):
        system.import_name("m")
    assert told(events) == [
        "import started m", "find started m", "finder asked m", "find failed m", "import failed m",
    ]  # fmt: skip


def test_a_module_that_cannot_be_created_is_announced(recorded: Recorded) -> None:
    class Uncreatable(Finder):
        def create_module(self, spec: ModuleSpec) -> None:
            raise RuntimeError("no memory")

    system = over(Uncreatable(m=nothing))
    events = recorded(system)
    with pytest.raises(RuntimeError, match="no memory"):
        system.import_name("m")
    assert told(events)[-1] == "import failed m"
    assert "m" not in system.state.modules


def test_observers_cannot_break_an_import() -> None:
    def broken(event: Event) -> None:
        raise RuntimeError("observer's own")

    system = over(Finder(m=nothing))
    system.events.observe(broken)
    assert system.import_name("m").__name__ == "m"
    assert [observer for observer, _ in system.events.dropped] == [broken]


def test_an_observer_that_is_undone_in_the_middle_hears_no_more() -> None:
    heard = []

    class Once:
        def __init__(self) -> None:
            self.by_step = {"find": self.find}

        def find(self, outcome: str, name: str, **_: object) -> None:
            heard.append((outcome, name))
            undo()

        def __call__(self, event: Event) -> None:
            raise AssertionError

    system = over(Finder(m=nothing))
    undo = system.events.observe(Once())
    system.import_name("m")
    assert heard == [("started", "m")]


@pytest.mark.parametrize("last", ["started", "finished"])
def test_what_an_observer_raises_by_step_fails_the_import_as_a_whole(last: str) -> None:
    """As what a signal's handler raises there: nothing half loaded stays behind."""

    class Raising:
        def __init__(self) -> None:
            self.by_step = {"execute": self.execute}

        def execute(self, outcome: str, name: str, **_: object) -> None:
            if outcome == last:
                raise TimeoutError(name)

        def __call__(self, event: Event) -> None:
            raise AssertionError

    system = over(Finder(m=nothing))
    undo = system.events.observe(Raising())
    with pytest.raises(TimeoutError, match="m"):
        system.import_name("m")
    assert "m" not in system.state.modules
    undo()
    assert system.import_name("m").__name__ == "m"


# ---------------------------------------------------------------- when_loaded


def test_when_loaded_tells_now_and_later() -> None:
    system = over(Finder(m=nothing))
    heard: list[types.ModuleType] = []
    undo = system.when_loaded("m", heard.append)
    assert heard == []
    module = system.import_name("m")
    assert heard == [module]
    system.when_loaded("m", heard.append)
    assert heard == [module] * 2
    undo()
    del system.state.modules["m"]
    again = system.import_name("m")
    assert heard == [module, module, again]


def test_when_loaded_waits_for_the_end_of_the_module(private: Private) -> None:
    system = private({"m.py": "tell()\nvalue = 1"})
    heard: list[object] = []
    system.builtins["tell"] = lambda: system.when_loaded("m", lambda module: heard.append(module.value))
    system.import_name("m")
    assert heard == [1]


def test_undoing_twice_is_harmless() -> None:
    system = over(Finder())
    undo = system.when_loaded("m", lambda module: None)
    undo()
    undo()


# ---------------------------------------------------------------- threads


def start(job: Callable[[], object]) -> tuple[threading.Thread, list[Any]]:
    results: list[Any] = []

    def run() -> None:
        try:
            results.append(job())
        except BaseException as error:
            results.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, results


def finish(thread: threading.Thread) -> None:
    thread.join(PATIENCE)
    assert not thread.is_alive(), "the thread still waits"


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.001)


class Gate:
    """The body of a module that is entered, and left when the test says so."""

    def __init__(self, error: Exception | None = None) -> None:
        self.entered, self.open, self.error = threading.Event(), threading.Event(), error
        self.runs = 0

    def __call__(self, module: types.ModuleType) -> None:
        self.runs += 1
        self.entered.set()
        assert self.open.wait(PATIENCE)
        if self.error and self.runs == 1:
            raise self.error
        module.complete = True  # type: ignore[attr-defined]


def test_a_module_is_never_seen_half_done(recorded: Recorded) -> None:
    gate = Gate()
    system = over(Finder(m=gate))
    events = recorded(system)
    first, _ = start(lambda: system.import_name("m"))
    assert gate.entered.wait(PATIENCE)
    second, results = start(lambda: system.import_name("m").complete)
    until(lambda: system.locks.waiting)
    assert results == []
    gate.open.set()
    finish(first)
    finish(second)
    assert (results, gate.runs) == ([True], 1)
    assert told(events).count("wait started m") == told(events).count("wait finished m") == 1


def test_a_submodule_waits_for_the_package_another_thread_is_executing() -> None:
    gate = Gate()
    seen: list[bool] = []
    system = over(
        Finder(package=gate, package_m=lambda module: seen.append("complete" in vars(system.state.modules["package"])))
    )
    first, _ = start(lambda: system.import_name("package"))
    assert gate.entered.wait(PATIENCE)
    second, _ = start(lambda: system.import_name("package.m"))
    until(lambda: system.locks.waiting)
    gate.open.set()
    finish(first)
    finish(second)
    assert seen == [True]


def test_a_name_of_a_module_that_another_thread_executes_is_awaited() -> None:
    """Also without an import: who takes the module out of the table gets the names it is going to have."""
    gate = Gate()
    system = over(Finder(m=gate))
    first, _ = start(lambda: system.import_name("m"))
    assert gate.entered.wait(PATIENCE)
    module = system.state.modules["m"]
    second, results = start(lambda: module.complete)
    until(lambda: system.locks.waiting)
    assert not hasattr(module, "__no_such_name__")
    gate.open.set()
    finish(first)
    finish(second)
    assert results == [True]
    assert type(module) is types.ModuleType


def test_a_name_that_a_thread_asks_its_own_module_for() -> None:
    """A circular import: whoever executes the module is told at once, in the interpreter's words."""

    def ask(module: types.ModuleType) -> None:
        with pytest.raises(AttributeError, match=r"^partially initialized module 'm' has no attribute 'missing'"):
            module.missing  # noqa: B018

    system = over(Finder(m=ask))
    thread, results = start(lambda: system.import_name("m"))
    finish(thread)
    assert type(results[0]) is types.ModuleType


def test_a_name_is_not_awaited_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that waits for a thread which asks for its names: the thread is told, and not kept again."""
    monkeypatch.setattr("importal.locks._LOOKS", 1)
    answers: list[str] = []
    done = threading.Event()

    def ask(module: types.ModuleType) -> None:
        for _ in range(100):
            try:
                module.missing  # noqa: B018
            except AttributeError as error:
                answers.append(str(error))
        done.set()

    def body(module: types.ModuleType) -> None:
        start(lambda: ask(module))
        assert done.wait(PATIENCE)

    thread, results = start(lambda: over(Finder(m=body)).import_name("m"))
    finish(thread)
    assert isinstance(results[0], types.ModuleType)
    assert len(answers) == 100


def test_a_module_may_give_itself_another_class() -> None:
    class Own(types.ModuleType):
        pass

    def body(module: types.ModuleType) -> None:
        module.__class__ = Own

    thread, results = start(lambda: over(Finder(m=body)).import_name("m"))
    finish(thread)
    assert type(results[0]) is Own


@pytest.mark.parametrize("way", ["take", "leave"])
def test_an_interrupt_on_the_way_out_of_the_lock_leaves_it_free(monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    """A signal's handler may raise when the lock has just been taken, and when it is about to be left."""
    system = over(Finder(m=nothing))
    take = system.locks.take

    def interrupted(lock: Any, depth: int = 0) -> bool:
        if way == "take":
            take(lock)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(system.locks, way, interrupted)
        with pytest.raises(KeyboardInterrupt):
            system.import_name("m")
    assert [lock.owner for lock in system.locks.held.values() if lock.owner] == []
    thread, results = start(lambda: system.import_name("m").__name__)
    finish(thread)
    assert results == ["m"]


def test_who_waited_for_a_module_that_failed_tries_it_himself() -> None:
    gate = Gate(ValueError("broken"))
    system = over(Finder(m=gate))
    first, failed = start(lambda: system.import_name("m"))
    assert gate.entered.wait(PATIENCE)
    second, results = start(lambda: system.import_name("m").complete)
    until(lambda: system.locks.waiting)
    gate.open.set()
    finish(first)
    finish(second)
    assert [str(error) for error in failed] == ["broken"]
    assert (results, gate.runs) == ([True], 2)


def test_two_threads_that_find_the_same_module_execute_it_once() -> None:
    """Both are still asking a finder, without a lock, when neither has begun; then one loads and the other waits."""
    both = threading.Barrier(2)

    class Slow(Finder):
        def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
            both.wait(PATIENCE)
            return super().find_spec(name, path, target)

    runs: list[int] = []
    system = over(Slow(m=lambda module: runs.append(1)))
    running = [start(lambda: system.import_name("m")) for _ in range(2)]
    for thread, _ in running:
        finish(thread)
    (first,), (second,) = (results for _, results in running)
    assert first is second
    assert runs == [1]


def test_two_threads_that_import_each_others_modules_do_not_hang() -> None:
    both = threading.Barrier(2)
    system: ImportSystem

    def importing(other: str) -> Callable[[types.ModuleType], None]:
        def body(module: types.ModuleType) -> None:
            both.wait(PATIENCE)
            module.other = system.import_name(other)  # type: ignore[attr-defined]

        return body

    system = over(Finder(a=importing("b"), b=importing("a")))
    running = [start(lambda name=name: system.import_name(name)) for name in ("a", "b")]  # type: ignore[misc]
    for thread, results in running:
        finish(thread)
        assert not isinstance(results[0], BaseException), results
    assert system.import_name("a").other is system.import_name("b")
    assert system.import_name("b").other is system.import_name("a")
    assert (system.locks.held, system.locks.waiting) == ({}, {})


def test_a_deadlock_over_a_module_that_is_not_there_yet_is_an_error() -> None:
    """Its lock is held by a thread that waits for this one, and there is not even half a module to return."""
    system = over(Finder(m=nothing))
    mine = system.locks.acquire("mine")
    ready = threading.Event()

    def job() -> None:
        theirs = system.locks.acquire("m")
        ready.set()
        system.locks.release(system.locks.acquire("mine"))
        system.locks.release(theirs)

    thread, _ = start(job)
    assert ready.wait(PATIENCE)
    until(lambda: system.locks.waiting)
    with pytest.raises(DeadlockError, match="deadlock: module 'm' is being imported by thread"):
        system.import_name("m")
    system.locks.release(mine)
    finish(thread)


def test_after_a_fork_the_child_can_import_what_another_thread_was_importing(child: Callable[..., str]) -> None:
    out = child(
        """
        import os, threading, time, importal
        trees.write({"slow.py": "wait()\\nvalue = 1", "p": {"__init__.py": "wait()", "m.py": ""}}, tmp / "lib")
        system = importal.ImportSystem(importal.ImportState([str(tmp / "lib")]))
        inside, leave = threading.Semaphore(0), threading.Event()
        def wait():
            inside.release()
            if os.getpid() == parent:
                leave.wait(20)
        parent = os.getpid()
        system.builtins["wait"] = wait
        threads = [threading.Thread(target=system.import_name, args=(name,)) for name in ("slow", "p.m")]
        for thread in threads:
            thread.start()
        inside.acquire(), inside.acquire()
        if not os.fork():
            print(system.import_name("slow").value, system.import_name("p.m").__name__, flush=True)
            os._exit(0)
        print(os.wait()[1])
        leave.set()
        for thread in threads:
            thread.join()
        print(system.import_name("slow").value, system.locks.held)
        """,
        flags=("-W", "ignore::DeprecationWarning"),
    )
    assert out == "1 p.m\n0\n1 {}\n"


def test_in_a_forked_child_the_import_that_forked_goes_on(child: Callable[..., str]) -> None:
    out = child(
        """
        import os, importal
        trees.write({"forks.py": "import os\\npid = os.fork()\\nvalue = 1"}, tmp / "lib")
        system = importal.ImportSystem(importal.ImportState([str(tmp / "lib")]))
        system.state.modules["os"] = os
        module = system.import_name("forks")
        if module.pid:
            print(os.wait()[1], flush=True)
        print(module.value, system.locks.held, flush=True)
        """,
    )
    assert out == "1 {}\n0\n1 {}\n"


# ---------------------------------------------------------------- the system itself


def test_there_is_one_host() -> None:
    host = ImportSystem.host()
    assert host is ImportSystem.host()
    assert host.state is sys
    assert repr(host) == f"<ImportSystem over {sys!r}>"


def test_a_state_that_lacks_something_is_refused() -> None:
    with pytest.raises(StateError):
        ImportSystem(object())


def test_systems_do_not_share_anything(private: Private) -> None:
    first = private({"m.py": "value = []"})
    second = ImportSystem(ImportState(first.state.path))
    assert first.import_name("m") is not second.import_name("m")
    assert first.locks is not second.locks
    assert first.events is not second.events
    assert "m" not in sys.modules


def test_systems_that_are_dropped_are_freed() -> None:
    import gc
    import weakref

    system = over(Finder(m=nothing))
    system.import_name("m")
    gone = weakref.ref(system)
    del system
    gc.collect()
    assert gone() is None


@pytest.mark.skipif(sys.version_info < (3, 15), reason="the interpreter's C code announces it up to CPython 3.14")
def test_the_audit_event(child: Callable[..., str]) -> None:
    out = child("""
        import importal
        trees.write({"m.py": ""}, tmp)
        sys.path.insert(0, str(tmp))
        seen = []
        sys.addaudithook(lambda event, args: event == "import" and args[0] == "m" and seen.append(args))
        importal.import_module("m")
        importal.import_module("m")
        print(len(seen), seen[0][1], seen[0][2:] == (sys.path, sys.meta_path, sys.path_hooks))
    """)
    assert out == "1 None True\n"
