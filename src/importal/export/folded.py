"""Folded stacks: one line for each stack of imports, its modules from the outside in, and its self time."""

from __future__ import annotations

from collections import Counter

from ..observe.summary import roots
from .text import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..observe.record import Record

__all__ = ["folded"]


def folded(record: Record) -> str:
    """Return *record* as flame graph tools read it: ``a;b;c 1234``, the self time in whole microseconds.

    Equal stacks, of whatever thread, are one line. Microseconds are rounded for each line. The time of the program's
    own code belongs to no import, and is left out.
    """
    times: Counter[str] = Counter()
    waiting = [(one, "") for one in reversed(roots(record))]
    while waiting:
        one, outer = waiting.pop()
        stack = f"{outer};{_frame(one.module)}" if outer else _frame(one.module)
        if one.outcome != "circular":
            times[stack] += one.self_time
        waiting.extend((inner, stack) for inner in reversed(record.inside.get(one.id, ())))
    return "".join(f"{stack} {round(time / 1000)}\n" for stack, time in times.items())


def _frame(module: str) -> str:
    """Return a module's name without what separates frames and lines; such names can be imported all the same.

    >>> _frame("odd;name here")
    'odd:name_here'
    """
    return printable(module).replace(";", ":").replace(" ", "_") or "_"
