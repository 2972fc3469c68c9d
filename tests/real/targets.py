"""What is surveyed: the modules of the standard library and of the installed distributions, by name."""

from __future__ import annotations

import importlib.machinery
import os
import sys
import sysconfig
from importlib import metadata
from pathlib import Path, PurePosixPath

from packaging.requirements import Requirement

HERE = Path(__file__).resolve().parent
REQUIREMENTS = HERE / "requirements.txt"

SUFFIXES = sorted(importlib.machinery.all_suffixes(), key=len, reverse=True)

#: Modules that are not imported, each with the reason. Whatever only prints, fails or needs a display is imported and
#: compared.
LEFT_OUT = {
    "test.__main__": "runs CPython's whole test suite when it is imported",
    "test.test_asyncio.__main__": "runs the tests of asyncio when it is imported, a minute each time",
    "test.test_capi.__main__": "runs the tests of the C interface when it is imported, minutes each time",
    "test.autotest": "runs CPython's whole test suite when it is imported",
    "blackd.__main__": "serves requests until somebody stops it",
    "test.memory_watchdog": "reads its standard input for ever",
}


def standard_library() -> list[str]:
    """Return the name of every module of the standard library that this interpreter has, packages before their modules."""
    names = {name for name in sys.stdlib_module_names if importlib.machinery.BuiltinImporter.find_spec(name)}
    names |= {name for name in sys.stdlib_module_names if importlib.machinery.FrozenImporter.find_spec(name)}
    library = Path(sysconfig.get_path("stdlib"))
    # Beside the modules in Python the extension modules: where each system, and an interpreter that was moved, has them.
    shared = [library / "lib-dynload", Path(sys.base_prefix, "DLLs"), sysconfig.get_config_var("DESTSHARED") or library]
    for place in {library, *map(Path, shared)}:
        if place.is_dir():
            names |= set(below(place))
    return sorted(names - LEFT_OUT.keys())


def below(folder: Path, package: str = "") -> list[str]:
    """Return the modules in a directory and in the regular packages below it."""
    found = []
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir():
            if entry.name.isidentifier() and Path(entry.path, "__init__.py").exists():
                found += [package + entry.name, *below(Path(entry.path), f"{package}{entry.name}.")]
        elif name := module_name(entry.name):
            if name != "__init__":
                found.append(package + name)
    return found


def module_name(file: str) -> str | None:
    """Return which module a file name stands for, None when it is no module's.

    >>> module_name("json.py"), module_name("data.txt"), module_name("not-a-name.py")
    ('json', None, None)
    """
    for suffix in SUFFIXES:
        if file.endswith(suffix):
            name = file.removesuffix(suffix)
            return name if name.isidentifier() else None
    return None


def batches(names: list[str], size: int = 100) -> dict[str, list[str]]:
    """Return the names in lists of about *size* under a label, without parting a package unless it is larger.

    >>> batches(["a", "b", "b.c", "b.d", "e"], 2)
    {'a': ['a'], 'b': ['b', 'b.c'], 'b.d-e': ['b.d', 'e']}
    """
    chunks: list[list[str]] = []
    families: dict[str, list[str]] = {}
    for name in names:
        families.setdefault(name.partition(".")[0], []).append(name)
    for family in families.values():
        for start in range(0, len(family), size):
            part = family[start : start + size]
            if chunks and len(chunks[-1]) + len(part) <= size:
                chunks[-1] += part
            else:
                chunks.append(part)
    return {
        chunk[0]
        if len({n.partition(".")[0] for n in chunk}) == 1 and "." not in chunk[0]
        else f"{chunk[0]}-{chunk[-1]}": chunk
        for chunk in chunks
    }


def requirements() -> dict[str, str | None]:
    """Return for each distribution of requirements.txt None, or the condition that leaves it out on this interpreter."""
    wanted: dict[str, str | None] = {}
    for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines():
        line = line.partition("#")[0].strip()
        if not line:
            continue
        requirement = Requirement(line)
        applies = requirement.marker is None or requirement.marker.evaluate()
        if applies:
            wanted[requirement.name] = None
        else:
            wanted.setdefault(requirement.name, f"only where {requirement.marker}")
    return wanted


def distribution(name: str) -> list[str]:
    """Return the name of every module of an installed distribution, with the namespace packages they stand in.

    Raises importlib.metadata.PackageNotFoundError when it is not installed.
    """
    names: set[str] = set()
    for file in metadata.distribution(name).files or ():
        path = PurePosixPath(file)
        if ".." in path.parts or path.is_absolute() or "__pycache__" in path.parts:
            continue
        module = module_name(path.name)
        parts = path.parts[:-1] if module == "__init__" else (*path.parts[:-1], module)
        if module is not None and all(part.isidentifier() for part in parts):
            names |= {".".join(parts[: count + 1]) for count in range(len(parts))}
    return sorted(names - LEFT_OUT.keys())
