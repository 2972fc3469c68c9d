"""Realms: a package table, a path and an ``import`` of their own, in one process.

A realm's modules are in ``sys.modules`` below the realm's name, which is an ordinary package: so pickle, typing,
inspect and all else that looks a module up by a class's ``__module__`` finds it. Code in the realm sees plain names.
"""

from __future__ import annotations

import gc
import os
import sys
import weakref

from ..children import follow_children
from ..errors import RealmError
from ..interpreter import FRAME_NAME, Module, thread_frames
from ..loaders.extension import ExtensionFileLoader
from ..spec import ModuleSpec
from ..standard import ImportSystem
from . import crossings
from .extensions import Initialising, set_aside
from .facades import RealmFinder, RealmPathFinder, builtins_for, sys_for
from .importing import import_function, import_own, in_the_realms_words
from .names import REALMS, Names
from .view import RealmModules, RealmState

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import ModuleType
    from typing import Any, Self

__all__ = ["Realm", "Unloaded"]


class Unloaded(tuple[tuple[str, str], ...]):
    """What stays after a realm was unloaded: (module, why). It is true when something does."""

    __slots__ = ()


# By the identity of the built-in names that their code has.
_realms: dict[int, Realm] = {}


def asked_in_a_realm(name: str) -> ModuleType | None:
    """Return the realm's module for a plain *name* that compiled code of a realm asks for.

    Compiled code imports without the function that Python code has, and the interpreter then looks for the plain name.
    Who asks is told by the innermost Python function. For anybody else it is the host's module if that is set aside,
    else None.
    """
    frame: Any = sys._getframe(2)
    while frame is not None:
        realm = _realms.get(id(frame.f_builtins))
        if realm is not None:
            return import_own(realm.system, realm.names, name) if realm.names.is_own(name) else set_aside(name)
        if frame.f_code.co_filename != FRAME_NAME:
            break
        frame = frame.f_back
    return set_aside(name)


def recreation() -> str:
    """Return statements that make the realms there are, in another process."""
    made = []
    for realm in _realms.values():
        shared = {top: f"REALMS[{other!r}]" for top, other in realm.names.share_from.items()}
        others = ", ".join(f"{top!r}: {other}" for top, other in shared.items())
        made.append(
            f"REALMS[{realm.name!r}] = Realm({realm.name!r}, {realm.path!r}, {realm.names.share!r}, {{{others}}}); "
        )
    return f"from importal import Realm; REALMS = {{}}; {''.join(made)}" if made else ""


