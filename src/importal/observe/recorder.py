"""Recording imports while they happen: in the process of the program, and cheaply.

The recorder listens to the import system, and keeps for each thread the stack of its imports in progress. Each moment
of a thread belongs to exactly one of them and to one phase of it, or to the program's own code: at every announcement
the time since the one before is put down there. So the times add up, whatever happens inside.

What is known is written to a journal at once, entry by entry, so that a program that is killed leaves what it had done.
:mod:`.journal` makes the record of it.
"""

from __future__ import annotations

import _thread
import gc
import marshal
import os
import sys
from itertools import count
from time import perf_counter_ns

from ..interpreter import FRAME_NAME, is_import_module
from .stand_ins import stand_ins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import FrameType
    from typing import Any

    from ..events import Event
    from ..system import ImportSystem

__all__ = ["Recorder"]

# The version of marshal's format that does not look for objects that occur twice, which takes longer than it saves.
_MARSHAL = 2

# Which phase begins with an announcement: what comes after it, until the next one.
_NEXT_PHASE = {
    ("find", "started"): "find",
    ("find", "failed"): "other",
    ("find", "finished"): "create",
    ("bytecode", "fresh"): "unmarshal",
    ("bytecode", "stale"): "read",
    ("bytecode", "refused"): "read",
    ("bytecode", "missing"): "read",
    ("source", "read"): "compile",
    ("source", "compiled"): "write",
    ("execute", "finished"): "other",
    ("execute", "failed"): "other",
}


class Open:
    """One import in progress: where it is in its phases, and what is known of it."""

    __slots__ = ("calls", "executed", "facts", "gc", "id", "module", "phase", "phases", "searched", "size", "started")

    def __init__(self, number: int, module: str, started: int, phase: str = "other") -> None:
        self.id = number
        self.module = module
        self.started = started
        self.phase = phase
        self.phases: dict[str, int] = {}
        self.executed = False
        self.gc = 0
        self.size = 0
        self.calls: dict[str, int] = {}
        self.searched: list[str] = []
        self.facts: dict[str, Any] = {}


class Lane:
    """One thread: its imports in progress, the ``last`` moment that was put down, and the time of its ``own`` code."""

    __slots__ = ("begun", "failing", "last", "number", "own", "stack", "started")

    def __init__(self, number: int, now: int) -> None:
        self.number = number
        self.stack: list[Open] = []
        self.started = self.last = now
        self.own = 0
        self.begun = 0
        # The imports that have failed with one exception, which is on its way out: (its id, their numbers).
        self.failing: tuple[int, list[int]] = (0, [])


