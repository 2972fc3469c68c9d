"""A loader that was made for one file."""

from __future__ import annotations

from ..interpreter import import_frame
from ..sources.directory import read_code, read_data
from .base import LegacyLoading, checked_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

__all__ = ["FileLoader"]


class FileLoader(LegacyLoading):
    """Knows the ``name`` of its module and the ``path`` of the file that defines it."""

    # Whether the file holds code: opening it is then announced to the hooks of PEP 578.
    reads_code = False

    def __init__(self, fullname: str, path: str) -> None:
        self.name = fullname
        self.path = path

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FileLoader):
            return NotImplemented
        return self.__class__ is other.__class__ and self.name == other.name and self.path == other.path

    def __hash__(self) -> int:
        return hash(self.name) ^ hash(self.path)

    def get_filename(self, name: str | None = None) -> str:
        """Return the path of the file. Raises ImportError for another module's *name*."""
        if name is not None and name != self.name:
            checked_name(self.name, name)
        return self.path

    @import_frame
    def get_data(self, path: str) -> bytes:
        """Return the bytes of the file *path*. Raises OSError."""
        return read_code(str(path)) if self.reads_code else read_data(path)

    def get_resource_reader(self, name: str | None = None) -> Any:
        """Return a reader of the files beside the module (``importlib.resources``)."""
        checked_name(self.name, name)
        from importlib.readers import FileReader

        return FileReader(self)  # type: ignore[arg-type]

    if hasattr(LegacyLoading, "load_module"):

        def load_module(self, name: str | None = None) -> ModuleType:
            """Load the module into ``sys.modules`` and return it. Deprecated: use ``exec_module``."""
            checked_name(self.name, name)
            return super().load_module(self.name)
