"""The start of an interpreter, line by line, with a clock: a program that an interpreter executes by its path, alone.

``rehearsal.py PLAN OUT``, both in marshal's format, version 2, so that nothing needs to be loaded before the first
line is. PLAN is ``(prefix, steps)``, a step ``(what, folder, text)``: put a folder on the path, execute a line of a
``.pth`` file, call an entry point of a ``.start`` file, import a module such as ``sitecustomize``. OUT is one
``(seconds, module names, error or None)`` a step.
"""

import marshal
import site  # with -S it does nothing by itself; what it imports, every start has imported before the first line
import sys
import time


def _line(sitedir: str, line: str) -> None:  # noqa: ARG001
    # Some lines, those of old namespace packages, ask the frame below them for the variable `sitedir`.
    exec(line)


def _entry_point(_: str, text: str) -> None:
    import pkgutil

    pkgutil.resolve_name(text)()


def _path(_: str, entry: str) -> None:
    if entry not in sys.path:
        sys.path.append(entry)


def _module(_: str, name: str) -> None:
    __import__(name)


_STEPS = {"path": _path, "line": _line, "entry point": _entry_point, "module": _module}


def _carry_out(steps: "list[tuple[str, str, str]]") -> "list[tuple[float, list[str], object]]":
    said = []
    for what, folder, text in steps:
        before = set(sys.modules)
        started = time.perf_counter()
        error: object = None
        try:
            _STEPS[what](folder, text)
        except Exception as reason:  # noqa: BLE001, whatever a start-up line raises is what is to be told
            error = type(reason).__name__ + ": " + str(reason)
        seconds = time.perf_counter() - started
        said.append((seconds, [name for name in sys.modules if name not in before], error))
    return said


def _main() -> None:
    plan, out = sys.argv[1:]
    del sys.argv[1:]
    with open(plan, "rb") as file:
        prefix, steps = marshal.loads(file.read())
    # Up to 3.13 it is site that tells an environment's prefix from the interpreter's.
    sys.prefix = sys.exec_prefix = site.PREFIXES[0] = prefix
    said = _carry_out(steps)
    with open(out, "wb") as file:
        file.write(marshal.dumps(said, 2))


if __name__ == "__main__":
    _main()
