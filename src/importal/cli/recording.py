"""A program that records the imports of another, in a new process: what ``importal trace`` starts."""

from __future__ import annotations

import os
import sys

from ..ending import shorten_the_end
from ..observe.recorder import Recorder
from ..standard import ImportSystem
from .fresh import prepare

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

# The least number of the journal's descriptor, the first one that the process's limit allows.
_FAR = (500, 200, 60)


def _far(descriptor: int) -> int:
    """Return the open file as a descriptor that is far from the numbers which programs close, or expect to be free.

    Like all of Python's it is not inherited by the program's children.
    """
    try:
        import fcntl
    except ModuleNotFoundError:
        return descriptor  # on Windows, nobody goes through descriptors by their numbers
    for least in _FAR:
        try:
            far = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, least)
        except OSError:
            continue
        os.close(descriptor)
        return far
    return descriptor


def main(arguments: Sequence[str], at_start: Sequence[str], kept: str | None) -> int:
    """Run a program as ``importal run`` does: *arguments* are the journal and the program with its arguments.

    What it imports is in the journal when it ends, however it ends. *at_start* are the modules of the bare start,
    *kept* is the file in which importal's own are to be kept.
    """
    import atexit

    journal, *target = arguments
    descriptor = _far(os.open(journal, os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0)))
    run = prepare(at_start, kept)
    if sys.flags.safe_path:
        del sys.path[0]
    system = ImportSystem.host()
    system.install()
    recorder = Recorder(descriptor)
    # Registered before the program runs, so called after all that it registers; and what shortens the end after that,
    # for it heeds who looks at what is collected, as the recorder does.
    shorten_the_end()
    atexit.register(recorder.close)
    recorder.attach(system)
    try:
        status: int = run(["--no-freeze", *target])
    except BaseException as error:
        if not isinstance(error, SystemExit):
            recorder.fails(error)
        raise
    return status
