"""Contents by their sha256, kept in the user's cache directory: what was fetched once is never fetched again.

A content is found by what it is, so nothing here can be out of date, and all of it can be deleted at any time. Every
content is compared with its name when it is fetched and when it is read: what is damaged is as if it were not there.
"""

from __future__ import annotations

import os
import sys
import time

from .. import files
from ..caches import cache_folder
from ..interpreter import sha256
from ..machine import Machine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Contents", "Turn"]


class Contents:
    """The contents below *folder* (by default in the user's cache). What cannot be written there is kept in memory."""

    def __init__(self, folder: str | None = None) -> None:
        self.folder = os.path.join(cache_folder(), "contents") if folder is None else folder
        self._held: dict[str, bytes] = {}
        # Why nothing could be written, the last time that nothing could.
        self.hindrance: str | None = None

    def path(self, digest: str) -> str:
        """Return where the content with this sha256 lies, or would."""
        return os.path.join(self.folder, digest[:2], digest)

    def get(self, digest: str) -> bytes | None:
        """Return the content with this sha256, None when it is not here."""
        held = self._held.get(digest)
        if held is not None:
            return held
        try:
            with Machine.open(self.path(digest), "rb") as file:
                data = file.read()
        except OSError:
            return None
        return data if sha256(data).hexdigest() == digest else None

    def put(self, digest: str, data: bytes) -> None:
        """Keep *data*, whose sha256 is *digest*."""
        written = files.write(self.path(digest), data, 0o600)
        if not written:
            self.hindrance = written.reason
            self._held[digest] = data

    def missing(self, digests: Iterable[str]) -> list[str]:
        """Return those of *digests* that are not here, each once. Asks for one listing of each folder, no more."""
        wanted = [digest for digest in dict.fromkeys(digests) if digest not in self._held]
        present: set[str] = set()
        for start in {digest[:2] for digest in wanted}:
            try:
                present.update(os.listdir(os.path.join(self.folder, start)))
            except OSError:
                continue  # no such folder yet, or none that can be read: nothing of it is here
        return [digest for digest in wanted if digest not in present]


class Turn:
    """A context in which one process at a time is, by a lock on *path*; so that one fetches what many need.

    Where the lock cannot be had (a read-only disk, a process that hangs for *patience* seconds) it is entered without:
    fetching twice is slower, and nothing worse.
    """

    def __init__(self, path: str, patience: float = 60) -> None:
        self._path = path
        self._patience = patience
        self._descriptor: int | None = None

    def __enter__(self) -> None:
        try:
            os.makedirs(os.path.dirname(self._path), exist_ok=True)
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            return
        for pause in _pauses(self._patience):
            if _try_lock(self._descriptor):
                return
            time.sleep(pause)

    def __exit__(self, *_: object) -> None:
        if self._descriptor is not None:
            # With the descriptor the lock goes.
            os.close(self._descriptor)
            self._descriptor = None


def _pauses(patience: float) -> Iterator[float]:
    """Yield how long to wait before each further attempt: soon at first, then ten times a second."""
    end = time.monotonic() + patience
    pause = 0.005
    while time.monotonic() < end:
        yield pause
        pause = min(pause * 2, 0.1)


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
