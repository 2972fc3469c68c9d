"""Bytecode files that are stale, damaged, orphaned, of another interpreter, or that cannot be written."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections import defaultdict

from .. import locations
from ..bytecode import header, validity
from ..interpreter import MAGIC_NUMBER
from ..interpreter import source_hash as hash_of
from ..words import counted
from .finding import Check
from .wording import bytecode_finding, foreign_finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .environment import Entry, Environment
    from .finding import Finding

__all__ = ["check"]


def check(environment: Environment, progress: Callable[[str], None]) -> Check:
    """Judge each bytecode file below the path entries, the standard library's excepted.

    In site-packages folders every folder counts; elsewhere top-level modules and regular packages, since anything may
    lie beside somebody's scripts.
    """
    if environment.cache_tag is None:
        return Check("bytecode", "this interpreter keeps none (it has no cache tag)")
    findings: list[Finding] = []
    modules = 0
    seen: set[str] = set()
    for entry in environment.entries:
        if entry.kind != "standard library" and os.path.isdir(entry.path):
            scan = _Scan(environment, entry, seen, progress)
            scan.walk()
            modules += scan.modules
            findings += scan.findings()
    return Check("bytecode", counted(modules, "module"), tuple(findings))


class _Scan:
    """What is found below one path entry; each list holds files."""

    def __init__(self, environment: Environment, entry: Entry, seen: set[str], progress: Callable[[str], None]) -> None:
        self.environment = environment
        self.entry = entry
        self.seen = seen
        self.progress = progress
        self.modules = 0
        # Here no other interpreter has any business; in a folder of sources several may keep their files side by side.
        version = ".".join(environment.version.split(".")[:2])
        is_virtual = environment.prefix != environment.base_prefix
        self.is_private = entry.kind == "site" and (is_virtual or f"python{version}" in entry.path)
        self.found: dict[str, list[str]] = defaultdict(list)
        self.foreign: dict[str, list[str]] = defaultdict(list)  # by cache tag

    def walk(self) -> None:
        is_site = self.entry.kind == "site"
        packages = {name for name, is_package in self.entry.names if is_package}
        for folder, folders, files in os.walk(self.entry.path):
            key = os.path.realpath(folder)
            if key in self.seen or "pyvenv.cfg" in files:
                folders.clear()
                continue
            self.seen.add(key)
            self.progress(folder)
            cached = "__pycache__" in folders or "__pycache__" in files
            if folder == self.entry.path and not is_site:
                folders[:] = [name for name in folders if name in packages]
            folders[:] = [name for name in folders if name.isidentifier() and name != "__pycache__"]
            self._folder(folder, {name for name in files if name.endswith(".py")}, cached=cached)
            for name in files:
                if name.endswith(".pyc"):
                    self._standing_alone(os.path.join(folder, name))

    def _folder(self, folder: str, sources: set[str], *, cached: bool) -> None:
        self.modules += len(sources)
        environment = self.environment
        uncached = set(sources)
        place = os.path.join(folder, locations.PYCACHE)
        if environment.pycache_prefix is not None:
            # What other interpreters, or this one without the prefix, have left in __pycache__ is not used.
            place = os.path.dirname(self._location(os.path.join(folder, "x.py")))
            cached = os.path.isdir(place)
        files = sorted(os.listdir(place)) if cached and os.path.isdir(place) else []
        for name in files:
            source = name.partition(".")[0] + ".py"
            if self._is_fresh(os.path.join(place, name), os.path.join(folder, source), exists=source in sources):
                uncached.discard(source)
        if uncached and not self._may_write(place, folder):
            self.found["unwritable"] += [os.path.join(folder, name) for name in sorted(uncached)]
        elif uncached and environment.dont_write_bytecode:
            self.found["not written"] += [os.path.join(folder, name) for name in sorted(uncached)]

    def _location(self, source: str) -> str:
        return locations.bytecode_location(source, self.environment.cache_tag, prefix=self.environment.pycache_prefix)

    @staticmethod
    def _may_write(place: str, folder: str) -> bool:
        if os.path.lexists(place):
            return os.path.isdir(place) and os.access(place, os.W_OK | os.X_OK)
        above = folder if os.path.basename(place) == locations.PYCACHE else place
        while not os.path.exists(above):
            above = os.path.dirname(above)
        return os.access(above, os.W_OK | os.X_OK)

    def _is_fresh(self, path: str, source: str, *, exists: bool) -> bool:
        """Put one file of a ``__pycache__`` folder where it belongs; tell whether it serves unoptimised starts."""
        try:
            # The name's form does not depend on the tag, which only has to be given.
            locations.source_location(path, self.environment.cache_tag, self.environment.pycache_prefix)
        except ValueError:
            return False  # other tools keep files of their own there
        if not path.endswith(locations.BYTECODE_SUFFIX):
            return False
        tag = os.path.basename(path).split(".")[1]
        if tag != self.environment.cache_tag:
            if self.environment.pycache_prefix is None and (self.is_private or not is_installed(tag)):
                self.foreign[tag].append(path)
            return False
        if not exists:
            if self.environment.pycache_prefix is None:
                self.found["orphaned"].append(path)
            return False
        state = self._judge(path, source)
        if state is not None:
            self.found[state].append(path)
        return state is None and ".opt-" not in os.path.basename(path)

    def _judge(self, path: str, source: str) -> str | None:
        """Return what is wrong with a bytecode file that an import would use, None when nothing is."""
        try:
            status = os.stat(source)
            with open(path, "rb") as file:
                data = file.read(header.SIZE + 1)
        except OSError:
            return "unreadable"
        magic = self.environment.magic
        head = header.parse(data)
        if head is not None and head.hash_based and head.magic == magic and not head.unknown_flags:
            return self._judge_hash(head, source, damaged=len(data) == header.SIZE)
        verdict = validity.judge(
            data, source, mtime=status.st_mtime, size=status.st_size, read_source=lambda: b"", magic=magic
        )
        if isinstance(verdict, validity.Fresh):
            # The header passes, so the import reads on, and fails.
            return "damaged" if len(data) == header.SIZE else None
        return "stale" if isinstance(verdict, validity.Stale) else "refused"

    def _judge_hash(self, head: header.Header, source: str, *, damaged: bool) -> str | None:
        if damaged:
            return "damaged"
        if head.magic != MAGIC_NUMBER:
            return None  # the hash depends on the interpreter, and this one cannot make the other's
        with open(source, "rb") as file:
            if hash_of(file.read()) == head.hash:
                return None
        return "stale" if head.check_source else "wrong"

    def _standing_alone(self, path: str) -> None:
        """Judge a bytecode file that is imported as it is, where no source stands beside it."""
        if os.path.exists(path[:-1]) or os.path.basename(path).count(".") > 1:
            return
        with open(path, "rb") as file:
            magic = file.read(4)
        if magic != self.environment.magic:
            self.found["alone, foreign"].append(path)
        elif self.environment.owner_of(path) is None:
            self.found["alone"].append(path)

    def findings(self) -> list[Finding]:
        """Return one finding for each list that is not empty."""
        where, executable = self.entry.path, self.environment.executable
        found = [bytecode_finding(what, files, where, executable) for what, files in sorted(self.found.items())]
        return found + [foreign_finding(tag, files, where) for tag, files in sorted(self.foreign.items())]


def is_installed(tag: str) -> bool:
    """Tell whether an interpreter whose cache tag is *tag* can be started by its name: it has a right to its files."""
    known = re.fullmatch(r"(cpython-|pypy)(\d)(\d+)", tag)
    if tag == sys.implementation.cache_tag or known is None:
        return known is not None
    kind, major, minor = known.groups()
    return shutil.which(f"{'python' if kind == 'cpython-' else kind}{major}.{minor}") is not None
