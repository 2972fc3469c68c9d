"""Publishing to SQLite: what a reader sees meanwhile, and after a kill, a full disk, a second publisher."""

from __future__ import annotations

import ctypes
import os
import random
import resource
import shutil
import sqlite3
import textwrap
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

import stores
import trees
from importal.errors import SourceError
from importal.sources.opening import opened
from importal.sources.places import parse
from importal.sources.writing import writer

URL = "sqlite:///m.db"


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMPORTAL_CACHE", str(tmp_path / "cache"))


def version(place: Path, number: int, size: int = 10) -> Path:
    """Write the modules of one version: each of them says which it is. *size* is how many there are."""
    folder = place / f"v{number}"
    modules = {f"m{at}.py": f"version = {number}\n" for at in range(size)}
    return trees.write({**modules, "all_of_it.py": f"version = {number}\n"}, folder)


# ------------------------------------------------------------ there and back

TREE: trees.Tree = {
    "shop": {
        "__init__.py": "from shop.till import total\n",
        "till.py": "total = 8\n\n\ndef fail():\n    raise ValueError('till')\n",
        "data": {"prices.txt": "tea 3\n"},
    },
    "space": {"inner": {"deep.py": "depth = 2\n"}},
    "shop-1.2.dist-info": {
        "METADATA": "Metadata-Version: 2.1\nName: shop\nVersion: 1.2\n",
        "RECORD": "shop/till.py,,\n",
    },
}


def test_there_and_back(tmp_path: Path) -> None:
    trees.write(TREE, tmp_path / "src")
    stores.published(tmp_path, "src", "--to", URL)
    program = """
        import sys
        sys.path.append("sqlite:///m.db")
        import shop, space.inner.deep, traceback
        from importlib import metadata, resources
        print(shop.total, space.inner.deep.depth, shop.__file__, shop.__path__)
        print((resources.files("shop") / "data" / "prices.txt").read_text().strip())
        print(metadata.version("shop"), [str(file) for file in metadata.files("shop")])
        try:
            shop.till.fail()
        except ValueError:
            print(traceback.format_exc())
    """
    (tmp_path / "program.py").write_text(textwrap.dedent(program))
    status, out, err = stores.run(tmp_path, "run", "program.py")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "8 2 sqlite:///m.db/shop/__init__.py ['sqlite:///m.db/shop']"
    assert lines[1:3] == ["tea 3", "1.2 ['shop/till.py']"]
    assert '  File "sqlite:///m.db/shop/till.py", line 5, in fail' in lines
    assert "    raise ValueError('till')" in lines


def test_what_was_opened_stays_while_another_publishes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    version(tmp_path, 1), version(tmp_path, 2)
    stores.published(tmp_path, "v1", "--to", URL)
    running = stores.system(URL)
    assert running.import_module("m0").version == 1
    stores.published(tmp_path, "v2", "--to", URL)
    assert running.import_module("m1").version == 1
    later, pinned = stores.system(URL), stores.system(f"{URL}#r1")
    assert (later.import_module("m1").version, pinned.import_module("m1").version) == (2, 1)
    assert stores.run(tmp_path, "rollback", URL, "r1")[0] == 0
    assert later.import_module("m2").version == 2
    assert stores.system(URL).import_module("m1").version == 1


# ------------------------------------------------------------ a publisher that was killed


def heavy(place: Path, number: int) -> Path:
    """Write a version that takes its time: some megabytes that no other has."""
    folder = version(place, number)
    generator = random.Random(number)
    for at in range(12):
        (folder / f"data{at}.bin").write_bytes(generator.randbytes(300_000))
    return folder


