"""What the interpreter's own importlib has made, as importal has it: finders, hooks, loaders and specs.

A program may have made some of them its own before importal is installed, in a start-up file: a hook for directories
with other loaders, a method of a class set to another function. What is the program's stays the program's. A finder
class with such a method stays as a whole, since the function it was set to mostly calls the one before, which knows the
class from inside; a loader's methods are few and public, and go over to importal's class.
"""

from __future__ import annotations

from . import machinery
from .finders.archive import zipimporter
from .interpreter import details_of_finder, details_of_hook, is_importlibs
from .loaders.location import file_loaders
from .spec import ModuleSpec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

__all__ = [
    "class_counterpart",
    "finder_counterpart",
    "hook_counterpart",
    "is_changed",
    "is_stock",
    "loader_counterpart",
    "moving",
    "spec_counterpart",
    "stays",
    "with_counterparts",
]

_ALWAYS_FROZEN = {
    "_frozen_importlib",
    "_frozen_importlib_external",
    "importlib._bootstrap",
    "importlib._bootstrap_external",
    "zipimport",
}
_STOCK_MODULES = _ALWAYS_FROZEN | {"importlib.util"}
_FINDERS = {
    "BuiltinImporter",
    "FileFinder",
    "FrozenImporter",
    "PathFinder",
    "WindowsRegistryFinder",
    "zipimporter",
}
_Function = type(lambda: None)


def is_stock(item: object) -> bool:
    """Tell whether *item* is a class or function of the interpreter's importlib, or an object of such a class."""
    named = item if isinstance(item, (type, _Function)) else type(item)
    return named.__module__ in _STOCK_MODULES


def class_counterpart(item: Any) -> Any:
    """Return importal's class of the same name for a class of importlib; anything else, and what stays, as it is."""
    if not isinstance(item, type) or not is_stock(item) or stays(item):
        return item
    return zipimporter if item.__name__ == "zipimporter" else getattr(machinery, item.__name__, item)


def hook_counterpart(hook: Any, for_directories: Callable[[str], Any]) -> Any:
    """Return importal's path hook for one of importlib; anything else as it is.

    *for_directories* is importal's hook for directories with the usual loaders. A hook with other loaders, or for a
    subclass of importlib's finder, is a program's own.
    """
    if not is_stock(hook):
        return hook
    if isinstance(hook, type):
        return class_counterpart(hook)
    finder, details = details_of_hook(hook)
    if finder is None or not is_stock(finder):
        return hook
    translated = _translated(details)
    if _are_usual(translated) and not stays(finder):
        return for_directories
    return class_counterpart(finder).path_hook(*translated)


def finder_counterpart(finder: Any) -> Any:
    """Return importal's finder for a finder of importlib that has other than the usual loaders, else None."""
    details = details_of_finder(finder)
    if details is None:
        return None
    translated = _translated(details)
    return None if _are_usual(translated) else class_counterpart(type(finder))(finder.path, *translated)


def with_counterparts(init: Callable[..., None]) -> Callable[..., None]:
    """Return the ``__init__`` of importlib's FileFinder that gives it importal's loaders for importlib's.

    Programs may hold the class, subclasses of it, and hooks that make such finders.
    """

    def __init__(self: Any, path: str, *loader_details: tuple[Any, Iterable[str]]) -> None:  # noqa: N807, it is one
        init(self, path, *_translated(loader_details))

    return __init__


def _translated(details: Iterable[tuple[Any, Iterable[str]]]) -> list[tuple[Any, list[str]]]:
    return [(class_counterpart(loader), list(suffixes)) for loader, suffixes in details]


def _are_usual(details: list[tuple[Any, list[str]]]) -> bool:
    def single(details: Iterable[tuple[Any, Iterable[str]]]) -> list[tuple[Any, str]]:
        return [(loader, suffix) for loader, suffixes in details for suffix in suffixes]

    return single(details) == single(file_loaders())


def loader_counterpart(loader: Any, known: dict[int, Any]) -> Any:
    """Return importal's counterpart of the stock *loader*, one for each in *known*; one that has none as it is."""
    if id(loader) not in known:
        cls = loader if isinstance(loader, type) else type(loader)
        counterpart = None if stays(cls) else getattr(machinery, cls.__name__, None)
        if counterpart is None:
            known[id(loader)] = loader
        elif isinstance(loader, type):
            known[id(loader)] = counterpart
        else:
            known[id(loader)] = made = counterpart.__new__(counterpart)
            made.__dict__.update(loader.__dict__)
    return known[id(loader)]


def spec_counterpart(stock: Any, loaders: dict[int, Any]) -> ModuleSpec:
    """Return importal's counterpart of a *stock* spec; *loaders* are those made so far."""
    spec = ModuleSpec(stock.name, None)
    spec.__dict__.update(stock.__dict__)
    spec.loader = None if stock.loader is None else loader_counterpart(stock.loader, loaders)
    return spec


# ---------------------------------------------------------------- what a program has changed


def is_changed(stood: object) -> bool:
    """Tell whether what stands for one of importlib's functions or classes is something else."""
    own = is_importlibs(stood) if isinstance(stood, _Function) else isinstance(stood, type) and is_stock(stood)
    return callable(stood) and not own


def stays(cls: type) -> bool:
    """Tell whether *cls* is a finder of importlib that a program has changed."""
    return cls.__name__ in _FINDERS and next(_changes(cls), None) is not None


def moving(cls: type) -> Iterable[tuple[str, Any]]:
    """Return (name, value) of what a program has changed in *cls*, if that is a class of importlib and no finder."""
    return () if cls.__name__ in _FINDERS else _changes(cls)


def _changes(stock: type) -> Iterator[tuple[str, Any]]:
    """Yield (name, value) of each method of a class of importlib that is not importlib's.

    What is importlib's is told by its being frozen; of a class in a module that need not be, nothing is known.
    """
    if stock.__module__ not in _ALWAYS_FROZEN:
        return
    for name, value in vars(stock).items():
        function = getattr(value, "__func__", value)
        if isinstance(function, _Function):
            own = is_importlibs(function) or function.__globals__ is globals()
        else:
            own = type(value).__module__ in _OWN_TYPES
        if not own:
            yield name, value


# Where the types of what a class of importlib holds besides functions come from.
_OWN_TYPES = {"builtins", "_abc"}
