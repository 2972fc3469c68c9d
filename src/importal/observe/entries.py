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
    "entries",
    "words",
]

CLOCK, TEXT, CODES, BEGIN, IMPORT, HANDLED, NAME, THREAD, CACHED, PATH, END = range(11)

# The version of marshal's format that does not look for objects that occur twice, which takes longer than it saves.
_MARSHAL = 2


class Entries:
    """Writes the entries of a journal to the descriptor *journal*; *give_up* is called when that is not possible."""

    def __init__(self, journal: int, give_up: Callable[[], object]) -> None:
        self._journal = journal
        self._give_up = give_up
        # The texts that were written, and their numbers.
        self.texts: dict[str, int] = {}
        self._next_text = count(1).__next__
        # Of finders, and of the classes of loaders, by identity: these, the number of the name, and whether they read
        # the code of modules.
        self._kinds: dict[int, tuple[object, int, bool]] = {}

    def write(self, *entry: Any) -> None:
        """Write one entry of the journal."""
        try:
            data = dumps(entry, _MARSHAL)
        except ValueError:
            data = dumps(_plain(entry), _MARSHAL)
        try:
            os.write(self._journal, data)
        except OSError:
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
        by = 0 if finder is None else (self._kinds.get(id(finder)) or self._kind(finder, finder))[1]
        try:
            loader, origin, is_package = spec.loader, spec.origin, spec.submodule_search_locations is not None
            if loader is None:
                # A namespace package has none until its module is made (PEP 420).
                return (by, self.text("NamespaceLoader") if is_package else 0, None, is_package), False
            _, number, reads = self._kinds.get(id(type(loader))) or self._kind(type(loader), loader)
            return (by, number, origin if origin is None or type(origin) is str else str(origin), is_package), reads
        except Exception:  # noqa: BLE001, whatever a program's own specs and loaders do when they are looked at
            return (by, 0, None, False), False

    def _kind(self, key: object, one: Any) -> tuple[object, int, bool]:
        """Return *key*, and of a finder or loader the number of its name, and whether it reads code.

        It is kept by the identity of *key*: a finder's own, a loader's class, of which there are few; but for classes
        that are loaders themselves.
        """
        try:
            name = getattr(one, "__name__", None)
            known = key, self.text(str(name or type(one).__name__)), key is not one and hasattr(one, "path_stats")
        except Exception:  # noqa: BLE001, as above
            name, known = None, (key, self.text(type(one).__name__), False)
        if name is None or key is one:
            # With *key* itself: as long as it is kept, nothing else can have its identity.
            self._kinds[id(key)] = known
        return known


def entries(data: bytes) -> Iterator[tuple[Any, ...]]:
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


def words(error: BaseException) -> str:
    """Return the class and the message of an error."""
    try:
        return f"{type(error).__name__}: {error}"
    except Exception as again:  # noqa: BLE001, as above
        return f"{type(error).__name__}: (its message raises {type(again).__name__})"


def _plain(value: Any) -> Any:
    """Return *value* as marshal takes it: a module's name, say, may be of a class derived from str."""
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {_plain(key): _plain(one) for key, one in value.items()}
    return value if value is None or isinstance(value, int | float | bytes) else str(value)
