"""KeyboardInterrupt while a thread waits for another one's import, and in the middle of a module body."""

from __future__ import annotations

import sys

import pytest

import trees

from .conftest import Play

INTERRUPT = """
    import builtins, os, signal, sys, threading, time

    def tables(*names):
        '''Return for each name what `sys.modules` has: nothing, a module that is being executed, or a complete one.'''
        return [
            "absent" if name not in sys.modules
            else "initializing" if initializing(sys.modules[name], name) else getattr(sys.modules[name], "value", "half")
            for name in names
        ]

    def interrupted(function):
        '''Call *function*; return "interrupted" if it ends with KeyboardInterrupt, else its outcome.'''
        try:
            return function()
        except KeyboardInterrupt:
            return "interrupted"
"""


@pytest.mark.parametrize(
    "statement",
    ["import slow", "from slow import value", "import slow.sub", "import importlib; importlib.import_module('slow')"],
)
def test_while_waiting(play: Play, statement: str) -> None:
    """The wait ends at once; the thread that is waited for finishes its import, and later imports find it."""
    modules = {
        "slow": {
            "__init__.py": "import time, builtins\nbuiltins.begun.set()\nbuiltins.go_on.wait()\nvalue = 'complete'\n",
            "sub.py": "value = 'complete'\n",
        }
    }
    program = trees.text(INTERRUPT) + trees.text(f"""
        # Compiled first: a string that is interrupted in exec() makes the interpreter end as if by the signal.
        statement = compile({statement!r}, "statement", "exec")
        builtins.begun, builtins.go_on = threading.Event(), threading.Event()
        thread = threading.Thread(target=lambda: __import__("slow"))
        thread.start()
        begun.wait()
        def interrupt():
            time.sleep(0.3)
            os.kill(os.getpid(), signal.SIGINT)
        interrupter = threading.Thread(target=interrupt)
        interrupter.start()
        result = interrupted(lambda: exec(statement, {{}}))
        after = tables("slow", "slow.sub")
        waiting = len(SYSTEM.locks.waiting) if SYSTEM else 0
        go_on.set()
        thread.join()
        interrupter.join()
        import slow.sub
        report(result=result, after=after, waiting=waiting, at_last=tables("slow", "slow.sub"))
    """)
    facts = play(modules, program)
    assert facts == {
        "result": "interrupted",
        "after": ["initializing", "absent"],
        "waiting": 0,
        "at_last": ["complete", "complete"],
    }
    if statement == "import slow.sub" and sys.version_info < (3, 14):
        # CPython does not wait for the package before it loads its submodule; importal does in every version.
        facts["after"] = ["initializing", "complete"]
    assert play(modules, program, mode="cpython") == facts


def test_in_a_module_body(play: Play) -> None:
    """The module that was interrupted goes, and those that wait for it; what was complete stays, as under CPython."""
    modules = {
        "pkg": {
            "__init__.py": "value = 'complete'\n",
            "done.py": "value = 'complete'\n",
            "outer.py": "import pkg.done\nimport pkg.body\nvalue = 'complete'\n",
            "body.py": "import signal, time\nsignal.raise_signal(signal.SIGINT)\ntime.sleep(5)\nvalue = 'complete'\n",
        }
    }
    program = trees.text(INTERRUPT) + trees.text("""
        names = ["pkg", "pkg.done", "pkg.outer", "pkg.body"]
        result = interrupted(lambda: __import__("pkg.outer"))
        after = tables(*names)
        bound = sorted(key for key in vars(sys.modules["pkg"]) if not key.startswith("__"))
        again = interrupted(lambda: __import__("pkg.outer"))
        report(result=result, after=after, bound=bound, again=again, last=tables(*names))
    """)
    facts = play(modules, program)
    gone = ["complete", "complete", "absent", "absent"]
    assert facts == {
        "result": "interrupted",
        "after": gone,
        "bound": ["done", "value"],
        "again": "interrupted",
        "last": gone,
    }
    assert play(modules, program, mode="cpython") == facts


def test_others_who_wait_for_an_interrupted_module(play: Play) -> None:
    """Threads that wait for a module whose import is interrupted make their own attempt and complete it."""
    modules = {
        "slow.py": """
            import builtins, time
            builtins.attempts = getattr(builtins, "attempts", 0) + 1
            if attempts == 1:
                time.sleep(5)
            value = "complete"
        """
    }
    program = trees.text(INTERRUPT) + trees.text("""
        import importlib
        results = []
        def other():
            results.append(importlib.import_module("slow").value)
        def interrupt():
            time.sleep(0.5)
            os.kill(os.getpid(), signal.SIGINT)
        def later():
            time.sleep(0.2)
            other()
        threads = [threading.Thread(target=work) for work in (interrupt, later, later, later)]
        for thread in threads:
            thread.start()
        result = interrupted(lambda: __import__("slow"))
        for thread in threads:
            thread.join()
        report(result=result, results=results, attempts=attempts)
    """)
    assert play(modules, program) == {"result": "interrupted", "results": ["complete"] * 3, "attempts": 2}


def test_at_any_moment(play: Play) -> None:
    """An interrupt at any moment of importing a tree of modules leaves no lock held, and the next import completes it."""
    modules = {
        "tree": {
            "__init__.py": "".join(f"import tree.m{number}\n" for number in range(20)) + "value = 'complete'\n",
            **{f"m{number}.py": f"import tree.sub.n{number}\nvalue = 'complete'\n" for number in range(20)},
            "sub": {"__init__.py": "", **{f"n{number}.py": "value = 'complete'\n" for number in range(20)}},
        }
    }
    program = trees.text(INTERRUPT) + trees.text("""
        import random
        def remove():
            for name in [name for name in sys.modules if name == "tree" or name.startswith("tree.")]:
                del sys.modules[name]
        import tree
        remove()
        began = time.perf_counter()
        import tree
        whole = time.perf_counter() - began
        remove()
        count, left = 0, []
        chance = random.Random(1)
        armed = False
        def handle(*_):
            if armed:
                raise KeyboardInterrupt
        signal.signal(signal.SIGALRM, handle)
        for attempt in range(400):
            try:
                armed = True
                signal.setitimer(signal.ITIMER_REAL, whole * chance.uniform(0.02, 1.1))
                import tree
                armed = False
            except KeyboardInterrupt:
                armed = False
                count += 1
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
            state = left_behind()
            if any(state.values()):
                left.append([attempt, state])
            # Another thread can complete it.
            thread = threading.Thread(target=lambda: outcomes.append(outcome(lambda: __import__("tree").value)), daemon=True)
            outcomes = []
            thread.start()
            thread.join(5)
            if outcomes != [["complete", None]]:
                left.append([attempt, outcomes])
                break
            remove()
        report(left=left, enough=count > 20)
    """)
    facts = play(modules, program, limit=60)
    assert facts == {"left": [], "enough": True}
