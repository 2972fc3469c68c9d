"""The names that importlib's own modules have while a system stands in the interpreter's place.

Everything Python code knows by name: what ``_bootstrap`` and its kin hold, ``importlib.machinery``, ``importlib.util``,
``zipimport``; and what ``importlib.abc`` and ``pkgutil`` have to be told of the classes that now stand there.
"""

from __future__ import annotations

import sys

from . import machinery
from .bytecode.cache import cache_from_source, source_from_cache
from .counterparts import is_changed, moving, stays
from .finders.archive import ZipImportError, directories, zipimporter
from .import_errors import DeadlockError
from .interpreter import bootstrap, external, without_import_frames
from .loaders import file, source
from .loaders.decoding import decode_source
from .loaders.lazy import LazyLoader, _LazyModule
from .loaders.location import file_loaders, spec_from_file_location
from .loaders.module import execute_again, load, module_from_spec, set_attributes, spec_from_loader, spec_from_module
from .loaders.namespace import NamespacePath
from .locks import ModuleLock
from .sources.archive import read_directory
from .spec import ModuleSpec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    from .install import Installation
    from .standard import ImportSystem

__all__ = ["put_names"]


def put_names(installation: Installation) -> None:
    """Put importal's functions and classes where importlib's stand, to be put back with the rest."""
    system = installation.system
    before = dict(vars(bootstrap))
    finder: Any = external.FileFinder
    stock: list[tuple[object, object]] = []
    for owner, owned in ((bootstrap, _bootstrap_names(system)), (external, _external_names())):
        for name, value in owned.items():
            stock.append((value, getattr(owner, name, None)))
            _put(installation, owner, name, value)
    installation.also(lambda: _give_back(stock))
    # The functions of the package itself stay: they are a few lines that call what now stands in _bootstrap.
    for module, marker, put in (
        ("importlib.machinery", "ModuleSpec", lambda loaded: _put_all(installation, loaded, _machinery_names())),
        ("importlib.util", "_find_spec", lambda loaded: _put_into_util(installation, loaded)),
    ):
        # A second copy of importlib, as CPython's tests make one, is somebody else's: it has a marker of its own.
        own = (before[marker], getattr(bootstrap, marker))
        installation.also(system.when_loaded(module, _if_own(marker, own, put)))
    installation.also(system.when_loaded("zipimport", lambda module: _put_zip_names(installation, module)))
    installation.also(system.when_loaded("importlib.abc", _register_with_abc))
    installation.also(system.when_loaded("pkgutil", lambda module: _register_with_pkgutil(module, finder)))


def _put(installation: Installation, owner: Any, name: str, value: Any) -> None:
    """Put *value* where one of importlib's stands; what a program has put there, or set in the class there, stays."""
    stood = getattr(owner, name, None)
    if is_changed(stood) or (isinstance(stood, type) and stays(stood)):
        return
    if isinstance(value, type) and isinstance(stood, type) and not name.startswith("_"):
        for method, changed in moving(stood):
            installation.replace_in_class(value, method, changed)
    installation.put(owner, name, value)


def _give_back(stock: list[tuple[object, object]]) -> None:
    """Put the interpreter's own objects into the modules that were loaded meanwhile, and took importal's."""
    for module in ("importlib", "importlib.machinery", "importlib.util", "importlib.abc", "importlib._abc"):
        namespace = vars(sys.modules[module]) if module in sys.modules else {}
        for name, present in list(namespace.items()):
            for ours, own in stock:
                if present is ours and own is not None:
                    namespace[name] = own


def _if_own(marker: str, own: tuple[Any, ...], put: Callable[[Any], None]) -> Callable[[ModuleType], None]:
    """Return what calls *put* with a loaded module of importlib, if that is the interpreter's own by its *marker*."""

    def put_if_own(loaded: ModuleType) -> None:
        if getattr(loaded, marker, None) in own:
            put(loaded)

    return put_if_own


def _put_all(installation: Installation, owner: Any, names: dict[str, Any]) -> None:
    for name, value in names.items():
        _put(installation, owner, name, value)


def _put_into_util(installation: Installation, util: Any) -> None:
    _put_all(installation, util, _util_names(installation.system))
    # A program may hold CPython's class, and modules that it has made wait, which know theirs by its name there.
    installation.replace_in_class(util.LazyLoader, "exec_module", LazyLoader.exec_module)
    installation.put(util, "LazyLoader", LazyLoader)
    if not any(type(module) is util._LazyModule for module in list(sys.modules.values())):
        installation.put(util, "_LazyModule", _LazyModule)


