"""Public names that importlib still has on CPython 3.11 and dropped in 3.12."""

from __future__ import annotations

import sys
from abc import ABCMeta

from .interpreter import Module
from .standard import ImportSystem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType
    from typing import Any

__all__ = ["Finder", "find_loader", "module_for_loader", "set_loader", "set_package"]

_AUTOMATIC = (
    "The import system now takes care of this automatically; this decorator is slated for removal in Python 3.12"
)


class Finder(metaclass=ABCMeta):  # noqa: B024, as the one it stands for
    """The common base of finders before there were two kinds of them (deprecated since Python 3.3)."""

    def __init__(self) -> None:
        _warn(
            "the Finder ABC is deprecated and slated for removal in Python 3.12; "
            "use MetaPathFinder or PathEntryFinder instead",
        )

    def find_module(self, fullname: str, path: Sequence[str] | None = None) -> Any:
        """Return a loader of *fullname*, or None."""
        _warn(
            "importlib.abc.Finder and its find_module() are deprecated and slated for removal in Python 3.12; "
            "use MetaPathFinder.find_spec() or PathEntryFinder.find_spec() instead",
        )


def find_loader(name: str, path: Sequence[str] | None = None) -> Any:
    """Return the loader of the module *name*, or None. Deprecated: use ``find_spec``.

    Raises ValueError for a module in the table without a loader, ImportError for a namespace package.
    """
    _warn(
        "Deprecated since Python 3.4 and slated for removal in Python 3.12; use importlib.util.find_spec() instead",
    )
    system = ImportSystem.host()
    module = system.state.modules.get(name)
    if module is not None:
        if not hasattr(module, "__loader__"):
            raise ValueError(f"{name}.__loader__ is not set")
        if module.__loader__ is None:
            raise ValueError(f"{name}.__loader__ is None")
        return module.__loader__
    spec = system._find(name, path)
    if spec is None or spec.loader is not None:
        return None if spec is None else spec.loader
    is_namespace = spec.submodule_search_locations is not None
    reason = "namespace packages do not have loaders" if is_namespace else f"spec for {name} missing loader"
    raise ImportError(reason, name=name)


def set_package(load: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a ``load_module`` so that the module it returns has ``__package__``."""

    @_wraps(load)
    def loading(*args: Any, **kwargs: Any) -> Any:
        _warn(_AUTOMATIC)
        module = load(*args, **kwargs)
        if getattr(module, "__package__", None) is None:
            name = module.__name__
            module.__package__ = name if hasattr(module, "__path__") else name.rpartition(".")[0]
        return module

    return loading


def set_loader(load: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a ``load_module`` so that the module it returns has ``__loader__``."""

    @_wraps(load)
    def loading(self: Any, *args: Any, **kwargs: Any) -> Any:
        _warn(_AUTOMATIC)
        module = load(self, *args, **kwargs)
        if getattr(module, "__loader__", None) is None:
            module.__loader__ = self
        return module

    return loading


def module_for_loader(load: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a ``load_module`` so that it is given the module to fill in place of its name.

    The module is the one in ``sys.modules``, or a new one, which is taken out again when loading fails.
    """
    _warn(_AUTOMATIC)

    @_wraps(load)
    def loading(self: Any, fullname: str, *args: Any, **kwargs: Any) -> Any:
        module: Any = sys.modules.get(fullname)
        is_new = module is None
        if module is None:
            module = sys.modules[fullname] = Module(fullname)
        module.__initializing__ = True
        try:
            _introduce(self, module, fullname)
            return load(self, module, *args, **kwargs)
        except BaseException:
            if is_new:
                sys.modules.pop(fullname, None)
            raise
        finally:
            module.__initializing__ = False

    return loading


def _warn(message: str) -> None:
    """Warn whoever calls the caller."""
    import warnings  # here as below: the name is what programs ask for, hardly ever the function

    warnings.warn(message, DeprecationWarning, stacklevel=3)


def _wraps(function: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    from functools import wraps

    return wraps(function)


def _introduce(loader: Any, module: ModuleType, fullname: str) -> None:
    """Set what a module has to know of itself before it is filled, as far as *loader* can tell."""
    module.__loader__ = loader
    if hasattr(loader, "is_package"):
        try:
            is_package = loader.is_package(fullname)
        except ImportError:
            return  # the loader does not know the module yet
        module.__package__ = fullname if is_package else fullname.rpartition(".")[0]
