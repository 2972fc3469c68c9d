"""Holding the garbage collector back while modules are imported.

Importing makes many objects and hardly any garbage: each collection looks through all the new functions and classes,
and finds that they are in use. So the first threshold, the number of new containers after which the collector runs, is
raised as long as an import is under way. It still runs, only less often: the body of a module may be a whole program.

At the end of the import the next new container would have the collector look through all of them after all. So they
are put into the oldest generation, where they would have come to by and by, without a look at them.
"""

from __future__ import annotations

from gc import freeze, get_count, get_freeze_count, get_threshold, isenabled, set_threshold, unfreeze

__all__ = ["Collector", "let_them_age"]

# No number that a program would choose: by it `release` knows that the threshold is still the one set here.
_RAISED = 200_021
# Whoever freezes objects freezes more than that; CPython 3.12 puts aside some hundred, which never die, by itself.
_FROZEN = 1_000


class Collector:
    """The process's garbage collector, as an import system holds it back."""

    __slots__ = ("_before", "_count")

    def __init__(self) -> None:
        self._before = get_threshold()[0]
        self._count = 0

    def hold(self) -> None:
        """Raise the first threshold, unless it is higher already or 0, which is never."""
        present, *others = get_threshold()
        if 0 < present < _RAISED:
            # Known before anything is changed: an interrupt may come between any two steps.
            self._before = present
            self._count = get_count()[0]
            set_threshold(_RAISED, *others)

    def release(self) -> None:
        """Put the threshold back, unless the program has set another one meanwhile."""
        present, *others = get_threshold()
        if present == _RAISED:
            # An import that made little is over before the collector would have run: it is not put off, then.
            if get_count()[0] - self._count > self._before and isenabled():
                let_them_age()
            set_threshold(self._before, *others)


def let_them_age() -> None:
    """Put all objects into the oldest generation, unless the program has frozen some: these would thaw."""
    if get_freeze_count() < _FROZEN:
        try:
            freeze()
        finally:
            unfreeze()  # an interrupt may come after any call
