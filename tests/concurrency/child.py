"""The process a program runs in: ``child.py MODE LIMIT SWITCH FIRST REPORT PROGRAM``.

Installs importal (MODE "importal") or nothing ("cpython"), executes PROGRAM with a few helpers as its global names, and
writes what it reported, and what the imports have left behind, to the file REPORT as JSON. After LIMIT seconds the
stacks of all threads go to standard error and the process ends. SWITCH, unless empty, is ``sys.setswitchinterval``'s.
FIRST names modules to import before, with commas between them.
"""

import faulthandler
import os
import sys

MODE, LIMIT, SWITCH, FIRST, REPORT, PROGRAM = sys.argv[1:7]
HERE = os.path.dirname(PROGRAM)
faulthandler.dump_traceback_later(float(LIMIT), exit=True)

sys.path[0] = HERE
if SWITCH:
    sys.setswitchinterval(float(SWITCH))
SYSTEM = None
if MODE == "importal":
    from importal import ImportSystem

    SYSTEM = ImportSystem.host()
    SYSTEM.install()

for name in filter(None, FIRST.split(",")):
    __import__(name)

import threading

FACTS = {}


def report(**facts):
    """Add facts to the report."""
    FACTS.update(facts)


def outcome(function):
    """Call the function and return [its result, None], or [None, "ExceptionType: message"]."""
    try:
        return [function(), None]
    except BaseException as error:
        return [None, f"{type(error).__name__}: {error}"]


def together(*functions):
    """Call each function in a thread of its own, all at the same moment, and return their outcomes in order."""
    barrier = threading.Barrier(len(functions))
    outcomes = [None] * len(functions)

    def body(index, function):
        barrier.wait()
        outcomes[index] = outcome(function)

    threads = [threading.Thread(target=body, args=item, daemon=True) for item in enumerate(functions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def importing(name):
    """Return a function that imports *name* and returns the names its namespace lacks of the complete module's.

    What is missing is known at the end only: see `incomplete`.
    """

    def run():
        module = __import__(name, None, None, ["no such name"])
        SEEN.append((name, module, set(vars(module)), initializing(module, name)))
        return name

    return run


SEEN = []


def incomplete():
    """Return what threads got from `importing` that was not the complete module, with what it lacked."""
    wrong = []
    for name, module, names, was_initializing in SEEN:
        now = sys.modules.get(name)
        if module is not now:
            wrong.append(f"{name} is not the module in the table")
        late = sorted(key for key, value in vars(module).items() if key not in names and not is_module(value))
        if late or was_initializing:
            wrong.append(f"{name} lacked {late}, initializing: {was_initializing}")
    return wrong


def is_module(value):
    """Tell whether *value* is a module: submodules are bound on their package at any time."""
    return isinstance(value, type(sys))


def initializing(module, name):
    """Tell whether the import system says of the module *name* that it is being executed.

    A complete module may have the spec of another name that is being given to it: six does this.
    """
    spec = getattr(module, "__spec__", None)
    return bool(getattr(spec, "_initializing", False)) and spec.name == name


def left_behind():
    """Return what must be empty when nothing is being imported."""
    left = {"initializing": sorted(name for name, module in list(sys.modules.items()) if initializing(module, name))}
    if SYSTEM is not None:
        # A lock that nobody holds or waits for is free, though an interrupt has kept it in the table.
        held = SYSTEM.locks.held.items()
        left["held"] = {name: repr(lock) for name, lock in held if lock.owner is not None or lock.waiters}
        left["waiting"] = {str(thread): repr(locks) for thread, locks in SYSTEM.locks.waiting.items()}
    return left


def write_report():
    """Write the report; a process that was forked off may write none."""
    import json

    with open(REPORT, "w", encoding="utf-8") as file:
        json.dump({"facts": FACTS, "left": left_behind()}, file)


if __name__ == "__main__":
    with open(PROGRAM, encoding="utf-8") as source:
        exec(compile(source.read(), PROGRAM, "exec"), globals())
    write_report()
