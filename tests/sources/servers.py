"""Start the real servers that tests of module sources talk to: PostgreSQL, HTTP and S3, each a process of its own.

Each is a context manager. A server answers when its block begins; when the block ends, or this process is killed, the
server is gone and so is what it kept on disk. What it wrote to its log is in the file that the block was given, and in
the error when it does not start. `stop` and `start` take a server away in between, at the same address, with what it
kept on disk: that is how a test sees a server that is gone.

What a server needs and this machine does not have raises `Missing`, which says what to do.
"""

from __future__ import annotations

import contextlib
import http.client
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

HERE = Path(__file__).parent
HOST = "127.0.0.1"

#: Seconds that a server may take to answer, on a machine that does other things as well.
PATIENCE = 60

#: Names the folder of initdb and postgres, where PATH and Debian's places are not to be asked.
POSTGRES_VARIABLE = "IMPORTAL_POSTGRES"


class Missing(Exception):
    """A server cannot be started here; the message says what is missing and what to do."""


class NotStarted(Exception):
    """A server was started and does not answer; the message ends with its log."""


@dataclass
class Server:
    """A process that answers on one port of this machine, and ends no later than this process."""

    command: Callable[[int], list[str]]
    folder: Path
    log: Path
    answers: Callable[[int], bool]
    account: pwd.struct_passwd | None = None
    signal: int = signal.SIGKILL
    temporary: bool = False  # the folder is the server's own, to be removed when this process is killed
    port: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def __enter__(self) -> Self:
        # Between asking for a free port and taking it, another process may take it: then there is another one.
        for attempt in range(3):
            self.port = free_port()
            try:
                self.start()
            except NotStarted:
                if attempt == 2:
                    raise
            else:
                break
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start the process and return when it answers. Raises NotStarted."""
        keeper = {
            "command": self.command(self.port),
            "folder": str(self.folder),
            "remove": self.temporary,
            "signal": self.signal,
            "user": self.account and self.account.pw_uid,
            "group": self.account and self.account.pw_gid,
        }
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(HERE / "keeper.py"), json.dumps(keeper)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                # Ctrl-C in a terminal is for the tests: they end the server when they are through.
                start_new_session=True,
            )
        end = time.monotonic() + PATIENCE
        while not self.answers(self.port):
            if self.process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise NotStarted(f"{self.command(self.port)}\n{self.log.read_text(errors='replace')[-4000:]}")
            time.sleep(0.02)

    def stop(self) -> None:
        """End the process, as abruptly as its signal says, and return when it is gone."""
        if self.process is None:
            return
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # it has ended by itself
            self.process.stdin.write(b"stop\n")
            self.process.stdin.flush()
        # Only now: a pipe that is closed first says that nobody is left to remove the folder.
        self.process.wait(PATIENCE)
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process = None


def free_port() -> int:
    """Return a port of this machine that nothing listens on."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
        return port


