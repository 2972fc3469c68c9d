"""A store in a database: SQLite with nothing installed, others by way of SQLAlchemy.

Four tables. ``importal_content`` holds bytes by their sha256, ``importal_manifest`` manifests by theirs,
``importal_release`` the names of releases with their manifests, in the order of their ``number``, and
``importal_current`` in its one row the number of the release that is current.
"""

from __future__ import annotations

import _thread
import os
from contextlib import closing

from ..errors import SourceError
from ..interpreter import sqlite
from .places import database_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from .places import Place

__all__ = ["TABLES", "Database", "SqlShelf", "chunks", "connected"]

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
# How long a SQLite database is waited for that another process writes to (seconds).
_PATIENCE = 30
# The advisory lock that who writes to a store in PostgreSQL takes: any number that nobody else has taken.
_WRITERS_LOCK = 0x696D706F7274616C
# What to do when a database says one of these.
_ADVICE = {
    (
        "no such table",
        "does not exist",
        "doesn't exist",
    ): "publish something there first: importal publish SRC --to {base}",
    ("readonly", "read-only", "permission denied"): "ask for the right to write there",
    ("disk is full", "no space left", "disk i/o error"): "nothing was changed; make room, then try again",
    ("is locked", "unique constraint", "duplicate key"): "another process is writing to it: try again",
}
_INSTALL_SQL = "install it with: pip install 'importal[sql]'"


class Database:
    """A connection that is made when it is first needed. Every failure is a SourceError without the password."""

    def __init__(self, place: Place, *, writes: bool = False) -> None:
        self._place = place
        self._writes = writes
        self._one_at_a_time = _thread.allocate_lock()
        self._connection: Any = None
        self._process = os.getpid()
        # What a fork has brought along: kept, as closing it would drop locks that are its parent's.
        self._inherited: Any = None

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

    def exists(self) -> bool:
        """Tell whether there is something to connect to; of a server that is only known by connecting."""
        return not self.is_file or os.path.isfile(database_file(self._place.address.partition("://")[2]))

    def rows(self, sql: str, **values: object) -> list[Any]:
        """Return the rows of a query. Raises SourceError."""
        return self._do(lambda connection: connection.rows(sql, values))  # type: ignore[no-any-return]

    def has_table(self, name: str) -> bool:
        """Tell whether there is a table of this name. Raises SourceError."""
        return self._do(lambda connection: connection.has_table(name))  # type: ignore[no-any-return]

    def transaction(self, work: Callable[[Any], Any]) -> Any:
        """Call *work* in a transaction that no other writer of a store is in, and return what it returns.

        It is given what has ``rows(sql, values)`` and ``do(sql, values)``. When it raises, nothing has been done.
        Raises SourceError.
        """
        return self._do(lambda connection: connection.transaction(work))

    def close(self) -> None:
        """End the connection, if there is one."""
        with self._one_at_a_time:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _do(self, what: Callable[[Any], Any]) -> Any:
        with self._one_at_a_time:
            if self._connection is None or self._process != os.getpid():
                # A connection is not shared with a forked child, which has one of its own.
                self._inherited = self._connection
                self._connection, self._process = self._connect(), os.getpid()
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
        for secret in _secrets(self._place.address):
            words = words.replace(secret, "...")
        base = self._place.root.partition("#")[0]
        known = (text for hints, text in _ADVICE.items() if any(hint in words.lower() for hint in hints))
        advice = next(known, "see that the database can be reached, and that its URL is right").format(base=base)
        return SourceError(self._place.root, self._place.release, words, advice)


