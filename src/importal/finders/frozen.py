"""Finding frozen modules."""

from __future__ import annotations

from .. import interpreter
from ..loaders.frozen import FrozenFacts, FrozenLoader
from ..locations import join
from ..spec import ModuleSpec
from .legacy import LegacyFinder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["FrozenImporter"]


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
        spec.loader_state = FrozenFacts(filename, origname)
        if directory is not None:
            assert spec.submodule_search_locations is not None
            spec.submodule_search_locations.insert(0, directory)
        return spec


def _source_of(name: str, origname: str | None, is_package: bool) -> tuple[str | None, str | None]:
    """Return (file, directory of the package) of the source a module was frozen from, None for what is not known."""
    root = interpreter.standard_library_directory()
    if not root or not origname:
        return None, None
    # An alias that stands for a package's own code is frozen as "<package".
    package = origname.removeprefix("<")
    directory = join(root, package.replace(".", "/"))
    if is_package:
        return f"{directory}/__init__.py", directory if package == name else None
    if origname != package:
        return f"{directory}/__init__.py", None
    return f"{directory}.py", None
