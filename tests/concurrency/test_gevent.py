"""Green threads: gevent replaces `_thread`'s functions, and switches wherever a module body waits."""

from __future__ import annotations

from pathlib import Path

import pytest

import trees

from . import process
from .conftest import Play

PATCH = """
    import gevent.monkey
    gevent.monkey.patch_all()
    import gevent, time, threading, sys

    def all_at_once(*functions):
        '''Call each function in a greenlet of its own; return their outcomes in order.'''
        greenlets = [gevent.spawn(outcome, function) for function in functions]
        gevent.joinall(greenlets, timeout=15)
        return [greenlet.value if greenlet.ready() else "hangs" for greenlet in greenlets]
"""
SLOW = """
    import builtins, time
    builtins.runs = getattr(builtins, "runs", []) + [__name__]
    time.sleep(0.2)
    value = "complete"
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),  # the first to ask installs the packages
    pytest.mark.filterwarnings("default"),
]


def program(*parts: str) -> str:
    """Return one program made of parts that are indented as they like."""
    return "".join(trees.text(part) + "\n" for part in parts)


@pytest.mark.parametrize("how", ["import slow; result = slow.value", "from slow import value as result",
                                 "import importlib; result = importlib.import_module('slow').value"])  # fmt: skip
@pytest.mark.parametrize("spawn", ["all_at_once", "together"])
def test_one_slow_module(play: Play, python: str, spawn: str, how: str) -> None:
    """Greenlets, and threads that have become greenlets, wait for the one that executes the module."""
    parts = f"""
        def ask():
            namespace = {{}}
            exec({how!r}, namespace)
            return namespace["result"]
        report(outcomes={spawn}(*[ask] * 8), runs=runs)
    """
    facts = play({"slow.py": SLOW}, program(PATCH, parts), python=python)
    assert facts == {"outcomes": [["complete", None]] * 8, "runs": ["slow"]}


@pytest.mark.parametrize("spawn", ["all_at_once", "together"])
def test_a_cycle(play: Play, python: str, spawn: str) -> None:
    """Greenlets that enter a cycle from both ends do not wait for each other."""
    modules = {
        f"{name}.py": f"import time\ntime.sleep(0.1)\nimport {other}\nvalue = 'complete'\n"
        for name, other in (("left", "right"), ("right", "left"))
    }
    parts = f"""
        outcomes = {spawn}(lambda: __import__("left") and 1, lambda: __import__("right") and 1)
        import left, right
        report(outcomes=outcomes, values=[left.value, right.value])
    """
    facts = play(modules, program(PATCH, parts), python=python)
    assert facts == {"outcomes": [[1, None], [1, None]], "values": ["complete", "complete"]}


JOINS = [
    "greenlet = gevent.spawn(work); greenlet.join()",
    "greenlet = gevent.spawn(work); greenlet.get()",
    # (Of the background: what waits for ever would otherwise be waited for when the process ends.)
    "thread = threading.Thread(target=work, daemon=True); thread.start(); thread.join()",
]
JOINING = """
    import gevent, threading
    before = "set"
    def work():
        import {name}
    {join}
    after = "set"
"""


@pytest.mark.parametrize("join", JOINS)
def test_a_module_that_joins_a_greenlet_which_imports(play: Play, python: str, join: str) -> None:
    """Nothing is in the way of a greenlet that imports another module."""
    modules = {"starter.py": JOINING.format(name="other", join=join), "other.py": ""}
    facts = play(modules, program(PATCH, "import starter\nreport(after=starter.after)"), python=python)
    assert facts == {"after": "set"}


@pytest.mark.parametrize("join", JOINS)
@pytest.mark.parametrize("name", ["pkg", "pkg.sub"])
def test_a_module_that_joins_a_greenlet_which_needs_it(tmp_path: Path, python: str, name: str, join: str) -> None:
    """It ends one way or the other: under CPython gevent raises LoopExit, as nobody is left who could go on."""
    modules = {"pkg": {"__init__.py": JOINING.format(name=name, join=join), "sub.py": ""}}
    main = trees.write({**modules, "main.py": program(PATCH, "import pkg")}, tmp_path) / "main.py"
    run = process.run(main, python=python)
    assert not run.hung, run.output
    assert run.status == 0 or "LoopExit" in run.output


@pytest.mark.parametrize("spawn", ["all_at_once", "together"])
def test_real_packages(play: Play, python: str, spawn: str) -> None:
    """The packages that CPython fails with in threads, in greenlets."""
    parts = f"""
        names = ["werkzeug", "flask", "urllib3", "http.client", "click"]
        report(outcomes={spawn}(*map(importing, names)), incomplete=incomplete())
    """
    facts = play({}, program(PATCH, parts), python=python)
    assert [error for _, error in facts["outcomes"]] == [None] * 5
    assert facts["incomplete"] == []


def test_greenlets_and_native_threads(play: Play, python: str) -> None:
    """gevent's pool of native threads imports what greenlets import."""
    parts = """
        import gevent.threadpool
        pool = gevent.threadpool.ThreadPool(4)
        def ask():
            import slow
            return slow.value
        native = [pool.spawn(outcome, ask) for _ in range(4)]
        green = all_at_once(*[ask] * 4)
        report(outcomes=green + [result.get(timeout=10) for result in native], runs=runs)
    """
    facts = play({"slow.py": SLOW}, program(PATCH, parts), python=python)
    assert facts == {"outcomes": [["complete", None]] * 8, "runs": ["slow"]}


def test_patched_in_the_middle_of_an_import(play: Play, python: str) -> None:
    """A module body that calls patch_all while its own lock is held can be left, and imported by others."""
    modules = {"patching.py": "import gevent.monkey\ngevent.monkey.patch_all()\nimport slow\nvalue = slow.value\n",
               "slow.py": SLOW}  # fmt: skip
    parts = """
        import patching
        report(outcomes=together(lambda: __import__("patching").value, lambda: __import__("slow").value))
    """
    assert play(modules, program(parts), python=python) == {"outcomes": [["complete", None]] * 2}
