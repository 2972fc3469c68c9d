"""Threads that import the same modules, each other's modules, modules that fail, and under a finder that imports."""

from __future__ import annotations

import sys

import pytest

import trees

from . import process
from .conftest import Play

# How a module can be asked for. Each is an expression that yields the value its body sets last.
FORMS = {
    "import": "exec_and_get('import pkg.slow', 'pkg.slow.value')",
    "as": "exec_and_get('import pkg.slow as m', 'm.value')",
    "from-package": "exec_and_get('from pkg import slow', 'slow.value')",
    "from-module": "exec_and_get('from pkg.slow import value', 'value')",
    "star": "exec_and_get('from pkg.slow import *', 'value')",
    "relative": "exec_and_get('from .slow import value', 'value')",
    "dunder": "__import__('pkg.slow').slow.value",
    "dunder-fromlist": "__import__('pkg.slow', None, None, ['value']).value",
    "import-module": "importlib.import_module('pkg.slow').value",
    "import-module-relative": "importlib.import_module('.slow', 'pkg').value",
    "below": "importlib.import_module('pkg.slow.below').value",
    "resolve-name": "pkgutil.resolve_name('pkg.slow:value')",
}
ASK = """
    import importlib, pkgutil

    def exec_and_get(statement, value):
        namespace = {"__package__": "pkg", "__name__": "pkg.asking"}
        exec(statement, namespace)
        return eval(value, namespace)
"""
COUNTED = """
    import builtins, time
    builtins.runs = getattr(builtins, "runs", []) + [__name__]
"""


@pytest.mark.parametrize("switch", [None, process.HASTE], ids=["", "haste"])
@pytest.mark.parametrize("form", FORMS)
def test_many_threads_one_slow_module(play: Play, form: str, switch: float | None) -> None:
    """The body of each module is executed once, and every thread sees what it sets last."""
    slow = trees.text(COUNTED) + "time.sleep(0.2)\nvalue = 'complete'\n"
    modules = {
        "pkg": {
            "__init__.py": trees.text(COUNTED) + "time.sleep(0.1)\n",
            "slow": {"__init__.py": slow, "below.py": slow},
        }
    }
    program = trees.text(ASK) + f"report(outcomes=together(*[lambda: {FORMS[form]}] * 16), runs=runs)"
    facts = play(modules, program, switch=switch)
    assert facts["outcomes"] == [["complete", None]] * 16
    assert facts["runs"] == ["pkg", "pkg.slow", "pkg.slow.below"][: 3 if form == "below" else 2]


def test_from_package_import_waits_for_the_submodule(play: Play) -> None:
    """A thread that finds the submodule in the table, not yet bound on its package, waits for it."""
    modules = {"pkg": {"__init__.py": "", "slow.py": "import time\ntime.sleep(0.3)\nvalue = 'complete'\n"}}
    program = """
        import pkg, time
        def late():
            time.sleep(0.1)
            from pkg import slow
            return slow.value
        def first():
            import pkg.slow
        report(outcomes=together(first, *[late] * 4))
    """
    assert play(modules, program)["outcomes"] == [[None, None], *[["complete", None]] * 4]


def test_many_threads_a_lazy_module(play: Play) -> None:
    """A module that LazyLoader has put off is executed once, whichever thread reads an attribute first."""
    modules = {"slow.py": trees.text(COUNTED) + "time.sleep(0.2)\nvalue = 'complete'\n"}
    program = """
        import importlib.util, sys
        spec = importlib.util.find_spec("slow")
        spec.loader = importlib.util.LazyLoader(spec.loader)
        module = importlib.util.module_from_spec(spec)
        sys.modules["slow"] = module
        spec.loader.exec_module(module)
        report(outcomes=together(*[lambda: module.value] * 16), runs=runs)
    """
    facts = play(modules, program)
    assert facts == {"outcomes": [["complete", None]] * 16, "runs": ["slow"]}


@pytest.mark.parametrize(
    "how", ["import bad", "from bad import value", "import importlib; importlib.import_module('bad')"]
)
def test_many_threads_one_failing_module(play: Play, how: str) -> None:
    """Each thread gets the exception, of somebody's attempt; none gets the module whose body failed."""
    modules = {"bad.py": trees.text(COUNTED) + "time.sleep(0.1)\nraise ValueError('the body failed')\nvalue = 1\n"}
    program = f"""
        import sys
        def ask():
            exec({how!r}, {{}})
        outcomes = together(*[ask] * 16)
        report(outcomes=outcomes, runs=len(runs), in_table="bad" in sys.modules)
    """
    facts = play(modules, program)
    assert facts["outcomes"] == [[None, "ValueError: the body failed"]] * 16
    assert 1 <= facts["runs"] <= 16
    assert facts["in_table"] is False


