"""Recording imports while they happen: in the process of the program, and cheaply.

The recorder listens to the import system, and keeps for each thread the imports in progress (:mod:`.lanes`).

What is known is written to a journal at once, entry by entry, so that a program that is killed leaves what it had done.
:mod:`.journal` makes the record of it. Names and sums that can be worked out from what is written are left to it: what
is done here is paid for by the program.
"""

from __future__ import annotations

import _thread
import gc
import marshal
import os
import sys
from itertools import count
from time import perf_counter_ns

from .lanes import COMPILE, CREATE, EXECUTE, FIND, OTHER, READ, UNMARSHAL, WAIT, WRITE, End, Lane, Open, Own
from .stand_ins import stand_ins
from .statements import Statements

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from ..events import Event, Hearer
    from ..system import ImportSystem

__all__ = ["Recorder"]

# The version of marshal's format that does not look for objects that occur twice, which takes longer than it saves.
_MARSHAL = 2


class Recorder:
    """Records the imports of the host system into the open file *journal* (a descriptor) until :meth:`close`."""

    def __init__(self, journal: int) -> None:
        self._journal = journal
        self._process = os.getpid()
        self.begin = perf_counter_ns()
        # Asking who one is and comparing takes less time than asking for what is one's own.
        self.main_ident = _thread.get_ident()
        self.main_lane = Lane(0, self.begin)
        self.own = Own()
        self._lanes = [self.main_lane]
        self._next_number = count().__next__
        self._next_lane = count(1).__next__
        self.statements = Statements(self.write)
        self.by_step: dict[str, Hearer] = {
            "import": self._import,
            "wait": self._wait,
            "find": self._find,
            "entry": self._entry,
            "execute": self._execute,
            "bytecode": self._bytecode,
            "source": self._source,
            "store": self._store,
        }
        self.enter = self._entering()
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
        if lane.failing is not None:
            key, failed = lane.failing
            self.write("handled", failed, key != id(error))
            lane.failing = None

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
        now = perf_counter_ns()
        for lane in list(self._lanes):
            # A thread that is there has gone on. Of one that has ended nobody knows whether its last error ended it.
            if lane.failing is not None and not lane.ended:
                self.write("handled", lane.failing[1], True)
            ended = now if lane.number == 0 else lane.last
            self.write("thread", lane.number, lane.started - self.begin, ended - self.begin)
        self.write("cached", self.statements.found())
        self.write("path", [entry for entry in sys.path if isinstance(entry, str)])
        self.write("end", now - self.begin, self._error)

    def _detach(self) -> None:
        while self._undo:
            self._undo.pop()()

    def _replace(self, owner: Any, name: str, value: object) -> None:
        before = getattr(owner, name)
        setattr(owner, name, value)
        self._undo.append(lambda: setattr(owner, name, before))

    def __call__(self, event: Event) -> None:
        """Put one announcement of the import system down."""
        hear = self.by_step.get(event.step)
        if hear is not None:
            hear(event.outcome, event.name, event.facts)

    # ------------------------------------------------------------ threads and time

    def here(self) -> Lane | None:
        """Return this thread's lane, if it has one."""
        return self.main_lane if _thread.get_ident() == self.main_ident else self.own.lane

    def lane(self) -> Lane:
        """Return this thread's lane."""
        lane = self.here()
        if lane is None:
            lane = self.own.lane = Lane(self._next_lane(), perf_counter_ns())
            self.own.end = End(lane)
            self._lanes.append(lane)
            threading = sys.modules.get("threading")
            known = None if threading is None else threading._active.get(_thread.get_ident())
            self.write("name", lane.number, "" if known is None else known.name)
        return lane

    def _collected(self, phase: str, _: Mapping[str, int]) -> None:
        now = perf_counter_ns()
        if phase == "start":
            self._collecting = now
            return
        lane = self.here()
        if lane is not None and lane.top is not None and self._collecting:
            lane.top.gc += now - self._collecting
        self._collecting = 0

    def _entering(self) -> Callable[[str, int], Open | None]:
        """Return a function that lets this thread's import of a name be in a phase from now on, and returns it.

        None when it is importing something else: a search or a reload belongs to no import.
        """
        # It is called several times for each import: nothing here is looked up again.
        get_ident, clock, main_ident, main_lane, own = (
            _thread.get_ident, perf_counter_ns, self.main_ident, self.main_lane, self.own,
        )  # fmt: skip

        def enter(name: str, phase: int) -> Open | None:
            lane = main_lane if get_ident() == main_ident else own.lane
            if lane is None:
                return None
            top = lane.top
            if top is None or top.module != name:
                return None
            top.marks += (phase, clock())
            return top

        return enter

    # ------------------------------------------------------------ announcements

    def _import(self, outcome: str, name: str, facts: Mapping[str, Any]) -> None:
        lane = self.lane()
        if outcome == "started":
            self._begun(lane, name, OTHER)
            return
        if not lane.holds(name):
            return  # it was begun before the recording, or an interrupt came before it was put down
        error = facts.get("error")
        while lane.top.module != name:  # type: ignore[union-attr]  # it is one of them
            # An interrupt has taken the announcement of its end.
            self._ended(lane, "failed", {"error": error or KeyboardInterrupt()})
        one = lane.top
        try:
            self._ended(lane, "loaded" if outcome == "finished" else outcome, facts)
        except BaseException:  # an interrupt
            lane.top = one
            self._ended(lane, "failed", facts)
            raise

    def _begun(self, lane: Lane, module: str, phase: int) -> None:
        now = perf_counter_ns()
        if lane.failing is not None:
            self.write("handled", lane.failing[1], True)
            lane.failing = None
        outer = lane.top
        number = self._next_number()
        lane.latest = number
        lane.top = Open(number, module, outer, phase, now)
        entry = ("begin", number, None if outer is None else outer.id, lane.number, module)
        started = now - self.begin
        try:
            self.write(*entry, *self.statements.asking(sys._getframe(4)), started)
        except BaseException:  # an interrupt
            self.write(*entry, None, 0, started)
            raise

    def _ended(self, lane: Lane, outcome: str, facts: Mapping[str, Any]) -> None:
        one: Any = lane.top
        lane.last = now = perf_counter_ns()
        lane.top = one.outer
        error = facts.get("error")
        text = None
        found: tuple[str | None, str | None, str | None, bool] | None = one.found
        if error is not None:
            text = f"{type(error).__name__}: {error}"
            key, failed = lane.failing or (0, [])
            if key != id(error) and failed:
                self.write("handled", failed, True)
                failed = []
            lane.failing = (id(error), [*failed, one.id])
        else:
            if not one.executed:
                outcome = "found"
            if found is None:
                spec = getattr(facts.get("module"), "__spec__", None)
                found = None if spec is None else (None, _loader_of(spec), None, False)
        self.write(
            "import", one.id, outcome, now - one.marks[1], one.marks, one.gc, one.size, one.stats, one.lists,
            one.opens, one.searched, one.entry, found, one.bytecode, one.kept, text,
        )  # fmt: skip

    def _wait(self, outcome: str, name: str, _: Mapping[str, Any]) -> None:
        """Put down that the thread waits: in an import of its own where a statement found another thread's module."""
        lane = self.lane()
        top = lane.top
        if outcome == "started":
            if self.enter(name, WAIT) is None:
                self._begun(lane, name, WAIT)
                lane.top.waits = True  # type: ignore[union-attr]  # it has just begun
        elif top is not None and top.waits:
            top.waits = False
            self._ended(lane, "found", {})
        elif top is not None:
            self.enter(top.module, OTHER)

    def _find(self, outcome: str, name: str, facts: Mapping[str, Any]) -> None:
        if outcome == "started":
            self.enter(name, FIND)
        elif outcome == "failed":
            self.enter(name, OTHER)
        else:
            top = self.enter(name, CREATE)
            spec = facts["spec"]
            if top is not None and spec is not None:
                top.found = _described(spec, facts["finder"])

    def _entry(self, _: str, name: str, facts: Mapping[str, Any]) -> None:
        top = self.enter(name, FIND)
        if top is not None:
            top.searched.append(str(facts["entry"]))
            if facts["spec"] is not None:
                top.entry = len(top.searched) - 1

    def _execute(self, outcome: str, name: str, facts: Mapping[str, Any]) -> None:
        if outcome != "started":
            self.enter(name, OTHER)
            return
        loader = getattr(getattr(facts["module"], "__spec__", None), "loader", None)
        top = self.enter(name, READ if hasattr(loader, "path_stats") else EXECUTE)
        if top is not None:
            top.executed = True

    def _bytecode(self, outcome: str, name: str, facts: Mapping[str, Any]) -> None:
        top = self.enter(name, UNMARSHAL if outcome == "fresh" else READ)
        if top is not None:
            top.bytecode = (outcome, _text(facts.get("reason")))

    def _source(self, outcome: str, name: str, _: Mapping[str, Any]) -> None:
        self.enter(name, COMPILE if outcome == "read" else WRITE)

    def _store(self, outcome: str, name: str, facts: Mapping[str, Any]) -> None:
        top = self.enter(name, WRITE)
        if top is not None:
            reason = facts.get("reason")
            top.kept = outcome if reason is None else f"{outcome}: {reason}"

    def write(self, *entry: Any) -> None:
        """Write one entry of the journal."""
        try:
            data = marshal.dumps(entry, _MARSHAL)
        except ValueError:
            data = marshal.dumps(_plain(entry), _MARSHAL)
        try:
            os.write(self._journal, data)
        except OSError:
            self._detach()  # the disk is full, or the program has closed what it did not know: its run goes on


def _described(spec: Any, finder: Any) -> tuple[str, str | None, str | None, bool]:
    """Return the names of *finder* and of *spec*'s loader, the origin, and whether it is a package."""
    return (
        getattr(finder, "__name__", None) or type(finder).__name__,
        _loader_of(spec),
        _text(getattr(spec, "origin", None)),
        getattr(spec, "submodule_search_locations", None) is not None,
    )


def _loader_of(spec: Any) -> str | None:
    """Return the name of *spec*'s loader; a namespace package has none until its module is made (PEP 420)."""
    loader = getattr(spec, "loader", None)
    if loader is None:
        return None if getattr(spec, "submodule_search_locations", None) is None else "NamespaceLoader"
    return getattr(loader, "__name__", None) or type(loader).__name__


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _plain(value: Any) -> Any:
    """Return *value* as marshal takes it: a module's name, say, may be of a class derived from str."""
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {_plain(key): _plain(one) for key, one in value.items()}
    return value if value is None or isinstance(value, int | bytes) else str(value)
