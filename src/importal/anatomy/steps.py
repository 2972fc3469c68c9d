"""Running a module in a process of its own, and reading what the recorder there has written."""

from __future__ import annotations

import marshal
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from ..tool_errors import RecordingError
from .replay import ENDED, build

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, BinaryIO

    from ..system import ImportSystem
    from .recording import Recording

__all__ = ["run"]

# The folder that importal is in comes first while the recorder is imported, and is taken out again.
_PROGRAM = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); from importal import Eagerly\n"
    "with Eagerly(): from importal.anatomy.recorder import main\n"
    "del sys.path[0]; main()"
)


def run(system: ImportSystem, name: str, *, opcodes: bool = False) -> Recording:
    """Import *name* in a new process of this interpreter, with its flags, and return what happened.

    What the module prints goes to standard error. Raises RecordingError when nothing could be recorded.
    """
    with tempfile.TemporaryDirectory(prefix="importal-") as folder:
        location = os.path.join(folder, "records")
        flags = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]  # the stubs leave it out
        source = str(Path(__file__).parents[2])
        detail = "opcodes" if opcodes else "lines"
        command = [sys.executable, *flags, "-c", _PROGRAM, source, location, name, detail]
        sys.stdout.flush()
        interrupted = False
        try:
            status = subprocess.run(command, stdout=2, check=False).returncode
        except KeyboardInterrupt:
            status, interrupted = 130, True
        if not os.path.exists(location) or not os.path.getsize(location):
            raise RecordingError(status)
        with open(location, "rb") as stream:
            recording = build(system, name, _records(stream))
    if recording.stopped == ENDED:
        recording.stopped = "interrupted" if interrupted else f"{ENDED}, exit status {status}"
    return recording


def _records(stream: BinaryIO) -> Iterator[tuple[Any, ...]]:
    """Yield the records up to the end, or to one that was not written whole."""
    while True:
        try:
            yield marshal.load(stream)
        except EOFError:
            return
