"""What ``python -v`` prints about imports, told from the events (documented for ``-v`` and ``PYTHONVERBOSE``).

The interpreter's importlib prints these lines while it works; with importal in its place they come from here.
"""

from __future__ import annotations

import sys

from ..sources.places import without_secrets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..events import Event

__all__ = ["print_verbosely"]


# Each line with the facts of its event; `name` is the module's.
_LINES = {
    ("import", "failed"): "# import of {name!r} failed: {error!r}",
    ("bytecode", "fresh"): "# code object from {location!r}: {reason}",
    ("bytecode", "stale"): "# {location!r} is stale: {reason}",
    ("bytecode", "refused"): "# {location!r} refused: {reason}",
    ("source", "compiled"): "# code object from {location!r}, compiled",
    ("store", "written"): "# wrote {location!r}",
    ("store", "failed"): "# could not create {location!r}: {reason}",
    ("store", "skipped"): "# bytecode of {name!r} not written: {reason}",
    ("publish", "removed"): "# destroy {name}",
}


def print_verbosely(event: Event) -> None:
    """Print what ``-v`` shows of *event* to standard error; given twice, also where modules were looked for."""
    step = (event.step, event.outcome)
    if step == ("import", "finished"):
        line = f"import {event.name!r} # {getattr(event.facts['module'], '__loader__', None)!r}"
    elif step == ("entry", "searched") and sys.flags.verbose > 1:
        line = f"# searched {without_secrets(str(event.facts['entry']))!r} for {event.name!r}: {event.facts['spec']!r}"
    elif step in _LINES:
        line = _LINES[step].format(name=event.name, **event.facts)
    else:
        return
    if sys.stderr is not None:
        sys.stderr.write(line + "\n")
