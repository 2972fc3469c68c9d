"""One line on a terminal that says what a long command is doing, and is gone when it is done."""

from __future__ import annotations

import shutil
import sys
import threading
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self, TextIO

__all__ = ["Progress"]

_DELAY = 0.5  # seconds before the first line: what is quick needs no words
_INTERVAL = 0.1
_SECOND = 1.0


class Progress:
    """Call it with what is being done, as often as you like. On anything but a terminal it writes nothing.

    Who is busy with one thing, and cannot call it, says *text* at the beginning: how long that has taken is shown.
    """

    def __init__(self, stream: TextIO | None = None, text: str = "") -> None:
        self._stream = sys.stderr if stream is None else stream
        self._shown = 0
        self._next = time.monotonic() + _DELAY
        self._text = text
        self._done = threading.Event()
        self._clock = threading.Thread(target=self._show_the_time, daemon=True)

    def __enter__(self) -> Self:
        if self._text and self._stream is not None and self._stream.isatty():
            self._clock.start()
        return self

    def __call__(self, text: str) -> None:
        now = time.monotonic()
        if now < self._next or not self._stream.isatty():
            return
        self._next = now + _INTERVAL
        self._write(_fitting(text))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._clock.is_alive():
            self._done.set()
            self._clock.join()
        if self._shown:
            self._write("")
            self._stream.write("\r")
            self._stream.flush()

    def _show_the_time(self) -> None:
        begun = time.monotonic()
        wait = _DELAY
        while not self._done.wait(wait):
            self._write(_fitting(f"{self._text} ({time.monotonic() - begun:.0f} s)"))
            wait = _SECOND

    def _write(self, text: str) -> None:
        self._stream.write(f"\r{text.ljust(self._shown)}")
        self._stream.flush()
        self._shown = len(text)


def _fitting(text: str) -> str:
    """Return the end of *text* that a line of the terminal has room for."""
    # The last column stays free: a terminal would go on to its next line.
    width = shutil.get_terminal_size().columns - 1
    return text if len(text) <= width else "..." + text[len(text) - width + 3 :] if width > 3 else ""