@pytest.mark.parametrize("form", ["import bad; result = bad", "from bad import value; import sys; result = sys.modules['bad']",
                                  "import bad as m; result = m", "import importlib; result = importlib.import_module('bad')",
                                  "result = __import__('bad')"])  # fmt: skip
def test_a_module_that_fails_once(play: Play, form: str) -> None:
    """The thread that executed it first gets the exception, the others a module of their own attempt, complete.

    Up to CPython 3.14 C code returns from a plain import statement the very object it has found and waited for, which
    is not the table's any more; it has all of the later attempt's names.
    """
    modules = {
        "bad.py": """
            import builtins, time
            builtins.attempts = getattr(builtins, "attempts", 0) + 1
            time.sleep(0.2)
            if builtins.attempts == 1:
                raise ValueError("the first attempt fails")
            value = "complete"
        """
    }
    program = f"""
        import sys, time
        def ask(pause):
            time.sleep(pause)
            namespace = {{}}
            exec({form!r}, namespace)
            return [getattr(namespace["result"], "value", "half"), namespace["result"] is sys.modules["bad"]]
        report(outcomes=together(lambda: ask(0), *[lambda: ask(0.05)] * 4), attempts=attempts)
    """
    facts = play(modules, program)
    assert facts["attempts"] == 2
    assert facts["outcomes"][0] == [None, "ValueError: the first attempt fails"]
    by_c_code = sys.version_info < (3, 15) and form in {
        "import bad; result = bad",
        "import bad as m; result = m",
        "result = __import__('bad')",
    }
    for (value, is_the_tables), error in facts["outcomes"][1:]:
        assert (value, error) == ("complete", None)
        assert is_the_tables or by_c_code


@pytest.mark.parametrize("form", ["module.value", "exec_in(module, 'from it import value')",
                                  "exec_in(module, 'from it import *')"])  # fmt: skip
def test_a_module_that_puts_another_in_its_place(play: Play, form: str) -> None:
    """A thread left with what was in the table before (C code, up to CPython 3.14) gets the names of what is there now.

    The other may ask the first in turn for what it has not, as wrappers do; a name that neither has is missing.
    """
    modules = {
        "replaced.py": """
            import sys, time
            class Other:
                __all__ = ["value"]
                value = "complete"
                def __init__(self, module):
                    self.module = module
                def __getattr__(self, name):
                    return getattr(self.module, name)
            time.sleep(0.2)
            sys.modules[__name__] = Other(sys.modules[__name__])
            time.sleep(0.2)
        """
    }
    program = f"""
        import sys, time

        def exec_in(module, statement):
            sys.modules["it"] = module
            namespace = {{}}
            exec(statement, namespace)
            return namespace["value"]

        def late():
            time.sleep(0.1)
            module = sys.modules["replaced"]
            time.sleep(0.2)
            return [type(sys.modules["replaced"]).__name__, {form}, hasattr(module, "missing")]

        def first():
            import replaced
        report(outcomes=together(first, late))
    """
    assert play(modules, program)["outcomes"] == [[None, None], [["Other", "complete", False], None]]


def test_three_threads_import_a_module_that_is_another_at_once(play: Play) -> None:
    """As collections.abc was up to CPython 3.13: it changes between two steps of the interpreter's C code."""
    modules = {
        "other.py": "value = 1\n",
        "quick.py": "import other\nimport sys\nsys.modules[__name__] = other\n",
    }
    program = """
        import sys
        import other
        def ask():
            from quick import value
        failed = 0
        for _ in range(300):
            sys.modules.pop("quick", None)
            failed += together(*[ask] * 3) != [[None, None]] * 3
        report(failed=failed)
    """
    assert play(modules, program, switch=process.HASTE)["failed"] == 0


def test_a_package_that_fails_under_a_waiting_thread(play: Play) -> None:
    """A thread that waits for a package to import its submodule gets the package's exception, or its own attempt's."""
    modules = {
        "pkg": {"__init__.py": "import time\ntime.sleep(0.2)\nraise ValueError('the package failed')\n", "sub.py": ""}
    }
    program = """
        import sys, time
        def below():
            time.sleep(0.05)
            import pkg.sub
        def package():
            import pkg
        report(outcomes=together(package, *[below] * 4), table=[n for n in sys.modules if n.startswith("pkg")])
    """
    facts = play(modules, program)
    assert facts == {"outcomes": [[None, "ValueError: the package failed"]] * 5, "table": []}


MEET = """
    import builtins, threading
    builtins.gate = getattr(builtins, "gate", None) or threading.Barrier({count})
    # Both bodies have begun before either imports the other; later on nobody waits here.
    try:
        gate.wait(1)
    except threading.BrokenBarrierError:
        pass
"""


