"""What was loaded: modules by kind and distribution, with the bytes that they were loaded from."""

from __future__ import annotations

import os
import zipfile
from collections import defaultdict
from dataclasses import asdict, dataclass

from ..interpreter import EXTENSION_SUFFIXES
from ..spec import ModuleSpec
from .distributions import Installed, installed
from .kind import kind_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

__all__ = ["Group", "Loaded", "Module", "Owners", "Stated", "describe"]

PROGRAM = "program"
_KINDS = (
    PROGRAM,
    "core built-in module",
    "built-in extension module",
    "frozen module of the standard library",
    "frozen module",
    "standard library Python module",
    "standard library extension module",
    "namespace package",
    "third party Python module",
    "third party extension module",
    "local Python module",
    "local extension module",
    "Python module from a source",
    "extension module from a source",
    "module without a place",
)
_SOURCE_SUFFIXES = (".py", ".pyw")


@dataclass(frozen=True, slots=True)
class Stated:
    """What a process says of one entry of its module table; ``spec_name`` is None for a module without a spec."""

    name: str
    spec_name: str | None
    origin: str | None
    cached: str | None
    file: str | None
    is_package: bool


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes on disk of the files that modules come from: source, the bytecode cached for it, shared libraries."""

    source_bytes: int = 0
    bytecode_bytes: int = 0
    library_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Module:
    """One module. ``origin`` is its file, ``built-in``, ``frozen``, or None."""

    name: str
    kind: str
    distribution: str | None
    origin: str | None
    sizes: Sizes

    def to_json(self) -> dict[str, Any]:
        """Return name, origin and sizes as plain values."""
        return {"name": self.name, "origin": self.origin, **asdict(self.sizes)}


@dataclass(frozen=True, slots=True)
class Group:
    """The modules of one kind and one distribution, in the order in which they were loaded."""

    kind: str
    distribution: str | None
    modules: tuple[Module, ...]

    @property
    def sizes(self) -> Sizes:
        """The sums over the group's modules."""
        return _sum(self.modules)

    def to_json(self) -> dict[str, Any]:
        """Return the group as plain values, its modules included."""
        facts = {"kind": self.kind, "distribution": self.distribution, "count": len(self.modules)}
        return facts | asdict(self.sizes) | {"modules": [module.to_json() for module in self.modules]}


@dataclass(frozen=True, slots=True)
class Loaded:
    """All that was loaded. ``aliases`` are further names in the table of modules that are counted under their own."""

    groups: tuple[Group, ...]
    aliases: dict[str, str]

    @property
    def count(self) -> int:
        """How many modules there are."""
        return sum(len(group.modules) for group in self.groups)

    @property
    def sizes(self) -> Sizes:
        """The sums over all modules."""
        return _sum(module for group in self.groups for module in group.modules)

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain values."""
        totals = {"count": self.count, **asdict(self.sizes)}
        return {"totals": totals, "groups": [group.to_json() for group in self.groups], "aliases": self.aliases}


def describe(entries: Iterable[Stated], path: list[str]) -> Loaded:
    """Return what the modules of *entries* are, whose distributions are looked for in the folders of *path*."""
    known = {entry.name: entry for entry in entries}
    aliases = {
        name: entry.spec_name
        for name, entry in known.items()
        if name != "__main__" and entry.spec_name not in {None, name} and entry.spec_name in known
    }
    owners = Owners(path)
    groups: dict[tuple[str, str], list[Module]] = defaultdict(list)
    for entry in known.values():
        if entry.name not in aliases:
            module = _module(entry, owners)
            groups[module.kind, module.distribution or ""].append(module)
    ordered = sorted(groups.items(), key=lambda item: (_KINDS.index(item[0][0]), item[0][1]))
    return Loaded(tuple(Group(kind, name or None, tuple(found)) for (kind, name), found in ordered), aliases)


def _module(entry: Stated, owners: Owners) -> Module:
    origin = entry.origin or entry.file
    spec = ModuleSpec(entry.name, None, origin=origin, is_package=entry.is_package)
    kind = PROGRAM if entry.name == "__main__" else kind_of(spec)
    owner = owners.of(origin) if kind.startswith(("third party", "local", PROGRAM)) and origin else None
    return Module(entry.name, kind, owner, origin, _sizes(origin, entry.cached))


def _sizes(origin: str | None, cached: str | None) -> Sizes:
    if origin is None:
        return Sizes()
    if origin.endswith(tuple(EXTENSION_SUFFIXES)):
        return Sizes(library_bytes=_size(origin))
    if origin.endswith(_SOURCE_SUFFIXES):
        return Sizes(source_bytes=_size(origin), bytecode_bytes=_size(cached) if cached else 0)
    return Sizes(bytecode_bytes=_size(origin)) if origin.endswith(".pyc") else Sizes()


def _size(path: str) -> int:
    """Return the size of a file, or of the member of a zip archive that the path leads into; 0 if there is none."""
    try:
        return os.stat(path).st_size
    except OSError:
        pass  # it may be inside an archive
    archive = os.path.dirname(path)
    while archive != os.path.dirname(archive) and not os.path.exists(archive):
        archive = os.path.dirname(archive)
    if not zipfile.is_zipfile(archive):
        return 0
    with zipfile.ZipFile(archive) as opened:
        try:
            return opened.getinfo(os.path.relpath(path, archive).replace(os.sep, "/")).file_size
        except KeyError:
            return 0


def _sum(modules: Iterable[Module]) -> Sizes:
    sizes = [module.sizes for module in modules]
    return Sizes(
        sum(one.source_bytes for one in sizes),
        sum(one.bytecode_bytes for one in sizes),
        sum(one.library_bytes for one in sizes),
    )


class Owners:
    """Which distribution a file belongs to, by its records; read when the first file is asked for."""

    def __init__(self, path: list[str]) -> None:
        self._path = [entry for entry in path if os.path.isdir(entry or ".")]
        # Of each folder that distributions are installed in: their files, by their paths in it; and the others.
        self._inside: dict[str, dict[str, Installed]] | None = None
        self._elsewhere: dict[str, Installed] = {}
        self._projects: list[tuple[str, Installed]] = []

    def of(self, file: str) -> str | None:
        """Return the name and the version of the distribution that *file* belongs to, None if it belongs to none."""
        if self._inside is None:
            self._inside = self._read()
        place = _place(file)
        # A folder of packages may lie in another: a virtual environment, say, in that of a project.
        roots = sorted((root for root in self._inside if place.startswith(root)), key=len, reverse=True)
        owner = next((one for root in roots if (one := self._inside[root].get(place[len(root) :]))), None)
        if owner is None:
            owner = self._elsewhere.get(place)
        if owner is None:
            owner = next((one for project, one in self._projects if place.startswith(project)), None)
        return None if owner is None else str(owner)

    def _read(self) -> dict[str, dict[str, Installed]]:
        inside: dict[str, dict[str, Installed]] = {}
        for distribution in installed(self._path):
            # There may be tens of thousands of files: nothing is done for each that need not be.
            files = inside.setdefault(os.path.join(_place(distribution.root), ""), {})
            files.update(dict.fromkeys(map(os.path.normcase, distribution.files), distribution))
            self._elsewhere.update(dict.fromkeys(distribution.elsewhere, distribution))
            if distribution.project is not None:
                self._projects.append((os.path.join(_place(distribution.project), ""), distribution))
        return inside


def _place(path: str) -> str:
    return os.path.normcase(os.path.realpath(path))
