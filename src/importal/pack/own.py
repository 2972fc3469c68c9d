"""importal's own modules out of one file, where it is loaded at the start of a process.

Sixty small files take longer to find, open and check than their code to run. What was loaded is kept in the order in
which it was completed, so that executing the modules one by one finds all they import in the table. This is a cache as
bytecode files are: a file that does not fit is passed over, and written anew where that is possible.
"""

from __future__ import annotations

import os
import sys

from ..errors import PackError
from ..files import cache_folder, write
from ..interpreter import Module, bootstrap, source_hash
from . import format as file_format

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

__all__ = ["OwnModules", "keep", "kept_at", "load"]

_INIT = f"{os.sep}__init__.py"
_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


# Loaded when a program loads importlib's modules of these names, and not before.
_LATE = {"importal.abc", "importal.deprecated", "importal.util"}


class OwnModules:
    """importal's modules for one use of it ("run" or "start"), loaded when this is made.

    They are kept in *folder*, or in the user's cache.
    """

    def __init__(self, use: str, folder: str | None = None) -> None:
        self._path = kept_at(use, folder)
        self._complete = load(self._path)

    def keep(self) -> None:
        """Keep what has been loaded of importal for the next time, unless it was there and bytecode may be written."""
        if not self._complete and not sys.dont_write_bytecode and _can_be_written(os.path.dirname(self._path)):
            own = [name for name in sys.modules if name.partition(".")[0] == "importal" and name not in _LATE]
            self._complete = keep(self._path, own)


def kept_at(use: str, folder: str | None = None) -> str:
    """Return where the modules for one *use* are kept: in *folder*, or in the user's cache."""
    if folder is None:
        folder = os.path.join(cache_folder(), "own", source_hash(os.fsencode(_FOLDER)).hex())
    level = f".opt-{sys.flags.optimize}" if sys.flags.optimize else ""
    return os.path.join(folder, f"importal-{use}-{sys.implementation.cache_tag}{level}.pack")


def load(path: str) -> bool:
    """Load the modules that the file *path* holds; False when it is not there, or not of the importal that runs."""
    try:
        if not _is_trusted(path):
            return False
        file = file_format.PackFile(path)
        if file.header.optimization != sys.flags.optimize or not _is_current(file.root["modules"]):
            return False
        codes = file.read(file.root["codes"])
    except (OSError, PackError):
        return False
    table = sys.modules
    loaded = []
    for (name, below, _, _), code in zip(file.root["modules"], codes, strict=True):
        if name in table:
            continue
        parent, _, child = name.rpartition(".")
        module = Module(name)
        # Enough for relative imports; the rest follows when the classes for it are there.
        spec = bootstrap.ModuleSpec(name, None, is_package=below.endswith(_INIT))
        vars(module).update(__spec__=spec, __package__=spec.parent, __file__=_FOLDER + below)
        if spec.submodule_search_locations is not None:
            module.__path__ = [_FOLDER + below.removesuffix(_INIT)]
        table[name] = module
        try:
            exec(code, module.__dict__)
        except BaseException:
            del table[name]
            raise
        setattr(table[parent], child, module)
        loaded.append(module)
    _complete(loaded)
    return True


def _complete(modules: Iterable[ModuleType]) -> None:
    """Give *modules* the specs and loaders that an import gives them."""
    from ..loaders.source import SourceFileLoader
    from ..spec import ModuleSpec

    for module in modules:
        file = str(module.__file__)
        spec = ModuleSpec(module.__name__, SourceFileLoader(module.__name__, file), origin=file)
        spec.submodule_search_locations = vars(module).get("__path__")
        spec._set_fileattr = True
        vars(module).update(__spec__=spec, __loader__=spec.loader)


def _can_be_written(folder: str) -> bool:
    """Tell whether files can be made in *folder*, or in what there is of it: asked before the work is done in vain."""
    while not os.path.isdir(folder) and os.path.dirname(folder) != folder:
        if os.path.exists(folder):
            return False
        folder = os.path.dirname(folder)
    return os.access(folder, os.W_OK)


def _is_trusted(path: str) -> bool:
    """Tell whether the file is of this user, of root, or of who has installed importal. Raises OSError."""
    if not hasattr(os, "geteuid"):
        return True
    return os.stat(path).st_uid in {os.geteuid(), 0, os.stat(_FOLDER).st_uid}


def _is_current(modules: Iterable[tuple[str, str, int, int]]) -> bool:
    """Tell whether the files of all *modules* are what they were."""
    for _, below, size, mtime in modules:
        try:
            status = os.stat(_FOLDER + below)
        except OSError:
            return False
        if status.st_size != size or status.st_mtime_ns != mtime:
            return False
    return True


def keep(path: str, loaded: Iterable[str]) -> bool:
    """Write those modules of importal that *loaded* names, in that order, to the file *path*; tell whether it could."""
    from ..loaders.source import SourceFileLoader

    modules = []
    codes = []
    for name in loaded:
        module = sys.modules[name]
        origin = module.__spec__.origin if module.__spec__ is not None else None
        if origin is None or not origin.startswith(_FOLDER + os.sep):
            continue
        try:
            status = os.stat(origin)
            codes.append(SourceFileLoader(name, origin).get_code(name))
        except (OSError, ImportError, SyntaxError, ValueError, EOFError):
            return False  # it is being changed just now; the next start sees all of it
        modules.append((name, origin[len(_FOLDER) :], status.st_size, status.st_mtime_ns))
    stream = file_format.marshalled_shared(tuple(codes))
    root = file_format.marshalled({"modules": tuple(modules), "codes": (0, len(stream), source_hash(stream))})
    return bool(write(path, file_format.write(root, [stream], optimization=sys.flags.optimize, flags=0)))