@pytest.mark.parametrize("repetition", range(3))
@pytest.mark.parametrize("count", [2, 3, 5])
def test_a_cycle_entered_from_every_end(play: Play, count: int, repetition: int) -> None:
    """Modules that import each other in a ring, each begun by a thread of its own, all end up complete, executed once."""
    body = "import ring{next}\nneighbour = ring{next}\nvalue = 'complete'\n"
    modules = {
        f"ring{number}.py": trees.text(COUNTED)
        + trees.text(MEET.format(count=count))
        + body.format(next=(number + 1) % count)
        for number in range(count)
    }
    program = f"""
        import sys
        outcomes = together(*[lambda name=f"ring{{n}}": __import__(name).__name__ for n in range({count})])
        ring = [sys.modules[f"ring{{n}}"] for n in range({count})]
        report(
            outcomes=outcomes,
            runs=sorted(runs),
            complete=[module.value for module in ring],
            closed=all(module.neighbour is ring[(n + 1) % {count}] for n, module in enumerate(ring)),
        )
    """
    names = [f"ring{number}" for number in range(count)]
    facts = play(modules, program)
    assert facts == {
        "outcomes": [[name, None] for name in names],
        "runs": names,
        "complete": ["complete"] * count,
        "closed": True,
    }


def test_a_cycle_through_a_package(play: Play) -> None:
    """A package imports a module that imports the package's submodule, begun from both ends."""
    meet = trees.text(MEET.format(count=2))
    modules = {
        "pkg": {"__init__.py": meet + "import other\nvalue = 1\n", "sub.py": "value = 2\n"},
        "other.py": meet + "import pkg.sub\nvalue = 3\n",
    }
    program = """
        def one():
            import pkg
            return pkg.value
        def two():
            import other
            return other.value
        outcomes = together(one, two)
        import pkg.sub, other
        report(outcomes=outcomes, values=[pkg.value, pkg.sub.value, other.value])
    """
    assert play(modules, program) == {"outcomes": [[1, None], [3, None]], "values": [1, 2, 3]}


def test_a_ring_with_from_imports_fails_as_in_one_thread_or_not_at_all(play: Play) -> None:
    """Where a cycle cannot work in one thread, threads get the interpreter's ImportError; they never wait for ever."""
    modules = {
        "left.py": trees.text(MEET.format(count=2)) + "from right import value\n",
        "right.py": trees.text(MEET.format(count=2)) + "from left import value\n",
    }
    program = "report(outcomes=together(lambda: __import__('left') and 1, lambda: __import__('right') and 1))"
    for _, error in play(modules, program)["outcomes"]:
        assert error is not None
        assert error.startswith("ImportError: cannot import name 'value' from partially initialized module")


FINDER = """
    import builtins, sys, threading
    busy = threading.local()
    builtins.asked = []
    builtins.under_lock = []

    class Finder:
        @staticmethod
        def find_spec(name, path=None, target=None):
            if MODE == "importal":
                held = SYSTEM.locks.chain()
                asked.append(name)
                if name in held or any(not initializing(sys.modules.get(other), other) for other in held):
                    under_lock.append([name, held])
            if getattr(busy, "now", False):
                return None
            busy.now = True
            try:
                __import__("needed_by_finder." + "abcd"[sum(map(ord, name)) % 4])
            finally:
                busy.now = False
            return None
"""


@pytest.mark.parametrize("switch", [None, process.HASTE], ids=["", "haste"])
@pytest.mark.parametrize("place", ["sys.meta_path.insert(0, Finder)", "sys.meta_path.append(Finder)"])
def test_a_finder_that_imports(play: Play, place: str, switch: float | None) -> None:
    """A finder may import; it is asked while no lock is held for the name, and threads never wait for each other's."""
    slow = "import time\ntime.sleep(0.02)\n"
    modules = {
        "needed_by_finder": {"__init__.py": slow, **{f"{name}.py": slow + "import helper\n" for name in "abcd"}},
        "helper.py": slow + "import helper_of_helper\n",
        "helper_of_helper.py": slow,
        **{f"m{number}.py": slow + f"import m{number + 3}\nvalue = 'complete'\n" for number in range(8)},
        **{f"m{number}.py": slow for number in range(8, 11)},
    }
    program = (
        trees.text(FINDER)
        + place
        + trees.text("""

        outcomes = together(*[importing(f"m{number}") for number in range(8)], *[importing("helper")] * 4)
        report(outcomes=outcomes, incomplete=incomplete(), under_lock=under_lock, asked=sorted(set(asked)))
    """)
    )
    facts = play(modules, program, switch=switch)
    assert [error for _, error in facts["outcomes"]] == [None] * 12
    assert facts["incomplete"] == []
    assert facts["under_lock"] == []
    if "insert" in place:
        assert {"m0", "m10", "helper", "needed_by_finder", "needed_by_finder.a"} <= set(facts["asked"])