class Recorder:
    """Records the imports of the host system into the open file *journal* (a descriptor) until :meth:`close`."""

    ignores = frozenset({"finder", "create", "bind", "publish"})

    def __init__(self, journal: int) -> None:
        self._journal = journal
        self._process = os.getpid()
        self._begin = perf_counter_ns()
        self.lanes: dict[int, Lane] = {_thread.get_ident(): Lane(0, 0)}
        self.number = count().__next__
        self._next_lane = count(1).__next__
        # By statement (the identifier of its code object, which hashes slowly, and the offset): how often, and what.
        self.cached: dict[tuple[int, int], list[Any]] = {}
        self._undo: list[Callable[[], object]] = []
        self._collecting = 0
        self._error: str | None = None

    def attach(self, system: ImportSystem) -> None:
        """Begin to record."""
        for owner, name, stand_in in stand_ins(self):
            self._replace(owner, name, stand_in)
        gc.callbacks.append(self._collected)
        self._undo.append(lambda: gc.callbacks.remove(self._collected))
        self._undo.append(system.events.observe(self))
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._detach)

    def fails(self, error: BaseException) -> None:
        """Put down that *error* ends the program, before what shows it imports something."""
        self._error = f"{type(error).__name__}: {error}"
        lane = self.lane()
        key, failed = lane.failing
        self.write("handled", failed, key != id(error))
        lane.failing = (0, [])

    def close(self) -> None:
        """End the recording."""
        if os.getpid() != self._process or not self._undo:
            return
        self._detach()
        # What is gathered here is no garbage, and would have all of the program's objects looked through.
        collects = gc.isenabled()
        gc.disable()
        self._write_rest()
        if collects:
            gc.enable()

    def _write_rest(self) -> None:
        now = self.now()
        for lane in list(self.lanes.values()):
            self.put_down(lane, now if lane.number == 0 else lane.last)
            self.write("handled", lane.failing[1], True)
            self.write("thread", lane.number, lane.started, lane.last, lane.own)
        self._write_cached()
        self.write("path", [entry for entry in sys.path if isinstance(entry, str)])
        self.write("end", now, self._error)

    def _write_cached(self) -> None:
        """Write the statements that found their module in the table, with what their lines can be told from."""
        by_code: dict[int, tuple[str, int, bytes, list[tuple[Any, ...]]]] = {}
        for (key, offset), (times, asked, inside, code) in self.cached.items():
            name, level, wanted, package, module = asked
            if is_import_module(module):
                continue
            if key not in by_code:
                by_code[key] = (code.co_filename, code.co_firstlineno, code.co_linetable, [])
            children = [one for one in wanted or () if type(one) is str]
            by_code[key][3].append((offset, str(name), level, children, package, str(module), times, inside))
        self.write("cached", list(by_code.values()))

    def _detach(self) -> None:
        while self._undo:
            self._undo.pop()()

    def _replace(self, owner: Any, name: str, value: object) -> None:
        before = getattr(owner, name)
        setattr(owner, name, value)
        self._undo.append(lambda: setattr(owner, name, before))

    # ------------------------------------------------------------ time

    def now(self) -> int:
        """Return the nanoseconds since the recording began."""
        return perf_counter_ns() - self._begin

    def here(self) -> Lane | None:
        """Return this thread's lane when it has an import in progress."""
        lane = self.lanes.get(_thread.get_ident())
        return lane if lane is not None and lane.stack else None

    def lane(self) -> Lane:
        """Return this thread's lane."""
        ident = _thread.get_ident()
        lane = self.lanes.get(ident)
        if lane is None:
            lane = self.lanes[ident] = Lane(self._next_lane(), self.now())
            threading = sys.modules.get("threading")
            known = None if threading is None else threading._active.get(ident)
            self.write("name", lane.number, "" if known is None else known.name)
        return lane

    def put_down(self, lane: Lane, now: int) -> None:
        """Put the time since the last announcement down to what the thread was doing."""
        passed = now - lane.last
        lane.last = now
        if lane.stack:
            top = lane.stack[-1]
            top.phases[top.phase] = top.phases.get(top.phase, 0) + passed
        else:
            lane.own += passed

    def _collected(self, phase: str, _: Mapping[str, int]) -> None:
        now = perf_counter_ns()
        if phase == "start":
            self._collecting = now
            return
        lane = self.lanes.get(_thread.get_ident())
        if lane is not None and lane.stack and self._collecting:
            lane.stack[-1].gc += now - self._collecting
        self._collecting = 0

    # ------------------------------------------------------------ announcements

    def __call__(self, event: Event) -> None:
        """Put one announcement of the import system down."""
        lane = self.lanes.get(_thread.get_ident()) or self.lane()
        self.put_down(lane, perf_counter_ns() - self._begin)
        step, outcome = event.step, event.outcome
        if step == "import":
            if outcome == "started":
                self._begun(lane, event.name)
            else:
                self._ended(lane, "failed" if outcome == "failed" else "loaded", event.facts)
            return
        if step == "wait":
            self._waits(lane, event)
            return
        if not lane.stack or lane.stack[-1].module != event.name:
            return  # a search or a reload that belongs to no import
        top = lane.stack[-1]
        note = _NOTES.get(step)
        if note is not None:
            note(top, outcome, event.facts)
        phase = _NEXT_PHASE.get((step, outcome))
        if phase is not None:
            top.phase = phase
        elif step == "execute":  # started
            top.executed = True
            loader = getattr(getattr(event.facts["module"], "__spec__", None), "loader", None)
            top.phase = "read" if hasattr(loader, "path_stats") else "execute"

    def _begun(self, lane: Lane, module: str, phase: str = "other") -> None:
        if lane.failing[1]:
            self.write("handled", lane.failing[1], True)
            lane.failing = (0, [])
        number = self.number()
        lane.begun += 1
        one = Open(number, module, lane.last, phase)
        parent = lane.stack[-1].id if lane.stack else None
        lane.stack.append(one)
        self.write("begin", number, parent, lane.number, module, _importer(sys._getframe(2)), lane.last)

    def _ended(self, lane: Lane, outcome: str, facts: Mapping[str, Any]) -> None:
        if not lane.stack:
            return  # begun before the recording
        one = lane.stack.pop()
        error = facts.get("error")
        if error is not None:
            one.facts["error"] = f"{type(error).__name__}: {error}"
            key, failed = lane.failing
            if key != id(error) and failed:
                self.write("handled", failed, True)
                failed = []
            lane.failing = (id(error), [*failed, one.id])
        elif not one.executed:
            outcome = "found"
        spec = getattr(facts.get("module"), "__spec__", None)
        if error is None and spec is not None:
            one.facts.setdefault("loader", type(spec.loader).__name__)
        self.write(
            "import", one.id, outcome, lane.last - one.started, one.phases, one.gc, one.size, one.calls, one.searched,
            one.facts,
        )  # fmt: skip

    def _waits(self, lane: Lane, event: Event) -> None:
        """Put down that the thread waits: in an import of its own where a statement found another thread's module."""
        if event.outcome == "started":
            if lane.stack and lane.stack[-1].module == event.name:
                lane.stack[-1].phase = "wait"
            else:
                self._begun(lane, event.name, "wait")
                lane.stack[-1].facts["waits"] = True
        elif lane.stack and lane.stack[-1].facts.pop("waits", False):
            self._ended(lane, "found", {})
        elif lane.stack:
            lane.stack[-1].phase = "other"

    def write(self, *entry: Any) -> None:
        """Write one entry of the journal."""
        try:
            os.write(self._journal, marshal.dumps(entry, _MARSHAL))
        except OSError:
            self._detach()  # the disk is full, or the program has closed what it did not know: its run goes on


