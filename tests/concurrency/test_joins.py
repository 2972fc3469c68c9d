"""A module that starts a thread which imports, and waits for it: no lock shows this cycle, and it has to end."""

from __future__ import annotations

import sys

import pytest

import trees

from .conftest import Play

# How a module body waits for a thread that runs `work`.
WAITS = {
    "join": """
        import threading
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    """,
    "join-with-limit": """
        import threading
        thread = threading.Thread(target=work)
        thread.start()
        while thread.is_alive():
            thread.join(0.5)
    """,
    "pool": """
        from concurrent.futures import ThreadPoolExecutor
        with ThreadPoolExecutor(1) as pool:
            pool.submit(work).result()
    """,
    "event": """
        import threading
        done = threading.Event()
        threading.Thread(target=lambda: (work(), done.set())).start()
        done.wait()
    """,
    "queue": """
        import queue, threading
        results = queue.Queue()
        threading.Thread(target=lambda: (work(), results.put(None))).start()
        results.get()
    """,
}


def body(statement: str, wait: str) -> str:
    """Return a module body that waits for a thread in which *statement* is executed."""
    work = (
        f"before = 'set'\noutcomes = []\ndef work():\n    outcomes.append(outcome(lambda: exec({statement!r}, {{}})))\n"
    )
    return "from __main__ import outcome\n" + work + trees.text(WAITS[wait]) + "after = 'set'\n"


@pytest.mark.parametrize("wait", WAITS)
def test_the_thread_imports_another_module(play: Play, wait: str) -> None:
    """Nothing is in the thread's way: the other module is nobody's."""
    modules = {
        "starter.py": body("import other; assert other.value == 'complete'", wait),
        "other.py": "value = 'complete'",
    }
    facts = play(modules, "import starter\nreport(outcomes=starter.outcomes, after=starter.after)")
    assert facts == {"outcomes": [[None, None]], "after": "set"}


def test_the_thread_imports_a_submodule(play: Play) -> None:
    """The package joins the thread, so the thread cannot wait for the package: it goes on as a circular import."""
    modules = {
        "pkg": {
            "__init__.py": body("import pkg.sub; assert pkg.sub.value == 'complete'", "join"),
            "sub.py": "import pkg\nassert pkg.before == 'set'\nvalue = 'complete'\n",
        }
    }
    facts = play(modules, "import pkg\nreport(outcomes=pkg.outcomes, after=pkg.after)")
    assert facts == {"outcomes": [[None, None]], "after": "set"}


@pytest.mark.parametrize(
    "statement", ["from pkg.sub import value", "import importlib; importlib.import_module('pkg.sub')"]
)
@pytest.mark.parametrize("wait", WAITS)
def test_the_thread_loads_a_submodule(play: Play, wait: str, statement: str) -> None:
    """The same where the thread needs only the submodule, which CPython before 3.14 lets it have, however it is awaited."""
    if wait != "join" and sys.version_info >= (3, 14):
        pytest.skip("CPython 3.14 and newer wait for the package for ever, too; only join can be recognised")
    modules = {"pkg": {"__init__.py": body(statement, wait), "sub.py": "value = 'complete'\n"}}
    facts = play(modules, "import pkg\nreport(outcomes=pkg.outcomes, after=pkg.after)")
    assert facts == {"outcomes": [[None, None]], "after": "set"}


@pytest.mark.parametrize(
    "statement",
    [
        "import starter; assert starter.before == 'set'",
        "from starter import before",
        "import importlib; importlib.import_module('starter')",
    ],
)
def test_the_thread_imports_the_module_itself(play: Play, statement: str) -> None:
    """CPython waits for ever here; the thread gets the module as far as it is, as in any circular import."""
    modules = {"starter.py": body(statement, "join")}
    facts = play(modules, "import starter\nreport(outcomes=starter.outcomes, after=starter.after)")
    assert facts == {"outcomes": [[None, None]], "after": "set"}


def test_a_name_that_is_not_there_yet(play: Play) -> None:
    """What the module has not set yet is an ImportError in the thread, and the module goes on."""
    modules = {"starter.py": body("from starter import after", "join")}
    (outcome,) = play(modules, "import starter\nreport(outcomes=starter.outcomes)")["outcomes"]
    assert outcome[1].startswith("ImportError: cannot import name 'after' from partially initialized module 'starter'")


def test_over_two_threads(play: Play) -> None:
    """A module joins a thread that joins another one, which imports the module."""
    modules = {
        "starter.py": """
            import threading
            before = "set"
            outcomes = []
            def inner():
                import starter
                outcomes.append(starter.before)
            def outer():
                thread = threading.Thread(target=inner)
                thread.start()
                thread.join()
            thread = threading.Thread(target=outer)
            thread.start()
            thread.join()
            after = "set"
        """
    }
    assert play(modules, "import starter\nreport(seen=starter.outcomes)") == {"seen": ["set"]}


def test_a_thread_that_waits_for_a_joining_owner_over_a_second_module(play: Play) -> None:
    """The joined thread waits for a module whose owner waits for the module that joins."""
    modules = {
        "starter.py": """
            import threading, time
            before = "set"
            def work():
                import second
            other = threading.Thread(target=work)
            helper = threading.Thread(target=lambda: __import__("second"))
            helper.start()
            time.sleep(0.1)
            other.start()
            other.join()
            after = "set"
        """,
        "second.py": "import time\ntime.sleep(0.3)\nimport starter\nassert starter.before == 'set'\nvalue = 'complete'\n",
    }
    facts = play(modules, "import starter, second\nreport(values=[starter.after, second.value])")
    assert facts == {"values": ["set", "complete"]}


def test_a_joined_thread_does_not_take_what_somebody_else_loads(play: Play) -> None:
    """A thread that is joined still waits for a third thread's module to be complete."""
    modules = {
        "slow.py": "import time\ntime.sleep(0.8)\nvalue = 'complete'\n",
        "starter.py": body("import slow; assert slow.value == 'complete'", "join"),
    }
    program = """
        import time
        def second():
            time.sleep(0.1)
            import starter
            return starter.outcomes
        report(outcomes=together(importing("slow"), second))
    """
    assert play(modules, program)["outcomes"] == [["slow", None], [[[None, None]], None]]
