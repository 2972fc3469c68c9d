"""From a file to a spec: which loader goes with which suffix."""

from __future__ import annotations

import sys

from ..interpreter import BYTECODE_SUFFIXES, EXTENSION_SUFFIXES, SOURCE_SUFFIXES
from ..locations import absolute, split
from ..machine import Machine
from ..spec import ModuleSpec
from .base import says_package
from .extension import AppleFrameworkLoader, ExtensionFileLoader
from .source import SourceFileLoader
from .sourceless import SourcelessFileLoader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["POPULATE", "file_loaders", "spec_from_file_location"]

# Stands for: ask the loader whether it is a package.
POPULATE: Any = object()


def file_loaders() -> list[tuple[type, list[str]]]:
    """Return (loader class, suffixes) in the order in which a directory is searched for them."""
    loaders: list[tuple[type, list[str]]] = []
    if EXTENSION_SUFFIXES:
        if sys.platform in {"ios", "tvos", "watchos"}:
            loaders.append((AppleFrameworkLoader, [s.replace(".so", ".fwork") for s in EXTENSION_SUFFIXES]))
        loaders.append((ExtensionFileLoader, EXTENSION_SUFFIXES))
    loaders.append((SourceFileLoader, SOURCE_SUFFIXES))
    loaders.append((SourcelessFileLoader, BYTECODE_SUFFIXES))
    return loaders


def spec_from_file_location(
    name: str,
    location: Any = None,
    *,
    loader: Any = None,
    submodule_search_locations: Any = POPULATE,
) -> ModuleSpec | None:
    """Return the spec of the module *name* that is defined by the file at *location* (PEP 451).

    Without *loader* the suffix decides; None when no loader knows it. Without *location* the loader is asked.
    *submodule_search_locations* makes the module a package (a list) or not (None); by default the loader is asked.
    """
    location = _ask_location(loader, name) if location is None else _absolute(Machine.as_path(location))
    if loader is None:
        loader = _loader_for(name, location)
        if loader is None:
            return None
    spec = ModuleSpec(name, loader, origin=location)
    spec.has_location = True
    if submodule_search_locations is not POPULATE:
        spec.submodule_search_locations = submodule_search_locations
    elif says_package(loader, name):
        spec.submodule_search_locations = []
    if spec.submodule_search_locations == [] and location:
        spec.submodule_search_locations.append(split(location)[0])
    return spec


def _ask_location(loader: Any, name: str) -> str:
    if hasattr(loader, "get_filename"):
        try:
            return loader.get_filename(name)  # type: ignore[no-any-return]
        except ImportError:
            pass  # the loader has the method and knows no file for this module
    return "<unknown>"


def _absolute(location: str) -> str:
    try:
        return absolute(location)
    except OSError:
        return location  # the current directory is gone; the relative path is all there is


def _loader_for(name: str, location: str) -> Any:
    for loader_class, suffixes in file_loaders():
        if location.endswith(tuple(suffixes)):
            return loader_class(name, location)
    return None
