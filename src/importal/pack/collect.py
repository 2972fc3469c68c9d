"""What a pack is to hold: gathered from records of programs, and from whole distributions."""

from __future__ import annotations

import os
import sys

from ..finders.entry import FileFinder
from ..loaders.extension import ExtensionFileLoader
from ..loaders.location import file_loaders
from ..loaders.source import SourceFileLoader
from ..names import ancestors
from ..sources.directory import read_data
from .reader import EXTENSION, NAMESPACE, SOURCE, stamp_of
from .writing import Contents, Module, missing

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
    level = {"": directories}
    while level:
        below: dict[str, list[str]] = {}
        for package, places in level.items():
            for place in places:
                names = FileFinder(place, *file_loaders())._child_names()
                full = {f"{package}.{name}" if package else name: name for name in names}
                contents.roots.append((place, stamp_of(place), frozenset(full)))
                for fullname, name in full.items():
                    if _is_portion(os.path.join(place, name)):
                        below.setdefault(fullname, []).append(os.path.join(place, name))
        # What lies in one place only is found there soon enough; most of it is no package at all.
        level = {package: places for package, places in below.items() if len(places) > 1}
        contents.packages |= level.keys()
    return contents


def _lies_in_a_file(entry: str) -> bool:
    """Tell whether *entry* is a file, or would be below one, as the folders of an archive are."""
    while not os.path.isdir(entry) and os.path.dirname(entry) != entry:
        if os.path.exists(entry):
            return True
        entry = os.path.dirname(entry)
    return False


def _is_portion(directory: str) -> bool:
    """Tell whether *directory* is one, and no regular package."""
    try:
        with os.scandir(directory) as inside:
            return not any(one.name.startswith("__init__.") for one in inside)
    except OSError:
        return False


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
    collected.contents = contents = index(list(path))
    gather = Gatherer(collected, optimization)
    when = _turns(imports)
    for one in sorted(imports.values(), key=lambda one: one.module.count(".")):
        progress(one.module)
        gather.loaded(one, (tuple(dict.fromkeys(users[one.module])), when[one.module]))
    for record in records:
        for one in record.imports:
            if one.outcome == "failed" and one.module not in contents.modules and one.module not in imports:
                gather.failed(one)
    for name in distributions:
        for module, file in _modules_of(name):
            progress(module)
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
        self._collected = collected
        self._contents = collected.contents
        self._optimization = optimization
        self._roots = {directory for directory, _, _ in self._contents.roots}
        # Of each package that goes in: its directories.
        self._directories: dict[str, list[str]] = {}

    def list_again(self, path: Iterable[str]) -> None:
        """Take down what is in the entries of *path* now."""
        contents = index(list(path))
        contents.modules = self._contents.modules
        contents.files, contents.carries = self._contents.files, self._contents.carries
        self._contents = self._collected.contents = contents

    def loaded(self, one: Import, order: tuple[object, ...]) -> None:
        """Take in a module that a program has loaded."""
        if one.finder not in _SEARCHES:
            return  # found by somebody else, and will be again
        if one.kind == "namespace package":
            self.namespace(one.module)
        elif one.origin is not None:
            self.file(one.module, one.origin, order)

    def failed(self, one: Import) -> None:
        """Take in a submodule that a program has asked for in vain."""
        parent = one.module.rpartition(".")[0]
        directories = self._directories.get(parent, [])
        said = one.error or ""
        if len(directories) == 1 and said == f"ModuleNotFoundError: No module named {one.module!r}":
            self._contents.modules[one.module] = missing(one.module, directories[0], stamp_of(directories[0]))

    def file(self, name: str, file: str, order: tuple[object, ...] = ()) -> None:
        """Take in the module *name* that is defined by *file*."""
        if name in self._contents.modules:
            return
        why = self._why_not(name, file)
        loader = None if why else self._loader(name, file)
        if loader is None:
            self._collected.left_out.append((name, why or "it is neither source nor a shared library"))
            return
        try:
            status = os.stat(file)
            code = self._code(loader, file) if isinstance(loader, SourceFileLoader) else None
        except (OSError, SyntaxError, ValueError, ImportError, EOFError) as error:
            self._collected.left_out.append((name, f"{type(error).__name__}: {error}"))
            return
        kind = EXTENSION if code is None else SOURCE
        self.take(Module(name, kind, file, status.st_size, status.st_mtime_ns, code=code, order=order))

    def take(self, module: Module) -> None:
        """Take in a module as it is."""
        self._contents.modules[module.name] = module
        if os.path.basename(module.file) == "__init__.py":
            self._directories[module.name] = [os.path.dirname(module.file)]

    def _why_not(self, name: str, file: str) -> str | None:
        """Return why a pack could not find the module where it was found; None when it can."""
        directory = os.path.dirname(file)
        if os.path.basename(file) == "__init__.py":
            directory = os.path.dirname(directory)
        elif os.path.basename(file).startswith("__init__."):
            return "its package is a shared library or bytecode alone"
        parent = name.rpartition(".")[0]
        if not parent:
            return None if directory in self._roots else f"{directory} is no directory of the path"
        if parent not in self._directories:
            return f"its package {parent} is not in the pack"
        return None if directory in self._directories[parent] else f"{directory} is not where its package lies"

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
                    self._collected.left_out.append((file, f"{type(error).__name__}: {error}"))

    def namespace(self, name: str) -> None:
        """Take in the namespace package *name*, with the portions that there are now."""
        parent, _, child = name.rpartition(".")
        above = self._directories.get(parent, []) if parent else [directory for directory, _, _ in self._contents.roots]
        portions: list[str] = []
        for directory in above:
            spec: ModuleSpec | None = FileFinder(directory, *file_loaders()).find_spec(child)
            if spec is not None and spec.loader is None:
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
