"""Put a private copy of the running interpreter's own importlib into the slot, to calibrate the runner.

The copy is made in a temporary directory when the run starts and is removed when the process ends. All four
namespaces come from one copy, so classes are the same across them, as they are for any other implementation.

    --adapter stock_adapter.py                                        the whole copy: all must pass
    --adapter stock_adapter.py:importlib._bootstrap._ModuleLock       the copy less one name: the runner must notice
"""

from __future__ import annotations

import atexit
import importlib
import importlib.machinery
import shutil
import sys
import tempfile
from pathlib import Path
from types import ModuleType

NAMES = ("importlib", "importlib.machinery", "importlib.util", "importlib.abc")
FROZEN = ("_frozen_importlib", "_frozen_importlib_external")

_directory = tempfile.mkdtemp(prefix="stock-importlib-")
atexit.register(shutil.rmtree, _directory)

#: The files the functions of the copy say they come from.
ROOTS = (_directory,)

_namespaces: dict[str, ModuleType] = {}


def setup(argument: str) -> None:
    """Copy importlib, load the copy without its frozen half, and remove the name `argument` from it, if any."""
    source = Path(importlib.__file__ or "").parent
    shutil.copytree(source, Path(_directory, "importlib"), ignore=shutil.ignore_patterns("__pycache__"))
    touched = {name for name in sys.modules if name.partition(".")[0] == "importlib"} | set(FROZEN)
    kept = {name: sys.modules.pop(name) for name in touched}
    state = sys.path[:], sys.meta_path[:]
    sys.modules.update(dict.fromkeys(FROZEN))  # type: ignore[arg-type]  # None is how the table says "not here"
    sys.path.insert(0, _directory)
    # The interpreter holds importlib.util and importlib.machinery frozen as well: only the path may be asked.
    sys.meta_path[:] = [importlib.machinery.BuiltinImporter, importlib.machinery.PathFinder]
    try:
        for name in NAMES:
            __import__(name)
            _namespaces[name] = sys.modules[name]
    finally:
        sys.path[:], sys.meta_path[:] = state
        for name in [name for name in sys.modules if name.partition(".")[0] == "importlib"]:
            del sys.modules[name]
        sys.modules.update(kept)
    if argument:
        owner, _, attribute = argument.rpartition(".")
        place = next(name for name in sorted(NAMES, key=len, reverse=True) if f"{owner}.".startswith(f"{name}."))
        delattr(_resolve(_namespaces[place], owner.removeprefix(place).strip(".")), attribute)


def _resolve(module: ModuleType, dotted: str) -> ModuleType:
    for name in filter(None, dotted.split(".")):
        module = getattr(module, name)
    return module


def get(name: str) -> ModuleType:
    """Return the copy's module of that name."""
    return _namespaces[name]
