"""Running a program in a new process, its terminal, signals and exit status its own."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

__all__ = ["exit_status", "how_it_ended", "run_beside"]


def run_beside(script: str, arguments: list[str], optimize: str = "", *, quiet: bool = False) -> int:
    """Execute the file *script* of this folder in a new interpreter that is like this one, and wait for its end.

    *optimize* is "", "-O" or "-OO"; *quiet*: without standard input and output. Returns the
    exit status as ``subprocess`` has it: negative when it was killed.
    """
    flags = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]
    command = [sys.executable, *flags, *filter(None, [optimize]), str(Path(__file__).with_name(script)), *arguments]
    nothing = subprocess.DEVNULL if quiet else None
    # A terminal interrupts both processes: this one waits for what the other makes of it.
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, lambda *_: None)
    try:
        with subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=nothing) as process:
            terminated = signal.signal(signal.SIGTERM, lambda number, _: process.send_signal(number))
            try:
                return process.wait()
            finally:
                signal.signal(signal.SIGTERM, terminated)
    finally:
        signal.signal(signal.SIGINT, before)


def exit_status(status: int) -> int:
    """Return what a shell makes of *status*: 128 and the number of the signal that killed it."""
    return 128 - status if status < 0 else status


def how_it_ended(status: int) -> str:
    """Say how a program ended that did not take an interpreter's last steps."""
    if status >= 0:
        return "the program ended without an interpreter's last steps (os._exit, or another program in its place)"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = "one without a name"
    return f"the program was killed by signal {-status} ({name})"
