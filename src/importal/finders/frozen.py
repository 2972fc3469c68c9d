"""Finding frozen modules."""

from __future__ import annotations

import sys

from .. import interpreter
from ..loaders.frozen import FrozenLoader
from ..locations import SEPARATOR
from ..spec import ModuleSpec
from .legacy import LegacyFinder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType
    from typing import Any

__all__ = ["FrozenImporter"]

# types.SimpleNamespace, without what importing types costs.
_Namespace: Any = type(sys.implementation)


class FrozenImporter(LegacyFinder, FrozenLoader):
    """Finds and loads frozen modules. Used as a class on ``sys.meta_path``."""

    @classmethod
    def find_spec(cls, fullname: str, path: Sequence[str] | None = None, target: object = None) -> ModuleSpec | None:
        """Return the spec of the frozen module *fullname*, or None.

        A package that is frozen from the standard library can still be extended by the files beside its source, so its
        search locations name that directory.
        """
        found = interpreter.find_frozen(fullname)
        if found is None:
            return None
        _, is_package, origname = found
        filename, directory = _source_of(fullname, origname, is_package)
        spec = ModuleSpec(fullname, cls, origin=cls._ORIGIN, is_package=is_package)
        spec.loader_state = _Namespace(filename=filename, origname=origname)
        if directory is not None:
            assert spec.submodule_search_locations is not None
            spec.submodule_search_locations.insert(0, directory)
        return spec

    if hasattr(FrozenLoader, "load_module"):

        @classmethod
        def load_module(cls, fullname: str) -> ModuleType:
            """Load *fullname* into ``sys.modules`` and return it. Deprecated: use ``exec_module``."""
            module = super().load_module(fullname)
            spec = cls.find_spec(fullname)
            assert spec is not None
            facts: Any = spec.loader_state
            module.__origname__ = facts.origname  # type: ignore[attr-defined]
            if facts.filename is not None:
                module.__file__ = facts.filename
            if spec.submodule_search_locations is not None:
                module.__path__ = spec.submodule_search_locations
            module.__spec__ = spec  # type: ignore[assignment]
            return module


def _source_of(name: str, origname: str | None, is_package: bool) -> tuple[str | None, str | None]:
    """Return (file, directory of the package) of the source a module was frozen from, None for what is not known."""
    root = interpreter.standard_library_directory()
    if not root or not origname:
        return None, None
    # "<package" is the package's own code under another name; any other name that differs is a plain module's alias.
    own = origname.removeprefix("<")
    location = f"{root}{SEPARATOR}{own.replace('.', SEPARATOR)}"
    if is_package and (origname == name or own != origname):
        return f"{location}{SEPARATOR}__init__.py", location
    if own != origname:
        return f"{location}{SEPARATOR}__init__.py", None
    return f"{location}.py", None
