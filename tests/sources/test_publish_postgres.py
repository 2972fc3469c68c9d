"""Publishing to PostgreSQL, a real server: what databases share is tested here where SQLite does it in its own way."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import stores
import trees
from importal.errors import SourceError
from importal.sources.places import parse, without_secrets
from importal.sources.writing import writer

pytest.importorskip("sqlalchemy")
pytest.importorskip("psycopg")

#: Where the driver is, for the processes that tests start.
PATH = os.pathsep.join(dict.fromkeys([str(stores.SOURCES), *filter(None, sys.path)]))


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMPORTAL_CACHE", str(tmp_path / "cache"))


def version(place: Path, number: int) -> str:
    modules = {f"m{at}.py": f"version = {number}\n" for at in range(5)}
    return str(trees.write({**modules, "data.bin": os.urandom(500_000)}, place / f"v{number}"))


def test_all_commands(postgres: str, tmp_path: Path) -> None:
    for number in (1, 2):
        out = stores.published(tmp_path, version(tmp_path, number), "--to", postgres, PYTHONPATH=PATH)
        assert f"put this on the path: {without_secrets(postgres)}#r{number} " in out
    running = stores.system(postgres)
    assert running.import_module("m0").version == 2
    assert stores.names(postgres) == ["r1", "r2*"]
    status, out, err = stores.run(tmp_path, "diff", postgres, "r1", "r2", PYTHONPATH=PATH)
    assert (status, out.splitlines()[0], err) == (0, "r1 -> r2: 0 added, 0 removed, 6 changed", "")
    assert stores.run(tmp_path, "rollback", postgres, "r1", PYTHONPATH=PATH)[0] == 0
    assert running.import_module("m1").version == 2
    assert stores.system(postgres).import_module("m1").version == 1
    assert stores.run(tmp_path, "rollback", postgres, "r2", PYTHONPATH=PATH)[0] == 0
    status, out, err = stores.run(tmp_path, "prune", postgres, "--keep", "1", PYTHONPATH=PATH)
    assert (status, out, err) == (0, "removed r1 (contents: 2, bytes: 500,012); kept r2\n", "")
    assert len(stores.held(postgres, "r2")) == 6


def test_publishers_at_the_same_time(postgres: str, tmp_path: Path) -> None:
    """In a database without tables: each would make them."""
    folders = [version(tmp_path, number) for number in range(4)]
    running = [stores.start(tmp_path, "publish", one, "--to", postgres, PYTHONPATH=PATH) for one in folders]
    for one in running:
        out, err = one.communicate(timeout=stores.PATIENCE)
        assert (one.returncode, err) == (0, ""), out + err
    assert [name.rstrip("*") for name in stores.names(postgres)] == ["r1", "r2", "r3", "r4"]
    held = [stores.held(postgres, f"r{number}")["m0.py"] for number in range(1, 5)]
    assert sorted(held) == [f"version = {number}\n".encode() for number in range(4)]


def test_a_publisher_that_fails_half_way(postgres: str, tmp_path: Path) -> None:
    from importal.publish.collect import collect
    from importal.sources.manifest import digest_of

    stores.published(tmp_path, version(tmp_path, 1), "--to", postgres, PYTHONPATH=PATH)
    collected = collect([version(tmp_path, 2)])
    manifest = collected.manifest()

    def contents():  # type: ignore[no-untyped-def]
        yield next(iter(collected.contents().items()))
        raise KeyboardInterrupt

    store = writer(parse(postgres))
    with pytest.raises(KeyboardInterrupt):
        store.publish("r2", digest_of(manifest), manifest, contents(), "")
    assert stores.names(postgres) == ["r1*"]
    assert set(store.lacking(list(collected.contents()))) == set(collected.contents())
    store.close()


def test_nothing_is_there_yet(postgres: str, tmp_path: Path) -> None:
    assert stores.names(postgres) == []
    with pytest.raises(SourceError, match="publish something there first"):
        stores.system(postgres).import_module("m0")


def test_the_password_is_shown_nowhere(postgres: str, tmp_path: Path) -> None:
    password = urlsplit(postgres).password
    assert password
    stores.published(tmp_path, version(tmp_path, 1), "--to", postgres, PYTHONPATH=PATH)
    wrong = postgres.replace(password, "another-secret")
    for url in (postgres, wrong, postgres.replace("://", "://x"), f"{postgres}-nowhere"):
        for arguments in (
            ["publish", "v1", "--to", url],
            ["releases", url],
            ["releases", url, "--json"],
            ["rollback", url, "r9"],
            ["rollback", "r9", url],
            ["releases", f"{url}#r1"],
            ["releases", url, url],
            ["publish", url, "--to", url],
        ):
            _, out, err = stores.run(tmp_path, *arguments, PYTHONPATH=PATH)
            assert out + err
            assert password not in out + err, arguments
            assert "another-secret" not in out + err, arguments
