"""Manifests: which files a release has, and the sha256 of each. The digest of a manifest is the release's own.

Text in UTF-8. The first line is ``importal manifest 1``; each further line is one file: the sha256 of its bytes in
hexadecimal digits, its size in bytes, its modification time in whole seconds, and its path, separated by one space,
sorted by path. The same files give the same bytes.
"""

from __future__ import annotations

from ..errors import SourceError
from ..interpreter import sha256
from .tree import File

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FIRST_LINE", "digest_of", "read", "write"]

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
    found: dict[str, File] = {}
    try:
        first, *lines = manifest.decode().split(_BREAK)
        if first != FIRST_LINE or lines[-1:] != [""]:
            raise ValueError(f"it begins with {first!r:.80}")
        for line in lines[:-1]:
            content, size, mtime, path = line.split(" ", 3)
            if len(content) != 64 or set(content) - _HEXADECIMAL or path in found:
                raise ValueError(f"{line!r:.200} is no line of it")
            found[path] = File(content, int(size), int(mtime))
    except ValueError as error:
        advice = "read it with the importal it was published with, or publish it anew"
        raise SourceError(root, f"sha256:{digest}", f"its manifest cannot be read ({error})", advice) from error
    return found
