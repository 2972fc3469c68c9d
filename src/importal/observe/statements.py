"""Which import statements of a program were executed, and how often they found their module in the table.

A statement is told by the code object it stands in and its offset there: looking up its line takes longer than most
imports that the table answers. What the lines can be told from is written to the journal, once for each code object.
"""

from __future__ import annotations

from ..interpreter import FRAME_NAME, is_import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType
    from typing import Any

__all__ = ["Code", "Statements"]


class Code:
    """A code object that imports: its ``number`` in the journal, and what its statements found in the table.

    ``number`` is None for one of the import system's own. ``times`` is by offset; ``asked`` has six for each
    statement: offset, name, level, from-list, the import in whose course it was first executed, and when that was.
    """

    __slots__ = ("asked", "code", "number", "times")

    def __init__(self, code: CodeType | None, number: int | None) -> None:
        # As long as it is kept, nothing else can have its identity.
        self.code = code
        self.number = number
        self.times: dict[int, int] = {}
        self.asked: list[Any] = []


class Statements:
    """The import statements of one program; *write* takes what the journal is to have."""

    def __init__(self, write: Callable[..., None]) -> None:
        # By the identity of the code object, which hashes slowly.
        self._codes: dict[int, Code] = {}
        # What was asked for last: most often the next statement stands in the same code.
        self.last = Code(None, None)
        self._write = write
        self._number = 0

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
            made = Code(code, self._number)
            self._number += 1
            self._write(
                "code", made.number, code.co_filename, code.co_firstlineno, code.co_linetable, str(module),
                names.get("__package__"),
            )  # fmt: skip
        self._codes[id(code)] = made
        return made

    def asking(self, frame: FrameType | None) -> tuple[int | None, int]:
        """Return the number of the code, and the offset, of the first frame outwards that is the program's."""
        while frame is not None:
            if frame.f_code.co_filename != FRAME_NAME:
                number = self.code(frame).number
                if number is not None:
                    return number, frame.f_lasti
            frame = frame.f_back
        return None, 0

    def found(self) -> list[tuple[int, dict[int, int], list[Any]]]:
        """Return, for each code object, its number, how often by offset, and what was asked."""
        codes = self._codes.values()
        return [(one.number, one.times, one.asked) for one in codes if one.asked and one.number is not None]
