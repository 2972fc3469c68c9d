"""The imports in progress, thread by thread, and the moments at which each of them went on to another phase.

Each moment of a thread belongs to exactly one import and to one phase of it, or to the program's own code. What is put
down are the moments; the times are worked out from them when the journal is read, and add up whatever happens inside.
"""

from __future__ import annotations

import _thread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["End", "Lane", "Open", "Own"]

# The phases of an import, by their place in `record.PHASES`.
OTHER, WAIT, FIND, CREATE, READ, VALIDATE, UNMARSHAL, COMPILE, WRITE, EXECUTE = range(10)


class Open:
    """One import in progress, in the course of ``outer``: where it is in its phases, and what is known of it.

    What most imports have none of is said by the class: one has to be made as quickly as can be.
    """

    id: int
    module: str
    outer: Open | None
    # Each phase, and the moment when it began.
    marks: list[Any]
    # The path entries searched, and which of them it was in.
    searched: list[int]
    entry: int | None = None
    # Finder, loader, origin, and whether it is a package.
    found: tuple[int, int, str | None, bool] | None = None
    # The state of its bytecode, and the reason for it; whether bytecode was kept.
    bytecode: tuple[int, int] | None = None
    kept: str | None = None
    # Seconds of garbage collection, bytes read, and calls.
    gc = 0.0
    size = stats = lists = opens = 0
    # Whether its loader reads its code, whether that was executed, and whether it but waits for another thread.
    reads = executed = waits = False


class Lane:
    """One thread: the innermost import in progress, and the ``last`` moment when one has ended."""

    __slots__ = ("ended", "failing", "last", "latest", "number", "started", "top")

    def __init__(self, number: int, now: float) -> None:
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