class Realm:
    """A part of the process with modules of its own.

    *name* is an identifier, below which the realm's modules are in ``sys.modules``. *path* are the entries to search
    for them, as in ``sys.path``. What is in the standard library comes from the host, and so do the top-level modules
    that *share* names, as patterns; *share_from* maps top-level names to the realms they come from.

    importal becomes the interpreter's own import if it is not (:meth:`ImportSystem.install`). Raises RealmError for a
    name that is no identifier or is taken, a path entry that is not there, and sharing that contradicts itself.
    """

    def __init__(
        self,
        name: str,
        path: Iterable[str | os.PathLike[str]],
        share: Iterable[str] = (),
        share_from: Mapping[str, Realm] | None = None,
    ) -> None:
        if not isinstance(name, str) or not name.isidentifier():
            raise RealmError(str(name), "a realm's name is an identifier, because modules are found below it")
        entries = [os.fspath(entry) for entry in path]
        for entry in entries:
            if "://" not in entry and not os.path.exists(entry):
                raise RealmError(name, f"there is no {entry}; a realm's path entries are directories, archives or URLs")
        self.name = name
        self.system = ImportSystem.host()
        follow_children(self.system.install())
        self.names = Names(name, share, {top: other.name for top, other in (share_from or {}).items()})
        if name in sys.modules or self.system.find_spec(name) is not None:
            raise RealmError(name, "the name is taken by a module; choose another one")
        self._root = root = Module(name, f"The realm {name}.")
        self.spec = spec = ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations = root.__path__ = entries
        root.__spec__ = spec  # type: ignore[assignment]  # the interpreter's own has the same attributes
        root.__package__ = name
        self.modules = RealmModules(self.names)
        self._state = RealmState(self.modules, entries, [RealmPathFinder(self)])
        self.builtins = builtins_for(import_function(self.system, self.names))
        self.initialising = Initialising(self.names, vars(self.builtins))
        self._finder: Any = RealmFinder(self)
        self._loaded = True
        sys.modules[name] = root
        sys.modules[f"{name}.builtins"] = self.builtins
        sys.modules[f"{name}.sys"] = sys_for(self._state)
        REALMS.add(name)
        crossings.watch()
        self.system.realms[name] = vars(self.builtins)
        self.system.asked_in_a_realm = asked_in_a_realm
        _realms[id(vars(self.builtins))] = self
        finders: list[Any] = sys.meta_path
        finders.insert(0, self._finder)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}{'' if self._loaded else ', unloaded'}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._loaded:
            self.unload()

    @property
    def path(self) -> list[str]:
        """The entries that are searched for the realm's modules; a live list."""
        return self._state.path

    @property
    def meta_path(self) -> list[Any]:
        """The finders that are asked for the realm's modules; a live list."""
        return self._state.meta_path

    def import_module(self, name: str) -> ModuleType:
        """Import the module that *name* means in the realm, and return it. Raises RealmError after :meth:`unload`."""
        self._check()
        try:
            return import_own(self.system, self.names, name)
        except ImportError as error:
            in_the_realms_words(error, self.names)
            raise

    def find_spec(self, name: str) -> ModuleSpec | None:
        """Return the spec of what *name* means in the realm, without importing it; its parents are imported."""
        self._check()
        return self.system.find_spec(self.names[name][0])

    def reload(self, module: ModuleType) -> ModuleType:
        """Find the *module* anew and execute it again; see :meth:`ImportSystem.reload`."""
        self._check()
        return self.system.reload(module)

    def run_module(self, name: str, run_name: str = "__main__") -> dict[str, Any]:
        """Execute the module *name* as a program of the realm, and return its globals."""
        self._check()
        return self.system.run_module(self.names[name][0], {"__builtins__": vars(self.builtins)}, run_name)

    def _check(self) -> None:
        if not self._loaded:
            raise RealmError(self.name, "it was unloaded; make another realm to import from its path again")

    def _own(self) -> dict[str, ModuleType]:
        """Return the realm's own modules by their full names, without what stands for the host's."""
        given = {self.name, f"{self.name}.sys", f"{self.name}.builtins"}
        return {
            full: module
            for full, module in list(sys.modules.items())
            if full.startswith(self.names.prefix) and full not in given
        }

    # ------------------------------------------------------------ what has come out of it

    def crossings(self, other: Realm | None = None) -> list[crossings.Crossing]:
        """Return the classes of one name that this realm and *other* (None: the host) both have.

        An object of the one is no instance of the other; where such objects are passed between the two, share the
        package that defines them.
        """
        below = "" if other is None else other.names.prefix
        return sorted(crossings.pairs(self._own(), self.names.prefix, below), key=lambda one: one[0])

    @staticmethod
    def explain(error: BaseException) -> bool:
        """Add to *error* what of it comes from two classes of one name, as notes; tell whether anything does.

        A TypeError that nobody catches is explained without that.
        """
        return crossings.explain(error)

    # ------------------------------------------------------------ its end

    def unload(self) -> Unloaded:
        """Take the realm's modules out of the process, and return what stays although nobody can import it any more.

        Raises RealmError while a thread executes code of the realm, naming the thread and the place.
        """
        self._check()
        self._refuse_while_running()
        self._loaded = False
        if self._finder in sys.meta_path:
            sys.meta_path.remove(self._finder)
        del self.system.realms[self.name], _realms[id(vars(self.builtins))]
        REALMS.discard(self.name)
        watched, extensions = self._watched()
        for full in [name for name in sys.modules if name == self.name or name.startswith(self.names.prefix)]:
            del sys.modules[full]
        # The packages hold their modules, and the modules what they import: cycles, all of them.
        vars(self._root).clear()
        self.names.clear()
        gc.collect()
        return Unloaded(
            (
                full,
                "the interpreter keeps shared libraries loaded" if full in extensions else _who_holds(seen()),
            )
            for full, seen in sorted(watched.items())
            if seen() is not None
        )

    def _watched(self) -> tuple[dict[str, weakref.ref[ModuleType]], set[str]]:
        """Return weak references to the realm's modules, and which of them are extension modules."""
        own = self._own()
        extensions = {name for name in own if isinstance(getattr(own[name], "__loader__", None), ExtensionFileLoader)}
        return {name: weakref.ref(own[name]) for name in own if isinstance(own[name], Module)}, extensions

    def _refuse_while_running(self) -> None:
        import threading

        names = {thread.ident: thread.name for thread in threading.enumerate()}
        for ident, frame in thread_frames().items():
            at: Any = frame
            while at is not None:
                inside = at.f_globals.get("__name__")
                if isinstance(inside, str) and inside.startswith(self.names.prefix):
                    where = f"{at.f_code.co_filename}:{at.f_lineno}"
                    who = names.get(ident, ident)
                    raise RealmError(self.name, f"the thread {who!r} executes code of it ({where}); let that end first")
                at = at.f_back


def _who_holds(module: ModuleType | None) -> str:
    """Say in a few words what refers to *module*."""
    holders = sorted({type(one).__name__ for one in gc.get_referrers(module)} - {"frame", "list_iterator"})
    return f"something refers to it ({', '.join(holders) or 'C code'})"