def _bootstrap_names(system: ImportSystem) -> dict[str, Any]:
    def load_spec(spec: ModuleSpec) -> ModuleType:
        lock = system.locks.acquire(spec.name)
        try:
            return load_unlocked(spec)
        finally:
            if lock is not None:
                system.locks.release(lock)

    def execute(spec: ModuleSpec, module: ModuleType) -> ModuleType:
        try:
            return execute_again(spec, module, sys.modules, system.events)
        except BaseException as error:
            without_import_frames(error)
            raise

    def load_unlocked(spec: ModuleSpec) -> ModuleType:
        try:
            return load(spec, sys.modules, system.events)
        finally:
            spec._initializing = False

    return {
        "BuiltinImporter": machinery.BuiltinImporter,
        "FrozenImporter": machinery.FrozenImporter,
        "ModuleSpec": ModuleSpec,
        "_DeadlockError": DeadlockError,
        "_ModuleLock": _lock_class(system, bootstrap._ModuleLock),
        "_blocking_on": system.locks.waiting,
        "_exec": execute,
        "_find_spec": system._find,
        "_gcd_import": system.import_name,
        "_init_module_attrs": set_attributes,
        "_load": load_spec,
        "_load_unlocked": load_unlocked,
        "_spec_from_module": spec_from_module,
        "module_from_spec": module_from_spec,
        "spec_from_loader": spec_from_loader,
    }


def _lock_class(system: ImportSystem, stock: type) -> type[ModuleLock]:
    """Return the class of all module locks, the system's and those taken before it was installed.

    Programs that change what identifies a thread look for these locks and give the held ones to the new identifier.
    """

    class AnyLock(type):
        def __instancecheck__(cls, one: object) -> bool:
            return isinstance(one, (ModuleLock, stock))

    class _ModuleLock(ModuleLock, metaclass=AnyLock):
        __slots__ = ()

        def __init__(self, name: str) -> None:
            super().__init__(name, system.locks)

    return _ModuleLock


def _external_names() -> dict[str, Any]:
    of_bootstrap = {"BuiltinImporter", "FrozenImporter", "ModuleSpec"}
    return {
        **{name: value for name, value in _machinery_names().items() if name not in of_bootstrap},
        "FileLoader": file.FileLoader,
        "SourceLoader": source.SourceLoader,
        "_NamespaceLoader": machinery.NamespaceLoader,
        "_NamespacePath": NamespacePath,
        "_get_supported_file_loaders": file_loaders,
        "cache_from_source": cache_from_source,
        "decode_source": decode_source,
        "source_from_cache": source_from_cache,
        "spec_from_file_location": spec_from_file_location,
    }


def _machinery_names() -> dict[str, Any]:
    # The names in capitals are lists, which are the interpreter's own, and asking for some of them warns.
    classes = {name: getattr(machinery, name) for name in machinery.__all__ if not name.isupper() and name[0].isupper()}
    return {**classes, "NamespacePath": NamespacePath}


def _util_names(system: ImportSystem) -> dict[str, Any]:
    return {
        "_find_spec": system._find,
        "cache_from_source": cache_from_source,
        "decode_source": decode_source,
        "module_from_spec": module_from_spec,
        "source_from_cache": source_from_cache,
        "spec_from_file_location": spec_from_file_location,
        "spec_from_loader": spec_from_loader,
    }


def _put_zip_names(installation: Installation, module: Any) -> None:
    if stays(module.zipimporter):
        return  # what it works with is CPython's
    _put(installation, module, "zipimporter", zipimporter)
    installation.put(module, "ZipImportError", ZipImportError)
    installation.replace(module, "_zip_directory_cache", directories)
    installation.put(module, "_read_directory", read_directory)


def _register_with_abc(abc: Any) -> None:
    """Make the classes of importal virtual subclasses of what ``importlib.abc`` offers (one-way: it does no harm)."""
    abc.Loader.register(LazyLoader)
    for base, classes in {
        abc.MetaPathFinder: ("BuiltinImporter", "FrozenImporter", "PathFinder", "WindowsRegistryFinder"),
        abc.PathEntryFinder: ("FileFinder",),
        abc.InspectLoader: ("BuiltinImporter", "FrozenImporter", "NamespaceLoader"),
        abc.ExecutionLoader: ("AppleFrameworkLoader", "ExtensionFileLoader"),
        abc.FileLoader: ("SourceFileLoader", "SourcelessFileLoader"),
        abc.SourceLoader: ("SourceFileLoader",),
    }.items():
        for name in classes:
            base.register(getattr(machinery, name))


def _register_with_pkgutil(pkgutil: Any, stock: type) -> None:
    """Let ``pkgutil`` list the modules in a directory whichever finder answers for it, also a *stock* one."""
    list_modules = getattr(pkgutil, "_iter_file_finder_modules", None)
    if list_modules is not None:
        pkgutil.iter_importer_modules.register(machinery.FileFinder, list_modules)
        pkgutil.iter_importer_modules.register(stock, list_modules)
    list_members = getattr(pkgutil, "iter_zipimport_modules", None)
    if list_members is not None:
        pkgutil.iter_importer_modules.register(zipimporter, list_members)
