"""From a spec to a module: create it, set its attributes, publish it, execute it (reference, 5.4; PEP 451)."""

from __future__ import annotations

import sys

from ..events import host_events
from ..interpreter import Module, import_frame, warn, with_room
from ..machine import VERSION
from ..spec import ModuleSpec
from .base import says_package
from .location import spec_from_file_location
from .namespace import NamespaceLoader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from ..events import Events

__all__ = [
    "attributes_of",
    "execute_again",
    "give_builtins",
    "load",
    "load_by_name",
    "load_in_room",
    "module_from_spec",
    "set_attributes",
    "spec_from_loader",
    "spec_from_module",
]

# Modules stopped saying where their bytecode lies in CPython 3.15.
SETS_CACHED = sys.version_info < (3, 15)
# Loaders that only have load_module (PEP 302) are loaded up to CPython 3.14.
HAS_LEGACY = sys.version_info < (3, 15)


def load(
    spec: ModuleSpec,
    table: dict[str, ModuleType],
    events: Events,
    builtins: dict[str, object] | None = None,
    partial: type[ModuleType] | None = None,
) -> ModuleType:
    """Create the module of *spec*, publish it in *table*, execute it, and return what *table* then holds.

    The module is published before it is executed, so that it can be imported by what it imports. On failure it, and
    only it, is taken out again; the exception goes on. Until the caller is done with binding, ``spec._initializing``
    stays true, and threads that find the module wait for it. *builtins* replaces the built-in names the module's code
    sees, and with them the ``__import__`` that its import statements call. An ordinary module is of the class *partial*
    until its code has been executed and it is the module.
    """
    loader: Any = spec.loader
    name = spec.name
    if HAS_LEGACY and loader is not None and not hasattr(loader, "exec_module"):
        return _load_legacy(spec, table, events)
    module = module_from_spec(spec)
    if builtins is not None:
        give_builtins(module, loader, builtins)
    if tell := events.hearers.create:
        tell("finished", name, module=module, spec=spec)
    if tell := events.hearers.execute:
        tell("started", name, module=module)
    # Set before the module can be seen: whoever finds it in the table must know that it is not ready.
    spec._initializing = True
    if partial is not None and type(module) is Module:
        module.__class__ = partial
    made = table[name] = module
    try:
        if loader is not None:
            loader.exec_module(module)
        elif spec.submodule_search_locations is None:
            raise ImportError("missing loader", name=name)
        if tell := events.hearers.execute:
            tell("finished", name, module=module)
    except BaseException as error:
        # The mark stays: a thread that has found the module before this will look at the table again.
        table.pop(name, None)
        _tell_failed(events, name, module, error)
        raise
    # A module may put another object in its place. Moving the entry to the end keeps the table in the order in which
    # modules were completed.
    module = table[name] = table.pop(name)
    # Its own code may have given it another class, which it keeps; what is not the one stays *partial*.
    if module is made and type(made) is partial:
        made.__class__ = Module
    return module


def _tell_failed(events: Events, name: str, module: ModuleType, error: BaseException) -> None:
    if tell := events.hearers.execute:
        tell("failed", name, module=module, error=error)
    if tell := events.hearers.publish:
        tell("removed", name, module=module)


load = import_frame(load)
load_in_room = with_room(load)


def module_from_spec(spec: ModuleSpec) -> ModuleType:
    """Return a new module made by *spec*'s loader, or an ordinary one, with its attributes set (not executed)."""
    loader: Any = spec.loader
    module = None
    if hasattr(loader, "create_module"):
        module = loader.create_module(spec)
    elif hasattr(loader, "exec_module"):
        raise ImportError("loaders that define exec_module() must also define create_module()")
    if module is None:
        module = Module(spec.name)
        module.__dict__.update(attributes_of(spec))
    else:
        set_attributes(spec, module)
    return module


module_from_spec = import_frame(module_from_spec)


def give_builtins(module: ModuleType, loader: object, builtins: dict[str, object]) -> None:
    """Let the code of *module*, if it is going to have code, see *builtins* in place of the built-in names."""
    if type(module) is Module and getattr(loader, "executes_code", loader is not None):
        module.__dict__["__builtins__"] = builtins


def set_attributes(spec: ModuleSpec, module: ModuleType, *, override: bool = False) -> None:
    """Set the import-related attributes of *module* from *spec* (reference, 5.4.4).

    An attribute that already has a value keeps it, unless *override*. A module whose class refuses an attribute keeps
    what it has.
    """
    for name, value in attributes_of(spec).items():
        if override or name == "__spec__" or getattr(module, name, None) is None:
            _set(module, name, value)


def attributes_of(spec: ModuleSpec) -> dict[str, object]:
    """Return the import-related attributes that a module made for *spec* has."""
    locations = spec.submodule_search_locations
    facts: dict[str, object] = {"__name__": spec.name}
    if spec.loader is None and locations is not None:
        # PEP 420: a namespace package has no file, and a loader that only knows the portions.
        spec.loader = NamespaceLoader.of_portions(locations)
        facts["__file__"] = None
    facts["__loader__"] = spec.loader
    facts["__package__"] = spec.parent
    facts["__spec__"] = spec
    if locations is not None:
        facts["__path__"] = locations
    if spec._set_fileattr:
        facts["__file__"] = spec.origin
        if SETS_CACHED:
            cached = spec.cached
            if cached is not None:
                facts["__cached__"] = cached
    return facts


