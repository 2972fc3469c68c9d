"""Servers for the tests of module sources: one of each for a session, started when the first test asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from importal.sources.memory import mounted
from sources import servers


@pytest.fixture(autouse=True)
def nothing_mounted() -> Iterator[None]:
    """What a test has in memory is not handed on to the processes that later tests start."""
    yield
    mounted.clear()


def log(factory: pytest.TempPathFactory, name: str) -> Path:
    """Return a file for a server's log, in the folder that pytest keeps of its last runs."""
    return factory.mktemp("servers", numbered=True) / f"{name}.log"


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Postgres]:
    """A PostgreSQL server that this session's tests share; one that stops it must start it again."""
    try:
        with servers.serve_postgres(log(tmp_path_factory, "postgres")) as server:
            yield server
    except servers.Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def postgres(postgres_server: servers.Postgres) -> Iterator[str]:
    """The SQLAlchemy URL of an empty PostgreSQL database."""
    with postgres_server.database() as url:
        yield url


@pytest.fixture
def http(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.HTTP]:
    """An HTTP server for this test alone; its `folder` is the empty folder that it serves."""
    folder = tmp_path / "served"
    folder.mkdir()
    with servers.serve_http(folder, log(tmp_path_factory, "http")) as server:
        yield server


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.S3]:
    """An S3 server that this session's tests share; one that stops it loses what others stored."""
    try:
        with servers.serve_s3(log(tmp_path_factory, "s3")) as server:
            yield server
    except servers.Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def s3(s3_server: servers.S3, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of an empty bucket; the environment, and so that of child processes, says where and by which keys."""
    for name, value in s3_server.environment.items():
        monkeypatch.setenv(name, value)
    return s3_server.bucket()
