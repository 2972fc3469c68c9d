"""The servers that other tests rely on are real, do what they are told, and go when they should."""

from __future__ import annotations

import http.client
import importlib.util
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from sources import servers


def gone(port: int) -> bool:
    """Wait until nothing listens on a port; False when that does not come to pass."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            servers.ask(port, "GET", "/")
        except ConnectionRefusedError:
            return True
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.05)
    return False


class TestHTTP:
    @pytest.fixture
    def file(self, http: servers.HTTP) -> Path:
        file = http.folder / "ten.bin"
        file.write_bytes(b"0123456789")
        return file

    def get(self, http: servers.HTTP, path: str = "/ten.bin", **headers: str) -> tuple[int, dict[str, str], bytes]:
        return servers.ask(http.port, "GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})

    @pytest.mark.parametrize(
        ("asked", "status", "body", "says"),
        [
            ("bytes=2-4", 206, b"234", "bytes 2-4/10"),
            ("bytes=7-", 206, b"789", "bytes 7-9/10"),
            ("bytes=-3", 206, b"789", "bytes 7-9/10"),
            ("bytes=8-99", 206, b"89", "bytes 8-9/10"),
            ("bytes=10-", 416, b"", "bytes */10"),
            ("bytes=0-1,4-5", 200, b"0123456789", None),
            ("lines=1-2", 200, b"0123456789", None),
        ],
    )
    def test_ranges(self, http: servers.HTTP, file: Path, asked: str, status: int, body: bytes, says: str) -> None:
        got, headers, data = self.get(http, Range=asked)
        assert (got, data, headers.get("content-range")) == (status, body, says)

    def test_a_file_that_has_not_changed_is_not_sent(self, http: servers.HTTP, file: Path) -> None:
        _, headers, _ = self.get(http)
        assert self.get(http, If_None_Match=headers["etag"])[0::2] == (304, b"")
        assert self.get(http, If_Modified_Since=headers["last-modified"])[0::2] == (304, b"")
        assert self.get(http, If_Range=headers["etag"], Range="bytes=0-0")[0::2] == (206, b"0")
        file.write_bytes(b"another")
        assert self.get(http, If_None_Match=headers["etag"])[0::2] == (200, b"another")
        assert self.get(http, If_Range=headers["etag"], Range="bytes=0-0")[0::2] == (200, b"another")

    def test_nothing_outside_the_folder_is_served(self, http: servers.HTTP, file: Path) -> None:
        (http.folder.parent / "secret").write_text("x")
        (http.folder / "link").symlink_to(http.folder.parent / "secret")
        for path in "/../secret", "/%2e%2e/secret", "/link":
            assert self.get(http, path)[0] == 404

    def test_a_folder_is_a_page_of_links(self, http: servers.HTTP, file: Path) -> None:
        (http.folder / "a b").mkdir()
        page = self.get(http, "/")[2].decode()
        assert '<a href="ten.bin">' in page
        assert '<a href="a%20b/">' in page

    def test_requests_are_counted(self, http: servers.HTTP, file: Path) -> None:
        self.get(http, Range="bytes=2-4")
        self.get(http, "/gone")
        servers.ask(http.port, "HEAD", "/ten.bin")
        ranged = {"method": "GET", "path": "/ten.bin", "range": "bytes=2-4", "status": 206, "sent": 3}
        head = {"method": "HEAD", "path": "/ten.bin", "range": None, "status": 200, "sent": 0}
        assert http.requests("/ten.bin") == [ranged, head]
        assert [one["status"] for one in http.requests()] == [206, 404, 200]
        http.forget()
        assert http.requests() == []

    def test_faults_of_the_contents(self, http: servers.HTTP, file: Path) -> None:
        http.fail({"kind": "shorten", "keep": 4, "times": 1}, {"kind": "corrupt", "at": 1, "times": 1})
        assert self.get(http)[0::2] == (200, b"0123")
        assert self.get(http)[0::2] == (200, b"0\xce23456789")
        assert self.get(http)[0::2] == (200, b"0123456789")

    def test_faults_of_the_answer(self, http: servers.HTTP, file: Path) -> None:
        http.fail({"kind": "status", "status": 500, "times": 1}, {"kind": "whole", "path": "/ten*", "times": 1})
        assert self.get(http)[0] == 500
        assert self.get(http, Range="bytes=2-4")[0::2] == (200, b"0123456789")
        http.fail({"kind": "truncate", "keep": 4})
        with pytest.raises(http_incomplete()) as caught:
            self.get(http)
        assert caught.value.partial == b"0123"
        http.fail()
        assert self.get(http)[2] == b"0123456789"

    def test_faults_of_time(self, http: servers.HTTP, file: Path) -> None:
        """Only that it is late is asserted: a late answer cannot come early, however busy the machine is."""
        for fault in {"kind": "slow", "seconds": 0.3}, {"kind": "stall", "keep": 4, "seconds": 0.3}:
            http.fail(fault)
            begin = time.monotonic()
            assert self.get(http)[2] == b"0123456789"
            assert time.monotonic() - begin >= 0.3

    def test_a_server_that_dies_and_comes_back(self, http: servers.HTTP, file: Path) -> None:
        http.fail({"kind": "die", "keep": 4, "skip": 1})
        assert self.get(http)[2] == b"0123456789"
        with pytest.raises(http_incomplete()):
            self.get(http)
        assert gone(http.port)
        http.stop()
        http.start()
        assert self.get(http)[2] == b"0123456789"
        http.fail({"kind": "die"})
        with pytest.raises((http_incomplete().__base__, ConnectionError)):
            self.get(http)
        assert gone(http.port)

    def test_a_misspelt_fault_is_refused(self, http: servers.HTTP) -> None:
        for fault in {"kind": "slwo"}, {"kind": "slow", "second": 1}:
            with pytest.raises(ValueError, match="no such fault"):
                http.fail(fault)

    def test_fsspec_reads_from_it(self, http: servers.HTTP, file: Path) -> None:
        fsspec = pytest.importorskip("fsspec", reason="fsspec is not installed: pip install -e '.[servers]'")
        with fsspec.open(f"{http.url}/ten.bin", block_size=3, cache_type="none") as opened:
            opened.seek(7)
            assert opened.read(2) == b"78"
        assert "bytes=7-8" in {one["range"] for one in http.requests("/ten.bin")}


def http_incomplete() -> type[http.client.IncompleteRead]:
    """The fixture `http` hides the module of that name in the tests that use it."""
    return http.client.IncompleteRead


class TestPostgres:
    def test_it_is_postgresql_and_answers_queries(self, postgres: str) -> None:
        import sqlalchemy

        engine = sqlalchemy.create_engine(postgres)
        with engine.begin() as connection:
            assert connection.execute(sqlalchemy.text("SELECT version()")).scalar_one().startswith("PostgreSQL ")
            connection.execute(sqlalchemy.text("CREATE TABLE modules (name text PRIMARY KEY, data bytea)"))
            connection.execute(sqlalchemy.text("INSERT INTO modules VALUES ('a', :data)"), {"data": b"\0x = 1"})
        with engine.connect() as connection:
            row = connection.execute(sqlalchemy.text("SELECT name, data FROM modules")).one()
            assert (row.name, bytes(row.data)) == ("a", b"\0x = 1")
        engine.dispose()

    def test_each_test_has_a_database_of_its_own(self, postgres: str, postgres_server: servers.Postgres) -> None:
        import sqlalchemy

        def tables(url: str) -> list[str]:
            engine = sqlalchemy.create_engine(url)
            try:
                return sqlalchemy.inspect(engine).get_table_names()
            finally:
                engine.dispose()

        engine = sqlalchemy.create_engine(postgres)
        with engine.begin() as connection:
            connection.execute(sqlalchemy.text("CREATE TABLE mine (x int)"))
        with postgres_server.database() as other:
            assert (tables(postgres), tables(other)) == (["mine"], [])
        engine.dispose()

    def test_a_database_is_dropped_with_whoever_is_connected(self, postgres_server: servers.Postgres) -> None:
        import sqlalchemy

        with postgres_server.database() as url:
            engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
            connection = engine.connect()
            connection.execute(sqlalchemy.text("SELECT 1"))
        with pytest.raises(sqlalchemy.exc.OperationalError):
            connection.execute(sqlalchemy.text("SELECT 1"))
        connection.close()
        with pytest.raises(sqlalchemy.exc.OperationalError, match="does not exist"):
            engine.connect()

    def test_a_wrong_password_is_refused(self, postgres: str, postgres_server: servers.Postgres) -> None:
        import sqlalchemy

        engine = sqlalchemy.create_engine(postgres.replace(postgres_server.password, "guess"))
        with pytest.raises(sqlalchemy.exc.OperationalError, match="password authentication failed"):
            engine.connect()
        engine.dispose()

    def test_a_server_that_is_gone_comes_back_with_what_it_held(self, tmp_path: Path) -> None:
        import sqlalchemy

        try:
            with servers.serve_postgres(tmp_path / "log") as server:
                engine = sqlalchemy.create_engine(server.url(), poolclass=sqlalchemy.NullPool)
                with engine.begin() as connection:
                    connection.execute(sqlalchemy.text("CREATE TABLE kept (x int)"))
                server.stop()
                with pytest.raises(sqlalchemy.exc.OperationalError):
                    engine.connect()
                server.start()
                assert sqlalchemy.inspect(engine).get_table_names() == ["kept"]
                folder = server.folder
        except servers.Missing as missing:
            pytest.skip(str(missing))
        assert gone(server.port)
        assert not folder.exists()


class TestS3:
    def test_objects_are_stored_and_read(self, s3: str) -> None:
        import s3fs

        # Otherwise s3fs hands out a file system of an earlier test, with an earlier environment.
        s3fs.S3FileSystem.clear_instance_cache()
        files = s3fs.S3FileSystem()
        assert files.find(s3) == []
        files.pipe_file(f"{s3}/lib/a.py", b"0123456789")
        assert files.cat_file(f"{s3}/lib/a.py") == b"0123456789"
        assert files.cat_file(f"{s3}/lib/a.py", start=2, end=5) == b"234"
        assert files.find(s3) == [f"{s3.removeprefix('s3://')}/lib/a.py"]
        with pytest.raises(FileNotFoundError):
            files.cat_file(f"{s3}/lib/b.py")

    def test_the_environment_reaches_other_processes(self, s3: str) -> None:
        write = f"import fsspec; fsspec.open({s3 + '/x'!r}, 'wb').open().close()"
        read = f"import fsspec; print(fsspec.url_to_fs({s3!r})[0].find({s3!r}))"
        for program in write, read:
            done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
        assert done.stdout == f"['{s3.removeprefix('s3://')}/x']\n"


def test_a_server_that_does_not_start_shows_its_log(tmp_path: Path) -> None:
    def command(port: int) -> list[str]:
        return [sys.executable, "-c", "import sys; sys.exit('out of ' + 'order')"]

    broken = servers.Server(command, tmp_path, tmp_path / "log", lambda port: False)
    with pytest.raises(servers.NotStarted, match="out of order"), broken:
        pass


def test_what_is_missing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(servers.Missing, match=r"not installed: no_such_module \(pip install"):
        servers.need("sys", "no_such_module")
    monkeypatch.setenv(servers.POSTGRES_VARIABLE, str(tmp_path))
    with pytest.raises(servers.Missing, match=f"no PostgreSQL server in {tmp_path}: apt-get install"):
        servers.postgres_programs()


@pytest.mark.parametrize("kind", ["http", "s3", "postgres"])
def test_a_server_does_not_outlive_a_killed_owner(kind: str, tmp_path: Path) -> None:
    arguments = "folder, folder / 'log'" if kind == "http" else "folder / 'log'"
    owner = textwrap.dedent(f"""
        import pathlib, sys, time
        from sources import servers

        folder = pathlib.Path(sys.argv[1])
        try:
            with servers.serve_{kind}({arguments}) as server:
                print(server.port, server.folder, flush=True)
                time.sleep(600)
        except servers.Missing as missing:
            print(missing, flush=True)
    """)
    environment = os.environ | {"PYTHONPATH": str(servers.HERE.parent)}
    command = [sys.executable, "-c", owner, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        line = process.stdout.readline().strip()
        if not line[:1].isdigit():
            process.wait()
            pytest.skip(line)
        port, _, folder = line.partition(" ")
        process.send_signal(signal.SIGKILL)
    assert gone(int(port))
    if kind == "http":
        assert Path(folder).is_dir()  # the test's own
    else:
        end = time.monotonic() + 20
        while Path(folder).exists() and time.monotonic() < end:
            time.sleep(0.05)
        assert not Path(folder).exists()


def test_byte_range_examples() -> None:
    """The examples in the docstring of a program that no other test imports."""
    import doctest

    spec = importlib.util.spec_from_file_location("http_server", servers.HERE / "http_server.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0
