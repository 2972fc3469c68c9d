"""LazyLoader: a module that is executed when one of its attributes is first used."""

from __future__ import annotations

import sys

from ..interpreter import Module, import_frame
from .base import LegacyLoading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    from ..spec import ModuleSpec

__all__ = ["LazyLoader"]


class _Pending:
    """What is remembered of a module whose execution is still to come."""

    __slots__ = ("attributes", "is_loading", "lock", "module_class")

    def __init__(self, module: ModuleType) -> None:
        import threading

        self.lock = threading.RLock()
        self.is_loading = False
        self.module_class = module.__class__
        # Attributes set before execution win over what execution sets, so their values are compared afterwards.
        self.attributes = dict(module.__dict__)


class _LazyModule(Module):  # type: ignore[misc, valid-type]
    """A module in waiting; any use of an attribute executes it and turns it into an ordinary module."""

    def __getattribute__(self, name: str) -> Any:
        """Execute the module, then return its attribute *name*."""
        spec = object.__getattribute__(self, "__spec__")
        pending = spec.loader_state
        if not isinstance(pending, _Pending):
            return getattr(self, name)  # another thread has executed it since
        with pending.lock:
            if object.__getattribute__(self, "__class__") is _LazyModule:
                namespace = object.__getattribute__(self, "__dict__")
                if pending.is_loading:
                    # The loader looks at the module while it executes it: that must not execute it again.
                    return pending.module_class.__getattribute__(self, name)
                _execute(self, namespace, pending)
        return getattr(self, name)

    __getattribute__ = import_frame(__getattribute__)

    def __delattr__(self, name: str) -> None:
        """Execute the module, then delete its attribute *name*."""
        getattr(self, name)
        delattr(self, name)


@import_frame
def _execute(module: ModuleType, namespace: dict[str, Any], pending: _Pending) -> None:
    spec = namespace["__spec__"]
    set_meanwhile = {
        name: value
        for name, value in namespace.items()
        if name not in pending.attributes or pending.attributes[name] is not value
    }
    pending.is_loading = True
    try:
        spec.loader.exec_module(module)
    finally:
        pending.is_loading = False
    name = spec.name
    table = getattr(spec.loader, "state", sys).modules
    if name in table and table[name] is not module:
        raise ValueError(f"module object for {name!r} substituted in sys.modules during a lazy load")
    namespace.update(set_meanwhile)
    spec.loader_state = None
    if object.__getattribute__(module, "__class__") is _LazyModule:
        # Unless its own code has given it another class meanwhile (PEP 726 shows why it may).
        object.__setattr__(module, "__class__", pending.module_class)


class LazyLoader(LegacyLoading):
    """Wraps a loader so that the module's execution waits for the first use of an attribute."""

    __module__ = "importal.util"  # its public place

    @staticmethod
    def __check_eager_loader(loader: Any) -> None:
        if not hasattr(loader, "exec_module"):
            raise TypeError("loader must define exec_module()")

    @classmethod
    def factory(cls, loader: Any) -> Callable[..., LazyLoader]:
        """Return a callable that makes what *loader* makes, wrapped."""
        cls.__check_eager_loader(loader)
        return lambda *args, **kwargs: cls(loader(*args, **kwargs))

    def __init__(self, loader: Any) -> None:
        self.__check_eager_loader(loader)
        self.loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Return what the wrapped loader creates."""
        return self.loader.create_module(spec)  # type: ignore[no-any-return]

    def exec_module(self, module: ModuleType) -> None:
        """Make *module* wait: it is executed by the wrapped loader when an attribute is used."""
        assert module.__spec__ is not None
        module.__spec__.loader = self.loader
        module.__loader__ = self.loader
        module.__spec__.loader_state = _Pending(module)
        module.__class__ = _LazyModule
