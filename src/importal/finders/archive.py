"""Finding and loading modules in zip archives (PEP 273); the classes and names of ``zipimport``."""

from __future__ import annotations

import os
import sys

from ..bytecode import validity
from ..import_errors import ZipImportError
from ..interpreter import EXTENSION_SUFFIXES, import_frame
from ..loaders.base import CodeLoader
from ..loaders.decoding import decode_source
from ..loaders.kept import KeptBytecode
from ..loaders.module import spec_from_loader
from ..loaders.placed import PlacedExtensionLoader
from ..loaders.source import code_from_bytecode
from ..locations import SEPARATOR
from ..machine import VERSION
from ..sources.archive import Member, archive_in, folders_of, read_directory, read_member
from ..sources.archive_files import ArchiveFiles
from ..spec import ModuleSpec
from .legacy import LegacyEntryFinder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, ModuleType
    from typing import Any


__all__ = ["ZipImportError", "directories", "zipimporter"]

# The directories of the archives in use, by path. Programs look here (pkgutil among them), and clear it.
directories: dict[str, dict[str, Member | None]] = {}

# In this order, in which a package goes before a module and bytecode before source (documented for zipimport).
_CANDIDATES = tuple(
    (f"{base}{suffix}", suffix == ".pyc", bool(base))
    for base in (f"{SEPARATOR}__init__", "")
    for suffix in (".pyc", ".py")
)
# Archives know a time to two seconds.
_TOLERANCE = 1


class _Found:
    """The member that defines a module. ``code`` is there when the member had to be read to know that it is valid.

    ``refused`` says why bytecode that has no source beside it cannot be executed.
    """

    __slots__ = ("code", "is_bytecode", "is_package", "member", "path", "refused")

    def __init__(self, archive: str, member: Member, is_package: bool, code: bytes | None, refused: str | None) -> None:
        self.member = member
        self.path = f"{archive}{SEPARATOR}{member.name}"
        self.is_bytecode = code is not None
        self.is_package = is_package
        self.code = code
        self.refused = refused


