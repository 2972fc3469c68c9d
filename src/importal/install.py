"""Making a system the interpreter's own import, and undoing it.

The interpreter's C code answers an import from ``sys.modules`` by itself; a miss it hands to functions that it looks
up by name on its frozen importlib, each time. Replacing these attributes re-routes every miss while hits stay in C.
The same is done to the names that Python code knows: the classes and functions in importlib's modules, the finders on
``sys.meta_path``, the hooks on ``sys.path_hooks``; and modules that were loaded before get specs and loaders of
importal, so that there is one identity of each class. Foreign finders and hooks keep their places.
"""

from __future__ import annotations

import _thread
import builtins
import os
import sys
from _weakref import ref

from . import interpreter, machinery
from .counterparts import (
    class_counterpart,
    finder_counterpart,
    hook_counterpart,
    is_stock,
    loader_counterpart,
    spec_counterpart,
    with_counterparts,
)
from .finders.archive import zipimporter
from .finders.entry import EntryFinder
from .finders.path import url_hook
from .importlib_names import put_names
from .interpreter import Module, bootstrap, exchange_loaders, external
from .loaders.location import file_loaders
from .spec import ModuleSpec, module_repr
from .statement import handle_fromlist

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any, Self

    from .events import Event
    from .standard import ImportSystem

__all__ = ["Installation", "install"]

# Two threads may be the first at once.
_one_at_a_time = _thread.RLock()

_Function = type(lambda: None)
_PROBE = "importal.<probe>"


