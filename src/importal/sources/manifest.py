"""Manifests: which files a release has, and the sha256 of each. The digest of a manifest is the release's own.

Text in UTF-8. The first line is ``importal manifest 1``; each further line is one file: the sha256 of its bytes in
hexadecimal digits, its size in bytes, its modification time in whole seconds, and its path, separated by one space,
sorted by path. The same files give the same bytes.
"""

from __future__ import annotations

import marshal

from ..errors import SourceError
from ..interpreter import sha256
from .tree import File, folders_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

    # Each folder's names, by its path, in marshal's format: (sha256, size, time) of a file, None for a folder. A start
    # looks into some of hundreds of folders.
    Folders: TypeAlias = dict[str, bytes]

__all__ = ["FIRST_LINE", "digest_of", "folders", "read", "write"]

FIRST_LINE = "importal manifest 1"

# What is no line break here is none: str.splitlines knows more of them.
_BREAK = "\n"
_HEXADECIMAL = frozenset("0123456789abcdef")


def write(files: Mapping[str, File]) -> bytes:
    """Return the manifest of *files*, which are known by their paths."""
    lines = [f"{file.digest} {file.st_size} {int(file.st_mtime)} {path}" for path, file in sorted(files.items())]
    return (_BREAK.join([FIRST_LINE, *lines]) + _BREAK).encode()


def digest_of(manifest: bytes) -> str:
    """Return the sha256 of *manifest* in hexadecimal digits."""
    return sha256(manifest).hexdigest()  # type: ignore[no-any-return]


def read(manifest: bytes, root: str, digest: str) -> dict[str, File]:
    """Return the files in *manifest* by their paths.

    Raises SourceError, in which the release is called *digest* and its place *root*, for bytes that have another
    digest or are no manifest.
    """
    if digest_of(manifest) != digest:
        advice = "what was fetched is damaged or not what was published: try again, then publish it anew"
        raise SourceError(root, f"sha256:{digest}", f"its manifest has the sha256 {digest_of(manifest)}", advice)
    try:
        first, *lines = manifest.decode().split(_BREAK)
        if first != FIRST_LINE or lines[-1:] != [""]:
            raise ValueError(f"it begins with {first!r:.80}")
        return _files(lines[:-1])
    except ValueError as error:
        advice = "read it with the importal it was published with, or publish it anew"
        raise SourceError(root, f"sha256:{digest}", f"its manifest cannot be read ({error})", advice) from error


def folders(manifest: bytes, root: str, digest: str) -> Folders:
    """Return the files in *manifest* as plain values, folder by folder. Raises SourceError, as :func:`read` does."""
    return {
        folder: marshal.dumps(
            {
                name: None if file is None else (file.digest, file.st_size, int(file.st_mtime))
                for name, file in names.items()
            }
        )
        for folder, names in folders_of(root, read(manifest, root, digest)).items()
    }


def _files(lines: list[str]) -> dict[str, File]:
    """Return the files that *lines* are, by their paths. Raises ValueError."""
    found: dict[str, File] = {}
    for line in lines:
        content, size, mtime, path = line.split(" ", 3)
        found[path] = File(content, int(size), int(mtime))
    # Of the thousands that there may be each is looked at by itself only where something is wrong.
    if len(found) != len(lines) or not _are_digests([file.digest for file in found.values()]):
        seen = set()
        for line in lines:
            content, _, _, path = line.split(" ", 3)
            if not _are_digests([content]) or path in seen:
                raise ValueError(f"{line!r:.200} is no line of it")
            seen.add(path)
    return found


def _are_digests(digests: list[str]) -> bool:
    return set(map(len, digests)) <= {64} and not set("".join(digests)) - _HEXADECIMAL