class _File:
    """SQLite, by the standard library."""

    def __init__(self, place: Place, *, writes: bool) -> None:
        sqlite3 = sqlite()

        self.errors = (sqlite3.Error,)
        path = database_file(place.address.partition("://")[2])
        if not writes and not os.path.isfile(path):
            advice = "write it after sqlite:/// (relative) or sqlite://// (absolute), or make it with importal publish"
            raise SourceError(place.root, place.release, "there is no such file", advice)
        self._address = f"file:{_quoted(os.path.abspath(path))}?mode="
        try:
            self._connection = self._connect("rwc" if writes else "ro")
            if writes:
                # Readers are kept out while a transaction is being written down, and not while it grows.
                self._connection.execute("PRAGMA cache_spill = OFF")
        except sqlite3.Error as error:
            raise SourceError(
                place.root, place.release, str(error), "see that its folder is there and can be written to"
            ) from None

    def _connect(self, mode: str) -> Any:
        sqlite3 = sqlite()

        return sqlite3.connect(
            self._address + mode, uri=True, isolation_level=None, timeout=_PATIENCE, check_same_thread=False
        )

    def __del__(self) -> None:
        # Sources are forgotten, not closed; from Python 3.13 on a connection that nobody has closed complains.
        connection = getattr(self, "_connection", None)
        if connection is not None:
            connection.close()

    def rows(self, sql: str, values: dict[str, object]) -> list[Any]:
        sqlite3 = sqlite()

        try:
            return self._connection.execute(sql, values).fetchall()  # type: ignore[no-any-return]
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_READONLY_ROLLBACK:
                raise
            # A writer was killed while it wrote a transaction down. Taking back what it wrote is writing.
            with closing(self._connect("rw")) as writing:
                writing.execute("SELECT COUNT(*) FROM sqlite_master")
            return self._connection.execute(sql, values).fetchall()  # type: ignore[no-any-return]

    def do(self, sql: str, values: dict[str, object]) -> None:
        self._connection.execute(sql, values)

    def has_table(self, name: str) -> bool:
        return bool(self.rows("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = :name", {"name": name}))

    def transaction(self, work: Callable[[Any], Any]) -> Any:
        # Taken at once: two that read first and then both want to write would refuse each other.
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            result = work(self)
            self._connection.execute("COMMIT")
        except BaseException:
            # A full disk has ended the transaction by itself.
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
        return result

    def close(self) -> None:
        self._connection.close()


class _Server:
    """Any database that SQLAlchemy knows."""

    def __init__(self, place: Place) -> None:
        import sqlalchemy
        from sqlalchemy.exc import SQLAlchemyError

        self.errors = (SQLAlchemyError,)
        self._sqlalchemy = sqlalchemy
        try:
            # A process asks a few questions and is done: it keeps no connection open, which a fork would share.
            self._engine = sqlalchemy.create_engine(_with_driver(place.address), poolclass=sqlalchemy.pool.NullPool)
        except (SQLAlchemyError, ValueError) as error:
            reason = str(error).partition("\n")[0]
            raise SourceError(place.root, place.release, reason, "write the URL as SQLAlchemy has it") from None

    def rows(self, sql: str, values: dict[str, object]) -> list[Any]:
        with self._engine.connect() as connection:
            return list(connection.execute(self._sqlalchemy.text(sql), values))

    def has_table(self, name: str) -> bool:
        with self._engine.connect() as connection:
            return bool(self._sqlalchemy.inspect(connection).has_table(name))

    def transaction(self, work: Callable[[Any], Any]) -> Any:
        with self._engine.begin() as connection:
            within = _Within(connection, self._sqlalchemy.text)
            if connection.dialect.name == "postgresql":
                # The lock goes with the transaction, however that ends. It is there before the tables are.
                within.rows("SELECT pg_advisory_xact_lock(:lock)", {"lock": _WRITERS_LOCK})
            return work(within)

    def close(self) -> None:
        self._engine.dispose()


class _Within:
    """A transaction of such a database."""

    def __init__(self, connection: Any, text: Callable[[str], Any]) -> None:
        self._connection = connection
        self._text = text

    def rows(self, sql: str, values: dict[str, object]) -> list[Any]:
        return list(self._connection.execute(self._text(sql), values))

    def do(self, sql: str, values: dict[str, object]) -> None:
        self._connection.execute(self._text(sql), values)


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


def _secrets(address: str) -> set[str]:
    """Return what must not be shown of *address*: a password, as it is written and as it is meant, or a value."""
    from urllib.parse import parse_qsl, unquote

    rest, _, query = address.partition("://")[2].partition("?")
    user, at, _ = rest.partition("/")[0].rpartition("@")
    password = user.partition(":")[2] if at else ""
    values = {value for name, value in parse_qsl(query) if any(word in name.lower() for word in _SECRET_WORDS)}
    return {password, unquote(password), *values} - {""}


# What the names of those parameters of a URL contain whose values are secret.
_SECRET_WORDS = ("pass", "secret", "token", "key", "pwd")


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
        for names, values in chunks(digests):
            sql = f"SELECT digest, data FROM importal_content WHERE digest IN ({names})"
            for digest, data in self._database.rows(sql, **values):
                yield digest, bytes(data)


def chunks(digests: list[str]) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield (what is between the brackets of IN, the values) for as many statements as *digests* need."""
    for start in range(0, len(digests), _VALUES_MOST):
        values: dict[str, object] = {
            f"d{number}": digest for number, digest in enumerate(digests[start : start + _VALUES_MOST])
        }
        yield ", ".join(f":{name}" for name in values), values


def connected(place: Place) -> SqlShelf:
    """Return the store in the database that *place* names. Nothing is connected to yet."""
    return SqlShelf(Database(place))
