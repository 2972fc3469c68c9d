"""What a pack is to hold: gathered from records of programs, and from whole distributions."""

from __future__ import annotations

import os
import sys
import time

from ..finders.entry import FileFinder
from ..loaders.extension import ExtensionFileLoader
from ..loaders.location import file_loaders
from ..loaders.source import SourceFileLoader
from ..names import ancestors
from ..sources.directory import FileSystem, read_data
from .entries import stamp_of
from .table import EXTENSION, NAMESPACE, SOURCE
from .writing import Contents, Module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    from ..observe.record import Import, Record
    from ..spec import ModuleSpec

__all__ = ["Collected", "Gatherer", "collect", "index"]

_SEARCHES = {"PathFinder", "PathSearch"}


class Collected:
    """The ``contents`` of a pack, and what is not in it: (module, why)."""

    def __init__(self) -> None:
        self.contents = Contents()
        self.left_out: list[tuple[str, str]] = []


def index(entries: Sequence[str]) -> Contents:
    """Return what is known of the directories *entries*: which names of modules are in each."""
    contents = Contents()
    directories = [entry for entry in dict.fromkeys(entries) if os.path.isabs(entry) and not _lies_in_a_file(entry)]
    contents.searched = len(directories)
    # By directory: its stamp, and the names of modules in it. An entry may be a portion, too.
    listed: dict[str, tuple[int | None, set[str]]] = {}
    level: dict[str, Iterable[str]] = {"": directories}
    while level:
        below: dict[str, dict[str, str]] = {}
        for package, places in level.items():
            for place in places:
                if place not in listed:
                    listed[place] = _settled_stamp(place), set()
                known = listed[place][1]
                finder = FileFinder(place, *file_loaders())
                for name in sorted(finder._child_names()):
                    fullname = f"{package}.{name}" if package else name
                    known.add(fullname)
                    if _is_portion(finder, name):
                        below.setdefault(fullname, {})[place] = os.path.join(place, name)
        # What lies in one place only is found there soon enough; most of it is no package at all.
        several = {package: portions for package, portions in below.items() if len(portions) > 1}
        contents.packages |= several
        level = {package: portions.values() for package, portions in several.items()}
    contents.roots = [(place, stamp, frozenset(names)) for place, (stamp, names) in listed.items()]
    return contents


def _settled_stamp(directory: str) -> int | None:
    """Return the stamp of a *directory* that is to be listed now, so that whatever comes later changes it.

    -1, which none has, where that cannot be had: the directory is being changed, or its clock is another.
    """
    stamp = stamp_of(directory)
    for _ in range(4):
        if stamp is None or FileSystem().settled(stamp / 1e9):
            return stamp
        time.sleep(0.02)
        stamp = stamp_of(directory)
    return -1


def _inside(directory: str) -> tuple[str, int | None, frozenset[str]]:
    """Return a package's *directory*, its stamp, and what may be modules in it. Raises OSError.

    That is whatever stands before a first dot: a program may add suffixes.
    """
    stamp = _settled_stamp(directory)
    return directory, stamp, frozenset(name.partition(".")[0] for name in os.listdir(directory))


def _lies_in_a_file(entry: str) -> bool:
    """Tell whether *entry* is a file, or would be below one, as the folders of an archive are."""
    while not os.path.isdir(entry) and os.path.dirname(entry) != entry:
        if os.path.exists(entry):
            return True
        entry = os.path.dirname(entry)
    return False


def _is_portion(finder: FileFinder, name: str) -> bool:
    """Tell whether *name* is a portion of a namespace package in *finder*'s directory; no link to what holds that."""
    place = os.path.join(finder.path, name)
    if not os.path.isdir(place):
        return False
    spec = finder.find_spec(name)
    real = os.path.join(os.path.realpath(place), "")
    return (
        spec is not None
        and spec.loader is None
        and not os.path.join(os.path.realpath(finder.path), "").startswith(real)
    )


