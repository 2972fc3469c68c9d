"""A fork while other threads import: the child process has none of these threads, and can import all the same."""

from __future__ import annotations

import pytest

import trees

from .conftest import Play

# Forks, runs `work` in the child, and returns the child's outcome as the parent reads it from a pipe.
FORK = """
    import os, json, warnings, faulthandler, signal

    def in_child(work):
        reader, writer = os.pipe()
        with warnings.catch_warnings():
            # CPython 3.12 and newer warn of what these tests are about.
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if not child:
            # The parent's time limit is not the child's; this one shows its stack too, and ends it.
            faulthandler.register(signal.SIGALRM, chain=True)
            signal.alarm(10)
            result = outcome(work)
            os.write(writer, json.dumps([result, left_behind()]).encode())
            os._exit(0)
        os.close(writer)
        with open(reader, "rb") as stream:
            answer = stream.read()
        os.waitpid(child, 0)
        return json.loads(answer) if answer else "the child ended without an answer"
"""
SLOW = """
    import threading, time, builtins
    builtins.begun = getattr(builtins, "begun", None) or threading.Event()
    builtins.go_on = getattr(builtins, "go_on", None) or threading.Event()
    begun.set()
    go_on.wait()
    value = "complete"
"""
CHILD = """
    import builtins, threading
    builtins.begun, builtins.go_on = threading.Event(), threading.Event()

    def during(name, work):
        '''Fork and do *work* in the child while a thread of this process executes the module *name*.'''
        thread = threading.Thread(target=lambda: __import__(name), daemon=True)
        thread.start()
        begun.wait()
        answer = in_child(work)
        go_on.set()
        thread.join()
        return answer

    def freshly(name):
        '''Return a function that imports *name*, whose body need not wait now, and returns its value.'''
        def work():
            builtins.go_on = threading.Event()
            go_on.set()
            return __import__(name, None, None, ["value"]).value
        return work
"""
NOTHING_LEFT = {"initializing": [], "held": {}, "waiting": {}}


def program(*parts: str) -> str:
    """Return one program made of parts that are indented as they like."""
    return "".join(trees.text(part) + "\n" for part in parts)


@pytest.mark.parametrize("name", ["other", "slow", "pkg.sub", "pkg.sub.below", "pkg.sibling", "json.tool"])
def test_the_child_imports(play: Play, name: str) -> None:
    """Another module, the very one that was in progress, and what stands around it."""
    busy = name if name == "slow" else "pkg.sub"
    other = "value = 'complete'\n"
    modules = {
        "other.py": other,
        "slow.py": SLOW,
        "pkg": {"__init__.py": "", "sub": {"__init__.py": SLOW, "below.py": other}, "sibling.py": other},
    }
    asked = "freshly(%r)" % name if name != "json.tool" else "lambda: __import__('json.tool') and 'complete'"
    facts = play(modules, program(FORK, CHILD, f"report(answer=during({busy!r}, {asked}))"))
    assert facts["answer"] == [["complete", None], NOTHING_LEFT]


def test_the_child_imports_below_a_package_in_progress(play: Play) -> None:
    """The package itself was being executed by a thread that the child does not have: it is executed anew."""
    modules = {"pkg": {"__init__.py": SLOW, "sub.py": "import pkg\nvalue = pkg.value\n"}}
    facts = play(modules, program(FORK, CHILD, "report(answer=during('pkg', freshly('pkg.sub')))"))
    assert facts["answer"] == [["complete", None], NOTHING_LEFT]


def test_a_chain_in_progress(play: Play) -> None:
    """A module whose import was in progress because another one imports it: the child imports both."""
    modules = {"outer.py": "before = 1\nimport slow\nvalue = slow.value\n", "slow.py": SLOW}
    facts = play(modules, program(FORK, CHILD, "report(answer=during('outer', freshly('outer')))"))
    assert facts["answer"] == [["complete", None], NOTHING_LEFT]


def test_threads_that_wait_are_forgotten(play: Play) -> None:
    """The child of a fork by a thread, while others wait for a module, has a lock table without them."""
    parts = """
        waiters = [threading.Thread(target=lambda: __import__("slow")) for _ in range(4)]
        def work():
            return freshly("slow")()
        thread = threading.Thread(target=lambda: __import__("slow"))
        thread.start()
        begun.wait()
        for waiter in waiters:
            waiter.start()
        if SYSTEM is not None:
            import time
            while len(SYSTEM.locks.waiting) < 4:
                time.sleep(0.01)
        answer = in_child(work)
        go_on.set()
        for waiter in [thread, *waiters]:
            waiter.join()
        report(answer=answer)
    """
    assert play({"slow.py": SLOW}, program(FORK, CHILD, parts))["answer"] == [["complete", None], NOTHING_LEFT]


def test_a_fork_in_a_module_body(play: Play) -> None:
    """The thread that forks is importing itself: parent and child both finish the module, with their own locks."""
    modules = {
        "forking.py": """
            from __main__ import in_child
            inside = in_child(lambda: [__import__("forking").before, __import__("other").value] if before else None)
            after = "set"
        """.replace("from", "before = 'set'\n            from", 1),
        "other.py": "value = 'complete'",
    }
    facts = play(modules, program(FORK, "import forking\nreport(inside=forking.inside, after=forking.after)"))
    (result, error), left = facts["inside"]
    assert (result, error, facts["after"]) == (["set", "complete"], None, "set")
    # The child ended inside the module's body, so this one and no other is in progress there.
    assert left["initializing"] == list(left["held"]) == ["forking"]


def test_both_go_on_from_a_module_body(play: Play) -> None:
    """The child of a fork in a module body returns from the import like its parent, and imports on."""
    modules = {
        "forking.py": "import os\nchild = os.fork()\nvalue = 'complete'\n",
        "other.py": "value = 'complete'",
    }
    parts = """
        import json, os
        import forking
        import other
        from forking import value
        if not forking.child:
            with open(os.path.join(HERE, "child.json"), "w") as file:
                json.dump([forking.value, other.value, left_behind()], file)
            os._exit(0)
        _, status = os.waitpid(forking.child, 0)
        with open(os.path.join(HERE, "child.json")) as file:
            report(status=status, child=json.load(file), parent=[forking.value, other.value])
    """
    facts = play(modules, program(parts))
    assert facts == {
        "status": 0,
        "child": ["complete", "complete", NOTHING_LEFT],
        "parent": ["complete", "complete"],
    }


def test_forks_at_any_moment(play: Play) -> None:
    """Threads import one module after the other while the main thread forks again and again; every child can import."""
    modules = {f"m{number}.py": f"import n{number}\nvalue = 'complete'\n" for number in range(300)}
    modules |= {f"n{number}.py": "value = 'complete'\n" for number in range(300)}
    parts = """
        import sys, threading, time
        at = [0, 0]
        def importer(which):
            for number in range(which, 300, 2):
                at[which] = number
                __import__(f"m{number}")
        threads = [threading.Thread(target=importer, args=(which,)) for which in range(2)]
        def work():
            # The modules that were in progress, and the ones around them.
            names = [f"m{n}" for place in at for n in range(max(place - 2, 0), min(place + 4, 300))]
            return [name for name in names if __import__(name).value != "complete"]
        for thread in threads:
            thread.start()
        answers = []
        while any(thread.is_alive() for thread in threads) or not answers:
            answers.append(in_child(work))
        report(answers=[answer for answer in answers if answer != [[[], None], left_behind()]], count=len(answers))
    """
    facts = play(modules, program(FORK, parts))
    assert facts["answers"] == []
    assert facts["count"] > 1
