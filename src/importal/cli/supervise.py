"""Running a program in a new process, its terminal, signals and exit status its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["end_interrupted", "exit_status", "how_it_ended", "interrupts_are_the_programs", "run_beside"]


def run_beside(what: str, arguments: list[str], optimize: str = "", *, quiet: bool = False) -> int:
    """Do *what*, "recording" or "loading", in a new interpreter that is like this one, and wait for its end.

    *optimize* is "", "-O" or "-OO"; *quiet*: without standard input and output. What files this process was given open,
    the program has. Returns the exit status as ``subprocess`` has it: negative when it was killed.
    """
    flags = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]
    program = str(Path(__file__).with_name("beside.py"))
    command = [sys.executable, *flags, *filter(None, [optimize]), program, what, *arguments]
    nothing = subprocess.DEVNULL if quiet else None
    with (
        interrupts_are_the_programs(),
        subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=nothing, close_fds=False) as process,
    ):
        terminated = signal.signal(signal.SIGTERM, lambda number, _: process.send_signal(number))
        try:
            return process.wait()
        finally:
            signal.signal(signal.SIGTERM, terminated)


@contextmanager
def interrupts_are_the_programs() -> Iterator[None]:
    """Pass over interrupts in this block: a terminal interrupts all processes, and a program does with it what it does.

    What comes of that is waited for, and kept.
    """
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def end_interrupted() -> int:
    """End this process as one that an interrupt has ended, for a shell to see; without signals, return 130."""
    if os.name == "posix":
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    return 128 + signal.SIGINT


def exit_status(status: int) -> int:
    """Return what a shell makes of *status*: 128 and the number of the signal that killed it."""
    return 128 - status if status < 0 else status


def how_it_ended(status: int, *, recorded: bool = False) -> str:
    """Say how a program ended that did not take an interpreter's last steps, or of which a record does not say so."""
    if status >= 0:
        words = "the program ended without an interpreter's last steps (os._exit, or another program in its place)"
        return f"{words}, or has closed files that are not its own" if recorded else words
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = "one without a name"
    return f"the program was killed by signal {-status} ({name})"