def _note_find(one: Open, outcome: str, facts: Mapping[str, Any]) -> None:
    spec = facts.get("spec")
    if outcome == "finished" and spec is not None:
        loader = getattr(spec, "loader", None)
        finder = facts["finder"]
        one.facts["finder"] = getattr(finder, "__name__", None) or type(finder).__name__
        one.facts["loader"] = getattr(loader, "__name__", None) or type(loader).__name__
        one.facts["origin"] = _text(getattr(spec, "origin", None))
        one.facts["package"] = getattr(spec, "submodule_search_locations", None) is not None


def _note_entry(one: Open, _: str, facts: Mapping[str, Any]) -> None:
    one.searched.append(str(facts["entry"]))
    if facts["spec"] is not None:
        one.facts["entry"] = str(facts["entry"])


def _note_bytecode(one: Open, outcome: str, facts: Mapping[str, Any]) -> None:
    one.facts["bytecode"] = outcome
    one.facts["reason"] = _text(facts.get("reason"))


def _note_store(one: Open, outcome: str, facts: Mapping[str, Any]) -> None:
    reason = facts.get("reason")
    one.facts["kept"] = outcome if reason is None else f"{outcome}: {reason}"


_NOTES: dict[str, Callable[[Open, str, Mapping[str, Any]], None]] = {
    "find": _note_find,
    "entry": _note_entry,
    "bytecode": _note_bytecode,
    "store": _note_store,
}


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _importer(frame: FrameType | None) -> tuple[str, str, int] | None:
    """Return module, file and line of the first frame from *frame* outwards that is not the import system's."""
    while frame is not None and _is_of_importing(frame):
        frame = frame.f_back
    if frame is None:
        return None
    return str(frame.f_globals.get("__name__")), frame.f_code.co_filename, frame.f_lineno


def _is_of_importing(frame: FrameType) -> bool:
    return frame.f_code.co_filename == FRAME_NAME or is_import_module(frame.f_globals.get("__name__"))
