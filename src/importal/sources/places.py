"""Path entries that are URLs: which place they name, and how much of them may be shown.

``scheme://address[#release][/folder]``: the address is what is opened, the release one of those that are kept there,
the folder a part of its tree. Without a release the address ends where its kind of place does: at a database's name, at
a file that is there, at a component that is named like an archive.
"""

from __future__ import annotations

import os

from ..errors import SourceError

__all__ = ["ARCHIVE_SUFFIXES", "SQL_SCHEMES", "Place", "is_url", "parse", "without_secrets"]

ARCHIVE_SUFFIXES = (".zip", ".whl", ".pyz", ".egg")
SQL_SCHEMES = frozenset({"cockroachdb", "mariadb", "mssql", "mysql", "oracle", "postgres", "postgresql", "sqlite"})

_DIGEST = "sha256:"
_HEXADECIMAL = frozenset("0123456789abcdef")


class Place:
    """What a path entry names. ``address`` may hold a password; ``root``, which modules show as their place, does not.

    ``scheme`` is without a driver (``postgresql`` for ``postgresql+psycopg``), ``release`` None for the current one.
    """

    __slots__ = ("address", "folder", "release", "root", "scheme")

    def __init__(self, scheme: str, address: str, release: str | None, folder: str) -> None:
        self.scheme = scheme
        self.address = address
        self.release = release
        self.folder = folder
        shown = without_secrets(address)
        self.root = shown if release is None else f"{shown}#{release}"

    @property
    def digest(self) -> str | None:
        """The digest that the release is pinned by (``#sha256:...``), or None."""
        return self.release[len(_DIGEST) :] if self.release is not None and self.release.startswith(_DIGEST) else None

    def __repr__(self) -> str:
        return f"Place({self.root!r}, folder={self.folder!r})"


def is_url(entry: str) -> bool:
    """Tell whether *entry* begins with a scheme.

    >>> is_url("memory://plugins"), is_url("/lib"), is_url("C:/lib")
    (True, False, False)
    """
    scheme, mark, _ = entry.partition("://")
    return bool(mark) and scheme[:1].isalpha() and scheme.isascii() and not set(scheme) - _SCHEME_CHARACTERS


_SCHEME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.")


def parse(entry: str) -> Place:
    """Return the place that *entry* names. Raises SourceError for a URL that names none.

    >>> place = parse("postgresql://me:secret@host/db#v1/pkg")
    >>> place.root, place.release, place.folder
    ('postgresql://me@host/db#v1', 'v1', 'pkg')
    """
    scheme = entry.partition("://")[0].partition("+")[0].lower()
    address, mark, tail = entry.partition("#")
    if mark:
        release, _, folder = tail.partition("/")
        _check_release(entry, release)
    else:
        release, (address, folder) = None, _cut(scheme, address)
    if not address.partition("://")[2]:
        raise SourceError(without_secrets(entry), None, "it names no place", "write what comes after ://")
    return Place(scheme, address, release, folder.strip("/"))


def _check_release(entry: str, release: str) -> None:
    digest = release.removeprefix(_DIGEST)
    if not release or (digest != release and (len(digest) != 64 or set(digest) - _HEXADECIMAL)):
        advice = "write #NAME, or #sha256: and 64 hexadecimal digits"
        raise SourceError(without_secrets(entry), None, f"{release!r} is no release", advice)


def _cut(scheme: str, address: str) -> tuple[str, str]:
    """Return (address, folder) for a URL without a release."""
    head, _, rest = address.partition("://")
    parts = rest.split("/")
    if scheme == "memory":
        count = 1
    elif scheme == "sqlite":
        count = _database_parts(parts)
    elif scheme in SQL_SCHEMES:
        count = 2
    else:
        named = [at for at, part in enumerate(parts, 1) if part.partition("?")[0].endswith(ARCHIVE_SUFFIXES)]
        count = named[0] if named else len(parts)
    return f"{head}://{'/'.join(parts[:count])}", "/".join(parts[count:])


def _database_parts(parts: list[str]) -> int:
    """Return how many of the *parts* of a path make up the database: up to the first that is a file."""
    for count in range(2, len(parts)):
        if os.path.isfile(database_file("/".join(parts[:count]))):
            return count
    return len(parts)


def database_file(rest: str) -> str:
    """Return the path in what comes after ``sqlite://``: three slashes before a relative one, four before an absolute.

    >>> database_file("/modules.db"), database_file("//data/modules.db")
    ('modules.db', '/data/modules.db')
    """
    return rest.partition("?")[0].removeprefix("/")


def without_secrets(url: str) -> str:
    """Return *url* without password, and without the values of its query, which may be keys or signatures.

    >>> without_secrets("https://me:secret@host/pkg.zip?signature=0123")
    'https://me@host/pkg.zip'
    """
    head, mark, rest = url.partition("://")
    if not mark:
        return url
    rest, hash_mark, fragment = rest.partition("#")
    rest = rest.partition("?")[0]
    authority, slash, path = rest.partition("/")
    user, at, host = authority.rpartition("@")
    authority = f"{user.partition(':')[0]}@{host}" if at and ":" in user else authority
    return f"{head}://{authority}{slash}{path}{hash_mark}{fragment}"
