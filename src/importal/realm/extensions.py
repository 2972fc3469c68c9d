"""Extension modules in realms: C code imports by plain names, and looks into the interpreter's own table.

While an extension module of a realm is initialised, the host's modules of names that mean others there are set aside:
who then asks for such a name misses the table, and gets the realm's module or the host's, by who it is. What C code
imports by ``PyImport_Import`` is shown to it in the table for the moment in which it looks.
"""

from __future__ import annotations

import _thread
import os
import sys
from types import FunctionType

from .. import interpreter
from ..interpreter import import_frame
from ..loaders.extension import ExtensionFileLoader
from .names import REALMS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from ..spec import ModuleSpec
    from .names import Names

__all__ = ["Initialising", "PutBack", "RealmExtensionLoader", "imports_by_itself", "set_aside", "source_beside"]

# One realm at a time: there is one table.
_one_at_a_time = _thread.RLock()


def _call(function: Any, argument: Any) -> Any:
    return function(argument)


# The host's modules that are out of the table, by name.
_aside: dict[str, ModuleType] = {}


def set_aside(name: str) -> ModuleType | None:
    """Return the host's module *name*, if it is out of the table for the moment."""
    return _aside.get(name)


class Initialising:
    """A context in which C code of one realm does not find the host's modules of the realm's names in the table."""

    def __init__(self, names: Names, builtins: dict[str, object]) -> None:
        self.names = names
        # C code asks for the built-in names of the function that has called it.
        space = {"__builtins__": builtins, "__name__": f"{names.realm}.<C code>"}
        self.call = import_frame(FunctionType(_call.__code__, space))
        self._depth = 0
        # The names in the table that stay there, as long as there are the same realms.
        self._staying: set[str] = set()
        self._realms: set[str] = set()

    def __enter__(self) -> None:
        _one_at_a_time.acquire()
        self._depth += 1
        if self._depth > 1:
            return
        if self._realms != REALMS:
            self._realms = set(REALMS)
            self._staying.clear()
        try:
            self._set_aside()
        except BaseException:  # an interrupt
            self.__exit__()
            raise

    def _set_aside(self) -> None:
        table = sys.modules
        for name in table.keys() - self._staying:
            if self.names.is_own(name):
                # Before it is taken out: there is no moment in which it is nowhere.
                _aside[name] = table[name]
                del table[name]
            else:
                self._staying.add(name)

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        try:
            if not self._depth:
                self._take_in()
        finally:
            if not self._depth:
                sys.modules.update(_aside)
                _aside.clear()
            _one_at_a_time.release()

    def _take_in(self) -> None:
        """Let what C code has made by itself be the realm's; what has a spec, another thread has imported meanwhile."""
        table = sys.modules
        for name in table.keys() - self._staying:
            if self.names.is_own(name) and getattr(table[name], "__spec__", None) is None:
                table.setdefault(self.names.prefix + name, table.pop(name))


class PutBack:
    """Puts back what was in the table below *name*, when this is thrown away: until then *shown* is.

    ``PyImport_Import`` calls ``__import__`` with an empty list, then looks into the interpreter's table, then throws
    the list away: with that, this.
    """

    __slots__ = ("_before", "_name", "_shown")

    def __init__(self, name: str, shown: ModuleType) -> None:
        self._name = name
        self._shown = shown
        self._before: object = sys.modules.get(name, PutBack)

    def __del__(self) -> None:
        if sys.modules.get(self._name) is self._shown:
            if self._before is PutBack:
                del sys.modules[self._name]
            else:
                sys.modules[self._name] = self._before  # type: ignore[assignment]


class RealmExtensionLoader(ExtensionFileLoader):
    """Loads an extension module of a realm; a finder sets ``initialising``."""

    initialising: Initialising

    @import_frame
    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Open the library and create its module. Raises ImportError with the system's own reason."""
        with self.initialising:
            return self.initialising.call(interpreter.create_dynamic, spec)  # type: ignore[no-any-return]

    @import_frame
    def exec_module(self, module: ModuleType) -> None:
        """Run the module's initialisation functions."""
        with self.initialising:
            self.initialising.call(interpreter.exec_dynamic, module)


def imports_by_itself(library: str) -> bool:
    """Tell whether the shared *library* calls the function of import statements, as Cython's does, whenever it likes.

    That looks into the interpreter's table, and nothing comes in between. Raises OSError.
    """
    import mmap

    with open(library, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as held:
        return held.find(b"PyImport_ImportModuleLevelObject") >= 0


def source_beside(library: str) -> str | None:
    """Return the Python source that the shared *library* was compiled from, where that lies beside it; else None.

    Compiled modules import from C by plain names whenever they like; their source does what the realm's code does.
    """
    for suffix in interpreter.EXTENSION_SUFFIXES:
        if library.endswith(suffix):
            source = f"{library.removesuffix(suffix)}.py"
            return source if os.path.isfile(source) else None
    return None