def collect(
    records: Sequence[Record],
    distributions: Iterable[str] = (),
    *,
    optimization: int = 0,
    carries: Iterable[str] = (),
    progress: Callable[[str], object] = lambda _: None,
) -> Collected:
    """Gather what the programs of *records* imported, and the modules of *distributions*.

    *carries* names what goes along besides: "sources", and "resources", which are the other files of packages. Modules
    that the same records hold are read together. Raises PackageNotFoundError for an unknown distribution.
    """
    collected = Collected()
    users: dict[str, list[int]] = {}
    imports: dict[str, Import] = {}
    path: dict[str, None] = {}
    for number, record in enumerate(records):
        for one in record.imports:
            if one.outcome == "loaded" and one.module not in imports:
                imports[one.module] = one
            if one.outcome == "loaded":
                users.setdefault(one.module, []).append(number)
            if "." not in one.module:
                path.update(dict.fromkeys(one.searched))
    path.update(dict.fromkeys(entry for entry in sys.path if entry))
    collected.contents = index(list(path))
    gather = Gatherer(collected, optimization)
    when = _turns(imports)
    for one in sorted(imports.values(), key=lambda one: one.module.count(".")):
        progress(one.module)
        gather.loaded(one, (tuple(dict.fromkeys(users[one.module])), when[one.module]))
    for name in distributions:
        for module, file in _modules_of(name):
            progress(module)
            gather.above(module)
            gather.file(module, file)
    gather.carry(carries)
    # Listed once more: reading the modules may have made folders for their bytecode.
    gather.list_again(path)
    return collected


def _turns(modules: Iterable[str]) -> dict[str, int]:
    """Return at which turn the code of each module is needed: a package's before that of the module asked for in it."""
    turns: dict[str, int] = {}
    for module in modules:
        for name in (*ancestors(module), module):
            turns.setdefault(name, len(turns))
    return turns


class Gatherer:
    """Puts modules into *collected* one by one, packages first; code is of one *optimization* level."""

    def __init__(self, collected: Collected, optimization: int) -> None:
        self.collected = collected
        self._contents = collected.contents
        self._optimization = optimization
        self._searched = [directory for directory, _, _ in self._contents.roots[: self._contents.searched]]
        # Of each package that goes in: its directories.
        self._directories: dict[str, list[str]] = {}
        self._finders: dict[str, FileFinder] = {}

    def list_again(self, path: Iterable[str]) -> None:
        """Take down what is in the entries of *path* now."""
        contents = index(list(path))
        contents.modules = self._contents.modules
        contents.files, contents.carries = self._contents.files, self._contents.carries
        for package, directories in self._directories.items():
            try:
                contents.inside[package] = [_inside(directory) for directory in directories]
            except OSError:
                continue  # then its submodules are looked for
        self._contents = self.collected.contents = contents

    def loaded(self, one: Import, order: tuple[object, ...]) -> None:
        """Take in a module that a program has loaded."""
        if one.finder not in _SEARCHES:
            return  # found by somebody else, and will be again
        if one.kind == "namespace package":
            self.namespace(one.module)
        elif one.origin is not None:
            self.file(one.module, one.origin, order)

    def above(self, module: str) -> None:
        """Take in the namespace packages above *module* that nothing else has brought in."""
        for package in ancestors(module):
            if package not in self._contents.modules:
                self.namespace(package)

    def file(self, name: str, file: str, order: tuple[object, ...] = ()) -> None:
        """Take in the module *name* that is defined by *file*."""
        if name in self._contents.modules:
            return
        why = self.why_not(name, file)
        loader = None if why else self._loader(name, file)
        if loader is None:
            self.collected.left_out.append((name, why or "it is neither source nor a shared library"))
            return
        try:
            status = os.stat(file)
            code = self._code(loader, file) if isinstance(loader, SourceFileLoader) else None
        except (OSError, SyntaxError, ValueError, ImportError, EOFError) as error:
            self.collected.left_out.append((name, f"{type(error).__name__}: {error}"))
            return
        kind = EXTENSION if code is None else SOURCE
        self.take(Module(name, kind, file, status.st_size, status.st_mtime_ns, code=code, order=order))

    def take(self, module: Module) -> None:
        """Take in a module as it is."""
        self._contents.modules[module.name] = module
        self.lies_at(module.name, module.file)

    def lies_at(self, name: str, file: str) -> None:
        """Know where the submodules of a package are, if the module *name* is one."""
        if os.path.basename(file) == "__init__.py":
            self._directories[name] = [os.path.dirname(file)]

    def why_not(self, name: str, file: str) -> str | None:
        """Return why a pack could not find the module where it was found; None when it can."""
        directory = os.path.dirname(file)
        if os.path.basename(file) == "__init__.py":
            directory = os.path.dirname(directory)
        elif os.path.basename(file).startswith("__init__."):
            return "its package is a shared library or bytecode alone"
        parent = name.rpartition(".")[0]
        if not parent:
            if directory not in self._searched:
                return f"{directory} is no directory of the path"
        elif parent not in self._directories:
            return f"its package {parent} is not in the pack"
        elif directory not in self._directories[parent]:
            return f"{directory} is not where its package lies"
        spec = self._finder(directory).find_spec(name)
        return None if spec is not None and spec.origin == file else "something else goes before it in its directory"

    def _finder(self, directory: str) -> FileFinder:
        if directory not in self._finders:
            self._finders[directory] = FileFinder(directory, *file_loaders())
        return self._finders[directory]

    def _loader(self, name: str, file: str) -> Any:
        for loader, suffixes in file_loaders():
            if file.endswith(tuple(suffixes)):
                return loader(name, file) if loader in (SourceFileLoader, ExtensionFileLoader) else None
        return None

    def _code(self, loader: SourceFileLoader, file: str) -> Any:
        if self._optimization == sys.flags.optimize:
            return loader.get_code(loader.name)
        return loader.source_to_code(loader.get_data(file), file, _optimize=self._optimization)

    def carry(self, what: Iterable[str]) -> None:
        """Take along the "sources" of the modules, and the "resources" that lie in packages, or what *what* names."""
        self._contents.carries = tuple(sorted(set(what)))
        files = self._contents.files
        packages = {place for one in self._contents.modules.values() for place in _places_of(one)}
        for module in self._contents.modules.values():
            wanted = [module.file] if module.kind == SOURCE and "sources" in self._contents.carries else []
            if "resources" in self._contents.carries:
                for place in _places_of(module):
                    wanted += _resources_in(place, packages)
            for file in wanted:
                try:
                    files[file] = read_data(file)
                except OSError as error:
                    self.collected.left_out.append((file, f"{type(error).__name__}: {error}"))

    def namespace(self, name: str) -> None:
        """Take in the namespace package *name*, with the portions that there are now."""
        parent, _, child = name.rpartition(".")
        portions: list[str] = []
        for directory in self._directories.get(parent, []) if parent else self._searched:
            spec: ModuleSpec | None = self._finder(directory).find_spec(child)
            if spec is not None and spec.loader is not None:
                return  # a regular package by now
            if spec is not None:
                portions += spec.submodule_search_locations or []
        if portions:
            self._directories[name] = portions
            self._contents.modules[name] = Module(name, NAMESPACE, portions=tuple(portions))


