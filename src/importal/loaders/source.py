"""Loading a module from its source, by way of its cached bytecode where that is valid.

:class:`SourceLoader` holds the one algorithm; where the bytes come from and go to is left to four methods
(``path_stats``, ``get_data``, ``set_data``, ``source_to_code``), so that files, archives and databases share it.
"""

from __future__ import annotations

import marshal
import sys

from .. import files
from ..bytecode import header, validity
from ..bytecode.cache import cache_from_source
from ..events import host_events
from ..interpreter import MAGIC_NUMBER, external, import_frame, is_importlibs, rename_code, source_hash
from ..locations import bytecode_location
from ..machine import VERSION, Machine
from .base import CodeLoader
from .decoding import decode_source
from .file import FileLoader

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from types import CodeType
    from typing import Any

    from ..events import Events
    from ..state import StateLike

__all__ = ["SourceFileLoader", "SourceLoader", "code_from_bytecode", "compile_source"]

_Code: type[CodeType] = type((lambda: None).__code__)


class SourceLoader(CodeLoader):
    """Loads a module from source that ``get_filename`` names and ``get_data`` reads."""

    # What decides where bytecode is kept and whether it is written, and who hears about it. A loader that belongs to
    # a private system has its own.
    state: StateLike = sys
    events: Events = host_events
    # Who has the code already, and where: a pack, which gives it once.
    _packed: tuple[Any, Any] | None = None

    def path_mtime(self, path: str) -> float:
        """Return when the source at *path* was last changed, in seconds. Raises OSError when that is not known."""
        raise OSError

    def path_stats(self, path: str) -> dict[str, Any]:
        """Return ``mtime`` (seconds) and, where known, ``size`` (bytes) of the source at *path*. Raises OSError."""
        return {"mtime": self.path_mtime(path)}

    def set_data(self, path: str, data: bytes) -> None:
        """Keep *data*, a bytecode file, at *path*; a loader that cannot does nothing."""

    def _cache_bytecode(self, source_path: str, cache_path: str, data: bytes) -> None:
        return self.set_data(cache_path, data)

    if TYPE_CHECKING:

        def get_data(self, path: str) -> bytes: ...

    def get_source(self, fullname: str) -> str:
        """Return the decoded source of *fullname* with universal newlines. Raises ImportError if it cannot be read."""
        path = self.get_filename(fullname)
        try:
            source = self.get_data(path)
        except OSError as error:
            raise ImportError("source not available through get_data()", name=fullname) from error
        return decode_source(source)

    if sys.version_info >= (3, 15):

        def source_to_code(self, data: Any, path: str, fullname: str | None = None, *, _optimize: int = -1) -> CodeType:
            """Compile *data* (bytes, str or AST) that comes from *path*; *fullname* is known to warning filters."""
            return compile(data, path, "exec", dont_inherit=True, optimize=_optimize, module=fullname)

    else:

        def source_to_code(self, data: Any, path: str, *, _optimize: int = -1) -> CodeType:
            """Compile *data* (bytes, str or AST) that comes from *path*."""
            return compile(data, path, "exec", dont_inherit=True, optimize=_optimize)

    source_to_code = import_frame(source_to_code)

    def get_code(self, fullname: str) -> CodeType:
        """Return the code of *fullname*: its cached bytecode when that is valid, its compiled source otherwise.

        A source that was compiled is cached, unless ``dont_write_bytecode`` is set. Raises what reading and compiling
        the source raise, and ImportError, EOFError, ValueError or TypeError for a valid header over broken code.
        """
        path = self.get_filename(fullname)
        if self._packed is not None:
            pack, place = self._packed
            if not pack.sealed:
                self._packed = None  # whoever asks again is told what the files say by then
            code = pack.code(place, fullname, path)
            if code is not None:
                return code  # type: ignore[no-any-return]
        cached = self._cache_location(path)
        status = self._status_of(path) if cached is not None else None
        previous = None
        if cached is not None and status is not None:
            bytecode = self._bytecode(fullname, cached)
            if bytecode is not None:
                verdict = self._judge(bytecode, fullname, path, status)
                if tell := self.events.hearers.bytecode:
                    outcome = type(verdict).__name__.lower()
                    tell(outcome, fullname, location=cached, reason=verdict.reason)
                if isinstance(verdict, validity.Fresh):
                    return code_from_bytecode(bytecode, fullname, cached, path)
                previous = verdict.header if isinstance(verdict, validity.Stale) else None
        source = self.get_data(path)
        if tell := self.events.hearers.source:
            tell("read", fullname, location=path, size=len(source))
        code = compile_source(self, source, path, fullname)
        if tell := self.events.hearers.source:
            tell("compiled", fullname, location=path)
        if cached is not None and status is not None:
            self._keep(fullname, path, cached, code, source, status, previous)
        return code

    get_code = import_frame(get_code)

    def _cache_location(self, path: str) -> str | None:
        state = self.state
        tag = state.implementation.cache_tag
        if tag is None:
            return None
        if state is sys and external.cache_from_source not in _USUAL:
            # Hooks that change the code of modules put their own function there for a while: what they compile is kept
            # elsewhere.
            return external.cache_from_source(path)  # type: ignore[no-any-return]
        return bytecode_location(path, tag, state.flags.optimize or "", state.pycache_prefix)

    _cache_location = import_frame(_cache_location)

    def _status_of(self, path: str) -> dict[str, Any] | None:
        try:
            return self.path_stats(path)
        except OSError:
            return None  # whether bytecode is valid cannot be known, so it is neither read nor written

    def _bytecode(self, fullname: str, location: str) -> bytes | None:
        try:
            return self.get_data(location)
        except OSError as error:
            if tell := self.events.hearers.bytecode:
                reason = f"{type(error).__name__}: {error}"
                tell("missing", fullname, location=location, reason=reason)
            return None

    def _judge(self, bytecode: bytes, fullname: str, path: str, status: dict[str, Any]) -> validity.Verdict:
        mtime, size = status["mtime"], status.get("size")
        if size is not None and bytecode.startswith(header.timestamp_header(MAGIC_NUMBER, mtime, size)):
            return _MATCHES
        return validity.judge(bytecode, fullname, mtime=mtime, size=size, read_source=lambda: self.get_data(path))

    def _keep(
        self,
        fullname: str,
        path: str,
        cached: str,
        code: CodeType,
        source: bytes,
        status: dict[str, Any],
        previous: header.Header | None,
    ) -> None:
        """Cache *code*. A hash-based file is replaced by one of its own kind, so that it stays reproducible."""
        if self.state.dont_write_bytecode:
            if tell := self.events.hearers.store:
                tell("skipped", fullname, location=cached, reason="dont_write_bytecode is set")
            return
        if previous is not None and previous.hash_based:
            head = header.hash_header(MAGIC_NUMBER, source_hash(source), checked=previous.check_source)
        else:
            head = header.timestamp_header(MAGIC_NUMBER, status["mtime"], len(source))
        # marshal marks an object that is referred to more than once; a second reference makes the bytes the same
        # whatever the interpreter keeps of its own.
        references = [code]
        try:
            self._cache_bytecode(path, cached, head + marshal.dumps(references[0]))
        except NotImplementedError:
            pass  # a loader's way to say that it keeps nothing


