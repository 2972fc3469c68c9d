"""A store in a database: SQLite with nothing installed, others by way of SQLAlchemy.

Four tables. ``importal_content`` holds bytes by their sha256, ``importal_manifest`` manifests by theirs,
``importal_release`` the names of releases with their manifests, in the order of their ``number``, and
``importal_current`` in its one row the number of the release that is current.
"""

from __future__ import annotations

import _thread
import os

from ..errors import SourceError
from .places import database_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from .places import Place

__all__ = ["TABLES", "Database", "SqlShelf", "connected"]

TABLES = (
    """CREATE TABLE IF NOT EXISTS importal_content
    (digest VARCHAR(64) PRIMARY KEY, size BIGINT NOT NULL, data {bytes} NOT NULL)""",
    "CREATE TABLE IF NOT EXISTS importal_manifest (digest VARCHAR(64) PRIMARY KEY, data {bytes} NOT NULL)",
    """CREATE TABLE IF NOT EXISTS importal_release
    (name VARCHAR(200) PRIMARY KEY, number INTEGER NOT NULL UNIQUE,
    manifest VARCHAR(64) NOT NULL REFERENCES importal_manifest (digest), published VARCHAR(32) NOT NULL)""",
    "CREATE TABLE IF NOT EXISTS importal_current (id INTEGER PRIMARY KEY, number INTEGER NOT NULL)",
)

# As many values as a statement may have everywhere.
_VALUES_MOST = 30_000
_INSTALL_SQL = "install it with: pip install 'importal[sql]'"


class Database:
    """A connection that is made when it is first needed. Every failure is a SourceError without the password."""

    def __init__(self, place: Place, *, writes: bool = False) -> None:
        self._place = place
        self._writes = writes
        self._one_at_a_time = _thread.allocate_lock()
        self._connection: Any = None
        self._errors: tuple[type[Exception], ...] = ()

    #: What a column of bytes is called.
    @property
    def bytes_type(self) -> str:
        return {"postgresql": "BYTEA", "postgres": "BYTEA", "cockroachdb": "BYTEA", "mysql": "LONGBLOB"}.get(
            self._place.scheme, "BLOB"
        )

    @property
    def is_file(self) -> bool:
        """Whether it is a file of this machine."""
        return self._place.scheme == "sqlite"

    def rows(self, sql: str, **values: object) -> list[Any]:
        """Return the rows of a query. Raises SourceError."""
        return self._do(lambda connection: connection.rows(sql, values))  # type: ignore[no-any-return]

    def change(self, statements: Iterable[tuple[str, dict[str, object]]]) -> None:
        """Carry out all *statements* in one transaction, or none. Raises SourceError."""
        self._do(lambda connection: connection.change(statements))

    def close(self) -> None:
        """End the connection, if there is one."""
        with self._one_at_a_time:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _do(self, what: Callable[[Any], Any]) -> Any:
        with self._one_at_a_time:
            if self._connection is None:
                self._connection = self._connect()
            try:
                return what(self._connection)
            except self._connection.errors as error:
                raise self._failed(error) from None

    def _connect(self) -> Any:
        if self.is_file:
            return _File(self._place, writes=self._writes)
        try:
            return _Server(self._place)
        except ImportError as error:
            missing = error.name or "sqlalchemy"
            raise SourceError(
                self._place.root, self._place.release, f"{missing} is not installed", _INSTALL_SQL
            ) from error

    def _failed(self, error: Exception) -> SourceError:
        words = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        password = _password(self._place.address)
        if password:
            words = words.replace(password, "...")
        if any(hint in words for hint in ("no such table", "does not exist", "doesn't exist")):
            base = self._place.root.partition("#")[0]
            advice = f"publish something there first: importal publish SRC --to {base}"
        else:
            advice = "see that the database can be reached, and that its URL is right"
        return SourceError(self._place.root, self._place.release, words, advice)


