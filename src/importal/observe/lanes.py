"""The imports in progress, thread by thread, and the moments at which each of them went on to another phase.

Each moment of a thread belongs to exactly one import and to one phase of it, or to the program's own code. What is put
down are the moments; the times are worked out from them when the journal is read, and add up whatever happens inside.
"""

from __future__ import annotations

import _thread

__all__ = ["End", "Lane", "Open", "Own"]

# The phases of an import, by their place in `record.PHASES`.
OTHER, WAIT, FIND, CREATE, READ, VALIDATE, UNMARSHAL, COMPILE, WRITE, EXECUTE = range(10)


class Open:
    """One import in progress, in the course of *outer*: where it is in its phases, and what is known of it."""

    __slots__ = (
        "bytecode", "entry", "executed", "found", "gc", "id", "kept", "lists", "marks", "module", "opens", "outer",
        "searched", "size", "stats", "waits",
    )  # fmt: skip

    def __init__(self, number: int, module: str, outer: Open | None, phase: int, now: int) -> None:
        self.id = number
        self.module = module
        self.outer = outer
        # Each phase, and the moment when it began.
        self.marks = [phase, now]
        self.executed = self.waits = False
        self.gc = self.size = self.stats = self.lists = self.opens = 0
        self.searched: list[str] = []
        # The path entry it was found in, by its place among those searched.
        self.entry: int | None = None
        # Finder, loader, origin, and whether it is a package.
        self.found: tuple[str, str | None, str | None, bool] | None = None
        # The state of its bytecode, and the reason for it.
        self.bytecode: tuple[str, str | None] | None = None
        self.kept: str | None = None


class Lane:
    """One thread: the innermost import in progress, and the ``last`` moment when one has ended."""

    __slots__ = ("ended", "failing", "last", "latest", "number", "started", "top")

    def __init__(self, number: int, now: int) -> None:
        self.number = number
        self.top: Open | None = None
        self.started = self.last = now
        # The number of the import that it began last.
        self.latest = -1
        self.ended = False
        # The imports that have failed with one exception, which is on its way out: (its id, their numbers).
        self.failing: tuple[int, list[int]] | None = None

    def holds(self, module: str) -> bool:
        """Tell whether the import of *module* is in progress."""
        one = self.top
        while one is not None and one.module != module:
            one = one.outer
        return one is not None


class Own(_thread._local):
    """What each thread keeps of its own. A later thread may get an ended one's identifier, but not this."""

    lane: Lane | None = None
    end: End | None = None


class End:
    """Notes that a thread has ended: it goes when the thread does, whose own it is."""

    __slots__ = ("_lane",)

    def __init__(self, lane: Lane) -> None:
        self._lane = lane

    def __del__(self) -> None:
        self._lane.ended = True