def test_what_a_killed_publisher_has_half_written_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader, who never writes, comes upon a database that is half written, with the journal beside it."""
    monkeypatch.chdir(tmp_path)
    heavy(tmp_path, 1)
    stores.published(tmp_path, "v1", "--to", "sqlite:///whole.db")
    writing = sqlite3.connect("whole.db", isolation_level=None)
    writing.execute("PRAGMA cache_size = 1")
    writing.execute("BEGIN IMMEDIATE")
    writing.execute("UPDATE importal_content SET data = zeroblob(length(data))")
    for name in ("db", "db-journal"):
        shutil.copy(f"whole.{name}", f"m.{name}")
    writing.execute("ROLLBACK")
    writing.close()
    part = Path("v1/data0.bin").read_bytes()[50_000:50_100]
    assert part in Path("whole.db").read_bytes()
    assert part not in Path("m.db").read_bytes(), "nothing was half written: this would hold for nothing"
    assert stores.system(URL).import_module("m1").version == 1
    assert stores.names(URL) == ["r1*"]


# ------------------------------------------------------------ two at once


def test_publishers_at_the_same_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a database that is not there yet: each makes the tables, and all of them succeed."""
    monkeypatch.chdir(tmp_path)
    folders = [heavy(tmp_path, number) for number in range(4)]
    running = [stores.start(tmp_path, "publish", str(folder), "--to", URL) for folder in folders]
    for one in running:
        out, err = one.communicate(timeout=stores.PATIENCE)
        assert (one.returncode, err) == (0, ""), out + err
    assert [name.rstrip("*") for name in stores.names(URL)] == ["r1", "r2", "r3", "r4"]
    held = [stores.held(URL, f"r{number}")["m0.py"] for number in range(1, 5)]
    assert sorted(held) == [f"version = {number}\n".encode() for number in range(4)]


def test_the_same_name_at_the_same_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folders = [heavy(tmp_path, number) for number in range(3)]
    running = [stores.start(tmp_path, "publish", str(one), "--to", URL, "--release", "v1") for one in folders]
    results = [(one.communicate(timeout=stores.PATIENCE)[1], one.returncode) for one in running]
    assert sorted(status for _, status in results) == [0, 1, 1]
    for err, status in results:
        if status:
            assert err.startswith("importal publish: sqlite:///m.db: there is a release 'v1' ")
            assert err.count("\n") == 1
    assert stores.names(URL) == ["v1*"]
    assert len(stores.held(URL, "v1")) == 23


def test_a_writer_that_never_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("importal.sources.sql._PATIENCE", 0.2)
    version(tmp_path, 1), version(tmp_path, 2)
    stores.published(tmp_path, "v1", "--to", URL)
    other = sqlite3.connect("m.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(SourceError, match=r"sqlite:///m\.db: database is locked; another process is writing to it"):
            writer(parse(URL)).make_current("r1")
        assert stores.system(URL).import_module("m1").version == 1
    finally:
        other.close()


# ------------------------------------------------------------ what cannot be written


def small_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))


