"""Holding the garbage collector back while modules are imported.

Importing makes many objects and hardly any garbage: each collection looks through all the new functions and classes,
and finds that they are in use. So the first threshold, the number of new containers after which the collector runs, is
raised as long as an import is under way. It still runs, only less often: the body of a module may be a whole program.
"""

from __future__ import annotations

import gc

__all__ = ["Collector"]

# No number that a program would choose: by it `release` knows that the threshold is still the one set here.
_RAISED = 50_021


class Collector:
    """The process's garbage collector, as an import system holds it back."""

    __slots__ = ("_before",)

    def __init__(self) -> None:
        self._before = gc.get_threshold()[0]

    def hold(self) -> None:
        """Raise the first threshold, unless it is higher already or 0, which is never."""
        present, *others = gc.get_threshold()
        if 0 < present < _RAISED:
            # Known before anything is changed: an interrupt may come between any two steps.
            self._before = present
            gc.set_threshold(_RAISED, *others)

    def release(self) -> None:
        """Put the threshold back, unless the program has set another one meanwhile."""
        present, *others = gc.get_threshold()
        if present == _RAISED:
            gc.set_threshold(self._before, *others)
