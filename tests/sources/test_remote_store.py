"""Stores at remote places: what is published is what is read, in few requests, and never half of it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from importal.errors import SourceError
from importal.sources import opening
from importal.sources.places import parse
from importal.sources.remote.kinds import writer
from importal.sources.remote.store import BUNDLE_MOST, POINTER, bundled, release_file, unbundled
from sources import servers
from sources.remote_places import INSTALLED, PACKAGE, again, hindered, lay, methods, program, publish, read

pytest.importorskip("fsspec", reason="fsspec is not installed: pip install 'importal[remote]'")

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

LARGE = os.urandom(1 << 20) + b"!"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache that is empty, and no source left open by another test."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("IMPORTAL_CACHE", str(folder))
    opening.close_all()
    yield folder
    opening.close_all()


@pytest.fixture
def place(http: servers.HTTP) -> str:
    """Where to publish to what the HTTP server shows below /store."""
    return f"file://{http.folder}/store"


def of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class TestReading:
    def test_in_three_round_trips_whatever_the_number_of_modules(self, http: servers.HTTP, place: str) -> None:
        many = PACKAGE | {f"many/m{number}.py": b"n = %d\n" % number for number in range(300)}
        publish(place, "r1", many)
        url = f"{http.url}/store"
        source = again(url)
        assert [source.read(f"{url}/{path}") for path in many] == list(many.values())
        asked = methods(http)
        assert asked[0][1] == f"/store/{POINTER}"
        assert sorted(path.split("/")[2] for _, path in asked[1:]) == ["bundles", "manifests", "manifests"]
        http.forget()
        assert read(url, "many/m7.py") == b"n = 7\n"
        assert methods(http) == [("GET", f"/store/{POINTER}")]

    def test_a_later_release_adds_one_bundle(self, http: servers.HTTP, place: str) -> None:
        publish(place, "r1", PACKAGE)
        url = f"{http.url}/store"
        assert read(url, "shop/till.py") == b"total = 8\n"
        old = again(url)
        publish(place, "r2", PACKAGE | {"shop/till.py": b"total = 9\n"})
        assert old.read(f"{url}/shop/till.py") == b"total = 8\n"
        http.forget()
        assert read(url, "shop/till.py") == b"total = 9\n"
        assert sum("/bundles/" in path for _, path in methods(http)) == 1
        assert read(f"{url}#r1", "shop/till.py") == b"total = 8\n"

    def test_large_contents_are_fetched_when_they_are_asked_for(self, http: servers.HTTP, place: str) -> None:
        publish(place, "r1", PACKAGE | {"shop/large.bin": LARGE})
        url = f"{http.url}/store"
        assert read(url, "shop/till.py") == b"total = 8\n"
        assert not any("/contents/" in path for _, path in methods(http))
        assert read(url, "shop/large.bin") == LARGE

    def test_folders_are_read_when_they_are_looked_into(self, http: servers.HTTP, place: str) -> None:
        publish(place, "r1", PACKAGE | {"other/a.py": b"", "other/deep/b.py": b""})
        url = f"{http.url}/store"
        source = again(url)
        assert source.stat(f"{url}/shop/till.py") is not None
        assert list(source._read) == ["shop"]  # type: ignore[attr-defined]
        assert {"other/a.py", "other/deep/b.py"} < {path for path, _ in source.files()}  # type: ignore[attr-defined]

    def test_pinned(self, http: servers.HTTP, place: str) -> None:
        digest = publish(place, "r1", PACKAGE)
        publish(place, "r2", {"shop/till.py": b""})
        url = f"{http.url}/store#sha256:{digest}"
        assert read(url, "shop/till.py") == b"total = 8\n"
        http.stop()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert read(url, "shop/till.py") == b"total = 8\n"
        reads = f"""
            import sys
            from importal.sources import opening
            print(opening.opened({url!r}).read({f"{url}/shop/till.py"!r}), "importal.sources.remote.files" in sys.modules)
        """
        assert program(reads).stdout == "b'total = 8\\n' False\n"

    def test_on_s3(self, s3: str) -> None:
        publish(f"{s3}/store", "r1", PACKAGE | {"shop/large.bin": LARGE})
        publish(f"{s3}/store", "r2", PACKAGE | {"shop/till.py": b"total = 9\n"})
        assert read(f"{s3}/store", "shop/till.py") == b"total = 9\n"
        assert read(f"{s3}/store#r1", "shop/large.bin") == LARGE
        assert [(one.name, one.current) for one in writer(parse(f"{s3}/store")).releases()] == [
            ("r1", False),
            ("r2", True),
        ]

    def test_a_release_that_is_not_there(self, http: servers.HTTP, place: str) -> None:
        publish(place, "r1", PACKAGE)
        for release, says in ("r9", "there is no release 'r9'"), (f"sha256:{'0' * 64}", "its manifest is not there"):
            with pytest.raises(SourceError, match=says):
                again(f"{http.url}/store#{release}")


class TestFaults:
    """A server that fails before, while and after the manifest is fetched; then what is in the cache."""

    @pytest.mark.parametrize("kind", ["die", "truncate", "corrupt", "shorten", "status", "stall"])
    @pytest.mark.parametrize("file", ["importal-store.json", "manifests/*[0-9a-f]", "manifests/*.where", "bundles/*"])
    def test_a_cold_cache(
        self, http: servers.HTTP, place: str, monkeypatch: pytest.MonkeyPatch, kind: str, file: str
    ) -> None:
        monkeypatch.setenv("IMPORTAL_TIMEOUT", "1")
        publish(place, "r1", PACKAGE)
        more = {"die": {"keep": 20}, "truncate": {"keep": 20}, "corrupt": {"at": 10}, "shorten": {"keep": 20}}
        more |= {"status": {"status": 503}, "stall": {"keep": 20, "seconds": 8}}
        http.fail({"kind": kind, "path": f"/store/{file}"} | more[kind])
        url = f"{http.url}/store"
        with pytest.raises(SourceError) as caught:
            read(url, "shop/till.py")
        assert caught.value.entry == url
        assert caught.value.advice
        assert f"{url}" in str(caught.value)
        if kind != "die":
            http.fail()
            assert read(url, "shop/till.py") == b"total = 8\n"

    def test_a_warm_cache_goes_on(self, http: servers.HTTP, place: str) -> None:
        publish(place, "r1", PACKAGE)
        url = f"{http.url}/store"
        assert read(url, "shop/till.py") == b"total = 8\n"
        http.stop()
        with pytest.warns(RuntimeWarning, match="going on with release r1"):
            assert read(url, "shop/till.py") == b"total = 8\n"

    @pytest.mark.parametrize("kind", ["read-only", "full"])
    def test_a_cache_that_cannot_be_written_to(self, http: servers.HTTP, place: str, cache: Path, kind: str) -> None:
        """The process keeps what it has fetched."""
        publish(place, "r1", PACKAGE | {"large.bin": LARGE})
        url = f"{http.url}/store"
        reading = f"""
            source = opening.opened({url!r})
            for name in "shop/till.py", "shop/till.py", "large.bin":
                print(len(source.read({url + "/"!r} + name)))
        """
        result = hindered(kind, cache, reading)
        assert result.stdout == f"10\n10\n{len(LARGE)}\n", result.stderr

    def test_a_server_that_is_back_with_another_release(self, http: servers.HTTP, place: str, cache: Path) -> None:
        publish(place, "r1", PACKAGE)
        url = f"{http.url}/store"
        again(url)
        http.stop()
        with pytest.warns(RuntimeWarning, match="going on with release r1"):
            source = again(url)
        publish(place, "r2", {"shop/till.py": b"total = 9\n"})
        http.start()
        assert source.read(f"{url}/shop/till.py") == b"total = 8\n"

    @pytest.mark.parametrize(
        "pointer",
        [b"<html>", b"[]", b'{"format": 2}', b'{"format": 1, "current": "x", "releases": []}',
         b'{"format": 1, "current": null, "releases": [{"name": 1, "manifest": "", "published": "", "number": 1}]}'],
    )  # fmt: skip
    def test_a_pointer_that_is_none(self, http: servers.HTTP, pointer: bytes) -> None:
        lay(http.folder, {POINTER: pointer})
        with pytest.raises(SourceError, match="is no such file as importal writes"):
            again(http.url)

    def test_a_bundle_that_is_huge_is_not_expanded(self) -> None:
        """One that is as large as it says: only the limit refuses it."""
        huge = [("0" * 64, bytes(BUNDLE_MOST + 1))]
        name, data = bundled(huge)
        assert list(unbundled(name, data, [("0" * 64, BUNDLE_MOST + 1)])) == []
        small = [("0" * 64, b"a"), ("1" * 64, b"bc")]
        name, data = bundled(small)
        assert list(unbundled(name, data, [("0" * 64, 1), ("1" * 64, 2)])) == small


class TestWriting:
    def test_what_is_lacking(self, place: str) -> None:
        publish(place, "r1", {"a.py": b"a", "b.bin": LARGE})
        assert writer(parse(place)).lacking([of(b"a"), of(b"c"), of(LARGE), of(b"c")]) == [of(b"c")]

    def test_a_stopped_publisher_changes_nothing_for_readers(self, place: str, http: servers.HTTP) -> None:
        """Stopped after each of its files in turn: a reader sees the old release or the new one, whole."""
        publish(place, "r1", PACKAGE)
        new = PACKAGE | {"shop/till.py": b"total = 9\n"}
        seen = []
        for stop in range(1, 20):
            name = f"try{stop}"
            result = program(
                f"""
                import os
                from importal.sources.remote import files as remote_files, turns
                from sources.remote_places import publish
                turns._COUNTS_FOR["name"] = 0.1  # those before were killed, also while they named what they had brought
                real, left = remote_files.Remote.write, {stop}
                def write(self, path, data):
                    global left
                    left -= 1
                    if not left:
                        os.kill(os.getpid(), 9)
                    real(self, path, data)
                remote_files.Remote.write = write
                more = {{"n.py": b"{stop}", "large.bin": b"{stop}!" * (1 << 20)}}
                publish({place!r}, {name!r}, {new!r} | more)
                """
            )
            till = read(f"{http.url}/store", "shop/till.py")
            seen.append((result.returncode, till))
            current = next(one for one in writer(parse(place)).releases() if one.current)
            for one in writer(parse(place)).releases():
                source = again(f"{http.url}/store#{one.name}")
                assert {of(source.read(f"{source.root}/{path}")) for path, _ in source.files()} == {
                    file.digest for _, file in source.files()
                }
            if result.returncode == 0:
                break
        assert current.name == name
        assert len(seen) >= 5
        assert seen == [(-9, b"total = 8\n")] * (len(seen) - 1) + [(0, b"total = 9\n")]

    def test_rollback_and_removal(self, place: str, http: servers.HTTP) -> None:
        publish(place, "r1", {"a.py": b"a" * 10, "b.py": b"b", "large.bin": LARGE})
        publish(place, "r2", {"a.py": b"a" * 10, "c.py": b"ccc"})
        publish(place, "r3", {"d.py": b"d", "c.py": b"ccc"})
        target = writer(parse(place))
        target.make_current("r2")
        old = again(f"{http.url}/store")
        assert [one.name for one in target.releases()] == ["r1", "r2", "r3"]
        with pytest.raises(SourceError, match="'r2' is the current release"):
            target.remove(["r2"])
        assert target.remove(["r1", "r3"]) == (3, 1 + 1 + len(LARGE))
        assert [one.name for one in writer(parse(place)).releases()] == ["r2"]
        # This one knows of bundles that are gone; it is told where the contents are now.
        assert [old.read(f"{http.url}/store/{name}.py") for name in "ac"] == [b"a" * 10, b"ccc"]
        assert not any((http.folder / "store/contents").iterdir())
        assert len(list((http.folder / "store/manifests").iterdir())) == 2
        with pytest.raises(SourceError, match="no release 'r1'"):
            target.make_current("r1")

    def test_a_name_is_taken_once(self, place: str) -> None:
        publish(place, "r1", PACKAGE)
        publish(place, "r1", PACKAGE)
        with pytest.raises(SourceError, match="there is a release 'r1' already"):
            publish(place, "r1", {"a.py": b""})

    def test_many_releases_are_read_from_few_bundles(self, place: str, http: servers.HTTP) -> None:
        files: dict[str, bytes] = {}
        for number in range(20):
            files[f"m{number}.py"] = b"%d" % number
            publish(place, f"r{number}", files)
        source = again(f"{http.url}/store")
        assert [source.read(f"{http.url}/store/{path}") for path in files] == list(files.values())
        assert sum("/bundles/" in path for _, path in methods(http)) <= 16

    def test_what_is_not_given_and_not_there(self, place: str) -> None:
        from importal.sources import manifest as manifests
        from importal.sources.tree import File

        manifest = manifests.write({"a.py": File(of(b"a"), 1)})
        with pytest.raises(SourceError, match="1 of its contents are neither there nor given"):
            writer(parse(place)).publish("r1", of(manifest), manifest, [], "2026-01-01")
        assert writer(parse(place)).releases() == []

    def test_http_is_for_reading(self, http: servers.HTTP, place: str) -> None:
        publish(place, "r1", PACKAGE)
        target = writer(parse(f"{http.url}/store"))
        assert [(one.name, one.current) for one in target.releases()] == [("r1", True)]
        with pytest.raises(SourceError, match="nothing can be written over HTTP"):
            target.make_current("r1")

    def test_names_of_any_kind(self, place: str, http: servers.HTTP) -> None:
        names = ["a=2Fb", "a b%", "..", "ü"]
        assert len({release_file(name) for name in names}) == len(names)
        for name in names:
            publish(place, name, {"n.py": name.encode()})
        # Not in the pointer: as it is when two have published at the same time.
        pointer = http.folder / "store" / POINTER
        said = json.loads(pointer.read_text())
        pointer.write_text(json.dumps(said | {"releases": said["releases"][-1:]}))
        for name in names:
            assert read(f"{http.url}/store#{name}", "n.py") == name.encode()


class TestProcesses:
    def test_two_that_fill_the_cache_at_once_fetch_once(self, http: servers.HTTP, place: str) -> None:
        publish(place, "r1", PACKAGE)
        http.fail({"kind": "slow", "seconds": 1, "path": "*bundles*"})
        code = f"from importal.sources import opening; s = opening.opened({http.url + '/store'!r}); "
        code += "print(s.read(s.root + '/shop/till.py'))"
        environment = os.environ | {"PYTHONPATH": str(Path(opening.__file__).parents[2])}
        command = [sys.executable, "-W", "ignore::ResourceWarning", "-c", code]
        both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) for _ in range(2)]
        assert [one.communicate(timeout=60)[0] for one in both] == ["b'total = 8\\n'\n"] * 2
        assert sum("/bundles/" in path for _, path in methods(http)) == 1

    def test_a_forked_child_reads_on(self, http: servers.HTTP, place: str) -> None:
        publish(place, "r1", PACKAGE | {"shop/large.bin": LARGE})
        result = program(
            f"""
            import os, warnings
            warnings.simplefilter("ignore")
            from importal.sources import opening
            source = opening.opened({http.url + "/store"!r})
            child = os.fork()
            if child:
                print(os.waitpid(child, 0)[1])
            else:
                # Not in the cache: the child has to fetch it.
                print(len(source.read(source.root + "/shop/large.bin")), flush=True)
            """
        )
        assert result.stdout == f"{len(LARGE)}\n0\n", result.stderr

    def test_what_fsspecs_own_thread_imports_does_not_wait_for_it(self, http: servers.HTTP, place: str) -> None:
        """aiohttp loads this when it meets an internationalised name; here, any module, in the thread that fetches."""
        publish(place, "r1", PACKAGE)
        url = f"{http.url}/store"
        result = program(
            INSTALLED.format(url=url)
            + """
    import fsspec.implementations.http as web
    plain = web.HTTPFileSystem._cat_file
    async def cat_file(self, *args, **kwargs):
        import this_is_nowhere_else
        return await plain(self, *args, **kwargs)
    async def imports_first(self, *args, **kwargs):
        try:
            return await cat_file(self, *args, **kwargs)
        except ModuleNotFoundError:
            import colorsys
            return await plain(self, *args, **kwargs)
    web.HTTPFileSystem._cat_file = imports_first
    import shop.till
    print(shop.till.total, shop.till.__file__)
            """
        )
        assert result.stdout == f"8 {url}/shop/till.py\n", result.stderr

    def test_packages_resources_and_tracebacks(self, http: servers.HTTP, place: str) -> None:
        publish(place, "r1", PACKAGE | {"shop/broken.py": b"def f():\n    return 1 / 0  # here\n"})
        result = program(
            INSTALLED.format(url=f"{http.url}/store#r1")
            + """
    import importlib.resources, shop.broken
    print(importlib.resources.files(shop).joinpath("data/prices.txt").read_text().strip())
    try:
        shop.broken.f()
    except ZeroDivisionError:
        # Up to CPython 3.12 what ends a program is shown by C code, which knows files only.
        import traceback
        traceback.print_exc()
            """
        )
        assert result.stdout == "tea 3\n", result.stderr
        assert "return 1 / 0  # here" in result.stderr

    def test_what_is_not_installed_is_said(self, http: servers.HTTP) -> None:
        (http.folder / "pkg.zip").write_bytes(b"")
        result = program(
            f"""
            import sys
            sys.modules["fsspec"] = None
            from importal.sources import opening
            opening.opened({http.url + "/pkg.zip"!r})
            """
        )
        assert "fsspec is not installed; install it with: pip install 'importal[remote]'" in result.stderr


def test_a_timeout_that_is_none(monkeypatch: pytest.MonkeyPatch, http: servers.HTTP) -> None:
    for said in "soon", "-1", "nan", "0":
        monkeypatch.setenv("IMPORTAL_TIMEOUT", said)
        with pytest.raises(SourceError, match=f"IMPORTAL_TIMEOUT is '{said}'; write a number of seconds"):
            again(f"{http.url}/pkg.zip")
