"""``importal trace``: a program under importal, and a record of all its imports."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from datetime import UTC, datetime

from ..observe import journal
from .supervise import run_beside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..observe.record import Record

__all__ = ["record_of"]


def record_of(target: list[str], optimize: str = "", *, quiet: bool = False) -> tuple[int, Record]:
    """Run *target* as ``importal run`` does, in a new process, and return its exit status and the record.

    The status is negative when a signal has killed the program. *optimize* is "", "-O" or "-OO". A *quiet* program
    has no standard input, and its output is thrown away.
    """
    from .. import __version__

    date = datetime.now(UTC).isoformat(timespec="seconds")
    with tempfile.TemporaryDirectory(prefix="importal-") as folder:
        path = os.path.join(folder, "journal")
        with open(path, "wb"):
            pass
        status = run_beside("recording.py", [path, *target], optimize, quiet=quiet)
        facts = {"importal": __version__, "python": _python(), "target": tuple(target), "date": date}
        return status, journal.read(path, status, facts)


def _python() -> dict[str, str]:
    return {
        "implementation": sys.implementation.name,
        "version": platform.python_version(),
        "platform": sys.platform,
        "machine": platform.machine(),
        "executable": sys.executable,
    }
