"""What a realm's code sees as ``sys.modules``, ``sys.path`` and ``sys.meta_path``: its own, live."""

from __future__ import annotations

import sys
from collections.abc import MutableMapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType
    from typing import Any

    from .names import Names

__all__ = ["RealmModules", "RealmState"]


class RealmModules(MutableMapping[str, "ModuleType"]):
    """The interpreter's table as a realm's code knows it: its own modules without the realm's name, and what is shared.

    A module's full name works as well, because that is what its ``__name__`` says.
    """

    def __init__(self, names: Names) -> None:
        self._names = names

    def __getitem__(self, name: str) -> ModuleType:
        return sys.modules[self._names[name][0]]

    def __setitem__(self, name: str, module: ModuleType) -> None:
        sys.modules[self._names[name][0]] = module

    def __delitem__(self, name: str) -> None:
        del sys.modules[self._names[name][0]]

    def __iter__(self) -> Iterator[str]:
        for full in list(sys.modules):
            short = self._names.short(full)
            if short != full or self._names[full][0] == full:
                yield short

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"<the modules of the realm {self._names.realm!r}>"

    def copy(self) -> dict[str, ModuleType]:
        """Return a dict of what is there now, as ``sys.modules.copy()`` does."""
        return dict(self)


class RealmState:
    """The state of a realm: ``modules``, ``path`` and ``meta_path`` of its own; the rest is the interpreter's."""

    _OWN = ("modules", "path", "meta_path")

    def __init__(self, modules: RealmModules, path: list[str], meta_path: list[Any]) -> None:
        self.modules = modules
        self.path = path
        self.meta_path = meta_path

    def __getattr__(self, name: str) -> Any:
        return getattr(sys, name)

    def __setattr__(self, name: str, value: object) -> None:
        if name == "path":
            # The realm's package has this list as its __path__: what is assigned goes into it.
            known = self.__dict__.setdefault("path", value)
            known[:] = value
        elif name in self._OWN:
            self.__dict__[name] = value
        else:
            setattr(sys, name, value)
