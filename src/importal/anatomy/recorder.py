"""Recording an import while it happens: what the import system announces, and each line of the bodies it executes.

It runs in a process of its own, in which hardly a module is loaded before (`main`), and writes what happens at once,
so that nothing is lost should the module end the process. A record is a marshalled tuple, its first item the kind:

========= ========================================================================================
kind      items
========= ========================================================================================
event     step, outcome, module name, facts: a dict of text or None
enter     ``module`` or ``class``, the body's code object
line      line number; with instructions recorded, followed by ``opcode`` records
opcode    byte offset, line number
names     list of (``bound``, ``rebound`` or ``deleted``, name, what it is)
leave     byte offset of the last instruction, what the frame was left with if by an exception
end       what stopped the recording before the module's end, or None; the error the import raised, or None
========= ========================================================================================

``sys.settrace`` and not ``sys.monitoring``, which 3.11 does not have: so one way serves all versions. Function bodies
are not recorded: what a function does belongs to the line that called it.
"""

from __future__ import annotations

import marshal
import os
import sys
from _thread import get_ident

from ..environment import VARIABLE, entries
from ..sources.places import is_url
from ..standard import ImportSystem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any, BinaryIO

    from ..events import Event

    Write = Callable[[tuple[Any, ...]], object]

__all__ = ["LAZY", "Recorder", "describe", "main", "record"]

_OPTIMIZED = 0x1  # CO_OPTIMIZED: a function's body; those of modules and classes work on a namespace
LAZY = "not imported yet (lazy import)"  # PEP 810
_PLAIN = (int, float, complex, bool, str, bytes, type(None), type(...))
_CONTAINERS = (list, tuple, dict, set, frozenset)
_LONGEST = 80  # characters of a value
_MOST = 200_000  # lines and instructions; a loop in a module's body may have no end


class Recorder:
    """Observes an import system and the thread it was made in, and gives each record to *write*.

    *give_up* is called when there are too many steps, with words that say so.
    """

    def __init__(self, write: Write, give_up: Callable[[str], object], *, opcodes: bool = False) -> None:
        self._write = write
        self._give_up = give_up
        self._opcodes = opcodes
        self._thread = get_ident()
        self._executing: list[dict[str, object] | None] = []  # namespaces of modules whose body was not entered yet
        self._bodies: list[_Body] = []
        self._steps = 0
        self._records = 0
        self._line: tuple[_Body, int, int] | None = None

    def observe(self, event: Event) -> None:
        """Record one announcement of this thread."""
        if get_ident() != self._thread or event.step not in _STEPS:
            return
        if event.step == "execute":
            if event.outcome == "started":
                module: Any = event.facts["module"]
                self._executing.append(None if module is None else module.__dict__)
            else:
                self._executing.pop()
        facts = {name: _fact(value) for name, value in event.facts.items()}
        if event.step == "create":
            facts = _origins(event.facts["spec"], event.facts["module"])
        self._write_one(("event", event.step, event.outcome, str(event.name), facts))

    def trace(self, frame: FrameType, event: str, argument: object) -> Any:
        """Enter the frame if it is the body of a module that is being executed, or of a class in such a body."""
        kind = self._kind(frame) if event == "call" else None
        if kind is None:
            return None
        body = _Body(frame, kind, self)
        self._bodies.append(body)
        self._write_one(("enter", kind, frame.f_code))
        # In this order: since CPython 3.13 instructions are traced only where a trace function is set already.
        frame.f_trace = body.trace
        frame.f_trace_opcodes = self._opcodes
        return body.trace

    def _kind(self, frame: FrameType) -> str | None:
        code = frame.f_code
        if code.co_flags & _OPTIMIZED:
            return None
        if self._executing and self._executing[-1] is frame.f_globals and code.co_name == "<module>":
            self._executing[-1] = None  # entered: what else runs in this namespace is exec
            return "module"
        above = frame.f_back
        while above is not None and above.f_code.co_name.startswith("<generic parameters of"):
            above = above.f_back
        if self._bodies and self._bodies[-1].frame is above and code.co_filename == above.f_code.co_filename:
            return "class"
        return None

    def line(self, body: _Body, line: int) -> None:
        """Write that *body* goes on with *line*; not again and again for a loop that does nothing else."""
        if self._line != (body, line, self._records):
            self._step(("line", line))
        self._line = body, line, self._records

    def opcode(self, offset: int, line: int | None) -> None:
        """Write that the instruction at *offset* comes next."""
        self._step(("opcode", offset, line))

    def _step(self, record: tuple[Any, ...]) -> None:
        self._steps += 1
        if self._steps > _MOST:
            self._give_up(f"more than {_MOST} steps")
        self._write_one(record)

    def leave(self, body: _Body, offset: int, error: str | None) -> None:
        """Write that *body* is left."""
        del self._bodies[self._bodies.index(body) :]
        self._write_one(("leave", offset, error))

    def names(self, changes: list[tuple[str, str, str]]) -> None:
        """Write what became of the names in the namespace that is being filled."""
        if changes:
            self._write_one(("names", changes))

    def _write_one(self, record: tuple[Any, ...]) -> None:
        self._records += 1
        self._write(record)


_STEPS = frozenset({"import", "find", "bytecode", "source", "create", "execute", "bind"})