# What stands there when importal is loaded may be a program's already.
_USUAL = (cache_from_source, *([external.cache_from_source] if is_importlibs(external.cache_from_source) else []))
_MATCHES = validity.Fresh("modification time and size match")


def compile_source(loader: Any, source: bytes, path: str, fullname: str) -> CodeType:
    """Compile by *loader*'s own ``source_to_code``, which knows the module's name from CPython 3.15 on."""
    if VERSION >= (3, 15):
        return loader.source_to_code(source, path, fullname)  # type: ignore[no-any-return]
    return loader.source_to_code(source, path)  # type: ignore[no-any-return]


compile_source = import_frame(compile_source)


def code_from_bytecode(data: bytes, name: str, location: str, path: str | None = None) -> CodeType:
    """Return the code object behind the header of the bytecode file *data*, which says that it comes from *path*.

    Raises ImportError when the file holds something else, EOFError, ValueError or TypeError when it is broken.
    """
    code = marshal.loads(memoryview(data)[header.SIZE :])
    if not isinstance(code, _Code):
        raise ImportError(f"Non-code object in {location!r}", name=name, path=location)
    if path is not None and code.co_filename != path:
        rename_code(code, path)
    return code


class SourceFileLoader(FileLoader, SourceLoader):
    """Loads a module from a source file of this machine, its bytecode beside it (PEP 3147)."""

    reads_code = True
    # The status a finder saw when it found the file. An import under way uses it, once; any later use asks again.
    _found: os.stat_result | None = None
    # The files of a pack, for those that are not on the disk.
    _carried: Any = None

    @import_frame
    def get_data(self, path: str) -> bytes:
        """Return the bytes of the file *path*. Raises OSError."""
        try:
            return super().get_data(path)
        except OSError:
            carried = None if self._carried is None else self._carried.read(path)
            if carried is None:
                raise
            return carried  # type: ignore[no-any-return]

    def get_resource_reader(self, name: str | None = None) -> Any:
        """Return a reader of the files beside the module (``importlib.resources``)."""
        folder = Machine.folder_of(self.path)
        if self._carried is not None and not Machine.is_directory(folder):
            reader = self._carried.reader(folder)
            if reader is not None:
                return reader
        return super().get_resource_reader(name)

    def path_stats(self, path: str) -> dict[str, Any]:
        """Return ``mtime`` (seconds) and ``size`` (bytes) of the file *path*. Raises OSError."""
        status = self._found
        if status is not None:
            try:
                del self._found
            except AttributeError:
                status = None  # another thread has used it
        if status is None or path != self.path or not self._is_importing():
            status = Machine.stat(path)
        return {"mtime": status.st_mtime, "size": status.st_size}

    def _is_importing(self) -> bool:
        """Tell whether the module is being imported now, by this loader."""
        spec = getattr(self.state.modules.get(self.name), "__spec__", None)
        return getattr(spec, "loader", None) is self and getattr(spec, "_initializing", False)

    def _cache_bytecode(self, source_path: str, cache_path: str, data: bytes) -> None:
        return self.set_data(cache_path, data, _mode=files.source_mode(source_path))

    def set_data(self, path: str, data: bytes, *, _mode: int = 0o666) -> None:
        """Write *data* to the file *path*, whole or not at all; what hinders it is announced, not raised."""
        written = files.write(path, data, _mode)
        if tell := self.events.hearers.store:
            outcome = "written" if written else "failed"
            tell(outcome, self.name, location=path, reason=written.reason)