def without_roots_rights() -> None:
    """Give up root's right to write where the permissions forbid it."""
    if os.geteuid() == 0:
        for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, by PR_CAPBSET_DROP
            if ctypes.CDLL(None).prctl(24, capability, 0, 0, 0):
                raise OSError("cannot give up root's rights; run this test as another user")


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it shows to who writes: a file can grow no more."""
    monkeypatch.chdir(tmp_path)
    version(tmp_path, 1), heavy(tmp_path, 2)
    stores.published(tmp_path, "v1", "--to", URL)
    status, out, err = stores.run(tmp_path, "publish", "v2", "--to", URL, prepare=small_files)
    assert (status, out) == (1, "")
    assert err.startswith("importal publish: sqlite:///m.db: ")
    assert "nothing was changed; make room, then try again" in err
    assert err.count("\n") == 1
    assert stores.names(URL) == ["r1*"]
    assert stores.system(URL).import_module("m1").version == 1
    assert "published r2" in stores.published(tmp_path, "v2", "--to", URL)


def test_a_disk_that_is_full_at_the_first_publication(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    heavy(tmp_path, 1)
    status, _, err = stores.run(tmp_path, "publish", "v1", "--to", URL, prepare=small_files)
    assert (status, "make room" in err) == (1, True), err
    assert stores.names(URL) == []
    with pytest.raises(SourceError, match=r"publish something there first: importal publish SRC --to sqlite:///m\.db"):
        stores.system(URL).import_module("m1")
    assert "published r1" in stores.published(tmp_path, "v1", "--to", URL)


def test_a_database_that_may_only_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    version(tmp_path, 1), version(tmp_path, 2)
    (tmp_path / "kept").mkdir()
    url = "sqlite:///kept/m.db"
    stores.published(tmp_path, "v1", "--to", url)
    (tmp_path / "kept" / "m.db").chmod(0o444)
    (tmp_path / "kept").chmod(0o555)
    try:
        for arguments in (["publish", "v2", "--to", url], ["publish", "v2", "--to", "sqlite:///kept/other.db"]):
            status, out, err = stores.run(tmp_path, *arguments, prepare=without_roots_rights)
            assert (status, out) == (1, "")
            assert "ask for the right to write there" in err or "see that its folder is there" in err
            assert err.count("\n") == 1
        status, out, _ = stores.run(tmp_path, "releases", url, prepare=without_roots_rights)
        assert (status, "r1" in out) == (0, True)
        program = f"import sys; sys.path.append({url!r}); import m1; print(m1.version)"
        assert stores.run(tmp_path, "run", "-c", program, prepare=without_roots_rights) == (0, "1\n", "")
    finally:
        (tmp_path / "kept").chmod(0o755)


@pytest.mark.parametrize("data", [b"no database at all", b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_file_that_is_no_database(data: bytes, tmp_path: Path) -> None:
    version(tmp_path, 1)
    (tmp_path / "m.db").write_bytes(data)
    for arguments in (["publish", "v1", "--to", URL], ["releases", URL], ["prune", URL], ["diff", URL, "a", "b"]):
        status, out, err = stores.run(tmp_path, *arguments)
        assert (status, out) == (1, "")
        assert err.startswith(f"importal {arguments[0]}: sqlite:///m.db: file is not a database; ")
        assert err.count("\n") == 1
    assert (tmp_path / "m.db").read_bytes() == data


# ------------------------------------------------------------ pinned, and pruned


def test_a_release_pinned_by_its_digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    version(tmp_path, 1), version(tmp_path, 2)
    first = stores.published(tmp_path, "v1", "--to", URL)
    stores.published(tmp_path, "v2", "--to", URL)
    digest = first.partition("sha256:")[2].split()[0]
    assert stores.system(f"{URL}#sha256:{digest}").import_module("m1").version == 1


def test_a_release_that_was_pruned_is_an_error_and_no_other_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for number in (1, 2):
        stores.published(tmp_path, str(version(tmp_path, number)), "--to", URL)
    running = stores.system(f"{URL}#r1")
    assert running.import_module("m0").version == 1
    other: Any = opened(f"{URL}#r1")
    assert stores.run(tmp_path, "prune", URL, "--keep", "1")[0] == 0
    with pytest.raises(SourceError, match=r"sqlite:///m\.db#r1, release r1: m1\.py is not there"):
        other.read(f"{URL}#r1/m1.py")
    with pytest.raises(
        SourceError, match=r"there is no release 'r1'; importal releases sqlite:///m\.db lists what there is"
    ):
        stores.system(f"{URL}#r1").import_module("m1")


def test_wheels_and_distributions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What this environment has: pytest, with what it needs."""
    monkeypatch.chdir(tmp_path)
    out = stores.published(tmp_path, "pytest", "--to", URL)
    assert "pluggy" in out
    program = """
        import sys
        sys.path[:] = [entry for entry in sys.path if "site-packages" not in entry] + ["sqlite:///m.db"]
        import pytest
        from importlib import metadata
        print(pytest.__file__, metadata.version("pytest"), pytest.raises(ValueError).__class__.__name__)
    """
    status, out, err = stores.run(tmp_path, "run", "-c", textwrap.dedent(program))
    assert (status, err) == (0, "")
    assert out == f"sqlite:///m.db/pytest/__init__.py {metadata.version('pytest')} RaisesExc\n"
