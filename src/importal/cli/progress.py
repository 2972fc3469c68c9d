"""One line on a terminal that says what a long command is doing, and is gone when it is done."""

from __future__ import annotations

import shutil
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self, TextIO

__all__ = ["Progress"]

_DELAY = 0.5  # seconds before the first line: what is quick needs no words
_INTERVAL = 0.1


class Progress:
    """Call it with what is being done, as often as you like. On anything but a terminal it writes nothing."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._shown = 0
        self._next = time.monotonic() + _DELAY

    def __enter__(self) -> Self:
        return self

    def __call__(self, text: str) -> None:
        now = time.monotonic()
        if now < self._next or not self._stream.isatty():
            return
        self._next = now + _INTERVAL
        # The last column stays free: a terminal would go on to its next line.
        width = shutil.get_terminal_size().columns - 1
        text = text if len(text) <= width else "..." + text[len(text) - width + 3 :] if width > 3 else ""
        self._write(text)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._shown:
            self._write("")
            self._stream.write("\r")
            self._stream.flush()

    def _write(self, text: str) -> None:
        self._stream.write(f"\r{text.ljust(self._shown)}")
        self._stream.flush()
        self._shown = len(text)