def ask(
    port: int, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    """Send one HTTP request to this machine, past any proxy, and return status, headers in lower case, and body."""
    connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def speaks_http(path: str) -> Callable[[int], bool]:
    """Return a check whether a port answers a GET of *path* with 200."""

    def answers(port: int) -> bool:
        try:
            return ask(port, "GET", path)[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    return answers


def need(*modules: str, extra: str = "servers") -> None:
    """Raise Missing unless these modules are installed."""
    if missing := [name for name in modules if importlib.util.find_spec(name) is None]:
        raise Missing(f"not installed: {', '.join(missing)} (pip install -e '.[{extra}]')")


# HTTP ----------------------------------------------------------------------------------------------------------------


class HTTP(Server):
    """A folder served over HTTP; http_server.py says what it can do and how it can fail."""

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def requests(self, path: str | None = None) -> list[dict[str, Any]]:
        """Return the requests since the start or the last `forget`, those for one path where one is given."""
        return [one for one in self.control("GET", "requests") if path in {None, one["path"]}]

    def forget(self) -> None:
        """Begin to count anew."""
        self.control("DELETE", "requests")

    def fail(self, *faults: dict[str, Any]) -> None:
        """Let these faults happen from now on instead of those before; none when none is given."""
        self.control("PUT", "faults", list(faults))

    def control(self, method: str, name: str, asked: object = None) -> Any:
        status, _, body = ask(self.port, method, f"/-/{name}", None if asked is None else json.dumps(asked).encode())
        if status != 200:
            raise ValueError(body.decode())
        return json.loads(body)


@contextlib.contextmanager
def serve_http(folder: Path, log: Path) -> Iterator[HTTP]:
    """Serve a folder over HTTP."""

    def command(port: int) -> list[str]:
        return [sys.executable, str(HERE / "http_server.py"), str(folder), str(port)]

    with HTTP(command, folder, log, speaks_http("/-/requests")) as server:
        yield server


# S3 ------------------------------------------------------------------------------------------------------------------


class S3(Server):
    """moto's server, which keeps everything in memory: what was stored is gone after `stop`."""

    @property
    def endpoint(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables by which s3fs and boto find this server, and nothing of the user's own."""
        return {
            "AWS_ACCESS_KEY_ID": "importal",
            "AWS_SECRET_ACCESS_KEY": "not-a-secret",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": HOST,
            "no_proxy": HOST,
        }

    def bucket(self) -> str:
        """Make a bucket of its own for a test and return its URL."""
        name = f"test-{secrets.token_hex(8)}"
        status, _, body = ask(self.port, "PUT", f"/{name}", b"")
        if status != 200:
            raise RuntimeError(f"bucket not made: {status} {body.decode()}")
        return f"s3://{name}"


@contextlib.contextmanager
def serve_s3(log: Path) -> Iterator[S3]:
    """Serve S3 from memory."""
    need("moto", "flask", "flask_cors", "s3fs")

    def command(port: int) -> list[str]:
        return [sys.executable, "-m", "moto.server", "-H", HOST, "-p", str(port)]

    with (
        tempfile.TemporaryDirectory(prefix="importal-s3-") as name,
        S3(command, Path(name), log, speaks_http("/moto-api/"), temporary=True) as server,
    ):
        yield server


# PostgreSQL ----------------------------------------------------------------------------------------------------------


@dataclass
class Postgres(Server):
    """A PostgreSQL server with one account, which has to say its password, as anywhere."""

    user: str = "importal"
    password: str = ""

    def url(self, database: str = "postgres") -> str:
        return f"postgresql+psycopg://{self.user}:{self.password}@{HOST}:{self.port}/{database}"

    def execute(self, statement: str) -> None:
        """Run one statement outside a transaction."""
        import psycopg

        with psycopg.connect(self.url().replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(statement)

    @contextlib.contextmanager
    def database(self) -> Iterator[str]:
        """Make an empty database, yield its URL, and drop it with whoever is still connected."""
        name = f"test_{secrets.token_hex(8)}"
        self.execute(f"CREATE DATABASE {name}")
        try:
            yield self.url(name)
        finally:
            # A test that took the server away leaves nothing to drop: the folder goes.
            if self.process is not None:
                self.execute(f"DROP DATABASE {name} WITH (FORCE)")


def postgres_programs() -> Path:
    """Return the folder that holds initdb and postgres: the variable's, PATH's, Debian's newest, or pgserver's."""
    if named := os.environ.get(POSTGRES_VARIABLE):
        folders = [Path(named)]
    else:
        debian = Path("/usr/lib/postgresql").glob("*/bin")
        folders = sorted(debian, key=lambda folder: int(folder.parent.name), reverse=True)
        if found := shutil.which("postgres"):
            folders.insert(0, Path(found).resolve().parent)
        if (carrier := importlib.util.find_spec("pgserver")) and carrier.origin:
            folders.append(Path(carrier.origin).parent / "pginstall" / "bin")
    for folder in folders:
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            return folder
    asked = ", ".join(map(str, folders)) or "PATH and /usr/lib/postgresql"
    raise Missing(
        f"no PostgreSQL server in {asked}: apt-get install postgresql, or pip install pgserver (CPython 3.9 to 3.12), "
        f"or set {POSTGRES_VARIABLE} to the folder of initdb and postgres"
    )


def postgres_account() -> pwd.struct_passwd | None:
    """Return the account that is to run the server, None for this process's own: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in "postgres", "nobody":
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise Missing("PostgreSQL does not run as root, and there is neither an account postgres nor nobody")


def open_to_all() -> str:
    """Return a folder for temporary files that other accounts reach; TMPDIR may be root's alone."""
    for folder in tempfile.gettempdir(), "/tmp", "/var/tmp":
        path = Path(folder).resolve()
        if path.is_dir() and all(parent.stat().st_mode & 0o001 for parent in (path, *path.parents)):
            return folder
    raise Missing(f"{tempfile.gettempdir()} cannot be reached by the account that runs PostgreSQL; set TMPDIR")


@contextlib.contextmanager
def serve_postgres(log: Path) -> Iterator[Postgres]:
    """Serve PostgreSQL from a new data directory, as another account where this process is root."""
    need("sqlalchemy", "psycopg")
    programs, account = postgres_programs(), postgres_account()
    with tempfile.TemporaryDirectory(prefix="importal-postgres-", dir=open_to_all() if account else None) as name:
        folder, password = Path(name), secrets.token_urlsafe(16)
        (folder / "password").write_text(password)
        as_account: dict[str, Any] = {}
        if account:
            as_account = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
            for path in folder, folder / "password":
                os.chown(path, account.pw_uid, account.pw_gid)
        data = folder / "data"
        initdb = [str(programs / "initdb"), "-D", str(data), "-U", Postgres.user, "--auth=scram-sha-256"]
        initdb += [f"--pwfile={folder / 'password'}", "--encoding=UTF8", "--locale=C", "--no-sync"]
        made = subprocess.run(initdb, cwd=folder, capture_output=True, text=True, check=False, **as_account)
        if made.returncode:
            raise NotStarted(f"{initdb}\n{made.stdout}{made.stderr}")

        def command(port: int) -> list[str]:
            # No socket in the file system, and nothing waits for the disk: the data need not outlive this machine.
            # It does outlive the server's process, so synchronous_commit stays on: without it, what was committed within
            # the last second is gone after `stop`.
            settings = {
                "listen_addresses": HOST,
                "port": port,
                "unix_socket_directories": "",
                "fsync": "off",
                "full_page_writes": "off",
                "shared_buffers": "16MB",
                "max_connections": 50,
                "autovacuum": "off",
            }
            options = [option for key, value in settings.items() for option in ("-c", f"{key}={value}")]
            return [str(programs / "postgres"), "-D", str(data), *options]

        # SIGQUIT is "immediate": connections are cut, and the next start recovers, as after a crash.
        answers = answers_queries(password)
        with Postgres(command, folder, log, answers, account, signal.SIGQUIT, True, password=password) as server:
            yield server


def answers_queries(password: str) -> Callable[[int], bool]:
    """Return a check whether PostgreSQL on a port answers a query of the account with this password."""
    import psycopg

    def answers(port: int) -> bool:
        login = {"user": Postgres.user, "password": password, "dbname": "postgres", "connect_timeout": 2}
        try:
            with psycopg.connect(host=HOST, port=port, **login) as connection:
                return connection.execute("SELECT 1").fetchone() == (1,)
        except psycopg.OperationalError:
            return False

    return answers
