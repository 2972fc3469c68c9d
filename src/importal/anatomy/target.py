"""What is to be described: a module by its name, or a file."""

from __future__ import annotations

import os
from dataclasses import dataclass

from ..bytecode.cache import source_from_cache
from ..interpreter import BYTECODE_SUFFIXES, EXTENSION_SUFFIXES, SOURCE_SUFFIXES
from ..loaders.location import spec_from_file_location
from ..loaders.module import spec_from_module
from ..observe.explain import explain
from ..tool_errors import FileError, NotFoundError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from ..spec import ModuleSpec
    from ..system import ImportSystem

__all__ = ["Target", "find_target"]

# Suffixes of shared libraries on the platforms of CPython: a file of another interpreter is a file all the same.
_LIBRARY_SUFFIXES = (".so", ".pyd", ".dylib", ".dll")
_FILE_SUFFIXES = (*SOURCE_SUFFIXES, *BYTECODE_SUFFIXES, *_LIBRARY_SUFFIXES)


@dataclass(frozen=True, slots=True)
class Target:
    """A module that was found, not executed. ``file`` is set when it was asked for by its file.

    ``spec`` says how it would be loaded; it is None for a library that this interpreter would not load.
    """

    name: str
    spec: ModuleSpec | None
    file: str | None = None

    @property
    def is_library(self) -> bool:
        """Whether it is a shared library, by its suffix."""
        return (self.file or (self.spec and self.spec.origin) or "").endswith(_LIBRARY_SUFFIXES)

    def module(self, system: ImportSystem) -> ModuleType | None:
        """Return the module of this very spec if *system* has it in its table, executed by whomever; else None."""
        present = system.state.modules.get(self.name)
        theirs = getattr(present, "__spec__", None)
        if present is None or self.spec is None:
            return None
        if theirs is None:
            return present if self.spec.loader is None and self.spec.origin is None else None
        if theirs.origin is None:
            return present if list(present.__path__) == list(self.spec.submodule_search_locations or ()) else None
        return present if theirs.origin == self.spec.origin else None


def find_target(system: ImportSystem, text: str, ignored: frozenset[str] = frozenset()) -> Target:
    """Return what *text* names: a file where it looks like a path and is one, otherwise a module.

    *ignored* are modules that are in the table only because of who asks. Raises NotFoundError, FileError, and
    ImportError or ValueError for what is no name at all.
    """
    looks_like_file = os.sep in text or "/" in text or text.endswith(_FILE_SUFFIXES)
    if looks_like_file and (os.path.lexists(text) or os.sep in text or "/" in text):
        return _file_target(text)
    explanation = explain(system, text, ignored=ignored)
    if explanation.spec is not None:
        return Target(explanation.name, explanation.spec)
    present = system.state.modules.get(text)
    if present is not None:
        return _known_to_the_table_only(system, text, present)
    last = explanation.steps[-1]
    reason = last.decided if not looks_like_file else f"{last.decided}; there is no such file either"
    raise NotFoundError(explanation.name, reason, tuple(last.facts.get("nearest", ())))


def _known_to_the_table_only(system: ImportSystem, name: str, module: ModuleType) -> Target:
    """Return the target of a module that another one has put into the table, as ``os`` does ``os.path``."""
    spec = spec_from_module(module)
    return Target(name, spec) if spec.name == name else find_target(system, spec.name)


def _file_target(path: str) -> Target:
    if os.path.isdir(path):
        raise FileError(path, "is a directory", "give a file in it, or a package by its name")
    if not os.path.lexists(path):
        raise FileError(path, "there is no such file", "a module is asked for by its name: without directories and .py")
    if not path.endswith(_FILE_SUFFIXES):
        raise FileError(path, "is neither .py, .pyc nor a shared library", f"known are {', '.join(_FILE_SUFFIXES)}")
    location = os.path.abspath(path)
    name = _module_name(location)
    return Target(name, spec_from_file_location(name, location, submodule_search_locations=None), location)


def _module_name(location: str) -> str:
    """Return the name that an import would know the file by, as far as the file says: a package's is its folder's."""
    if location.endswith(tuple(BYTECODE_SUFFIXES)):
        try:
            location = source_from_cache(location)
        except (NotImplementedError, ValueError):
            pass  # not below __pycache__: it stands where its source would
    directory, file = os.path.split(location)
    for suffix in sorted([*EXTENSION_SUFFIXES, *_FILE_SUFFIXES], key=len, reverse=True):
        if file.endswith(suffix):
            stem = file.removesuffix(suffix)
            return os.path.basename(directory) if stem == "__init__" else stem.partition(".")[0]
    return file
