"""Loading modules from any source: what is source, bytecode or a shared library there is loaded as it is from a file.

Bytecode cannot be kept beside such a source. It is kept in the user's cache, found by the sha256 of what it was
compiled from; a shared library, which only a file can be, is put there, too.
"""

from __future__ import annotations

import os
import sys

from .. import files
from ..caches import bytecode_folder, cache_folder
from ..interpreter import EXTENSION_SUFFIXES, import_frame, sha256
from ..machine import Machine
from ..sources.directory import read_code
from .base import CodeLoader, LegacyLoading, checked_name
from .extension import ExtensionFileLoader
from .source import SourceLoader
from .sourceless import code_without_source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, ModuleType
    from typing import Any

    from ..protocols import Source
    from ..spec import ModuleSpec
    from ..state import StateLike

__all__ = ["PlacedBytecodeLoader", "PlacedExtensionLoader", "PlacedSourceLoader", "digest_of"]


def digest_of(source: Source, location: str) -> str:
    """Return the sha256 of a file's bytes, as *source* knows it or as they show. Raises OSError."""
    ask = getattr(source, "digest", None)
    known: str | None = None if ask is None else ask(location)
    return sha256(source.read(location)).hexdigest() if known is None else known


class _Placed(LegacyLoading):
    """What the loaders here have in common: a module's ``name``, its ``source``, and the ``path`` of its file there."""

    def __init__(self, fullname: str, path: str, source: Source) -> None:
        self.name = fullname
        self.path = path
        self.source = source

    def get_filename(self, name: str | None = None) -> str:
        """Return the location of the file. Raises ImportError for another module's *name*."""
        checked_name(self.name, name)
        return self.path

    def get_data(self, path: str) -> bytes:
        """Return the bytes of a file of the source. Raises OSError."""
        return self.source.read(path.replace(os.sep, self.source.separator))

    def get_resource_reader(self, name: str | None = None) -> Any:
        """Return a reader of the files beside the module (``importlib.resources``)."""
        checked_name(self.name, name)
        from .resources import PlacedReader, SourcePath

        return PlacedReader(SourcePath(self.source, self.path.rpartition(self.source.separator)[0]))


class PlacedSourceLoader(_Placed, SourceLoader):
    """Loads a module from source code in any source."""

    def path_stats(self, path: str) -> dict[str, Any]:
        """Return the ``size`` of the file (bytes), and 0 as its ``mtime``. Raises OSError.

        The cached bytecode of a source is found by what the source holds: when it was written does not matter.
        """
        status = self.source.stat(path)
        if status is None:
            raise FileNotFoundError(2, "no such file", path)
        return {"mtime": 0, "size": status.st_size}

    def _cache_location(self, path: str) -> str | None:
        folder = bytecode_folder(self.state)
        if folder is None:
            return None
        digest = digest_of(self.source, path)
        return os.path.join(folder, digest[:2], f"{digest}.pyc")

    def _bytecode(self, fullname: str, location: str) -> bytes | None:
        try:
            return read_code(location)
        except OSError as error:
            if tell := self.events.hearers.bytecode:
                reason = f"{type(error).__name__}: {error}"
                tell("missing", fullname, location=location, reason=reason)
            return None

    def set_data(self, path: str, data: bytes) -> None:
        """Write *data* to the file *path* in the user's cache, whole or not at all; what hinders it is announced."""
        written = files.write(path, data, 0o600)
        if tell := self.events.hearers.store:
            outcome = "written" if written else "failed"
            tell(outcome, self.name, location=path, reason=written.reason)


class PlacedBytecodeLoader(_Placed, CodeLoader):
    """Loads a module from a bytecode file that has no source beside it, in any source."""

    def get_code(self, fullname: str) -> CodeType:
        """Return the code in the file. Raises ImportError for a foreign file, EOFError for one that is too short."""
        path = self.get_filename(fullname)
        return code_without_source(self.get_data(path), fullname, path)

    get_code = import_frame(get_code)

    def get_source(self, fullname: str) -> None:
        """Return None: there is no source."""


class PlacedExtensionLoader(_Placed):
    """Loads an extension module from any source: the library is written to a file that is named by what it holds."""

    executes_code = False

    def __init__(self, fullname: str, path: str, source: Source, state: StateLike = sys) -> None:
        super().__init__(fullname, path, source)
        self._state = state

    def library(self) -> str:
        """Return the path of a file with the library's bytes, written now if need be. Raises OSError."""
        digest = digest_of(self.source, self.path)
        name = self.path.rpartition(self.source.separator)[2]
        location = os.path.join(cache_folder(), "libraries", digest, name)
        if Machine.is_file(location):
            return location
        written = files.write(location, self.source.read(self.path), 0o700)
        if not written:
            raise OSError(f"{self.path}: a shared library has to be a file, and cannot be written ({written.reason})")
        return location

    def _file_loader(self) -> ExtensionFileLoader:
        if self._state is sys:
            return ExtensionFileLoader(self.name, self.path)
        from .private import PrivateExtensionFileLoader

        loader = PrivateExtensionFileLoader(self.name, self.path)
        loader.private_table = self._state.modules
        return loader

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Open the library and create its module. Raises ImportError with the system's own reason, OSError."""
        located = type(spec)(spec.name, spec.loader, origin=self.library())
        module = self._file_loader().create_module(located)
        # C code has put down where the library lies; the module's place is where it came from.
        module.__file__ = spec.origin
        return module

    create_module = import_frame(create_module)

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's initialisation functions."""
        self._file_loader().exec_module(module)

    exec_module = import_frame(exec_module)

    def is_package(self, fullname: str) -> bool:
        """Tell whether the library is a package's ``__init__``."""
        file = self.path.rpartition(self.source.separator)[2]
        return any(file == "__init__" + suffix for suffix in EXTENSION_SUFFIXES)

    def get_code(self, fullname: str) -> None:
        """Return None: an extension module has no code object."""

    def get_source(self, fullname: str) -> None:
        """Return None: an extension module has no source."""
