"""Several publishers at once, who removes while they publish, and publishers that are killed: never half a release."""

from __future__ import annotations

import contextlib
import json
import os
import random
import select
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

import stores
import trees
from importal.errors import SourceError
from importal.sources import manifest as manifests
from importal.sources import opening
from importal.sources.places import parse
from importal.sources.remote import turns
from importal.sources.writing import writer
from sources.remote_places import PACKAGE, publish

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

#: Where the drivers are, for the processes that tests start.
PATH = os.pathsep.join(dict.fromkeys([str(stores.SOURCES), *filter(None, sys.path)]))


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("IMPORTAL_CACHE", str(tmp_path / "cache"))
    yield
    opening.close_all()


@pytest.fixture
def place(tmp_path: Path) -> str:
    return (tmp_path / "store").as_uri()


# ------------------------------------------------------------ notes


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_PATIENCE", 0.5)
    monkeypatch.setattr(turns, "_PAUSE", 0.1)


def note(place: str, does: str, since: datetime) -> Path:
    file = Path(place.removeprefix("file://"), "turns", "other.json")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"does": does, "since": since.isoformat(), "by": "elsewhere 17"}))
    return file


def test_nothing_is_removed_while_another_publishes(place: str) -> None:
    publish(place, "r1", {"a.py": b"a"})
    publish(place, "r2", {"b.py": b"b"})
    other = note(place, "publish", datetime.now(UTC))
    with pytest.raises(SourceError, match=r"publishes to the store .*elsewhere 17.*remove the file turns/other.json"):
        writer(parse(place)).remove(["r1"])
    assert [one.name for one in writer(parse(place)).releases()] == ["r1", "r2"]
    publish(place, "r3", {"c.py": b"c"})
    other.unlink()
    writer(parse(place)).remove(["r1"])
    assert [one.name for one in writer(parse(place)).releases()] == ["r2", "r3"]
    assert not any(other.parent.iterdir())


@pytest.mark.parametrize("does", ["remove", "something new"])
def test_nothing_is_published_while_another_removes(place: str, does: str) -> None:
    publish(place, "r1", PACKAGE)
    note(place, does, datetime.now(UTC))
    if does == "remove":
        with pytest.raises(SourceError, match="removes releases from the store"):
            publish(place, "r2", {"a.py": b"a"})
        with pytest.raises(SourceError, match="removes releases from the store"):
            writer(parse(place)).make_current("r1")
        assert [one.name for one in writer(parse(place)).releases()] == ["r1"]
    else:
        publish(place, "r2", {"a.py": b"a"})
        with pytest.raises(SourceError, match="is at work"):
            writer(parse(place)).remove(["r1"])


def test_a_note_that_is_none_is_heeded(place: str) -> None:
    publish(place, "r1", PACKAGE)
    publish(place, "r2", {"a.py": b"a"})
    note(place, "publish", datetime.now(UTC)).write_text("[]")
    with pytest.raises(SourceError, match="which has left no name"):
        writer(parse(place)).remove(["r1"])


def test_who_was_killed_is_waited_for_an_hour(place: str) -> None:
    publish(place, "r1", PACKAGE)
    publish(place, "r2", {"a.py": b"a"})
    other = note(place, "publish", datetime.now(UTC) - timedelta(minutes=61))
    writer(parse(place)).remove(["r1"])
    assert not other.exists()


def test_who_is_interrupted_leaves_no_note(place: str) -> None:
    def contents() -> Iterator[tuple[str, bytes]]:
        raise KeyboardInterrupt
        yield

    manifest = manifests.write({})
    with pytest.raises(KeyboardInterrupt):
        writer(parse(place)).publish("r1", sha256(manifest).hexdigest(), manifest, contents(), "2026-01-01")
    assert not list(Path(place.removeprefix("file://"), "turns").iterdir())


# ------------------------------------------------------------ several at once


def version(folder: Path, number: int) -> Path:
    """Write modules that each say which version they are, with data that no other version has, and some that all have."""
    modules = {f"m{at}.py": f"version = {number}\n" for at in range(5)}
    generator = random.Random(number)
    data = {f"data{at}.bin": generator.randbytes(300_000) for at in range(4)}
    common = {"common.bin": b"common" * 10_000, "large.bin": b"the same" * 200_000}
    return trees.write({**modules, **data, **common}, folder / f"v{number}")


def whole(url: str, release: str) -> int:
    """Assert that every file of a release is there and of one version; return which."""
    files = stores.held(url, release)
    assert len(files) == 11
    (said,) = {data for path, data in files.items() if path.endswith(".py")}
    return int(said.split()[-1])