class Installation:
    """One system in the interpreter's place. Calling it, or leaving it as a context, puts everything back."""

    current: Installation | None = None

    def __init__(self, system: ImportSystem) -> None:
        self.system = system
        self._undo: list[Callable[[], object]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self()

    def __call__(self) -> None:
        """Put back what stood there before; what other programs have changed since stays as they left it."""
        while self._undo:
            self._undo.pop()()
        if Installation.current is self:
            Installation.current = None

    @property
    def active(self) -> bool:
        """Whether the system is in the interpreter's place."""
        return Installation.current is self

    def replace(self, owner: Any, name: str, value: object) -> None:
        """Set the attribute *name* of *owner*, to be put back unless somebody else sets it meanwhile."""
        if not hasattr(owner, name):
            return
        before = getattr(owner, name)
        # Held weakly: a strong reference from here would keep a module, and all it knows, alive while the interpreter
        # shuts down, and its objects would be finalised after their globals are gone.
        owner_of = ref(owner)

        def put_back() -> None:
            present = owner_of()
            if getattr(present, name, None) is value:
                setattr(present, name, before)

        setattr(owner, name, value)
        self._undo.append(put_back)

    def put(self, owner: Any, name: str, value: object) -> None:
        """Do as `replace`, and have a class or function take the names of what stood there.

        What is pickled by name in this process can then be read in one without importal, and the other way round.
        """
        stood = getattr(owner, name, None)
        if isinstance(value, (type, _Function)) and value.__module__.startswith("importal."):
            for fact in ("__module__", "__qualname__", "__name__"):
                theirs = getattr(stood, fact, None)
                if theirs is not None and theirs != getattr(value, fact):
                    self.replace(value, fact, theirs)
        self.replace(owner, name, value)

    def replace_in_class(self, owner: type, name: str, value: object) -> None:
        """Set the attribute *name* of the class *owner*, which may have inherited it, to be put back with the rest."""
        before = vars(owner).get(name)

        def put_back() -> None:
            if vars(owner).get(name) is not value:
                return
            if before is None:
                delattr(owner, name)
            else:
                setattr(owner, name, before)

        setattr(owner, name, value)
        self._undo.append(put_back)

    def exchange(self, attribute: str, translate: Callable[[Any], Any]) -> None:
        """Exchange each item of the list ``sys.<attribute>`` that *translate* knows another for, in its place."""
        items = getattr(sys, attribute) or []
        for index, item in enumerate(items):
            other = translate(item)
            if other is not item:
                items[index] = other
                self._undo.append(_put_back(attribute, other, item))

    def also(self, undo: Callable[[], object]) -> None:
        """Have *undo* called with the rest."""
        self._undo.append(undo)


def install(system: ImportSystem) -> Installation:
    """Make *system* the interpreter's own import and return what undoes it.

    Where it is installed already, the result is that same installation. Raises InstallError for a private system: the
    interpreter's C code answers hits from ``sys.modules``, which is not its table.
    """
    if system.state is not sys:
        from .errors import InstallError

        raise InstallError(
            "only a system over sys can be the interpreter's import; use ImportSystem.host().install(), "
            "or import through the private system's own import_module()"
        )
    with _one_at_a_time:
        return Installation.current or _install(system)


def _install(system: ImportSystem) -> Installation:
    installation = Installation(system)
    try:
        _reroute(installation)
        _exchange_finders(installation)
        _adopt_loaded_modules(installation)
        # After these: from here on importal's own classes go by the names that tell what is importlib's.
        put_names(installation)
        _add_entries(installation)
        _use_packs(installation)
        if sys.flags.verbose:
            installation.also(system.events.observe(_verbose_observer()))
    except BaseException:
        installation()
        raise
    Installation.current = installation
    return installation


# ---------------------------------------------------------------- what the interpreter calls by name


def _reroute(installation: Installation) -> None:
    system = installation.system
    if not _looks_up_by_name():
        # The interpreter does not ask its importlib by name: every import statement then passes through Python.
        installation.replace(builtins, "__import__", interpreter.users_frames_only(system.__import__))
        return
    system.wait_elsewhere = bootstrap._lock_unlock_module
    installation.also(lambda: setattr(system, "wait_elsewhere", None))

    def lock_unlock_module(name: str) -> None:
        # Called where C code has found a module that is being executed. Should that fail, and every attempt after it,
        # the import fails too: what the first attempt left behind is not to be returned as if it were the module.
        found = sys.modules.get(name)
        module = system.find_and_load(name)
        if module is not found and getattr(getattr(found, "__spec__", None), "_initializing", False):
            # Its attempt failed and a later one did not. C code goes on with what it found: let that be as complete.
            found.__dict__.update(module.__dict__)

    def find_and_load_lazy_submodule(name: str, import_parent: Callable[[str], object]) -> ModuleType | None:
        return system.find_and_load(name, import_parent, lazy_submodule=True)

    installation.put(bootstrap, "_lock_unlock_module", lock_unlock_module)
    installation.replace(bootstrap, "_find_and_load", system.find_and_load)
    installation.put(bootstrap, "_find_and_load_lazy_submodule", find_and_load_lazy_submodule)
    installation.put(bootstrap, "_handle_fromlist", handle_fromlist)
    installation.put(bootstrap, "_module_repr", module_repr)


def _looks_up_by_name() -> bool:
    """Tell whether the running interpreter's C code finds a function put into its importlib.

    Asked with a module that looks as if it were being executed: C code then calls ``_lock_unlock_module``, and no audit
    event is raised for what is no real import.
    """
    called: list[str] = []
    probe = Module(_PROBE)
    probe.__spec__ = spec = ModuleSpec(_PROBE, None)  # type: ignore[assignment]
    spec._initializing = True
    before = bootstrap._lock_unlock_module
    sys.modules[_PROBE] = probe
    bootstrap._lock_unlock_module = called.append
    try:
        interpreter.builtin_import(_PROBE, None, None, ("x",))
    except ImportError:
        return False
    finally:
        bootstrap._lock_unlock_module = before
        del sys.modules[_PROBE]
    return called == [_PROBE]


def _verbose_observer() -> Callable[[Event], None]:
    from .observe.verbose import print_verbosely

    return print_verbosely


# ---------------------------------------------------------------- finders, hooks and loaded modules


def _exchange_finders(installation: Installation) -> None:
    stock = external.FileFinder
    installation.replace_in_class(stock, "__init__", with_counterparts(stock.__init__))
    directory_hook = machinery.FileFinder.path_hook(*file_loaders())
    installation.exchange("meta_path", class_counterpart)
    installation.exchange("path_hooks", lambda hook: hook_counterpart(hook, directory_hook))
    # Programs know the two hooks by their places, and what is in the closure of the second: there is no third.
    installation.replace(machinery.FileFinder, "elsewhere", (url_hook, _pack_hook))
    machinery.PathFinder.search.usual_hooks = [zipimporter, directory_hook]
    installation.also(_restore_tracebacks)
    _exchange_cached(installation)


def _exchange_cached(installation: Installation) -> None:
    """Exchange the path entry finders in ``sys.path_importer_cache``: the hooks are asked again for the usual ones."""
    cache = sys.path_importer_cache
    programs: dict[str, Any] = {}
    # Of a list, without errors for what is gone: other threads may be importing.
    for entry, finder in list(cache.items()):
        if is_stock(finder):
            own = finder_counterpart(finder)
            if own is None:
                cache.pop(entry, None)
            else:
                cache[entry], programs[entry] = own, finder
        elif isinstance(finder, external.FileFinder):
            installation.also(exchange_loaders(finder, class_counterpart))  # of a subclass
        elif finder is None and "://" in entry:
            cache.pop(entry, None)  # a URL, which no hook has claimed until now

    def put_back() -> None:
        for entry, finder in list(sys.path_importer_cache.items()):
            if isinstance(finder, (EntryFinder, zipimporter)):
                sys.path_importer_cache.pop(entry, None)
                if entry in programs:
                    sys.path_importer_cache[entry] = programs[entry]

    installation.also(put_back)


def _pack_hook(entry: str) -> Any:
    """Return a finder for the pack *entry* (a path hook). Raises ImportError for anything else."""
    if not entry.endswith(".pack"):
        raise ImportError("only packs are supported", path=entry)
    from .pack.use import pack_hook

    return pack_hook(entry)


def _restore_tracebacks() -> None:
    """Undo what a place that a URL names may have set."""
    uncaught: Any = sys.modules.get(f"{__package__}.uncaught")
    if uncaught is not None:
        uncaught.restore()


def _add_entries(installation: Installation) -> None:
    """Put what IMPORTAL_PATH names on ``sys.path``; it is taken off again with the rest."""
    wanted = None if sys.flags.ignore_environment else os.environ.get("IMPORTAL_PATH")
    if not wanted:
        return
    from .environment import add_entries, entries

    added = add_entries(sys.path, entries(wanted))

    def take_off() -> None:
        for entry in added:
            if entry in sys.path:
                sys.path.remove(entry)

    installation.also(take_off)


def _use_packs(installation: Installation) -> None:
    """Use the packs that IMPORTAL_PACK names."""
    wanted = None if sys.flags.ignore_environment else os.environ.get("IMPORTAL_PACK")
    if not wanted:
        return
    from .environment import entries
    from .pack.use import use_all

    installation.also(use_all(entries(wanted)))


def _adopt_loaded_modules(installation: Installation) -> None:
    """Give the modules that the interpreter's importlib has loaded the specs and loaders they would have now."""
    loaders: dict[int, Any] = {}
    # Held weakly, as everywhere here.
    adopted: list[tuple[Callable[[], Any], str, Any, Any]] = []
    installation.also(lambda: _give_back(adopted))
    for module in list(sys.modules.values()):
        cls = type(module)
        if not issubclass(cls, Module) or cls.__getattribute__ is not Module.__getattribute__:
            continue  # one that waits for its execution (LazyLoader) would be executed
        namespace = module.__dict__
        spec = namespace.get("__spec__")
        if type(spec) is ModuleSpec or getattr(spec, "_initializing", False):
            continue  # it is importal's; or whoever executes it will clear the mark on the spec it knows
        loader = namespace.get("__loader__")
        if is_stock(loader):
            other = namespace["__loader__"] = loader_counterpart(loader, loaders)
            adopted.append((ref(module), "__loader__", loader, other))
        if is_stock(spec):
            other = namespace["__spec__"] = spec_counterpart(spec, loaders)
            adopted.append((ref(module), "__spec__", spec, other))


def _give_back(adopted: list[tuple[Callable[[], Any], str, Any, Any]]) -> None:
    for one, name, before, value in reversed(adopted):
        # Not by the module's own ways, which may refuse it, or stand for another module's.
        namespace = getattr(one(), "__dict__", {})
        if namespace.get(name) is value:
            namespace[name] = before


def _put_back(attribute: str, other: Any, item: Any) -> Callable[[], None]:
    """Return what puts *item* where *other* stands in the list ``sys.<attribute>``, whichever list that is by then."""

    def put_back() -> None:
        items = getattr(sys, attribute)
        for index, present in enumerate(items):
            if present is other:
                items[index] = item
                return

    return put_back
