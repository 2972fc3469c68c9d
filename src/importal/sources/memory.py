"""Modules in memory: a mapping from paths to text or bytes, reached as ``memory://NAME``."""

from __future__ import annotations

import marshal
import time
from collections.abc import Iterator, Mapping, MutableMapping

from ..errors import SourceError
from ..interpreter import sha256
from .contents import Contents
from .tree import File, Tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .places import Place

__all__ = ["Memory", "keep_all", "mounted", "opened", "restore"]

# The ones that path entries reach, by name.
mounted: dict[str, Memory] = {}


class Memory(Tree, MutableMapping[str, bytes]):
    """A source in memory. Used as a mapping, its keys are relative paths with slashes, its values bytes.

    Text is kept as UTF-8. It is reached as ``memory://name``, in place of another of that name, until :meth:`unmount`.
    What is added or changed later is seen by later imports; a module that is loaded stays. Raises SourceError for a
    name that no path entry could hold, and for paths that lead out of the tree or contradict each other.
    """

    def __init__(self, name: str, files: Mapping[str, str | bytes] | None = None) -> None:
        root = f"memory://{name}"
        if not name or set(name) & set("/#?"):
            raise SourceError(root, None, f"{name!r} cannot be named in a path entry", "choose a name without / # ?")
        super().__init__(root, {})
        self.name = name
        self._held: dict[str, tuple[bytes, File]] = {}
        self._changes = 0
        self.update(files or {})
        mounted[name] = self

    def unmount(self) -> None:
        """Let path entries no longer reach it."""
        if mounted.get(self.name) is self:
            del mounted[self.name]

    def stamp(self, location: str) -> int | None:
        """Return the number of changes so far, None where there is no folder."""
        return None if super().stamp(location) is None else self._changes

    def fetch(self, path: str, file: File) -> bytes:
        """Return the bytes of a file."""
        return self._held[path][0]

    # ------------------------------------------------------------ as a mapping

    def __getitem__(self, path: str) -> bytes:
        return self._held[path][0]

    def __setitem__(self, path: str, data: str | bytes) -> None:
        self.update({path: data})

    def __delitem__(self, path: str) -> None:
        held = dict(self._held)
        del held[path]
        self._keep(held)

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)

    def update(self, files: Mapping[str, str | bytes]) -> None:  # type: ignore[override]
        """Add all of *files*, or none when one of them is refused."""
        self._keep({**self._held, **{path: _held(data) for path, data in files.items()}})

    def _keep(self, held: dict[str, tuple[bytes, File]]) -> None:
        self._index({path: file for path, (_, file) in held.items()})
        self._held = held
        self._changes += 1


def keep_all() -> str | None:
    """Keep everything mounted in the user's cache, and return by which digest another process can :func:`restore` it.

    None when nothing is mounted, or the cache cannot be written.
    """
    if not mounted:
        return None
    data = marshal.dumps([(name, dict(source.items())) for name, source in sorted(mounted.items())])
    digest: str = sha256(data).hexdigest()
    contents = Contents()
    contents.put(digest, data)
    return digest if contents.hindrance is None else None


def restore(digest: str) -> None:
    """Mount what another process has kept; what is mounted here already stays. Raises SourceError."""
    data = Contents().get(digest)
    if data is None:
        advice = "let IMPORTAL_CACHE name a directory that both processes can use"
        raise SourceError("memory://", None, f"what the parent process had mounted (sha256 {digest}) is gone", advice)
    for name, files in marshal.loads(data):
        if name not in mounted:
            Memory(name, files)


def _held(data: str | bytes) -> tuple[bytes, File]:
    kept = data.encode() if isinstance(data, str) else bytes(data)
    return kept, File(sha256(kept).hexdigest(), len(kept), time.time())


def opened(place: Place) -> Memory:
    """Return the source of a ``memory://NAME`` entry. Raises SourceError when there is none of that name."""
    name = place.address.partition("://")[2]
    try:
        return mounted[name]
    except KeyError:
        known = ", ".join(sorted(mounted)) or "none"
        advice = f"make one with importal.sources.memory.Memory({name!r}, files); there are: {known}"
        raise SourceError(place.root, None, "there is no source of this name in this process", advice) from None