class zipimporter(LegacyEntryFinder, CodeLoader):  # noqa: N801, the name that zipimport's has
    """Finds and loads the modules in a zip archive, or in one folder of it (``app.zip/lib``).

    ``archive`` is the path of the archive, ``prefix`` the folder with a closing separator or ``""``. Raises
    ZipImportError, an ImportError, when *path* names no archive.
    """

    def __init__(self, path: str) -> None:
        self.archive, folder = archive_in(path)
        if self.archive not in directories:
            directories[self.archive] = read_directory(self.archive)
        self.prefix = folder + SEPARATOR if folder else ""
        self._kept = KeptBytecode(self.archive)
        self._folders: tuple[object, frozenset[str]] = (None, frozenset())
        # The last module located: find_spec locates what get_code then loads.
        self._last: tuple[str, object, _Found] | None = None
        if VERSION < (3, 13):
            self._files = directories[self.archive]

    def __repr__(self) -> str:
        return f'<zipimporter object "{self.archive}{SEPARATOR}{self.prefix}">'

    # ------------------------------------------------------------ finding

    def find_spec(self, fullname: str, target: object = None) -> ModuleSpec | None:
        """Return the spec of *fullname* if this folder of the archive holds it, else None.

        A folder without ``__init__`` is a portion of a namespace package, whether the archive lists it or only what is
        in it (PEP 420).
        """
        found = self._locate(fullname)
        if found is not None:
            return spec_from_loader(fullname, self, is_package=found.is_package)
        library = self._library(fullname)
        if library is not None:
            return library
        folder = self.prefix + fullname.rpartition(".")[2]
        if folder not in self._folder_names():
            return None
        spec = ModuleSpec(fullname, None, is_package=True)
        assert spec.submodule_search_locations is not None
        spec.submodule_search_locations.append(f"{self.archive}{SEPARATOR}{folder}")
        return spec

    def source_and_folder(self) -> tuple[ArchiveFiles, str]:
        """Return the archive as a source, and this folder's location in it."""
        return ArchiveFiles(self.archive, self._get_files()), f"{self.archive}{SEPARATOR}{self.prefix}".rstrip(
            SEPARATOR
        )

    def invalidate_caches(self) -> None:
        """Read the archive's directory again; an archive that is gone holds nothing."""
        try:
            directories[self.archive] = read_directory(self.archive)
        except ZipImportError:
            directories.pop(self.archive, None)
        self._kept = KeptBytecode(self.archive)
        if VERSION < (3, 13):
            self._files = directories.get(self.archive, {})

    def _get_files(self) -> dict[str, Member | None]:
        """Return the archive's members by name, {} when it is gone or broken."""
        if VERSION < (3, 13):
            return self._files
        try:
            members = directories[self.archive]
        except KeyError:
            try:
                members = directories[self.archive] = read_directory(self.archive)
            except ZipImportError:
                members = {}
        return members

    def _folder_names(self) -> frozenset[str]:
        """Return every folder in the archive, without closing separator."""
        members = self._get_files()
        if self._folders[0] is not members:
            self._folders = (members, folders_of(members))
        return self._folders[1]

    def _locate(self, fullname: str) -> _Found | None:
        """Return the first member that defines *fullname* and is valid, or None."""
        members = self._get_files()
        last = self._last
        if last is not None and last[0] == fullname and last[1] is members:
            return last[2]
        base = self.prefix + fullname.rpartition(".")[2]
        refused = None
        for suffix, is_bytecode, is_package in _CANDIDATES:
            member = members.get(base + suffix)
            if member is None:
                continue
            code = reason = None
            if is_bytecode:
                code = read_member(self.archive, member)
                reason = self._flaw(code, fullname, member, members)
            found = _Found(self.archive, member, is_package, code, reason)
            if reason is None:
                self._last = (fullname, members, found)
                return found
            refused = refused or found
        # Bytecode that cannot be executed still defines the module where nothing else does: loading it says why not.
        return refused

    def _library(self, fullname: str) -> ModuleSpec | None:
        """Return the spec of an extension module, which is loaded from a copy outside the archive."""
        members = self._get_files()
        base = self.prefix + fullname.rpartition(".")[2]
        for stem in (f"{base}{SEPARATOR}__init__", base):
            for suffix in EXTENSION_SUFFIXES:
                if stem + suffix in members:
                    location = f"{self.archive}{SEPARATOR}{stem}{suffix}"
                    loader = PlacedExtensionLoader(fullname, location, ArchiveFiles(self.archive, members))
                    spec = spec_from_loader(fullname, loader, is_package=stem != base)
                    assert spec is not None
                    return spec
        return None

    def _flaw(self, code: bytes, fullname: str, member: Member, members: dict[str, Member | None]) -> str | None:
        """Return why the bytecode in *member* may not be executed: foreign, or older than its source. None: it may."""
        source = members.get(member.name[:-1])
        if source is None:
            refused = validity.refusal(code, fullname)
            return None if refused is None else refused.reason
        verdict = validity.judge(
            code,
            fullname,
            mtime=source.mtime,
            size=source.size,
            read_source=lambda: read_member(self.archive, source),
            tolerance=_TOLERANCE,
        )
        return None if isinstance(verdict, validity.Fresh) else verdict.reason

    def _require(self, fullname: str) -> _Found:
        if not isinstance(fullname, str):
            raise TypeError(f"expected str, not {type(fullname)!r}")
        found = self._locate(fullname)
        if found is None:
            raise ZipImportError(f"can't find module {fullname!r}", name=fullname)
        return found

    # ------------------------------------------------------------ loading

    def get_code(self, fullname: str) -> CodeType:
        """Return the code of *fullname*. Raises ZipImportError when the archive does not hold it."""
        found = self._require(fullname)
        if found.refused is not None:
            cause = ImportError(found.refused, name=fullname, path=found.member.name)
            raise ZipImportError(f"module load failed: {found.refused}", name=fullname) from cause
        if found.is_bytecode:
            data = read_member(self.archive, found.member) if found.code is None else found.code
            found.code = None
            try:
                return code_from_bytecode(data, fullname, found.path, found.path)
            except ImportError:
                raise TypeError(f"compiled module {found.path!r} is not a code object") from None
        member = found.member
        return self._kept.code(
            member, found.path, fullname, lambda: _compile(read_member(self.archive, member), found.path, fullname)
        )

    get_code = import_frame(get_code)

    def get_source(self, fullname: str) -> str | None:
        """Return the source of *fullname*, None when only its bytecode is there. Raises ZipImportError."""
        found = self._require(fullname)
        name = found.member.name
        source = self._get_files().get(name[:-1] if found.is_bytecode else name)
        return None if source is None else decode_source(read_member(self.archive, source))

    def get_filename(self, fullname: str) -> str:
        """Return what ``__file__`` is to be: the archive's path with the member's behind it. Raises ZipImportError."""
        return self._require(fullname).path

    def is_package(self, fullname: str) -> bool:
        """Tell whether *fullname* is a package. Raises ZipImportError when the archive does not hold it."""
        return self._require(fullname).is_package

    def get_data(self, pathname: str) -> bytes:
        """Return the bytes of a member, named with or without the archive's path. Raises OSError."""
        name = pathname.replace(os.altsep, SEPARATOR) if os.altsep else pathname
        name = name.removeprefix(self.archive + SEPARATOR)
        members = self._get_files()
        member = members.get(name)
        if member is not None:
            return read_member(self.archive, member)
        if name in members:
            return b""  # a folder that the archive does not list reads as one that it does
        raise OSError(0, "", name)

    def get_resource_reader(self, fullname: str) -> Any:
        """Return a reader of the files beside *fullname*; up to CPython 3.12 None when it is no package."""
        if sys.version_info < (3, 13):
            found = self._locate(fullname)
            if found is None or not found.is_package:
                return None
        from importlib.readers import ZipReader

        return ZipReader(self, fullname)  # type: ignore[arg-type]

    if sys.version_info < (3, 15):

        def load_module(self, fullname: str) -> ModuleType:
            """Load *fullname* into ``sys.modules`` and return it. Deprecated: use ``exec_module``."""
            import warnings

            method = "zipimport.zipimporter."
            warnings.warn(
                f"'{method}load_module' is deprecated and slated for removal in Python 3.15; use {method}exec_module() "
                "instead"
                if VERSION >= (3, 14)
                else f"{method}load_module() is deprecated and slated for removal in Python 3.12; use exec_module() "
                "instead",
                DeprecationWarning,
                stacklevel=2,
            )
            self._require(fullname)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # said already, in this method's own words
                return super().load_module(fullname)


@import_frame
def _compile(source: bytes, path: str, fullname: str) -> CodeType:
    # Archives made elsewhere carry the line ends of elsewhere, and the compiler wants a last one.
    text = source.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if sys.version_info >= (3, 15):
        return compile(text, path, "exec", dont_inherit=True, module=fullname)
    return compile(text, path, "exec", dont_inherit=True)
