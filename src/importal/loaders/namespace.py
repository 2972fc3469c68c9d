"""Namespace packages: a package that is a set of portions, with no code of its own (PEP 420)."""

from __future__ import annotations

import sys

from ..interpreter import external
from ..machine import VERSION, Machine
from .base import LegacyLoading, warn_of_module_repr

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import CodeType, ModuleType
    from typing import Any

    from ..protocols import Known
    from ..spec import ModuleSpec
    from ..state import StateLike

__all__ = ["NamespaceLoader", "NamespacePath"]


class NamespacePath:
    """A namespace package's ``__path__``: it follows the parent's path.

    Each time it is looked at, the parent's path is compared with the one the portions were found in; when it differs,
    or caches were invalidated since, *path_finder* is asked again. For a top-level package the parent's path is the
    state's ``path``.
    """

    # CPython's PathFinder, where a program has taken it before importal was installed, counts here what it forgets.
    _epoch = 0

    def __init__(
        self,
        name: str,
        path: Iterable[str],
        path_finder: Callable[..., Any],
        state: StateLike = sys,
    ) -> None:
        self._name = name
        self._path = list(path)
        self._path_finder = path_finder
        self._state = state
        self._last_parent_path = list(self._parent_path())
        self._last_epoch = self._forgotten()

    def _forgotten(self) -> int:
        """Return how often the path search that *path_finder* belongs to has forgotten what it knew."""
        return self._epoch + getattr(getattr(self._path_finder, "__self__", None), "epoch", 0)

    @property
    def known(self) -> Iterable[Known]:
        """What that search asks before it looks at path entries: packs."""
        return getattr(getattr(self._path_finder, "__self__", None), "known", ())

    def _parent_path(self) -> Iterable[str]:
        parent = self._name.rpartition(".")[0]
        if not parent:
            return self._state.path
        try:
            return self._state.modules[parent].__path__
        except KeyError as error:
            if VERSION < (3, 15):
                raise
            message = f"{parent!r} must be imported before finding {self._name!r}."
            raise ModuleNotFoundError(message, name=parent) from error

    def portions(self) -> list[str]:
        """Return the portions, searched again where the parent's path has changed. The list is not to be changed."""
        parent_path = self._parent_path()
        if type(parent_path) is not list:
            parent_path = list(parent_path)
        if parent_path != self._last_parent_path or self._forgotten() != self._last_epoch:
            parent_path = list(parent_path)  # what is searched is what is remembered, whatever other threads do to it
            spec = self._path_finder(self._name, tuple(parent_path))
            # A package that has become a regular one, or is gone, keeps the portions its modules came from.
            if spec is not None and spec.loader is None and spec.submodule_search_locations:
                self._path = spec.submodule_search_locations
            self._last_parent_path = parent_path
            self._last_epoch = self._forgotten()
        return self._path

    def __iter__(self) -> Iterator[str]:
        return iter(self.portions())

    def __getitem__(self, index: int) -> str:
        return self.portions()[index]

    def __setitem__(self, index: int, entry: str) -> None:
        self._path[index] = entry

    def __len__(self) -> int:
        return len(self.portions())

    def __contains__(self, entry: object) -> bool:
        return entry in self.portions()

    def append(self, item: str) -> None:
        """Add a portion; it is kept until the parent's path changes."""
        self._path.append(item)

    def __repr__(self) -> str:
        # importlib.resources looks for this word to recognise a namespace package.
        return f"{type(self).__name__}({self._path!r})"


if sys.version_info < (3, 15):
    # The class became public in CPython 3.15; programs know it by the name it had before.
    NamespacePath.__name__ = NamespacePath.__qualname__ = "_NamespacePath"


class NamespaceLoader(LegacyLoading, external.NamespaceLoader):  # type: ignore[misc]
    """The loader of a namespace package: it has portions and nothing to execute.

    The interpreter recognises a namespace package, when it represents one, by the class of its loader; hence the base,
    of which nothing is used.
    """

    def __init__(self, name: str, path: Iterable[str], path_finder: Callable[..., Any]) -> None:
        self._path: Any = NamespacePath(name, path, path_finder)

    @classmethod
    def of_portions(cls, portions: Any) -> NamespaceLoader:
        """Return the loader of a package whose ``__path__`` is *portions*."""
        loader = cls.__new__(cls)
        loader._path = portions
        return loader

    @property
    def portions(self) -> Iterable[str]:
        """The package's path entries."""
        return self._path  # type: ignore[no-any-return]

    def is_package(self, fullname: str) -> bool:
        """Return True."""
        return True

    def get_source(self, fullname: str) -> str:
        """Return the empty string: the package has no code."""
        return ""

    def get_code(self, fullname: str) -> CodeType:
        """Return an empty module's code."""
        return compile("", "<string>", "exec", dont_inherit=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Return None: the import system makes an ordinary module."""
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing."""

    if sys.version_info < (3, 12):

        @staticmethod
        def module_repr(module: ModuleType) -> str:
            """Return *module*'s representation. Deprecated: the import system makes it."""
            warn_of_module_repr(NamespaceLoader)
            return f"<module {module.__name__!r} (namespace)>"

    def get_resource_reader(self, module: str) -> Any:
        """Return a reader over the files of all portions (``importlib.resources``)."""
        if not all(map(Machine.is_directory, self._path)):
            from .resources import portions_reader

            reader = portions_reader(self._path, getattr(self._path, "known", ()))
            if reader is not None:
                return reader
        from importlib.readers import NamespaceReader

        return NamespaceReader(self._path)
