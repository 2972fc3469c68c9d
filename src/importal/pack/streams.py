"""The code in a pack, read as a start asks for it: in the order in which the program imports its modules.

Modules that are imported one after the other lie in one stream of marshal's, in which what they share is there once.
Several streams are read from the file at once. A module that is asked for out of turn costs the reading of its stream.
"""

from __future__ import annotations

from ..errors import PackError
from .format import Code

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import TypeAlias

    from .format import PackFile

    # Where the code of a module lies: offset and length of what is read at once; where in that its stream begins, the
    # stream's length and checksum; and the module's number in it.
    Place: TypeAlias = tuple[int, int, int, int, bytes, int]

__all__ = ["Streams"]

_NO_CODE = "there is no code where its index says"

# Of so many streams the code is kept that nobody has asked for yet: imports do not always come in the same order.
_WAITING = 4


class Streams:
    """The code of all modules in one *file*."""

    def __init__(self, file: PackFile) -> None:
        self.file = file
        # What was read at once last: where it lies, and the bytes. Whoever uses it takes it away meanwhile.
        self._held: tuple[int, bytearray] | None = None
        # Whether that was done, once, by where it lies; False: a stream of it was read by itself. What comes next.
        self._done: dict[int, bool] = {}
        self._next = 0
        # By where a stream lies: the code in it that nobody has asked for, by its number. This, too, is taken away.
        self._waiting: dict[int, dict[int, CodeType]] = {}

    def code(self, place: Place) -> CodeType:
        """Return the code that lies at *place*, a new object each time. Raises PackError where it cannot be read."""
        stream, number = place[0] + place[2], place[5]
        codes = self._waiting.pop(stream, {})
        code = codes.pop(number, None)
        if code is None:
            codes = self._read(place)
            code = codes.pop(number, None)
            if code is None:
                raise PackError(self.file.path, _NO_CODE)
        if codes:
            self._waiting[stream] = codes
            if len(self._waiting) > _WAITING:
                for oldest in list(self._waiting)[:-_WAITING]:
                    self._waiting.pop(oldest, None)
        return code

    def forget(self) -> None:
        """Let go of what was read."""
        self._held = None
        self._waiting = {}

    def _read(self, place: Place) -> dict[int, CodeType]:
        offset, size, start, length, checksum, _ = place
        held, self._held = self._held, None
        if held is not None and held[0] == offset:
            data = held[1]
        elif self._done.get(offset, offset != self._next):
            # Modules are written in the order in which they are asked for; this one comes out of turn.
            data, start = self.file.part(offset + start, length), 0
            self._done.setdefault(offset, False)
        else:
            # The same memory again and again: fresh pages cost more than reading.
            data = self.file.part(offset, size, None if held is None else held[1])
            held = offset, data
            self._done[offset] = True
            self._next = offset + size
        codes = self.file.object(data, start, length, checksum)
        self._held = held
        if not isinstance(codes, tuple) or not all(isinstance(code, Code) for code in codes):
            raise PackError(self.file.path, _NO_CODE)
        return dict(enumerate(codes))
