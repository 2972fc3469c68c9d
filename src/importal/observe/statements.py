"""Which import statements of a program were executed, and how often they found their module in the table.

A statement is told by the code object it stands in and its offset there: looking up its line takes longer than most
imports that the table answers. What the lines can be told from is written to the journal, once for each code object.
"""

from __future__ import annotations

import sys
from itertools import count

from ..interpreter import FRAME_NAME, is_import_module
from .entries import CODES, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType
    from typing import Any

__all__ = ["Code", "Statements"]


class Code:
    """A code object that imports: its ``number`` in the journal, and what its statements found in the table.

    ``number`` is None for one of the import system's own. ``found`` has a list for each statement, by its offset: how
    often, name, level, from-list, the import in whose course it was first executed, and when that was.
    """

    __slots__ = ("code", "found", "number")

    def __init__(self, code: CodeType | None, number: int | None) -> None:
        # As long as it is kept, nothing else can have its identity.
        self.code = code
        self.number = number
        self.found: dict[int, list[Any]] = {}


class Statements:
    """The import statements of one program; *write* takes what the journal is to have."""

    def __init__(self, write: Callable[..., None]) -> None:
        # By the identity of the code object, which hashes slowly.
        self._codes: dict[int, Code] = {}
        # What was asked for last: most often the next statement stands in the same code.
        self.last = Code(None, None)
        self._write = write
        self._next_number = count().__next__
        # What the journal does not have yet of code objects: only an import that begins needs it at once.
        self._unwritten: dict[int, tuple[Any, ...]] = {}

    def code(self, frame: FrameType) -> Code:
        """Return what is kept of the code that *frame* executes."""
        code = frame.f_code
        self.last = known = self._codes.get(id(code)) or self._new(frame, code)
        return known

    def _new(self, frame: FrameType, code: CodeType) -> Code:
        names = frame.f_globals
        module = names.get("__name__")
        if code.co_filename == FRAME_NAME or is_import_module(module):
            made = Code(code, None)
        else:
            number = self._next_number()
            made = Code(code, number)
            package = names.get("__package__")
            self._unwritten[number] = (
                code.co_filename, code.co_firstlineno, code.co_linetable, shown(module),
                None if package is None else shown(package),
            )  # fmt: skip
        self._codes[id(code)] = made
        return made

    def asking(self, depth: int) -> tuple[int | None, int]:
        """Return the number of the code, and the offset, of the first frame that is the program's, *depth* outwards."""
        try:
            frame: FrameType | None = sys._getframe(depth)
        except ValueError:
            return None, 0  # C code asks, in a thread that executes nothing else
        while frame is not None:
            code = frame.f_code
            if code.co_filename != FRAME_NAME:
                known = self.last
                if known.code is not code:
                    known = self.code(frame)
                if known.number is not None:
                    if self._unwritten:
                        self.write_codes()
                    return known.number, frame.f_lasti
            frame = frame.f_back
        return None, 0

    def write_codes(self) -> None:
        """Write what the journal does not have yet of code objects."""
        written = dict(self._unwritten)
        self._write(CODES, written)
        for number in written:
            # Only now: an interrupt may come after any call, and another thread write them as well.
            self._unwritten.pop(number, None)

    def found(self) -> list[tuple[int, dict[int, list[Any]]]]:
        """Return the number of each code object with what its statements found."""
        # Other threads may go on while this is done.
        codes = list(self._codes.values())
        return [(one.number, one.found) for one in codes if one.found and one.number is not None]
