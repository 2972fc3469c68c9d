"""A shared library, told from its bytes; it is not opened as a library, which would run its code."""

from __future__ import annotations

import os
from dataclasses import dataclass

from ..interpreter import EXTENSION_SUFFIXES
from ..sources.directory import read_data
from ..tool_errors import FileError

__all__ = ["Library", "library_at"]

# The first bytes of the formats in which CPython's platforms keep shared libraries.
_FORMATS = {
    b"\x7fELF": "ELF",
    b"MZ": "PE",
    b"\xcf\xfa\xed\xfe": "Mach-O",
    b"\xce\xfa\xed\xfe": "Mach-O",
    b"\xca\xfe\xba\xbe": "Mach-O, several architectures",
}


@dataclass(frozen=True, slots=True)
class Library:
    """A shared library: ``size`` in bytes, ``suffix`` and whether this interpreter loads files that have it.

    ``initialisation`` is the function that makes it an extension module (PEP 489) and ``has_initialisation`` whether
    a symbol of that name is in the file.
    """

    path: str
    size: int
    format: str
    suffix: str
    is_for_this_interpreter: bool
    initialisation: str
    has_initialisation: bool


def library_at(path: str, name: str) -> Library:
    """Return what the file *path*, of the module *name*, says of itself. Raises FileError when it is no library."""
    try:
        data = read_data(path)
    except OSError as error:
        raise FileError(path, f"cannot be read: {error.strerror}", "ask its owner for the right to read it") from None
    found = next((words for magic, words in _FORMATS.items() if data.startswith(magic)), None)
    if found is None:
        shown = f"it begins with {data[:4]!r}" if data else "it is empty"
        raise FileError(path, f"is no shared library: {shown}", "build the extension module again")
    file = os.path.basename(path)
    suffix = file[len(file.partition(".")[0]) :]
    function = _initialisation(name.rpartition(".")[2])
    return Library(
        path=path,
        size=len(data),
        format=found,
        suffix=suffix,
        is_for_this_interpreter=suffix in EXTENSION_SUFFIXES,
        initialisation=function,
        # Mach-O puts an underscore before every symbol; all formats end a name with a zero.
        has_initialisation=any(before + function.encode() + b"\0" in data for before in (b"\0", b"\0_", b"_")),
    )


def _initialisation(name: str) -> str:
    """Return the name of the function that initialises the extension module *name* (PEP 489).

    >>> _initialisation("_json")
    'PyInit__json'
    """
    if name.isascii():
        return f"PyInit_{name}"
    return "PyInitU_" + name.encode("punycode").decode("ascii").replace("-", "_")
