"""``importal trace``: a program under importal, and a record of all its imports."""

from __future__ import annotations

import argparse
import os
import platform
import signal
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime

from ..observe import journal
from ..tool_errors import FileError, FormatError, InterpreterError
from .command_line import TARGETS, parse
from .places import add_pack, add_path, hand_on
from .progress import Progress
from .rendering import add_options, prepare, render
from .supervise import exit_status, how_it_ended, interrupts_are_the_programs, run_beside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..observe.record import Record, Startup

__all__ = ["main", "record_of"]


def main(arguments: list[str]) -> int:
    """Run a program, record its imports, and show the record. Returns the program's exit status, 2 for wrong use."""
    parser = argparse.ArgumentParser(
        prog="importal trace",
        usage=f"importal trace [options] {TARGETS}",
        description="Run a program under importal, as importal run does, and record every import: who asked for it, "
        "what it cost, and why. Standard input and output stay the program's own; the record goes to standard error.",
        epilog="exit status: the program's, 128 and the signal's number if it was killed; 2 for a wrong command line",
        allow_abbrev=False,
    )
    for level in ("-O", "-OO"):
        parser.add_argument(level, dest="optimize", action="store_const", const=level, default="", help="as python's")
    add_path(parser.add_argument)
    add_pack(parser.add_argument)
    add_options(parser)
    options = parse(parser, arguments)
    hand_on(options.path, options.pack)
    if not options.target:
        parser.error(f"name a program: {TARGETS}")
    try:
        # Before anything is run: a program that takes an hour is not to end with this.
        prepare(options)
    except (FileError, FormatError) as error:
        print(f"importal trace: {error}", file=sys.stderr)
        return 2
    startup = _startup()
    status, record = record_of(options.target, options.optimize)
    record = replace(record, startup=startup)
    if not record.ended.complete:
        print(
            f"importal trace: {how_it_ended(status, recorded=True)}; the record is of what came before", file=sys.stderr
        )
    try:
        render(record, options, sys.stderr)
        if options.output is not None:
            print(f"importal trace: wrote {options.output}", file=sys.stderr)
    except BrokenPipeError:
        # Nobody reads it any more. The program's exit status counts, and Python would flush once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    except (FileError, FormatError) as error:
        print(f"importal trace: {error}", file=sys.stderr)
        return exit_status(status) or 2
    except KeyboardInterrupt:
        print("importal trace: interrupted; the record is not written, or not as a whole", file=sys.stderr)
        return exit_status(status) or 128 + signal.SIGINT
    return exit_status(status)


def _startup() -> tuple[Startup, ...]:
    """Return what start-up files do; nothing, and a word on standard error, where that cannot be measured."""
    from ..doctor.starting import startup_of_this_interpreter

    try:
        return startup_of_this_interpreter()
    except InterpreterError as error:
        print(f"importal trace: what start-up files do is not in the record: {error}", file=sys.stderr)
        return ()


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
        # Whoever interrupts a program twice in a row still wants its record.
        with interrupts_are_the_programs():
            status = run_beside("recording", [path, *target], optimize, quiet=quiet)
            facts = {"importal": __version__, "python": _python(), "target": tuple(target), "date": date}
            with Progress(text="" if quiet else "reading what was recorded"):
                return status, journal.read(path, status, facts)


def _python() -> dict[str, str]:
    return {
        "implementation": sys.implementation.name,
        "version": platform.python_version(),
        "platform": sys.platform,
        "machine": platform.machine(),
        "executable": sys.executable,
    }
