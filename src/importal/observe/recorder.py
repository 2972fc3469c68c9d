"""Recording imports while they happen: in the process of the program, and cheaply.

The recorder listens to the import system, and keeps for each thread the imports in progress (:mod:`.lanes`).

What is known is written to a journal at once, entry by entry, so that a program that is killed leaves what it had done.
:mod:`.journal` makes the record of it. Names and sums that can be worked out from what is written are left to it: what
is done here is paid for by the program.
"""

from __future__ import annotations

import gc
import os
import sys
from _thread import get_ident
from itertools import count
from time import perf_counter

from .entries import BEGIN, CACHED, CLOCK, END, HANDLED, IMPORT, NAME, PATH, THREAD, Entries, shown, words
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


class Recorder:
    """Records the imports of the host system into the open file *journal* (a descriptor) until :meth:`close`."""

    def __init__(self, journal: int) -> None:
        self._process = os.getpid()
        begin = perf_counter()
        # Asking who one is and comparing takes less time than asking for what is one's own.
        self.main_ident = get_ident()
        self.main_lane = Lane(0, begin)
        self.own = Own()
        self._lanes = [self.main_lane]
        self._next_number = count().__next__
        self._next_lane = count(1).__next__
        self._entries = entries = Entries(journal, self._detach)
        # Looked up again and again, so kept here as well.
        self.write, self._texts, self._text = entries.write, entries.texts, entries.text
        self._of_spec = entries.of_spec
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
        self.inside = self._inside()
        self._undo: list[Callable[[], object]] = []
        self._collecting = 0.0
        self._error: str | None = None
        self.write(CLOCK, begin)

    def attach(self, system: ImportSystem) -> None:
        """Begin to record."""
        for owner, name, stand_in in stand_ins(self):
            self._replace(owner, name, stand_in)
        gc.callbacks.append(self._collected)
        self._undo.append(lambda: gc.callbacks.remove(self._collected))
        self._undo.append(system.events.observe(self))
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forget)

    def fails(self, error: BaseException) -> None:
        """Put down that *error* ends the program, before what shows it imports something."""
        self._error = words(error)
        lane = self.lane()
        if lane.failing is not None:
            key, failed = lane.failing
            self.write(HANDLED, failed, key != id(error))
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
        now = perf_counter()
        for lane in list(self._lanes):
            # A thread that is there has gone on. Of one that has ended nobody knows whether its last error ended it.
            if lane.failing is not None and not lane.ended:
                self.write(HANDLED, lane.failing[1], True)
            ended = now if lane.number == 0 else lane.last
            self.write(THREAD, lane.number, lane.started, ended)
        found = self.statements.found()
        self.statements.write_codes()  # after that: another thread may still be executing statements
        self.write(CACHED, found)
        self.write(PATH, [entry for entry in sys.path if isinstance(entry, str)])
        self.write(END, now, self._error)

    def _forget(self) -> None:
        """Leave the journal to the process that this one is a fork of."""
        self._entries.close()
        self._detach()

    def _detach(self) -> None:
        while self._undo:
            self._undo.pop()()

    def _replace(self, owner: Any, name: str, value: object) -> None:
        before = getattr(owner, name)
        setattr(owner, name, value)
        self._undo.append(lambda: setattr(owner, name, before))

    def __call__(self, event: Event) -> None:
        """Do nothing: observers have to be callable, and this one has a function for each step."""

    # ------------------------------------------------------------ threads and time

    def here(self) -> Lane | None:
        """Return this thread's lane, if it has one."""
        return self.main_lane if get_ident() == self.main_ident else self.own.lane

    def lane(self) -> Lane:
        """Return this thread's lane."""
        lane = self.here()
        if lane is None:
            lane = self.own.lane = Lane(self._next_lane(), perf_counter())
            self.own.end = End(lane)
            self._lanes.append(lane)
            self.write(NAME, lane.number, _name_of_this_thread())
        return lane

    def _collected(self, phase: str, _: Mapping[str, int]) -> None:
        now = perf_counter()
        if phase == "start":
            self._collecting = now
            return
        lane = self.here()
        if lane is not None and lane.top is not None and self._collecting:
            lane.top.gc += now - self._collecting
        self._collecting = 0.0

    def _inside(self) -> Callable[[str], Open | None]:
        """Return a function that returns this thread's innermost import, if it is of a name.

        None when it is importing something else: a search or a reload belongs to no import.
        """
        # It is called several times for each import: nothing here is looked up again.
        main_ident, main_lane, own = self.main_ident, self.main_lane, self.own

        def inside(name: str) -> Open | None:
            lane = main_lane if get_ident() == main_ident else own.lane
            if lane is None:
                return None
            top = lane.top
            return None if top is None or top.module != name else top

        return inside

    def enter(self, name: str, phase: int) -> Open | None:
        """Let this thread's import of a name be in a phase from now on, and return it."""
        top = self.inside(name)
        if top is not None:
            top.marks += (phase, perf_counter())
        return top

    # ------------------------------------------------------------ announcements

    def _import(self, outcome: str, name: str, *, module: object = None, error: BaseException | None = None) -> None:
        lane = self.main_lane if get_ident() == self.main_ident else self.lane()
        if outcome == "started":
            self._begun(lane, name, OTHER)
            return
        one = lane.top
        if one is None or one.module != name:
            if not lane.holds(name):
                return  # it was begun before the recording, or an interrupt came before it was put down
            while lane.top.module != name:  # type: ignore[union-attr]  # it is one of them
                # An interrupt has taken the announcement of its end.
                self._ended(lane, "failed", error=error or KeyboardInterrupt())
            one = lane.top
        try:
            self._ended(lane, "loaded" if outcome == "finished" else outcome, module, error)
        except BaseException as interrupt:
            lane.top = one
            self._ended(lane, "failed", module, error or interrupt)
            raise

    def _begun(self, lane: Lane, module: str, phase: int) -> None:
        now = perf_counter()
        if lane.failing is not None:
            self.write(HANDLED, lane.failing[1], True)
            lane.failing = None
        outer = lane.top
        number = self._next_number()
        one = Open()
        one.id, one.module, one.outer, one.marks, one.searched = number, module, outer, [phase, now], []
        lane.latest = number
        lane.top = one
        parent = None if outer is None else outer.id
        try:
            code, offset = self.statements.asking(4)
            self.write(BEGIN, number, parent, lane.number, module, code, offset, now)
        except BaseException:  # an interrupt
            self.write(BEGIN, number, parent, lane.number, module, None, 0, now)
            raise

    def _ended(self, lane: Lane, outcome: str, module: object = None, error: BaseException | None = None) -> None:
        one: Any = lane.top
        lane.last = now = perf_counter()
        lane.top = one.outer
        text = None
        found = one.found
        if error is not None:
            text = words(error)
            key, failed = lane.failing or (0, [])
            if key != id(error) and failed:
                self.write(HANDLED, failed, True)
                failed = []
            lane.failing = (id(error), [*failed, one.id])
        else:
            if not one.executed:
                outcome = "found"
            if found is None and (spec := getattr(module, "__spec__", None)) is not None:
                found, _ = self._of_spec(spec, None)
        number = self._texts.get(outcome) or self._text(outcome)
        self.write(
            IMPORT, one.id, number, now, one.marks, one.gc, one.size, one.stats, one.lists, one.opens, one.searched,
            one.entry, found, one.bytecode, one.kept, text,
        )  # fmt: skip

    def _wait(self, outcome: str, name: str, **_: object) -> None:
        """Put down that the thread waits: in an import of its own where a statement found another thread's module."""
        lane = self.lane()
        top = lane.top
        if outcome == "started":
            if self.enter(name, WAIT) is None:
                self._begun(lane, name, WAIT)
                lane.top.waits = True  # type: ignore[union-attr]  # it has just begun
        elif top is not None and top.waits:
            top.waits = False
            self._ended(lane, "found")
        elif top is not None:
            self.enter(top.module, OTHER)

    def _find(
        self,
        outcome: str,
        name: str,
        *,
        path: object = None,
        spec: Any = None,
        finder: Any = None,
        error: object = None,
    ) -> None:
        top = self.inside(name)
        if top is None:
            return
        if outcome == "started":
            top.marks += (FIND, perf_counter())
        elif outcome == "failed":
            top.marks += (OTHER, perf_counter())
        else:
            top.marks += (CREATE, perf_counter())
            if spec is not None:
                top.found, top.reads = self._of_spec(spec, finder)

    def _entry(self, _: str, name: str, *, entry: Any, finder: object, spec: object) -> None:
        top = self.inside(name)
        if top is not None:
            text = entry if type(entry) is str else shown(entry)
            top.searched.append(self._texts.get(text) or self._text(text))
            if spec is not None:
                top.entry = len(top.searched) - 1

    def _execute(self, outcome: str, name: str, *, module: object, error: object = None) -> None:
        top = self.inside(name)
        if top is None:
            return
        if outcome == "started":
            top.executed = True
            top.marks += (READ if top.reads else EXECUTE, perf_counter())
        else:
            top.marks += (OTHER, perf_counter())

    def _bytecode(self, outcome: str, name: str, *, location: object, reason: str) -> None:
        top = self.inside(name)
        if top is not None:
            top.marks += (UNMARSHAL if outcome == "fresh" else READ, perf_counter())
            texts = self._texts
            top.bytecode = (
                texts.get(outcome) or self._text(outcome),
                texts.get(reason) or self._text(reason),
            )

    def _source(self, outcome: str, name: str, **_: object) -> None:
        self.enter(name, COMPILE if outcome == "read" else WRITE)

    def _store(self, outcome: str, name: str, *, location: object, reason: str | None) -> None:
        top = self.enter(name, WRITE)
        if top is not None:
            top.kept = outcome if reason is None else f"{outcome}: {reason}"


def _name_of_this_thread() -> str:
    """Return the name that `threading` knows this thread by, an empty one if it does not."""
    threads = getattr(sys.modules.get("threading"), "_active", {})
    known = threads.get(get_ident()) if isinstance(threads, dict) else None
    return shown(getattr(known, "name", ""))
