"""The files at a place that fsspec reaches: asked for with few round trips, and without a password in any error.

fsspec works in a thread of its own, and raises what the libraries raise that it stands on, whose words have the URL in
them. Both are dealt with here: whatever goes wrong is a SourceError in words of ours.
"""

from __future__ import annotations

import errno
import functools
import os
import re
from urllib.parse import quote, unquote

from ... import files
from ...errors import SourceError
from .facts import Facts, each, facts_of, heads, on_loop
from .local import LocalFiles, local_path
from .web import WebFiles, can_be_asked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from ..places import Place

__all__ = ["Remote", "patience"]

# Seconds without an answer, where IMPORTAL_TIMEOUT does not say.
_PATIENCE = 30.0
# A tree that is deeper, or has more files, is one that leads back into itself, or no tree of modules.
_DEEPEST = 64
_FILES_MOST = 200_000
# Folders in which there is nothing to import.
_PASSED_OVER = frozenset({"__pycache__", ".git"})
_HTTP = frozenset({"http", "https"})
# What a file of this machine's own may meet with while it is written.
_NO_ROOM = frozenset({errno.ENOSPC, errno.EROFS, errno.EFBIG, errno.EDQUOT})
_INSTALL = "install it with: pip install 'importal[remote]'"


def patience(place: Place) -> float:
    """Return how long to wait for an answer (seconds): ``IMPORTAL_TIMEOUT``. Raises SourceError when that is none."""
    said = os.environ.get("IMPORTAL_TIMEOUT")
    try:
        seconds = float(said) if said else _PATIENCE
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 1e6:
        raise SourceError(place.root, place.release, f"IMPORTAL_TIMEOUT is {said!r}", "write a number of seconds")
    return seconds