def test_a_path_hook_that_imports(play: Play) -> None:
    """The same for a path entry finder, and for the hook that makes it: both are asked while no lock is held."""
    modules = {
        "needed.py": "import time\ntime.sleep(0.05)\n",
        "other.py": "import time\ntime.sleep(0.02)\nimport needed\n",
    }
    program = """
        import sys, threading
        busy = threading.local()
        under_lock = []
        class EntryFinder:
            def __init__(self, entry):
                if entry != "an://entry":
                    raise ImportError
                self.need(None)
            def need(self, name):
                under_lock.extend(held for held in SYSTEM.locks.chain() if not initializing(sys.modules.get(held), held))
                if not getattr(busy, "now", False):
                    busy.now = True
                    import needed
                    busy.now = False
            def find_spec(self, name, target=None):
                self.need(name)
        sys.path_hooks.insert(0, EntryFinder)
        sys.path.insert(0, "an://entry")
        report(outcomes=together(*[importing("other"), importing("needed")] * 4), incomplete=incomplete(),
               under_lock=under_lock)
    """
    facts = play(modules, program)
    assert [error for _, error in facts["outcomes"]] == [None] * 8
    assert facts["incomplete"] == facts["under_lock"] == []


GRAPHS = """
    import random, sys, importlib, os, threading

    def make(seed, acyclic):
        '''Write a random graph of modules and packages below a new directory; return their names.'''
        chance = random.Random(seed)
        names = []
        for number in range(chance.randint(4, 14)):
            above = [name for name in names if name.count(".") < 2]
            parent = chance.choice(above) + "." if above and chance.random() < 0.5 else ""
            names.append(f"{parent}g{seed}n{number}")
        files = {}
        for index, name in enumerate(names):
            # Whatever stands later in the list, its parents included, imports only what stands before it.
            others = names[:index] if acyclic else names
            others = [other for other in others if other != name and not name.startswith(other + ".")]
            lines = ["import builtins, time", "builtins.ran.append(__name__)"]
            for other in chance.sample(others, min(len(others), chance.randint(0, 3))):
                if acyclic and lower(other, name, names):
                    continue
                lines.append(f"import {other}")
                if acyclic:
                    lines.append(f"import sys; assert sys.modules[{other!r}].value == 'complete'")
                if chance.random() < 0.3:
                    lines.append(f"time.sleep({chance.random() * 0.01})")
            lines.append("value = 'complete'")
            files[name] = lines
        for name, lines in files.items():
            path = os.path.join(HERE, *name.split("."))
            if any(other.startswith(name + ".") for other in names):
                os.makedirs(path, exist_ok=True)
                path = os.path.join(path, "__init__")
            else:
                os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path + ".py", "w") as file:
                file.write("\\n".join(lines))
        return names, chance

    def lower(other, name, names):
        '''Tell whether importing *other* needs a package that stands after *name*.'''
        parts = other.split(".")
        return any(names.index(".".join(parts[:n])) > names.index(name) for n in range(1, len(parts)))
"""


@pytest.mark.parametrize("switch", [None, process.HASTE], ids=["", "haste"])
@pytest.mark.parametrize("acyclic", [True, False], ids=["acyclic", "cyclic"])
@pytest.mark.parametrize("start", range(0, 60, 20))
def test_random_graphs(play: Play, start: int, acyclic: bool, switch: float | None) -> None:
    """Whatever imports what, threads that start anywhere end, without an error, with each body executed once.

    Without cycles every import statement, in threads and in bodies, yields a complete module.
    """
    program = trees.text(GRAPHS) + trees.text(f"""
        import builtins
        wrong = []
        for seed in range({start}, {start + 20}):
            names, chance = make(seed, {acyclic})
            importlib.invalidate_caches()
            builtins.ran = []
            def ask(name):
                module = importlib.import_module(name)
                return getattr(module, "value", "half") if {acyclic} else "complete"
            asked = [chance.choice(names) for _ in range(8)]
            outcomes = together(*[lambda name=name: ask(name) for name in asked])
            if outcomes != [["complete", None]] * 8:
                wrong.append([seed, asked, outcomes])
            if len(set(ran)) != len(ran):
                wrong.append([seed, "executed twice", ran])
            wrong.extend([seed, name] for name in ran if sys.modules[name].value != "complete")
        report(wrong=wrong)
    """)
    assert play({}, program, switch=switch, limit=60) == {"wrong": []}
