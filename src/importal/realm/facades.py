"""What stands for ``sys``, ``builtins``, ``importlib`` and ``runpy`` inside a realm, and who finds it there.

The finder stands first on the interpreter's ``meta_path`` and answers for names below the realm's only.
"""

from __future__ import annotations

import builtins
import importlib
import importlib.util
import os
import sys
import warnings

from ..finders.path import PathFinder
from ..interpreter import Module
from ..loaders.extension import ExtensionFileLoader
from ..loaders.location import spec_from_file_location
from ..spec import ModuleSpec
from ..view import SysView
from .extensions import RealmExtensionLoader, imports_by_itself, set_aside, source_beside
from .importing import import_own, in_the_realms_words
from .known import ALONE, refuse_second
from .names import FACADES, MIRRORED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import ModuleType
    from typing import Any

    from .realm import Realm

__all__ = ["RealmFinder", "RealmPathFinder", "builtins_for", "sys_for"]

_IMPORT_ATTRIBUTES = {
    "__name__",
    "__loader__",
    "__spec__",
    "__package__",
    "__path__",
    "__file__",
    "__cached__",
    "__builtins__",
}


def builtins_for(import_: Any) -> ModuleType:
    """Return a module like ``builtins`` with another ``__import__``; its dict is what a realm's code has."""
    module = Module("builtins", builtins.__doc__)
    vars(module).update(vars(builtins))
    module.__dict__["__import__"] = import_
    return module


def sys_for(state: Any) -> ModuleType:
    """Return a module like ``sys`` over the *state* of a realm."""
    return SysView(state)


class RealmFinder:
    """Finds what a realm has that its path has not: the modules above, and what the realm's own finders know."""

    def __init__(self, realm: Realm) -> None:
        self._realm = realm
        self._warned: set[str] = set()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._realm.name!r})"

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: object = None) -> ModuleSpec | None:
        """Return the spec of *fullname*, the realm's name or one below it; None for any other."""
        names = self._realm.names
        if fullname == names.realm:
            return self._realm.spec
        if not fullname.startswith(names.prefix):
            if fullname.partition(".")[0] in ALONE:
                refuse_second("the host", fullname, fullname)
            return None
        short = names.short(fullname)
        if short in FACADES:
            return _facade_spec(self._realm, fullname, short)
        if short in MIRRORED:
            return _mirrored_spec(fullname, short)
        for finder in list(self._realm.meta_path):
            spec = _ask(finder, fullname, path)
            if spec is None and not isinstance(finder, RealmPathFinder):
                spec = _renamed(_ask(finder, short, path), fullname)
            if spec is not None:
                loader = spec.loader
                if type(loader) is ExtensionFileLoader:
                    source = source_beside(loader.path)
                    if source is not None:
                        locations = spec.submodule_search_locations
                        return spec_from_file_location(fullname, source, submodule_search_locations=locations)
                    refuse_second(names.realm, short, fullname)
                    self._warn_of_the_hosts(short, loader.path)
                    spec.loader = loader = RealmExtensionLoader(loader.name, loader.path)
                    loader.initialising = self._realm.initialising
                return spec  # type: ignore[no-any-return]
        return None

    def _warn_of_the_hosts(self, name: str, library: str) -> None:
        """Warn, once for each package, where compiled code may come upon the host's package of the same name."""
        top = name.partition(".")[0]
        if top in self._warned or (top not in sys.modules and set_aside(top) is None):
            return
        try:
            by_itself = imports_by_itself(library)
        except (OSError, ValueError):
            return  # loading it says what is wrong with it
        if by_itself:
            self._warned.add(top)
            warnings.warn(
                f"compiled code of {top!r} in the realm {self._realm.name!r} imports by plain names whenever it likes, "
                f"and the host has a {top!r}, too: what is imported so later on is the host's. Share it, or keep it "
                "out of the host",
                RuntimeWarning,
                stacklevel=2,
            )

    def invalidate_caches(self) -> None:
        """Have the realm's own finders forget what they know."""
        for finder in self._realm.meta_path:
            if not isinstance(finder, RealmPathFinder) and hasattr(finder, "invalidate_caches"):
                finder.invalidate_caches()