class Remote:
    """The file or folder that *place* names. Paths are relative to it; the empty path is the place itself.

    Connected when first asked something, and anew in a process that was forked. Every failure is a SourceError.
    """

    def __init__(self, place: Place) -> None:
        self.place = place
        self.web = place.scheme in _HTTP
        # A question mark is the beginning of a query on the web only; elsewhere it may be part of a name.
        self._base, mark, query = place.address.partition("?") if self.web else (place.address, "", "")
        self._query = mark + query
        self._root = ""
        self._connections: list[tuple[int, Any]] = []

    @property
    def at_hand(self) -> bool:
        """Whether these are files of this machine."""
        return self.place.scheme in {"file", "local"}

    # ------------------------------------------------------------ reading

    def read(self, path: str = "") -> bytes | None:
        """Return the bytes of a file, None when it is not there."""
        found: bytes | None = self._do(lambda system: system.cat_file(self._at(path)), self._for_one(path))
        return found

    def read_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Return the bytes of those of *paths* that are there: one round trip, where the place allows that."""
        wanted = list(paths)
        found = self._do(lambda system: each(system, "cat_file", [self._at(path) for path in wanted])) or ()
        return {path: data for path, data in zip(wanted, found, strict=False) if data is not None}

    def download(self, file: str) -> bool:
        """Write the place's own bytes to the local *file*; False when there are none. Raises OSError for *file*."""
        done = self._do(lambda system: (system.get_file(self._at(""), file), True)[1])
        return done is not None

    def facts(self) -> Facts | None:
        """Return what is known of the place itself, None when it is not there."""
        if self.web:
            alone = self._for_one("")
            if alone is not None:
                known: Facts | None = self._do(lambda system: system.head(self._at("")), alone)
                return known
            found = self._do(lambda system: on_loop(system, heads, system, [self._at("")]))
            return None if found is None else found[0]
        entry = self._do(lambda system: system.info(self._at("")))
        return None if entry is None else facts_of(entry)

    def walk(self) -> dict[str, Facts] | None:
        """Return every file below the place by its path, None when there is nothing.

        Object stores list all at once. The web knows pages of links: one round trip for each level of folders, and
        another for what the files are.
        """
        if self.web:
            found = self._walk_web()
        elif self.at_hand:
            found = dict(self._walk_local())
        else:
            found = self._do(self._find) or {}
        return {path: found[path] for path in sorted(found)} or None

    def names(self, folder: str) -> list[str]:
        """Return the names of the files in a folder below the place; none when it is not there."""

        def listed(system: Any) -> list[str]:
            system.invalidate_cache()
            return sorted(entry["name"] for entry in system.ls(self._at(folder), detail=True))

        return [name.rstrip("/").replace(os.sep, "/").rpartition("/")[2] for name in self._do(listed) or ()]

    # ------------------------------------------------------------ writing

    def write(self, path: str, data: bytes) -> None:
        """Write a file so that a reader sees all of it or what was there before."""
        if self.at_hand:
            self._connected()
            written = files.write(self._at(path), data)
            if not written:
                advice = "see that there is room, and that it can be written to"
                raise SourceError(self.place.root, self.place.release, f"{path}: {written.reason}", advice)
            return

        def put(system: Any) -> bool:
            if system.async_impl:  # an object store: a file appears whole
                system.pipe_file(self._at(path), data)
            else:
                system.makedirs(self._at(path).rpartition("/")[0], exist_ok=True)
                partial = f"{self._at(path)}.{os.getpid()}.part"
                system.pipe_file(partial, data)
                system.mv(partial, self._at(path))
            return True

        self._do(put)

    def delete(self, paths: Iterable[str]) -> None:
        """Remove files; one that is not there is none to remove."""
        for location in map(self._at, paths):
            self._do(functools.partial(_remove, location))

    # ------------------------------------------------------------ the ways there

    def _at(self, path: str) -> str:
        if self.web:
            return f"{self._base.rstrip('/')}/{quote(path)}{self._query}" if path else self._base + self._query
        return f"{self._root.rstrip('/')}/{path}" if path else self._root

    def _for_one(self, path: str) -> WebFiles | None:
        """Return what asks for one file of the web, None where fsspec does, because it is there or elsewhere."""
        if not self.web or self._connections or not can_be_asked(self._at(path)):
            return None
        return WebFiles(patience(self.place))

    def _do(self, what: Callable[[Any], Any], system: Any = None) -> Any:
        """Return what *what* makes of the file system, None for a file that is not there. Raises SourceError."""
        try:
            return what(system or self._connected())
        except FileNotFoundError:
            return None
        except SourceError:
            raise
        except Exception as error:
            # Each library below fsspec has errors of its own, with the URL in their text.
            if isinstance(error, OSError) and error.errno in _NO_ROOM:
                raise
            failure = self._failed(error)
        # Outside: the library's error would hang on to this one, and be shown.
        raise failure

    def _connected(self) -> Any:
        # fsspec's connections and its thread are of no use to a forked child. They are kept all the same: what closes
        # them would wait for that thread.
        if not self._connections or self._connections[-1][0] != os.getpid():
            self._connections.append((os.getpid(), self._connect()))
        return self._connections[-1][1]

    def _connect(self) -> Any:
        if self.at_hand:
            self._root = local_path(self._base)
            return LocalFiles()
        try:
            # Looked up in a thread of the resolver's, which would have to wait for the one that imports this.
            import encodings.idna  # noqa: F401, loading it is what it is for

            import fsspec

            system, self._root = fsspec.core.url_to_fs(self._base, skip_instance_cache=True, **self._options())
        except ImportError as error:
            missing = (error.name or str(error)).partition(".")[0]
            failure = SourceError(self.place.root, self.place.release, f"{missing} is not installed", _INSTALL)
        else:
            return system
        raise failure

    def _options(self) -> dict[str, Any]:
        seconds = patience(self.place)
        if self.web:
            import aiohttp

            # Of each wait, not of the whole: a large file over a slow line may take its time.
            waits = aiohttp.ClientTimeout(total=None, connect=seconds, sock_connect=seconds, sock_read=seconds)
            return {"client_kwargs": {"timeout": waits, "trust_env": True}}
        if self.place.scheme in {"s3", "s3a"}:
            return {"config_kwargs": {"connect_timeout": seconds, "read_timeout": seconds}}
        return {}

    def _failed(self, error: Exception) -> SourceError:
        status = getattr(error, "status", None)
        advice = "see that it can be reached, and that its URL is right"
        kinds = " ".join(kind.__name__ for kind in type(error).__mro__)
        if isinstance(status, int):
            said = getattr(error, "message", None) or getattr(error, "reason", None) or ""
            words = f"the server answered {status} {said}".rstrip()
            if status in {401, 403, 407}:
                advice = "see that it may be read with the credentials at hand"
        elif isinstance(error, PermissionError):
            words, advice = "access was refused", "see that it may be read with the credentials at hand"
        elif "Timeout" in kinds:
            words = f"no answer within {patience(self.place):g} seconds"
            advice = f"{advice}; IMPORTAL_TIMEOUT sets how long to wait"
        elif "PayloadError" in kinds or "IncompleteRead" in kinds:
            words, advice = "the answer ended too soon", "try again"
        else:
            words = f"{type(error).__name__}: {self._shown(str(error).strip().partition(chr(10))[0])}"
        return SourceError(self.place.root, self.place.release, words, advice)

    def _shown(self, words: str) -> str:
        """Return *words* without the secrets that the address holds."""
        authority, _, _ = self._base.partition("://")[2].partition("/")
        password = authority.rpartition("@")[0].partition(":")[2]
        values = [value for pair in re.split("[?&;]", self._query) if (value := pair.partition("=")[2] or pair)]
        for secret in filter(None, [password, self._query, *values]):
            for form in {secret, unquote(secret), quote(secret)}:
                words = words.replace(form, "...")
        return words

    # ------------------------------------------------------------ walking

    def _find(self, system: Any) -> dict[str, Facts]:
        system.invalidate_cache()
        prefix = f"{self._root.rstrip('/')}/"
        found = {
            name[len(prefix) :]: facts_of(entry)
            for name, entry in system.find(self._root, detail=True).items()
            if name.startswith(prefix) and not name.endswith("/")
        }
        return {path: facts for path, facts in found.items() if not _PASSED_OVER & set(path.split("/"))}

    def _walk_local(self) -> Iterator[tuple[str, Facts]]:
        self._connected()
        waiting: list[tuple[str, tuple[str, ...]]] = [("", (os.path.realpath(self._root),))]
        while waiting:
            folder, above = waiting.pop()
            try:
                entries = list(os.scandir(self._at(folder) if folder else self._root))
            except FileNotFoundError:
                continue
            except OSError as error:
                reason = f"{folder or 'the folder'} cannot be listed ({error.strerror})"
                raise self._no_tree(reason, "see that it may be read") from error
            for entry in entries:
                path = f"{folder}/{entry.name}" if folder else entry.name
                if entry.is_dir() and entry.name not in _PASSED_OVER:
                    real = os.path.realpath(entry.path)
                    if real in above:
                        raise self._no_tree(f"{path} is a link to a folder it lies in", "remove the link")
                    waiting.append((path, (*above, real)))
                elif entry.is_file():
                    status = entry.stat()
                    yield path, Facts(None, status.st_size, status.st_mtime)

    def _walk_web(self) -> dict[str, Facts]:
        if self._query:
            raise self._no_tree("a URL with a query names one file, and no folder", "name an archive or a store")
        base = f"{self._base.rstrip('/')}/"
        folders, found = [base], dict[str, None]()
        for _ in range(_DEEPEST):
            pages = self._do(functools.partial(_pages, folders)) or ()
            folders = []
            for entry in (entry for page in pages if page is not None for entry in page):
                url = entry["name"]
                path = unquote(url[len(base) :])
                # Pages link to themselves in another order, to the folder above and to anywhere else.
                if not url.startswith(base) or set("?#") & set(url) or _PASSED_OVER & set(path.split("/")):
                    continue
                if entry["type"] == "directory":
                    folders.append(url)
                else:
                    found[url] = None
            folders = list(dict.fromkeys(folders))
            if not folders or len(found) > _FILES_MOST:
                break
        if folders:
            raise self._no_tree("its folders have no end", "see what its pages link to")
        facts = self._do(lambda system: on_loop(system, heads, system, list(found))) or ()
        return {unquote(url[len(base) :]): one for url, one in zip(found, facts, strict=True) if one is not None}

    def _no_tree(self, reason: str, advice: str) -> SourceError:
        return SourceError(self.place.root, self.place.release, reason, advice)


def _remove(location: str, system: Any) -> None:
    system.rm_file(location)


def _pages(urls: list[str], system: Any) -> list[Any]:
    return each(system, "ls", urls)
