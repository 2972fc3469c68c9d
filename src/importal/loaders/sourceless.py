"""Loading a module from a bytecode file that stands alone, where its source would be."""

from __future__ import annotations

import sys

from ..bytecode import validity
from ..interpreter import import_frame
from .base import CodeLoader
from .file import FileLoader
from .source import code_from_bytecode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType

__all__ = ["SourcelessFileLoader", "code_without_source"]


class SourcelessFileLoader(FileLoader, CodeLoader):
    """Loads a module from a ``.pyc`` file that has no source beside it."""

    reads_code = sys.version_info >= (3, 15)

    def get_code(self, fullname: str) -> CodeType:
        """Return the code in the file. Raises ImportError for a foreign file, EOFError for one that is too short."""
        path = self.get_filename(fullname)
        return code_without_source(self.get_data(path), fullname, path)

    get_code = import_frame(get_code)

    def get_source(self, fullname: str) -> None:
        """Return None: there is no source."""


def code_without_source(data: bytes, name: str, path: str) -> CodeType:
    """Return the code of the bytecode file *data* at *path*. Raises ImportError or EOFError, saying what is wrong."""
    refused = validity.refusal(data, name)
    if refused is not None:
        if refused.truncated:
            raise EOFError(refused.reason)
        raise ImportError(refused.reason, name=name, path=path)
    return code_from_bytecode(data, name, path)