class _File:
    """SQLite, by the standard library."""

    def __init__(self, place: Place, *, writes: bool) -> None:
        import sqlite3

        self.errors = (sqlite3.Error,)
        path = database_file(place.address.partition("://")[2])
        if not writes and not os.path.isfile(path):
            advice = "write it after sqlite:/// (relative) or sqlite://// (absolute), or make it with importal publish"
            raise SourceError(place.root, place.release, "there is no such file", advice)
        address = f"file:{_quoted(os.path.abspath(path))}?mode={'rwc' if writes else 'ro'}"
        try:
            self._connection = sqlite3.connect(
                address, uri=True, isolation_level=None, timeout=30, check_same_thread=False
            )
        except sqlite3.Error as error:
            raise SourceError(
                place.root, place.release, str(error), "see that its folder is there and can be written to"
            ) from None

    def rows(self, sql: str, values: dict[str, object]) -> list[Any]:
        return self._connection.execute(sql, values).fetchall()

    def change(self, statements: Iterable[tuple[str, dict[str, object]]]) -> None:
        # Taken at once: two that read first and then both want to write would refuse each other.
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            for sql, values in statements:
                self._connection.execute(sql, values)
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def close(self) -> None:
        self._connection.close()


class _Server:
    """Any database that SQLAlchemy knows."""

    def __init__(self, place: Place) -> None:
        import sqlalchemy
        from sqlalchemy.exc import SQLAlchemyError

        self.errors = (SQLAlchemyError,)
        self._text = sqlalchemy.text
        self._engine = sqlalchemy.create_engine(_with_driver(place.address), pool_pre_ping=True)

    def rows(self, sql: str, values: dict[str, object]) -> list[Any]:
        with self._engine.connect() as connection:
            return list(connection.execute(self._text(sql), values))

    def change(self, statements: Iterable[tuple[str, dict[str, object]]]) -> None:
        with self._engine.begin() as connection:
            for sql, values in statements:
                connection.execute(self._text(sql), values)

    def close(self) -> None:
        self._engine.dispose()


# Drivers of PostgreSQL, the one that is asked for first in front; SQLAlchemy itself would insist on one.
_DRIVERS = ("psycopg", "psycopg2", "pg8000")


def _with_driver(address: str) -> str:
    """Return *address* with a driver that is installed, where it names none."""
    scheme, _, rest = address.partition("://")
    if scheme not in {"postgres", "postgresql"}:
        return address
    from importlib.util import find_spec

    installed = next((driver for driver in _DRIVERS if find_spec(driver) is not None), _DRIVERS[0])
    return f"postgresql+{installed}://{rest}"


def _password(address: str) -> str:
    user, at, _ = address.partition("://")[2].partition("/")[0].rpartition("@")
    return user.partition(":")[2] if at else ""


def _quoted(path: str) -> str:
    """Return *path* for a ``file:`` URL."""
    path = path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return path if os.sep == "/" else "/" + path.replace(os.sep, "/")


class SqlShelf:
    """A store in a database, for reading."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.at_hand = database.is_file

    def manifest_digest(self, release: str | None) -> tuple[str, str] | None:
        """Return (name, digest of the manifest) of a release, None: of the current one. Raises SourceError."""
        if release is None:
            rows = self._database.rows(
                "SELECT r.name, r.manifest FROM importal_release r JOIN importal_current c ON c.number = r.number"
            )
        else:
            rows = self._database.rows("SELECT name, manifest FROM importal_release WHERE name = :name", name=release)
        return (rows[0][0], rows[0][1]) if rows else None

    def manifest(self, digest: str) -> bytes | None:
        """Return the manifest with this sha256, None when there is none. Raises SourceError."""
        rows = self._database.rows("SELECT data FROM importal_manifest WHERE digest = :digest", digest=digest)
        return bytes(rows[0][0]) if rows else None

    def contents(self, digests: list[str]) -> Iterator[tuple[str, bytes]]:
        """Yield (sha256, bytes) of those of *digests* that there are. Raises SourceError."""
        for start in range(0, len(digests), _VALUES_MOST):
            values = {f"d{number}": digest for number, digest in enumerate(digests[start : start + _VALUES_MOST])}
            names = ", ".join(f":{name}" for name in values)
            sql = f"SELECT digest, data FROM importal_content WHERE digest IN ({names})"
            for digest, data in self._database.rows(sql, **values):
                yield digest, bytes(data)


def connected(place: Place) -> SqlShelf:
    """Return the store in the database that *place* names. Nothing is connected to yet."""
    return SqlShelf(Database(place))
