"""The names that a pack knows: of each the roots that hold such a name, and the module.

There may be thousands, of which a program asks for some. So the names in the roots are text that is searched when one
is asked for, in rows: which row a name is in is told by its checksum. A row has of each name, behind a NUL character,
the name, a slash, and the numbers of the roots; a NUL ends the last one. No file can have a name with one of these two
characters. Numbers are text, too, "3 5-7" for 3, 5, 6 and 7: a name may be in a thousand roots.
"""

from __future__ import annotations

from ..errors import PackError
from ..interpreter import source_hash

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any, TypeAlias

    from .format import Block, PackFile

    # What is in one block: the rows, and the modules by name.
    Part: TypeAlias = tuple[tuple[str, ...], dict[str, Any]]

__all__ = ["EXTENSION", "NAMESPACE", "SOURCE", "Table", "numbers_in", "parts_of", "text_of"]

#: Kinds of modules.
SOURCE, EXTENSION, NAMESPACE = "source", "extension", "namespace"

# So many names are in a block, about: of more, only a part should have to be read for one name.
_IN_A_BLOCK = 4096
# So many names are searched for one, about.
_IN_A_ROW = 32


class Table:
    """The names in the *blocks* of a *file*; each is read when a name in it is asked for, for good.

    So many roots are *listed*. Raises TypeError or ValueError for what are no blocks.
    """

    def __init__(self, file: PackFile, blocks: Sequence[Block], listed: int) -> None:
        if not blocks or any(list(map(type, block)) != [int, int, bytes] for block in blocks):
            raise ValueError("its names are in no blocks")
        self.path = file.path
        self._file = file
        self._listed = listed
        self._blocks = blocks
        self._parts: list[Part | None] = [None] * len(blocks)

    def module(self, name: str) -> Any:
        """Return the module *name* of the pack, None if there is none. Raises PackError."""
        count = len(self._blocks)
        return self._part(_number(name) % count if count > 1 else 0)[1].get(name)

    def holders(self, name: str) -> list[int]:
        """Return the numbers of the roots in which there is something of that *name*. Raises PackError."""
        count = len(self._blocks)
        number = _number(name)
        rows = self._part(number % count)[0]
        row = rows[number // count % len(rows)]
        at = row.find(f"\0{name}/")
        if at < 0:
            return []
        at += len(name) + 2
        try:
            return numbers_in(row[at : row.index("\0", at)], self._listed)
        except ValueError as error:
            raise PackError(self.path, f"a row of its names is not as it should be ({error})") from error

    def modules(self) -> list[tuple[str, Any]]:
        """Return (name, module) of each module of the pack, sorted. Raises PackError."""
        found: list[tuple[str, Any]] = []
        for number in range(len(self._blocks)):
            found += self._part(number)[1].items()
        return sorted(found, key=lambda one: one[0])

    def _part(self, number: int) -> Part:
        part = self._parts[number]
        if part is None:
            part = self._parts[number] = self._checked(self._file.read(self._blocks[number]))
        return part

    def _checked(self, part: Any) -> Part:
        if not (isinstance(part, tuple) and list(map(type, part)) == [tuple, dict]):
            raise PackError(self.path, "there are no names where its root block says")
        if not part[0] or set(map(type, part[0])) != {str}:
            raise PackError(self.path, "a row of its names is not as it should be")
        return part


def parts_of(holders: Mapping[str, Iterable[int]], modules: Mapping[str, Any]) -> list[Part]:
    """Return what the blocks of a table hold: of each name the numbers of the roots that hold it; and the *modules*."""
    names = sorted({*holders, *modules})
    count = len(names) // _IN_A_BLOCK + 1
    numbers = {name: _number(name) for name in names}
    parts: list[Part] = []
    for part in range(count):
        mine = [name for name in names if numbers[name] % count == part]
        held = [name for name in mine if name in holders]
        rows = ["\0"] * (len(held) // _IN_A_ROW + 1)
        for name in held:
            rows[numbers[name] // count % len(rows)] += f"{name}/{text_of(holders[name])}\0"
        parts.append((tuple(rows), {name: modules[name] for name in mine if name in modules}))
    return parts


def numbers_in(text: str, below: int) -> list[int]:
    """Return the numbers in *text*, as :func:`text_of` writes them. Raises ValueError where one is not *below* that.

    >>> numbers_in("3 5-7", 8)
    [3, 5, 6, 7]
    """
    found: list[int] = []
    for run in text.split(" "):
        first, dash, last = run.partition("-")
        numbers = range(int(first), int(last if dash else first) + 1)
        if not numbers or numbers[-1] >= below:
            raise ValueError(f"{run!r} of {below}")
        found += numbers
    return found


def text_of(numbers: Iterable[int]) -> str:
    """Return *numbers* as text, those that follow each other as a run.

    >>> text_of([3, 5, 6, 7])
    '3 5-7'
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return " ".join("-".join(map(str, run)) for run in runs)


def _number(name: str) -> int:
    """Return the checksum of *name* as a number."""
    return int.from_bytes(source_hash(name.encode("utf-8", "surrogatepass")), "little")