class _Body:
    """One frame that is recorded, and what its namespace held at its last step."""

    def __init__(self, frame: FrameType, kind: str, recorder: Recorder) -> None:
        self.frame = frame
        self._recorder = recorder
        # Asked for once: later, while a comprehension that is part of the body runs, `f_locals` is something else, and
        # on 3.12 asking for it changes the comprehension's variables. A class's may be any mapping (`__prepare__`); one
        # that is no dict is not read, as its code would run.
        namespace = frame.f_globals if kind == "module" else frame.f_locals
        self._namespace = namespace if isinstance(namespace, dict) else {}
        self._seen = self._names()
        self._error: str | None = None

    def trace(self, frame: FrameType, event: str, argument: Any) -> Any:
        """Record one event of the frame."""
        recorder = self._recorder
        recorder.names(self._changes())
        if event == "line":
            recorder.line(self, frame.f_lineno)
        elif event == "opcode":
            recorder.opcode(frame.f_lasti, frame.f_lineno)
        elif event == "exception":
            self._error = _words(argument[1] or argument[0])
        elif event == "return":
            recorder.leave(self, frame.f_lasti, self._error)
        return self.trace

    def _changes(self) -> list[tuple[str, str, str]]:
        seen, now = self._seen, self._names()
        changes = [
            ("rebound" if name in seen else "bound", name, describe(value))
            for name, value in now.items()
            if name not in seen or seen[name] is not value
        ]
        changes += [("deleted", name, "") for name in seen if name not in now]
        self._seen = now
        return changes

    def _names(self) -> dict[str, object]:
        """Return a copy of the namespace, without what the interpreter puts there."""
        items = dict.items(self._namespace)
        return {name: value for name, value in items if type(name) is str and name != "__builtins__"}


def describe(value: object) -> str:
    """Return what *value* is, in words or as its representation; no code of the program is run for it."""
    cls = type(value)
    if cls in _PLAIN:
        text = repr(value)
        return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
    if cls in _CONTAINERS:
        return f"{cls.__name__} of {len(value)}"  # type: ignore[arg-type]
    if cls is type(describe):
        return f"function, line {value.__code__.co_firstlineno}"  # type: ignore[attr-defined]
    if cls is type(len):
        return "C function"
    if cls is type(sys):
        return f"module {dict.get(value.__dict__, '__name__')}"
    if isinstance(value, type):
        return "class"
    if cls.__name__ == "lazy_import":
        return LAZY
    return f"{cls.__name__} object"


def _origins(spec: Any, module: Any) -> dict[str, str | None]:
    """Return where a module that was created comes from; ``parent`` is what its relative imports count from."""
    loader = spec.loader
    return {
        "origin": spec.origin,
        "loader": None if loader is None else getattr(loader, "__qualname__", type(loader).__qualname__),
        "parent": spec.parent,
        "file": _fact(getattr(module, "__file__", None)),
    }


def _fact(value: Any) -> str | None:
    """Return a fact of an event as text: a spec is where the module comes from."""
    if value is None or type(value) is str:
        return value
    if isinstance(value, BaseException):
        return _words(value)
    origin = getattr(value, "origin", None)
    if isinstance(origin, str):
        return origin
    return describe(value)


def _words(error: Any) -> str:
    try:
        text = str(error)
    except Exception as again:  # noqa: BLE001, whatever a program's exception does when it is asked for its message
        text = f"(its message raises {type(again).__name__})"
    name = type(error).__name__
    return f"{name}: {text}" if text else name


def record(system: ImportSystem, name: str, write: Write, give_up: Callable[[str], object], *, opcodes: bool) -> None:
    """Import *name* with *system* and give *write* one record after the other, the last one ``end``."""
    recorder = Recorder(write, give_up, opcodes=opcodes)
    undo = system.events.observe(recorder.observe)
    before = sys.gettrace()
    failure = stopped = None
    # CPython 3.12 traces instructions only if some frame has asked for them before the trace function is set.
    sys._getframe().f_trace_opcodes = opcodes
    sys.settrace(recorder.trace)
    try:
        system.import_module(name)
    except BaseException as error:  # noqa: BLE001, SystemExit as well: it is told, not obeyed
        failure = _words(error)
    finally:
        if sys.gettrace() != recorder.trace:
            stopped = "the module has set a trace function of its own"
        sys.settrace(before)
        undo()
    write(("end", stopped, failure))


def main() -> None:
    """Record the import that the command line asks for: output file, module name, ``lines`` or ``opcodes``."""
    _, location, name, detail = sys.argv
    sys.argv[:] = ["-c"]
    stream: BinaryIO
    # Unbuffered: a module may end the process in any way.
    with open(location, "wb", buffering=0) as stream:
        # Before these entries are on the path: what opens them is not to be looked for in them.
        searched = entries(os.environ.get(VARIABLE))
        if any(map(is_url, searched)):
            import importal.finders.placed  # noqa: F401, it is to be there
            from importal.sources.opening import load_what_opens

            load_what_opens(searched)
        system = ImportSystem.host()
        system.install()

        def write(one: tuple[Any, ...]) -> None:
            stream.write(marshal.dumps(one))

        def give_up(reason: str) -> None:
            write(("end", reason, None))
            _leave()

        record(system, name, write, give_up, opcodes=detail == "opcodes")
        _leave()


def _leave() -> None:
    """End the process. What the module has started, threads for example, is not waited for."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    os._exit(0)
