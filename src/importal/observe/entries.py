"""The entries of a journal: tuples in marshal's format, as a recorder writes them. The first item is the kind.

=========== ============================================================================================================
kind        the other items
=========== ============================================================================================================
``CLOCK``   the moment when the recording began; moments are seconds of ``time.perf_counter``
``TEXT``    a number, and the text that other entries mean by it; 0 stands for none
``CODES``   of each code object: number; file, first line, line table; the names of its module and package
``BEGIN``   number of an import, that of the one in whose course it is, thread; module; code object and offset of the
            statement that asks for it; moment
``IMPORT``  number of an import that has ended; outcome (text); moment; phases and moments in turn; seconds of garbage
            collection; bytes read; calls of the sorts stat, list, open; path entries searched (texts), and which of
            them it was in; finder and loader (texts), origin, whether it is a package; state of the bytecode and the
            reason (texts); whether bytecode was kept; the error
``HANDLED`` numbers of imports that have failed, and whether the error was handled
``NAME``    number and name of a thread
``THREAD``  number of a thread, the moments of its beginning and end
``CACHED``  of each code object with statements that found their module in the table: number, and by offset how often,
            name, level, from-list, the import in whose course it was first, and the moment of that
``PATH``    the entries of ``sys.path`` at the end
``END``     the moment of the end, and the error that ended the program
=========== ============================================================================================================

Writing a number takes marshal a fourth of the time of a text.
"""

from __future__ import annotations

import os
from itertools import count
from marshal import dumps, loads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

__all__ = [
    "BEGIN",
    "CACHED",
    "CLOCK",
    "CODES",
    "END",
    "HANDLED",
    "IMPORT",
    "NAME",
    "PATH",
    "TEXT",
    "THREAD",
    "Entries",
    "read_entries",
    "shown",
    "words",
]

CLOCK, TEXT, CODES, BEGIN, IMPORT, HANDLED, NAME, THREAD, CACHED, PATH, END = range(11)

# The version of marshal's format that does not look for objects that occur twice, which takes longer than it saves.
_MARSHAL = 2
_PLAIN = {type(None), bool, int, float, str, bytes}


class Entries:
    """Writes the entries of a journal to the descriptor *journal*; *give_up* is called when that is not possible."""

    def __init__(self, journal: int, give_up: Callable[[], object]) -> None:
        self._journal = journal
        self._give_up = give_up
        # The texts that were written, and their numbers.
        self.texts: dict[str, int] = {}
        self._next_text = count(1).__next__
        # By identity: the finders, and the numbers of their names; the classes of loaders, these numbers, and whether
        # they read the code of modules. As long as one is kept here, nothing else can have its identity.
        self._finders: dict[int, tuple[object, int]] = {}
        self._loaders: dict[int, tuple[object, int, bool]] = {}

    def close(self) -> None:
        """Write nothing any more."""
        self._journal = -1

    def write(self, *entry: Any) -> None:
        """Write one entry of the journal."""
        try:
            data = dumps(entry, _MARSHAL)
        except ValueError:
            data = dumps(_plain(entry), _MARSHAL)
        try:
            os.write(self._journal, data)
        except OSError as error:
            if error.errno is None:
                raise  # a signal's handler has raised it
            # The disk is full, or the program has closed what it did not know: its run goes on.
            self._give_up()

    def text(self, text: str) -> int:
        """Return the number of *text*, which is written the first time."""
        known = self.texts.get(text)
        if known is None:
            known = self._next_text()
            # Written first: an interrupt may come after any call, and another thread write it as well.
            self.write(TEXT, known, text)
            self.texts[text] = known
        return known

    def of_spec(self, spec: Any, finder: Any) -> tuple[tuple[int, int, str | None, bool], bool]:
        """Return what is written of a spec: finder, loader, origin, is it a package; and whether its loader reads."""
        by = 0 if finder is None else (self._finders.get(id(finder)) or self._finder(finder))[1]
        try:
            loader, origin, is_package = spec.loader, spec.origin, spec.submodule_search_locations is not None
        except Exception:  # noqa: BLE001, whatever a program's own specs do when they are looked at
            return (by, 0, None, False), False
        origin = origin if origin is None or type(origin) is str else shown(origin)
        if loader is None:
            # A namespace package has none until its module is made (PEP 420).
            return (by, self.text("NamespaceLoader") if is_package else 0, origin, is_package), False
        _, number, reads = self._loaders.get(id(type(loader))) or self._loader(loader)
        return (by, number, origin, is_package), reads

    def _finder(self, finder: object) -> tuple[object, int]:
        known = self._finders[id(finder)] = finder, self.text(_own_name(finder) or type(finder).__name__)
        return known

    def _loader(self, loader: object) -> tuple[object, int, bool]:
        name = _own_name(loader)
        try:
            reads = hasattr(loader, "path_stats")
        except Exception:  # noqa: BLE001, as above
            reads = False
        known = type(loader), self.text(name or type(loader).__name__), reads
        if name is None:
            # One of a class, of which there are few; a class may be a loader itself.
            self._loaders[id(type(loader))] = known
        return known


def read_entries(data: bytes) -> Iterator[tuple[Any, ...]]:
    """Yield the entries in *data*, up to the end, or to one that was cut short when the program was killed."""
    rest = memoryview(data)
    while True:
        try:
            entry = loads(rest)
        except (EOFError, ValueError, TypeError):
            return
        yield entry
        # Its length in bytes; `marshal.load`, which would know, asks a file for each number by itself.
        rest = rest[len(dumps(entry, _MARSHAL)) :]


def shown(value: object) -> str:
    """Return *value* as a text, and not of a class derived from that, whatever its class makes of it."""
    try:
        return "".join([str(value)])
    except Exception as error:  # noqa: BLE001, a program's own classes raise what they like
        return f"({type(value).__name__}, whose text raises {type(error).__name__})"


def words(error: BaseException) -> str:
    """Return the class and the message of an error."""
    return f"{type(error).__name__}: {shown(error)}"


def _own_name(one: object) -> str | None:
    """Return the name of a class or the like, None for an object that has none."""
    try:
        name = getattr(one, "__name__", None)
    except Exception:  # noqa: BLE001, as above
        return None
    return None if name is None else shown(name)


def _plain(value: Any) -> Any:
    """Return *value* as marshal takes it: a module's name, say, may be of a class derived from str."""
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {_plain(key): _plain(one) for key, one in value.items()}
    if type(value) in _PLAIN:
        return value
    return int.__pos__(value) if isinstance(value, int) else shown(value)