@pytest.fixture(params=["folder", "s3"])
def remote(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(request.getfixturevalue("s3")) + "/store" if request.param == "s3" else (tmp_path / "store").as_uri()


def test_publishers_at_the_same_time(remote: str, tmp_path: Path) -> None:
    """Each release is there in the end, however they have named themselves."""
    folders = [version(tmp_path, number) for number in range(4)]
    running = [stores.start(tmp_path, "publish", str(one), "--to", remote, PYTHONPATH=PATH) for one in folders]
    for one in running:
        out, err = one.communicate(timeout=stores.PATIENCE)
        assert (one.returncode, err) == (0, ""), out + err
    names = stores.names(remote)
    assert sum(name.endswith("*") for name in names) == 1
    assert sorted(whole(remote, name.rstrip("*")) for name in names) == [0, 1, 2, 3]


def test_old_releases_are_removed_while_others_publish(remote: str, tmp_path: Path) -> None:
    """What all of them share is never missing: nobody removes what another has just found to be there."""
    stores.published(tmp_path, str(version(tmp_path, 0)), "--to", remote, PYTHONPATH=PATH)
    for number in range(1, 4):
        folder = version(tmp_path, number)
        both = [
            stores.start(tmp_path, "publish", str(folder), "--to", remote, PYTHONPATH=PATH),
            stores.start(tmp_path, "prune", remote, "--keep", "1", PYTHONPATH=PATH),
        ]
        for one in both:
            out, err = one.communicate(timeout=stores.PATIENCE)
            # What it found to be there may be gone when its turn comes: then it says so, and nothing is changed.
            assert one.returncode == 0 or "publish it again" in err, out + err
        names = stores.names(remote)
        for name in names:
            whole(remote, name.rstrip("*"))
        assert sum(name.endswith("*") for name in names) == 1


# ------------------------------------------------------------ publishers that are killed

#: Publishes each folder it reads of, in a child, and says when that begins, is done, has ended.
PUBLISHERS = """
import os, sys
from importal.publish.collect import collect
from importal.publish.release import add_release
from importal.sources.places import parse
from importal.sources.writing import writer
for name in ("psycopg", "sqlalchemy", "fsspec", "s3fs"):
    __import__(name)

for line in sys.stdin:
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        print("ended", flush=True)
        continue
    collected = collect([line.strip()])
    store = writer(parse(sys.argv[1]))
    print(os.getpid(), flush=True)
    add_release(store, "root", collected, None, lambda _: None)
    print("done", flush=True)
    os._exit(0)
"""


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", ["folder", "s3", "postgres", "sqlite"])
def test_a_publisher_that_is_killed_leaves_no_half_release(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Killed fifty times, from the first moment of publishing to its end."""
    for needed in "psycopg", "sqlalchemy", "fsspec", "s3fs":
        pytest.importorskip(needed)
    url = place_of(kind, tmp_path, request.getfixturevalue)
    finished, caught, names = 0, 0, list[str]()
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", PUBLISHERS, url],
        text=True,
        env=stores.environment(PYTHONPATH=PATH),
        **pipes,
    ) as publishers:
        took = stores.PATIENCE
        for attempt in range(51):
            folder = version(tmp_path, attempt)
            done, seconds = publish_until(publishers, folder, took * (attempt / 45 if attempt else 1))
            # The quickest of all so far: on a busy machine the first one alone says little about the others.
            took = min(took, seconds) if done else took
            finished += done
            caught += not done
            before, names = names, stores.names(url)
            # One that was killed after its last step, and before it could say so, is there as well; nothing else is.
            assert finished <= len(names) <= finished + caught
            for name in set(names) - set(before):
                assert whole(url, name.rstrip("*")) <= attempt
            assert stores.system(url).import_module("m3").version <= attempt
        publishers.communicate()
    assert caught > 10, "hardly any was killed while it published: this has shown nothing"
    for name in names:
        whole(url, name.rstrip("*"))
    if kind == "sqlite":
        with contextlib.closing(sqlite3.connect(tmp_path / "m.db")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    if kind in {"sqlite", "postgres"}:
        assert stores.run(tmp_path, "prune", url, "--keep", "1", PYTHONPATH=PATH)[0] == 0
        assert stores.names(url) == names[-1:]
        whole(url, names[-1].rstrip("*"))


def place_of(kind: str, folder: Path, fixture: Callable[[str], object]) -> str:
    if kind == "folder":
        return (folder / "store").as_uri()
    if kind == "sqlite":
        return f"sqlite:///{folder / 'm.db'}"
    return f"{fixture('s3')}/store" if kind == "s3" else str(fixture("postgres"))


def publish_until(publishers: subprocess.Popen[str], folder: Path, until: float) -> tuple[bool, float]:
    """Have *folder* published, and that killed after so many seconds: return whether it was done, and the seconds."""
    assert publishers.stdin is not None
    assert publishers.stdout is not None
    publishers.stdin.write(f"{folder}\n")
    publishers.stdin.flush()
    process = int(publishers.stdout.readline())
    began = time.monotonic()
    select.select([publishers.stdout], [], [], until)
    seconds = time.monotonic() - began
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
    said = list(iter(publishers.stdout.readline, "ended\n"))
    assert said in ([], ["done\n"])
    return bool(said), seconds
