"""The engine: from a name to a module.

Read from top to bottom: a name is looked up in the module table, its parent is imported, the finders are asked, the
module is created, published, executed and bound on its parent. Everything it works on is read from the state each
time; finders and loaders are whoever stands on ``meta_path``.
"""

from __future__ import annotations

import _thread
import os
import sys
from _weakref import ref

from . import names
from .circles import describe_circle
from .collector import Collector
from .events import Events
from .import_errors import DeadlockError
from .interpreter import (
    audit,
    count_threads,
    import_frame,
    set_lazy_attributes,
    thread_frames,
    warn,
    without_import_frames,
)
from .loaders.module import load, load_in_room
from .loaders.partial import partial_class
from .locks import ModuleLock, ModuleLocks
from .search import find
from .state import check_state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType
    from typing import Any

    from .spec import ModuleSpec
    from .state import StateLike

__all__ = ["ImportSystem"]

_MISSING: Any = object()

# CPython announces imports that miss the table from C code up to 3.14, from its Python code since.
AUDITS_IN_PYTHON = sys.version_info >= (3, 15)


class ImportSystem:
    """Python's import system over one state.

    *state* is any object with the attributes of ``sys``. Raises StateError for a state that lacks one of them.
    """

    def __init__(self, state: StateLike, events: Events | None = None) -> None:
        check_state(state)
        self.state = state
        self.events = Events() if events is None else events
        self.locks = ModuleLocks(thread_frames)
        # The built-in names that modules of a private system see; None: the interpreter's own.
        self.builtins: dict[str, object] | None = None
        # The same for the modules below a package that is a realm, by its name.
        self.realms: dict[str, dict[str, object]] = {}
        # Asked about a name that is not in the table, when there are realms: whether one of them means a module of its.
        self.asked_in_a_realm: Callable[[str], ModuleType | None] = lambda _: None
        # Called with a module's name when it is being executed by nobody this system knows of.
        self.wait_elsewhere: Callable[[str], object] | None = None
        # Whether an import is under way, in whose course others are; whether it has made room for their frames.
        self._under_way = self._has_room = False
        self._collector = Collector()
        self._partial_class = partial_class(self._await_names, state)
        self._when_loaded: dict[str, list[Callable[[ModuleType], object]]] = {}
        self._survive_forks()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} over {self.state!r}>"

    # ------------------------------------------------------------ a name is asked for

    @import_frame
    def import_module(self, name: str, package: str | None = None) -> ModuleType:
        """Import the module *name*, which may be relative to *package*, and return it (not its top-level package).

        Raises TypeError for a relative name without a package, and what importing the module raises.
        """
        level = 0
        if name.startswith("."):
            if not package:
                raise TypeError(f"the 'package' argument is required to perform a relative import for {name!r}")
            level = len(name) - len(name.lstrip("."))
        try:
            return self.import_name(name[level:], package, level)
        except BaseException as error:
            without_import_frames(error)
            raise

    @import_frame
    def import_name(self, name: str, package: str | None = None, level: int = 0) -> ModuleType:
        """Import *name*, *level* dots relative to *package*, and return the module it names."""
        names.check(name, package, level)
        if level:
            assert package is not None
            name = names.resolve(name, package, level)
        try:
            return self.find_and_load(name, self.import_name)
        except BaseException as error:
            without_import_frames(error)
            raise

    @import_frame
    def find_and_load(
        self, name: str, import_parent: Callable[[str], object] | None = None, *, lazy_submodule: bool = False
    ) -> ModuleType:
        """Return the module *name* from the table, loading it if it is not there.

        *import_parent* imports the packages above it. With *lazy_submodule* a submodule that cannot be found is None
        and no error (PEP 810). Never returns a module that another thread is still executing, except where two
        threads import each other's modules and waiting would never end.
        """
        table = self.state.modules
        while True:
            module: ModuleType = table.get(name, _MISSING)
            if module is _MISSING:
                observed = outermost = False
                try:
                    if not self._under_way:
                        outermost = self._under_way = True
                        self._collector.hold()
                    if AUDITS_IN_PYTHON:
                        state = self.state
                        audit("import", name, None, state.path, state.meta_path, state.path_hooks)
                    if tell := self.events.hearers.import_:
                        observed = True
                        tell("started", name)
                    module = self._find_then_load(name, import_parent or self.import_name, lazy_submodule)
                    if observed and (tell := self.events.hearers.import_):
                        tell("finished", name, module=module)
                    return module
                except BaseException as error:
                    if observed and (tell := self.events.hearers.import_):
                        tell("failed", name, error=error)
                    without_import_frames(error)
                    raise
                finally:
                    if outermost:
                        self._collector.release()
                        self._under_way = False
            if module is None:
                raise ModuleNotFoundError(f"import of {name} halted; None in sys.modules", name=name)
            awaited = _is_initializing(module) and self._wait(name)
            # Looked up again: its thread may have failed since, and what is left of the module is nobody's to use.
            if not awaited and table.get(name, _MISSING) is module:
                return module  # type: ignore[no-any-return]

    def _wait(self, name: str, *, patient: bool = True) -> bool:
        """Wait for the thread that executes the module *name*; True when the table has to be looked at again.

        False when nobody else is executing it: this thread is (a circular import), or waiting would never end.
        """
        if not self.locks.held_by_another(name):
            if self.wait_elsewhere is not None and self.locks.owner(name) is None:
                self.wait_elsewhere(name)
            return False
        if tell := self.events.hearers.wait:
            tell("started", name, owner=self.locks.owner(name))
        waited = False
        try:
            waited = self.locks.wait(name, patient=patient)
        finally:
            if tell := self.events.hearers.wait:
                tell("finished", name, waited=waited)
        return waited

    # ------------------------------------------------------------ it is not in the table

    @import_frame
    def _find_then_load(self, name: str, import_parent: Callable[[str], object], lazy: bool) -> ModuleType:
        """Import the parent, ask the finders, take the lock, load: in this order no finder is called under a lock."""
        table = self.state.modules
        if self.realms and (found := self.asked_in_a_realm(name)) is not None:
            return found
        parent_name, _, child = name.rpartition(".")
        parent = path = None
        if parent_name:
            parent = self._parent(parent_name, import_parent)
            if name in table:
                # The parent's own code has imported it.
                return self.find_and_load(name, import_parent)
            try:
                path = parent.__path__
            except AttributeError:
                if lazy:
                    return None  # type: ignore[return-value]
                message = f"No module named {name!r}; {parent_name!r} is not a package"
                raise ModuleNotFoundError(message, name=name) from None
        spec = find(self.state, self.events, name, path)
        if spec is None:
            if lazy:
                return None  # type: ignore[return-value]
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        me = _thread.get_ident()
        lock = self.locks.lock(name)
        depth = lock.count if lock.owner == me else 0
        try:
            if not (self._take_observed(lock) if self.events.hearers.wait else self.locks.take(lock)):
                return self._instead_of_deadlock(name)
            # Another thread may have loaded it since this one began to search.
            module: ModuleType = table.get(name, _MISSING)
            return self._load(spec, name, parent, child) if module is _MISSING else module
        finally:
            # No call until the lock is free: a signal's handler may raise at any call, and skip what follows it.
            if lock.owner == me:
                lock.count = depth
                if not depth:
                    lock.owner = None
            self.locks.leave(lock, depth)

    def _take_observed(self, lock: ModuleLock) -> bool:
        if not self.locks.held_by_another(lock.name):
            return self.locks.take(lock)
        if tell := self.events.hearers.wait:
            tell("started", lock.name, owner=lock.owner)
        taken = self.locks.take(lock)
        if tell := self.events.hearers.wait:
            tell("finished", lock.name, waited=taken)
        return taken

    @import_frame
    def _parent(self, parent_name: str, import_parent: Callable[[str], object]) -> ModuleType:
        """Return the package *parent_name*, imported and, if another thread executes it or one above it, awaited."""
        table = self.state.modules
        if "." in parent_name:
            for ancestor in names.ancestors(parent_name):
                if _is_initializing(table.get(ancestor)):
                    self._wait(ancestor, patient=False)
        parent: ModuleType = table.get(parent_name, _MISSING)
        if parent is None:
            return parent  # whoever has forbidden it, forbids what is in it
        if parent is _MISSING:
            import_parent(parent_name)
        elif not _is_initializing(parent) or not self._wait(parent_name, patient=False):
            # Not patient: a package that waits, while it is imported, for a thread that imports a part of it.
            return parent
        else:
            # It was awaited; should it have failed, this thread's attempt gets an error of its own.
            import_parent(parent_name)
        return self._package(parent_name)

    def _package(self, name: str) -> ModuleType:
        """Return the package *name*, which was imported; also while it is set aside for a realm. Raises KeyError."""
        table = self.state.modules
        if self.realms and name not in table and (found := self.asked_in_a_realm(name)) is not None:
            return found
        return table[name]

    def _instead_of_deadlock(self, name: str) -> ModuleType:
        """Return the half-initialised module *name*: its thread waits for this one, as in any circular import."""
        module = self.state.modules.get(name)
        if module is None:
            raise DeadlockError(name, self.locks.owner(name))
        return module

    def _find(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Return what the finders answer."""
        return find(self.state, self.events, name, path, target)

    # ------------------------------------------------------------ the module is made, executed and bound

    @import_frame
    def _load(self, spec: ModuleSpec, name: str, parent: ModuleType | None, child: str) -> ModuleType:
        """Load *spec* of the module *name* and bind it as *child* on *parent*; this thread holds the module's lock."""
        siblings = getattr(getattr(parent, "__spec__", None), "_uninitialized_submodules", None)
        if siblings is not None:
            # The interpreter words an AttributeError on the parent by this list.
            siblings.append(child)
        module, makes_room = None, False
        try:
            if not self._has_room and getattr(spec, "submodule_search_locations", None) is not None:
                # Where a package is imported, many imports inside imports are to be expected.
                makes_room = self._has_room = True
            partial = self._partial_class if count_threads() else None
            load_it = load_in_room if makes_room else load
            builtins = self.builtins
            if self.realms:
                builtins = self.realms.get(spec.name.partition(".")[0], builtins)
            module = load_it(spec, self.state.modules, self.events, builtins, partial)
            if parent is not None:
                self._bind(spec.name, child, module)
            if AUDITS_IN_PYTHON:
                set_lazy_attributes(module, name)
            spec._initializing = False
            if spec.name in self._when_loaded:
                self._tell_loaded(spec.name, module)
        except BaseException as error:
            if module is not None:
                # It is complete, whatever came between it and its package (a signal, a package that refuses it).
                spec._initializing = False
            self._explain(error, spec)
            raise
        finally:
            if makes_room:
                self._has_room = False
            if siblings is not None:
                siblings.remove(child)
        return module

    def _await_names(self, name: str) -> bool:
        """Wait until no other thread executes the module *name*, which lacks a name; False: that may never be."""
        return not self.locks.held_by_another(name) or self._wait(name, patient=False)

    def _bind(self, name: str, child: str, module: ModuleType) -> None:
        """Make *module* the attribute *child* of its package (reference, 5.4.2)."""
        parent_name = names.parent(name)
        # Looked up again: the module's code may have put another object in its package's place.
        parent = self.state.modules.get(parent_name) or self._package(parent_name)
        try:
            setattr(parent, child, module)
        except AttributeError:
            _warn(f"Cannot set an attribute on {parent_name!r} for child module {child!r}", ImportWarning)
        if tell := self.events.hearers.bind:
            tell("finished", name, parent=parent, child=child)

    def _tell_loaded(self, name: str, module: ModuleType) -> None:
        for callback in self._when_loaded.get(name, ()):
            callback(module)

    def _explain(self, error: BaseException, spec: ModuleSpec) -> None:
        """Add to *error* what the interpreter's wording leaves out: the finder's nonsense, the cycle of modules."""
        if isinstance(error, AttributeError) and not hasattr(spec, "loader"):
            error.add_note(f"a finder on meta_path answered with {spec!r}, which is no module spec")
        elif isinstance(error, ImportError) and error.name and not hasattr(error, "__notes__"):
            chain = self.locks.chain()
            if error.name in chain and _is_initializing(self.state.modules.get(error.name)):
                circle = [*chain[chain.index(error.name) :], error.name]
                error.add_note(describe_circle(circle, error, sys._getframe(1), ImportSystem._load.__code__))

    # ------------------------------------------------------------ what happens around imports

    def when_loaded(self, name: str, callback: Callable[[ModuleType], object]) -> Callable[[], None]:
        """Call *callback* with the module *name*: now if the table has it, and after each time it is loaded.

        Returns a function that undoes this.
        """
        self._when_loaded.setdefault(name, []).append(callback)
        module = self.state.modules.get(name)
        if module is not None and not _is_initializing(module):
            callback(module)

        def undo() -> None:
            callbacks = self._when_loaded.get(name, [])
            if callback in callbacks:
                callbacks.remove(callback)
            if not callbacks:
                self._when_loaded.pop(name, None)

        return undo

    def _survive_forks(self) -> None:
        """Let a child process import: the other threads, and with them the imports they were in, are gone there."""
        if not hasattr(os, "register_at_fork"):
            return
        this = ref(self)

        def after_in_child() -> None:
            system = this()
            if system is not None:
                for name in system.locks.after_fork_in_child():
                    if _is_initializing(system.state.modules.get(name)):
                        del system.state.modules[name]

        os.register_at_fork(after_in_child=after_in_child)


def _is_initializing(module: object) -> bool:
    """Tell whether *module* is still being executed, by whichever thread."""
    return bool(getattr(getattr(module, "__spec__", None), "_initializing", False))


def _warn(message: str, category: type[Warning]) -> None:
    warn(message, category, 3)