def _places_of(module: Module) -> Sequence[str]:
    """Return the directories of a package, none for any other module."""
    if module.kind == SOURCE and os.path.basename(module.file) == "__init__.py":
        return (os.path.dirname(module.file),)
    return module.portions


def _resources_in(folder: str, packages: set[str]) -> Iterator[str]:
    """Yield the files in the *folder* of a package that are no modules; those in a package below it are that one's."""
    modules = tuple(suffix for _, suffixes in file_loaders() for suffix in suffixes)
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if name != "__pycache__" and os.path.join(place, name) not in packages
        )
        yield from (os.path.join(place, name) for name in sorted(names) if not name.endswith(modules))


def _modules_of(distribution: str) -> list[tuple[str, str]]:
    """Return (module, file) for each module of an installed *distribution*, packages first.

    The file is what an import takes where several define a module: a shared library goes before its source.
    """
    import importlib.metadata

    suffixes = {suffix for _, of_a_kind in file_loaders() for suffix in of_a_kind}
    finders: dict[str, FileFinder] = {}
    found: dict[str, str] = {}
    of = importlib.metadata.distribution(distribution)
    for one in of.files or ():
        stem = one.name.partition(".")[0]
        parts = (*one.parent.parts, stem)
        if one.name[len(stem) :] not in suffixes or not all(part.isidentifier() for part in parts):
            continue
        directory = os.path.dirname(os.path.normpath(str(of.locate_file(one))))
        if stem == "__init__":
            parts, directory = parts[:-1], os.path.dirname(directory)
        name = ".".join(parts)
        if directory not in finders:
            finders[directory] = FileFinder(directory, *file_loaders())
        spec = finders[directory].find_spec(name) if name else None
        if spec is not None and spec.origin is not None:
            found[name] = spec.origin
    return sorted(found.items())
