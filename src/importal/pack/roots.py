"""The directories that a pack knows, its roots. There may be thousands: none is named before somebody asks for one."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any, TypeAlias

    # Roots one after the other that lie below the same anchor: its name, and what comes behind it in each.
    Run: TypeAlias = tuple[str, str]

__all__ = ["Roots", "runs_of", "stamps_of"]

# Between what two roots have behind their anchor: no path can hold it.
_SEPARATOR = "\0"

# So many entries of the path are soon found one by one.
_FEW = 32

# A modification time in nanoseconds takes so many bytes (eight would end in the year 2262, where file systems do not);
# this one stands for a directory that is not there.
_STAMP = 12
_NOT_THERE = -(1 << 95)


class Roots:
    """The directories in *runs*, below *anchors*; of the first *listed* all names are in the pack, and their *stamps*.

    The first *searched* of these are entries of the path. Raises KeyError, TypeError or ValueError for what is not as
    it should be.
    """

    def __init__(
        self, runs: Sequence[Run], anchors: Mapping[str, str], *, searched: int, listed: int, stamps: bytes
    ) -> None:
        self._runs = [(anchors[anchor], below) for anchor, below in runs]
        count = sum(str.count(below, _SEPARATOR) + 1 for _, below in runs)
        if type(searched) is not int or type(listed) is not int:
            raise TypeError(f"{searched!r} and {listed!r} are to be numbers of roots")
        if not 0 <= searched <= listed <= count or len(stamps) != listed * _STAMP:
            raise ValueError(f"{searched} and {listed} of {count} roots, and {len(stamps)} bytes of stamps")
        self.searched = searched
        self.listed = listed
        self._stamps = stamps
        self._text: str | None = None
        self._directories: list[str] | None = None
        self._numbers: dict[str, int] | None = None

    @property
    def directories(self) -> list[str]:
        """All of them, by number."""
        directories = self._directories
        if directories is None:
            directories = self._directories = self._joined().split(_SEPARATOR)[1:-1]
        return directories

    def _joined(self) -> str:
        """Return all directories in one string, each between two separators."""
        text = self._text
        if text is None:
            parts = [anchor + below.replace(_SEPARATOR, _SEPARATOR + anchor) for anchor, below in self._runs]
            text = self._text = _SEPARATOR.join(["", *parts, ""])
        return text

    @property
    def numbers(self) -> dict[str, int]:
        """The numbers of those that were searched, by directory."""
        numbers = self._numbers
        if numbers is None:
            numbers = self._numbers = dict(zip(self.directories[: self.searched], range(self.searched), strict=True))
        return numbers

    def numbers_of(self, path: list[Any]) -> list[int | None]:
        """Return of each entry of a *path* which of the roots that were searched it is; None: none of them."""
        if not set(map(type, path)) <= {str}:
            return [self.numbers.get(one) if isinstance(one, str) else None for one in path]
        if self.searched > _FEW and (begin := self._in_a_row(path)) is not None:
            rest = len(path) - begin - self.searched
            return [*[None] * begin, *range(self.searched), *[None] * rest]
        return list(map(self.numbers.get, path))

    def _in_a_row(self, path: list[str]) -> int | None:
        """Return where the entries that were searched begin in *path*, if they are all there, and no other root is.

        As a rule they stand there as they did when the pack was made; that is seen without naming them one by one.
        """
        text, count = self._joined(), self.searched
        first = text[1 : text.index(_SEPARATOR, 1)]
        if first not in path:
            return None
        begin = path.index(first)
        end = begin + count
        row = _SEPARATOR.join(["", *path[begin:end], ""])
        if end > len(path) or not text.startswith(row) or row.count(_SEPARATOR) != count + 1:
            return None
        others = [*path[:begin], *path[end:]]
        return None if any(f"{_SEPARATOR}{one}{_SEPARATOR}" in text for one in others) else begin

    def stamp(self, number: int) -> int | None:
        """Return the modification time in nanoseconds of a root that was listed then, None if it was not there."""
        at = number * _STAMP
        stamp = int.from_bytes(self._stamps[at : at + _STAMP], "little", signed=True)
        return None if stamp == _NOT_THERE else stamp


def runs_of(directories: Iterable[tuple[str, str]]) -> tuple[Run, ...]:
    """Return the runs of *directories*, each as its anchor and what comes behind that."""
    runs: list[tuple[str, list[str]]] = []
    for anchor, below in directories:
        if not runs or runs[-1][0] != anchor:
            runs.append((anchor, []))
        runs[-1][1].append(below)
    return tuple((anchor, _SEPARATOR.join(below)) for anchor, below in runs)


def stamps_of(stamps: Iterable[int | None]) -> bytes:
    """Return the *stamps* of the roots that were listed, one after the other."""
    return b"".join(
        (_NOT_THERE if stamp is None else stamp).to_bytes(_STAMP, "little", signed=True) for stamp in stamps
    )
