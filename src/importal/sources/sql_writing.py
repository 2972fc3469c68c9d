"""Writing to a store in a database: each change is one transaction, and no two of them go on at the same time."""

from __future__ import annotations

from ..errors import SourceError
from . import manifest as manifests
from .sql import TABLES, Database, chunks
from .store import Published

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from .places import Place

__all__ = ["SqlWriter", "writer"]

_RELEASES = """SELECT r.name, r.manifest, r.published, r.number, c.number FROM importal_release r
LEFT JOIN importal_current c ON c.id = 1 ORDER BY r.number"""


class SqlWriter:
    """A store in a database, for writing (the protocol is ``store.Writer``)."""

    def __init__(self, place: Place) -> None:
        self._place = place
        # What is only looked at is not made by that.
        self._reading = Database(place)
        self._writing = Database(place, writes=True)

    def releases(self) -> list[Published]:
        """Return the releases, oldest first. Raises SourceError."""
        return _releases(self._reading.rows(_RELEASES)) if self._is_there() else []

    def lacking(self, digests: list[str]) -> list[str]:
        """Return those of *digests* that are not there yet, each once. Raises SourceError."""
        wanted = list(dict.fromkeys(digests))
        if not self._is_there():
            return wanted
        return _lacking(lambda sql, values: self._reading.rows(sql, **values), wanted)

    def publish(
        self, name: str, digest: str, manifest: bytes, contents: Iterable[tuple[str, bytes]], published: str
    ) -> None:
        """Add a release and make it current. Raises SourceError, and then nothing was added."""
        # Where the tables are, no right to make any is needed.
        makes_tables = not self._is_there()
        files = manifests.read(manifest, self._place.root, digest)
        named = list(dict.fromkeys(file.digest for file in files.values()))

        def work(transaction: Any) -> None:
            if makes_tables:
                for table in TABLES:
                    transaction.do(table.format(bytes=self._writing.bytes_type), {})
            if transaction.rows("SELECT 1 FROM importal_release WHERE name = :name", {"name": name}):
                raise self._error(f"there is a release {name!r} already", "choose another name")
            # Others may have brought some, or removed some, since this one asked.
            missing = set(_lacking(transaction.rows, named))
            for content, data in contents:
                if content in missing:
                    missing.remove(content)
                    insert = "INSERT INTO importal_content (digest, size, data) VALUES (:digest, :size, :data)"
                    transaction.do(insert, {"digest": content, "size": len(data), "data": data})
            if missing:
                reason = "another process has removed contents that this release needs while it was being published"
                raise self._error(reason, "publish it again")
            if not transaction.rows("SELECT 1 FROM importal_manifest WHERE digest = :digest", {"digest": digest}):
                insert = "INSERT INTO importal_manifest (digest, data) VALUES (:digest, :data)"
                transaction.do(insert, {"digest": digest, "data": manifest})
            number = (transaction.rows("SELECT MAX(number) FROM importal_release", {})[0][0] or 0) + 1
            insert = """INSERT INTO importal_release (name, number, manifest, published)
                VALUES (:name, :number, :manifest, :published)"""
            values = {"name": name, "number": number, "manifest": digest, "published": published}
            transaction.do(insert, values)
            _point_to(transaction, number)

        self._writing.transaction(work)

    def make_current(self, name: str) -> None:
        """Make a release the current one. Raises SourceError."""

        def work(transaction: Any) -> None:
            found = transaction.rows("SELECT number FROM importal_release WHERE name = :name", {"name": name})
            if not found:
                raise self._missing(name)
            _point_to(transaction, found[0][0])

        self._change(name, work)

    def remove(self, names: list[str]) -> tuple[int, int]:
        """Remove releases and what only they name: return (contents, bytes). Raises SourceError.

        The current release is refused: those who name none could not go on.
        """

        def work(transaction: Any) -> tuple[int, int]:
            present = {release.name: release for release in _releases(transaction.rows(_RELEASES, {}))}
            for name in names:
                if name not in present:
                    raise self._missing(name)
                if present[name].current:
                    raise self._error(f"{name!r} is the current release", "make another one current first")
                transaction.do("DELETE FROM importal_release WHERE name = :name", {"name": name})
            return self._sweep(transaction, {one.manifest for one in present.values() if one.name not in names})

        return self._change(names[0], work) if names else (0, 0)

    def close(self) -> None:
        """End the connections."""
        self._reading.close()
        self._writing.close()

    def _sweep(self, transaction: Any, kept: set[str]) -> tuple[int, int]:
        """Remove all manifests but *kept*, and the contents that none of these names; return (contents, bytes)."""
        needed: set[str] = set()
        for (digest,) in transaction.rows("SELECT digest FROM importal_manifest", {}):
            if digest in kept:
                select = "SELECT data FROM importal_manifest WHERE digest = :digest"
                manifest = bytes(transaction.rows(select, {"digest": digest})[0][0])
                files = manifests.read(manifest, self._place.root, digest)
                needed.update(file.digest for file in files.values())
            else:
                transaction.do("DELETE FROM importal_manifest WHERE digest = :digest", {"digest": digest})
        sizes = dict(tuple(row) for row in transaction.rows("SELECT digest, size FROM importal_content", {}))
        unneeded = [digest for digest in sizes if digest not in needed]
        for brackets, values in chunks(unneeded):
            transaction.do(f"DELETE FROM importal_content WHERE digest IN ({brackets})", values)
        return len(unneeded), sum(sizes[digest] for digest in unneeded)

    def _is_there(self) -> bool:
        return self._reading.exists() and self._reading.has_table(_LAST_TABLE)

    def _change(self, name: str, work: Callable[[Any], Any]) -> Any:
        """Do *work* with the release *name* in a transaction, where there is a store."""
        if not self._is_there():
            raise self._missing(name)
        return self._writing.transaction(work)

    def _missing(self, name: str) -> SourceError:
        root = self._place.root
        return self._error(f"there is no release {name!r}", f"importal releases {root} lists what there is")

    def _error(self, reason: str, advice: str) -> SourceError:
        return SourceError(self._place.root, None, reason, advice)


# It is made last.
_LAST_TABLE = "importal_current"


def _releases(rows: list[Any]) -> list[Published]:
    return [Published(name, manifest, moment, number == current) for name, manifest, moment, number, current in rows]


def _lacking(rows: Callable[[str, dict[str, object]], list[Any]], wanted: list[str]) -> list[str]:
    present: set[str] = set()
    for brackets, values in chunks(wanted):
        present.update(
            row[0] for row in rows(f"SELECT digest FROM importal_content WHERE digest IN ({brackets})", values)
        )
    return [digest for digest in wanted if digest not in present]


def _point_to(transaction: Any, number: int) -> None:
    """Make the release of this number the current one."""
    if transaction.rows("SELECT 1 FROM importal_current WHERE id = 1", {}):
        transaction.do("UPDATE importal_current SET number = :number WHERE id = 1", {"number": number})
    else:
        transaction.do("INSERT INTO importal_current (id, number) VALUES (1, :number)", {"number": number})


def writer(place: Place) -> SqlWriter:
    """Return the store in the database that *place* names, for writing. Nothing is connected to yet."""
    return SqlWriter(place)