class RealmPathFinder:
    """The path finder as a realm has it: distributions are those of the realm's own ``importlib.metadata``."""

    def __init__(self, realm: Realm) -> None:
        self._realm = realm

    def find_spec(self, fullname: str, path: Sequence[str] | None = None, target: object = None) -> ModuleSpec | None:
        """Return the spec of *fullname* found along *path*, or along the realm's."""
        return PathFinder.find_spec(fullname, self._realm.path if path is None else path)

    def find_distributions(self, *args: Any, **kwargs: Any) -> Any:
        """Return the distributions along a path, as ``importlib.metadata`` asks for them."""
        metadata = import_own(self._realm.system, self._realm.names, "importlib.metadata")
        return metadata.MetadataPathFinder.find_distributions(*args, **kwargs)

    def invalidate_caches(self) -> None:
        """Have the interpreter's path finder forget what it knows."""
        PathFinder.invalidate_caches()


def _ask(finder: Any, name: str, path: Sequence[str] | None) -> Any:
    find_spec = getattr(finder, "find_spec", None)
    return None if find_spec is None else find_spec(name, path, None)


def _renamed(spec: Any, fullname: str) -> Any:
    """Let a *spec* of a finder that knows only short names be that of the realm's module."""
    if spec is not None:
        spec.name = fullname
        if getattr(spec.loader, "name", None):
            spec.loader.name = fullname
    return spec


def _mirrored_spec(fullname: str, short: str) -> ModuleSpec | None:
    # Some of these are frozen in the interpreter; their files are there all the same.
    folder = os.path.join(os.path.dirname(os.__file__), *short.split("."))
    if os.path.isdir(folder):
        return spec_from_file_location(
            fullname, os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
        )
    return spec_from_file_location(fullname, f"{folder}.py")


def _facade_spec(realm: Realm, fullname: str, short: str) -> ModuleSpec:
    spec = ModuleSpec(fullname, FacadeLoader(realm, short))
    if short == "importlib":
        spec.submodule_search_locations = list(importlib.__path__)
    return spec


class FacadeLoader:
    """Makes the module that stands for ``importlib`` or ``importlib.util`` in a realm."""

    executes_code = False

    def __init__(self, realm: Realm, short: str) -> None:
        self._realm = realm
        self._short = short

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Return None: an ordinary module."""
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Fill the module with what the host's has, and what is different in a realm."""
        host = importlib.import_module(self._short)
        below = {one.rpartition(".")[2] for one in (*FACADES, *MIRRORED) if one.startswith(f"{self._short}.")}
        namespace = {name: value for name, value in vars(host).items() if name not in _IMPORT_ATTRIBUTES | below}
        vars(module).update(namespace, **_different(self._realm, self._short))

        def __getattr__(name: str) -> Any:  # noqa: N807, a module's own (PEP 562)
            # What somebody has imported in the host is an attribute there, and programs rely on that.
            if name in below and hasattr(host, name):
                return import_own(self._realm.system, self._realm.names, f"{self._short}.{name}")
            raise AttributeError(f"module {self._short!r} has no attribute {name!r}")

        module.__dict__["__getattr__"] = __getattr__


def _different(realm: Realm, short: str) -> dict[str, Any]:
    names, system = realm.names, realm.system

    def full(name: str, package: str | None) -> str:
        if not name.startswith("."):
            return names[name][0]
        if not package:
            raise TypeError(f"the 'package' argument is required to perform a relative import for {name!r}")
        return importlib.util.resolve_name(name, names[package][0])

    if short == "importlib.util":

        def find_spec(name: str, package: str | None = None) -> ModuleSpec | None:
            return system.find_spec(full(name, package))

        return {"find_spec": find_spec}

    if short == "runpy":

        def run_module(
            mod_name: str,
            init_globals: Mapping[str, Any] | None = None,
            run_name: str | None = None,
            alter_sys: bool = False,
        ) -> dict[str, Any]:
            space = {**(init_globals or {}), "__builtins__": vars(realm.builtins)}
            return system.run_module(full(mod_name, None), space, run_name or mod_name, alter_sys)

        def run_path(
            path_name: str, init_globals: Mapping[str, Any] | None = None, run_name: str | None = None
        ) -> dict[str, Any]:
            space = {**(init_globals or {}), "__builtins__": vars(realm.builtins)}
            return system.run_path(path_name, space, run_name)

        return {"run_module": run_module, "run_path": run_path}

    def import_module(name: str, package: str | None = None) -> ModuleType:
        try:
            return import_own(system, names, name if not name.startswith(".") else full(name, package))
        except ImportError as error:
            in_the_realms_words(error, names)
            raise

    return {"import_module": import_module, "__import__": realm.builtins.__import__}
