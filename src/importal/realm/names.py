"""What a name means inside a realm: a module of its own, one of the host's, or one of another realm's.

A realm's own modules are in the interpreter's table below the realm's name: ``urllib3`` is ``reports.urllib3`` there.
"""

from __future__ import annotations

import sys
from fnmatch import fnmatchcase

from ..errors import RealmError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["FACADES", "MIRRORED", "REALMS", "Names"]

#: The names of the realms that there are: what is below them in the interpreter's table is a full name.
REALMS: set[str] = set()
#: Modules that stand for one of the standard library inside a realm, and mean the realm where that means the process.
FACADES = frozenset({"sys", "builtins", "importlib", "importlib.util", "runpy"})
#: Modules of the standard library that a realm has copies of: they work by what the modules above say.
MIRRORED = ("pkgutil", "importlib.metadata", "importlib.resources")

# Whatever is shared: the program itself, this package, and the interpreter's own modules.
_ALWAYS = frozenset({"__main__", "__mp_main__", "importal", *sys.builtin_module_names}) - {"sys", "builtins"}


class Names(dict[str, tuple[str, str]]):
    """By the name that code in a realm uses: the module's name in the interpreter's table, and its top-level package's.

    The latter is empty where it says nothing of the module.
    Filled as names are asked for, so that an import statement costs one look into a dict.
    """

    def __init__(self, realm: str, share: Iterable[str], share_from: Mapping[str, str]) -> None:
        super().__init__()
        self.realm = realm
        self.prefix = f"{realm}."
        self.share = tuple(share)
        # Top-level names that are another realm's, and its name.
        self.share_from = dict(share_from)
        for name in (*self.share, *self.share_from):
            if "." in name:
                top = name.partition(".")[0]
                raise RealmError(realm, f"{name!r} cannot be shared without the package {top!r}: share that")
            if name in FACADES:
                raise RealmError(realm, f"{name!r} is always the realm's own: it stands for what belongs to the realm")
        both = sorted(name for name in self.share_from if name in self.share)
        if both:
            raise RealmError(realm, f"{both[0]!r} cannot come from the host and from {self.share_from[both[0]]!r}")

    def __missing__(self, name: str) -> tuple[str, str]:
        full, top = self._full(name), self._full(name.partition(".")[0])
        if not full.startswith(top):
            # One of the host's below what only stands for the host's (importlib.machinery): to be bound there.
            top = ""
        self[name] = full, top
        return full, top

    def _full(self, name: str) -> str:
        if name == self.realm or name.startswith(self.prefix):
            return name
        if name in FACADES or any(name == one or name.startswith(f"{one}.") for one in MIRRORED):
            return self.prefix + name
        top = name.partition(".")[0]
        other = self.share_from.get(top)
        if other is not None:
            return f"{other}.{name}"
        return name if self.is_shared(top) else self.prefix + name

    def is_shared(self, top: str) -> bool:
        """Tell whether the top-level name *top* is the host's."""
        return (
            top in sys.stdlib_module_names
            or top in _ALWAYS
            or any(top == pattern or fnmatchcase(top, pattern) for pattern in self.share)
        )

    def is_own(self, name: str) -> bool:
        """Tell whether *name* is a plain name for a module that the realm has found on its path."""
        top = name.partition(".")[0]
        if top in REALMS:
            return False  # a full name, of this realm or another
        return self[top][0] == self.prefix + top and top not in FACADES and top not in MIRRORED

    def short(self, full: str) -> str:
        """Return the name that code in the realm uses for its own module *full*."""
        return full.removeprefix(self.prefix)