def _set(module: ModuleType, name: str, value: object) -> None:
    try:
        setattr(module, name, value)
    except AttributeError:
        pass  # an object that stands in for a module may have fixed attributes; they are its own affair


def execute_again(
    spec: ModuleSpec, module: ModuleType, table: dict[str, ModuleType], events: Events = host_events
) -> ModuleType:
    """Execute *spec*'s code in the existing *module* and return what *table* then holds (reload; ``load_module``).

    The module stays in the table even when its code fails. Raises ImportError when it is not the one in the table.
    """
    name = spec.name
    if table.get(name) is not module:
        raise ImportError(f"module {name!r} not in sys.modules", name=name)
    loader: Any = spec.loader
    if tell := events.hearers.execute:
        tell("started", name, module=module)
    try:
        if loader is None and spec.submodule_search_locations is None:
            raise ImportError("missing loader", name=name)
        set_attributes(spec, module, override=True)
        if loader is None:
            pass  # a namespace package has no code
        elif not HAS_LEGACY or hasattr(loader, "exec_module"):
            loader.exec_module(module)
        else:
            _warn_legacy(loader)
            loader.load_module(name)
    except BaseException as error:
        if tell := events.hearers.execute:
            tell("failed", name, module=module, error=error)
        raise
    finally:
        module = table[name] = table.pop(name)
    if tell := events.hearers.execute:
        tell("finished", name, module=module)
    return module


execute_again = import_frame(execute_again)


def _load_legacy(spec: ModuleSpec, table: dict[str, ModuleType], events: Events) -> ModuleType:
    """Load by the loader's ``load_module``, which publishes the module itself (PEP 302)."""
    loader: Any = spec.loader
    _warn_legacy(loader)
    if tell := events.hearers.execute:
        tell("started", spec.name, module=None)
    try:
        loader.load_module(spec.name)
    except BaseException as error:
        if tell := events.hearers.execute:
            tell("failed", spec.name, module=None, error=error)
        raise
    module = table[spec.name] = table.pop(spec.name)
    if tell := events.hearers.execute:
        tell("finished", spec.name, module=module)
    package = module.__name__ if hasattr(module, "__path__") else spec.name.rpartition(".")[0]
    for name, value in (("__loader__", loader), ("__package__", package), ("__spec__", spec)):
        if getattr(module, name, None) is None:
            _set(module, name, value)
    return module


_load_legacy = import_frame(_load_legacy)


def _warn_legacy(loader: object) -> None:
    warn(f"{_describe(loader)}.exec_module() not found; falling back to load_module()", ImportWarning, 2)


def _describe(loader: object) -> str:
    return str(getattr(loader, "__qualname__", type(loader).__qualname__))


def load_by_name(loader: Any, name: str) -> ModuleType:
    """Load the module *name* with *loader* into ``sys.modules``: what a legacy ``load_module`` has to do (PEP 302)."""
    removal = "3.15" if VERSION >= (3, 14) else "3.12"
    warn(
        f"the load_module() method is deprecated and slated for removal in Python {removal}; use exec_module() instead",
        DeprecationWarning,
        2,
    )
    spec = spec_from_loader(name, loader)
    assert spec is not None
    present = sys.modules.get(name)
    if present is not None:
        return execute_again(spec, present, sys.modules, host_events)
    try:
        return load(spec, sys.modules, host_events)
    finally:
        spec._initializing = False


def spec_from_loader(
    name: str, loader: Any, *, origin: str | None = None, is_package: bool | None = None
) -> ModuleSpec | None:
    """Return the spec of the module *name* that *loader* loads; what is not given is asked of the loader (PEP 451)."""
    if origin is None:
        origin = getattr(loader, "_ORIGIN", None)
    if not origin and hasattr(loader, "get_filename"):
        if is_package is None:
            return spec_from_file_location(name, loader=loader)
        locations: list[str] | None = [] if is_package else None
        return spec_from_file_location(name, loader=loader, submodule_search_locations=locations)
    spec = ModuleSpec(name, loader, origin=origin, is_package=is_package)
    if is_package is None and says_package(loader, name):
        spec.submodule_search_locations = []
    return spec


def spec_from_module(module: ModuleType, loader: object = None, origin: str | None = None) -> ModuleSpec:
    """Return *module*'s spec, or one made of its attributes where it has none."""
    present: ModuleSpec | None = getattr(module, "__spec__", None)
    if present is not None:
        return present
    if loader is None:
        loader = getattr(module, "__loader__", None)
    file = getattr(module, "__file__", None)
    if origin is None:
        origin = file if loader is None or file is not None else getattr(loader, "_ORIGIN", None)
    spec = ModuleSpec(module.__name__, loader, origin=origin)
    spec.has_location = file is not None and origin == file
    if SETS_CACHED:
        spec.cached = getattr(module, "__cached__", None)
    path: Any = getattr(module, "__path__", None)
    spec.submodule_search_locations = None if path is None else list(path)
    return spec
