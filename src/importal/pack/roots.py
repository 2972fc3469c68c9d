"""The directories that a pack knows, its roots. There may be thousands: none is named before somebody asks for one."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import TypeAlias

    # Roots one after the other that lie below the same anchor: its name, and what comes behind it in each.
    Run: TypeAlias = tuple[str, str]

__all__ = ["Roots", "runs_of", "stamps_of"]

# Between what two roots have behind their anchor: no path can hold it.
_SEPARATOR = "\0"

# A modification time in nanoseconds takes so many bytes (eight would end in the year 2262, where file systems do not);
# this one stands for a directory that is not there.
_STAMP = 12
_NOT_THERE = -(1 << 95)


class Roots:
    """The directories in *runs*, below *anchors*; of the first *listed* all names are in the pack, and their *stamps*.

    Raises KeyError, TypeError or ValueError for what is not as it should be.
    """

    def __init__(self, runs: Sequence[Run], anchors: Mapping[str, str], listed: int, stamps: bytes) -> None:
        self._runs = [(anchors[anchor], below) for anchor, below in runs]
        count = sum(str.count(below, _SEPARATOR) + 1 for _, below in runs)
        if not 0 <= listed <= count or len(stamps) != listed * _STAMP:
            raise ValueError(f"{listed} of {count} roots listed, and {len(stamps)} bytes of stamps")
        self.listed = listed
        self._stamps = stamps
        self._directories: list[str] | None = None
        self._numbers: dict[str, int] | None = None

    @property
    def directories(self) -> list[str]:
        """All of them, by number."""
        directories = self._directories
        if directories is None:
            directories = []
            for anchor, below in self._runs:
                directories += (anchor + below.replace(_SEPARATOR, _SEPARATOR + anchor)).split(_SEPARATOR)
            self._directories = directories
        return directories

    @property
    def numbers(self) -> dict[str, int]:
        """The numbers of those that were listed, by directory."""
        numbers = self._numbers
        if numbers is None:
            numbers = self._numbers = dict(zip(self.directories[: self.listed], range(self.listed), strict=True))
        return numbers

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
