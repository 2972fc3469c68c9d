"""Modules from remote places: real servers, real faults, and what each costs in requests."""

from __future__ import annotations

import hashlib
import io
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from importal.errors import SourceError
from importal.sources import opening
from sources import servers
from sources.remote_places import INSTALLED, PACKAGE, again, archive, hindered, lay, methods, program, read

pytest.importorskip("fsspec", reason="fsspec is not installed: pip install 'importal[remote]'")

# aiohttp and botocore leave sockets to the garbage collector when their event loop is not theirs to close.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache that is empty, and no source left open by another test."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("IMPORTAL_CACHE", str(folder))
    opening.close_all()
    yield folder
    opening.close_all()


class TestArchive:
    def test_it_is_fetched_once_and_asked_about_once(self, http: servers.HTTP) -> None:
        (http.folder / "pkg.zip").write_bytes(archive(PACKAGE))
        url = f"{http.url}/pkg.zip"
        for path, data in PACKAGE.items():
            assert read(url, path) == data
        assert methods(http) == [("HEAD", "/pkg.zip"), ("GET", "/pkg.zip"), *[("HEAD", "/pkg.zip")] * 2]
        source = again(url)
        location = f"{url}/shop/till.py"
        assert source.digest(location) == hashlib.sha256(PACKAGE["shop/till.py"]).hexdigest()
        assert sorted(source.list(f"{url}/shop")) == ["__init__.py", "data", "till.py"]

    def test_another_archive_in_its_place_is_fetched(self, http: servers.HTTP) -> None:
        (http.folder / "pkg.zip").write_bytes(archive(PACKAGE))
        assert read(f"{http.url}/pkg.zip", "shop/till.py") == b"total = 8\n"
        (http.folder / "pkg.zip").write_bytes(archive(PACKAGE | {"shop/till.py": b"total = 9\n"}))
        assert read(f"{http.url}/pkg.zip", "shop/till.py") == b"total = 9\n"

    def test_a_pinned_one_needs_no_server_when_it_is_in_the_cache(self, http: servers.HTTP) -> None:
        data = archive(PACKAGE)
        (http.folder / "pkg.zip").write_bytes(data)
        url = f"{http.url}/pkg.zip#sha256:{hashlib.sha256(data).hexdigest()}"
        assert read(url, "shop/till.py") == b"total = 8\n"
        assert methods(http) == [("GET", "/pkg.zip")]
        http.stop()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert read(url, "shop/till.py") == b"total = 8\n"

    def test_another_than_the_pinned_one_is_refused(self, http: servers.HTTP) -> None:
        (http.folder / "pkg.zip").write_bytes(archive(PACKAGE))
        with pytest.raises(SourceError, match="its sha256 is") as caught:
            again(f"{http.url}/pkg.zip#sha256:{'0' * 64}")
        assert "sha256:000" in str(caught.value)

    def test_a_warm_cache_goes_on_without_the_server(self, http: servers.HTTP) -> None:
        (http.folder / "pkg.zip").write_bytes(archive(PACKAGE))
        again(f"{http.url}/pkg.zip")
        http.stop()
        with pytest.warns(RuntimeWarning, match="going on with the archive as it was"):
            assert read(f"{http.url}/pkg.zip", "shop/till.py") == b"total = 8\n"

    @pytest.mark.parametrize(
        ("fault", "says"),
        [
            ({"kind": "status", "status": 403}, "the server answered 403"),
            ({"kind": "status", "status": 500}, "the server answered 500"),
            ({"kind": "status", "status": 404}, "there is no such file"),
            ({"kind": "die"}, "Disconnected|Connect"),
            ({"kind": "die", "skip": 1, "keep": 50}, "ended too soon|Connect"),
            ({"kind": "truncate", "skip": 1, "keep": 50}, "ended too soon"),
            ({"kind": "shorten", "skip": 1, "keep": 50}, "50 bytes were fetched"),
            ({"kind": "corrupt", "skip": 1, "at": 50}, "damaged"),
            ({"kind": "slow", "seconds": 5}, "no answer within 0.5 seconds"),
            ({"kind": "stall", "skip": 1, "keep": 50, "seconds": 5}, "no answer within 0.5 seconds"),
        ],
    )
    def test_faults(
        self, http: servers.HTTP, cache: Path, monkeypatch: pytest.MonkeyPatch, fault: dict[str, Any], says: str
    ) -> None:
        monkeypatch.setenv("IMPORTAL_TIMEOUT", "0.5")
        (http.folder / "pkg.zip").write_bytes(archive(PACKAGE, zipfile.ZIP_STORED))
        http.fail(fault)
        with pytest.raises(SourceError, match=says) as caught:
            again(f"{http.url}/pkg.zip")
        assert str(caught.value).startswith(f"{http.url}/pkg.zip")
        assert caught.value.__cause__ is None
        assert "http" not in repr(caught.value.__context__)
        assert [path for path in cache.rglob("*") if path.is_file() and path.name != "lock"] == []
        if fault["kind"] != "die":
            http.fail()
            assert read(f"{http.url}/pkg.zip", "shop/till.py") == b"total = 8\n"

    @pytest.mark.parametrize(
        ("names", "says"),
        [
            (["/etc/x.py"], "no path inside it"),
            (["../x.py"], "no path inside it"),
            (["a/../../x.py"], "no path inside it"),
            (["a\\..\\x.py"], "no path inside it"),
            (["C:/x.py"], "no path inside it"),
            (["x.py", "x.py"], "two members"),
            (["x", "x/y.py"], "both a file and a folder"),
        ],
    )
    def test_names_that_are_refused(self, http: servers.HTTP, names: list[str], says: str) -> None:
        stream = io.BytesIO()
        with warnings.catch_warnings(), zipfile.ZipFile(stream, "w") as target:
            warnings.simplefilter("ignore")
            for name in names:
                target.writestr(name, "x = 1")
        (http.folder / "pkg.zip").write_bytes(stream.getvalue())
        with pytest.raises(SourceError, match=says):
            again(f"{http.url}/pkg.zip")

    def test_sizes_that_are_refused(self, http: servers.HTTP) -> None:
        file = http.folder / "pkg.zip"
        file.write_bytes(archive({"zeros.py": bytes(120 << 20)}))
        with pytest.raises(SourceError, match=r"would expand to 125829120"):
            again(f"{http.url}/pkg.zip")
        data = archive({"a.py": b"#" * 1000})
        # The uncompressed size in the directory, which begins with the signature of an entry.
        at = data.index(b"PK\x01\x02") + 24
        file.write_bytes(data[:at] + (3 << 30).to_bytes(4, "little") + data[at + 4 :])
        with pytest.raises(SourceError, match=r"claims 3221225472 bytes"):
            again(f"{http.url}/pkg.zip")
        file.write_bytes(data[:at] + (10).to_bytes(4, "little") + data[at + 4 :])
        with pytest.raises(SourceError, match="damaged"):
            again(f"{http.url}/pkg.zip")

    def test_no_more_is_expanded_than_a_member_claims(self, tmp_path: Path) -> None:
        import tracemalloc

        from importal.sources.archive import Member, list_members
        from importal.sources.remote.archive import unpacked

        file = tmp_path / "pkg.zip"
        file.write_bytes(archive({"zeros.py": bytes(60 << 20)}))
        (member,) = list_members(str(file))
        member = Member(member.name, member.method, member.compressed_size, 10, member.offset, member.stamp, member.crc)
        tracemalloc.start()
        try:
            with pytest.raises(ValueError, match="damaged"):
                unpacked(str(file), member)
            assert tracemalloc.get_traced_memory()[1] < 10 << 20
        finally:
            tracemalloc.stop()

    def test_a_damaged_copy_is_fetched_anew(self, http: servers.HTTP, cache: Path) -> None:
        data = archive(PACKAGE, zipfile.ZIP_STORED)
        (http.folder / "pkg.zip").write_bytes(data)
        again(f"{http.url}/pkg.zip")
        (copy,) = cache.glob(f"contents/*/{hashlib.sha256(data).hexdigest()}")
        for damaged in (
            data.replace(b"total = 8", b"total = 7"),
            archive(PACKAGE | {"shop/till.py": b"total = 7\n"}),  # whose checksums are right
        ):
            source = again(f"{http.url}/pkg.zip")
            copy.write_bytes(damaged)
            assert source.read(f"{http.url}/pkg.zip/shop/till.py") == b"total = 8\n"
        copy.unlink()
        assert source.read(f"{http.url}/pkg.zip/shop/till.py") == b"total = 8\n"

    @pytest.mark.parametrize("kind", ["read-only", "full"])
    def test_a_cache_that_cannot_be_written_to(self, http: servers.HTTP, cache: Path, kind: str) -> None:
        (http.folder / "pkg.zip").write_bytes(archive(PACKAGE))
        url = f"{http.url}/pkg.zip"
        reading = f"""
            source = opening.opened({url!r})
            print(source.read({url + "/shop/till.py"!r}))
        """
        result = hindered(kind, cache, reading)
        if kind == "full":  # not even a temporary file can be written
            assert "nowhere to put a copy of it" in result.stderr
            assert "IMPORTAL_CACHE" in result.stderr
        else:
            assert result.stdout == "b'total = 8\\n'\n", result.stderr

    def test_redirects_are_followed(self, http: servers.HTTP, redirecting: Callable[[str], str]) -> None:
        (http.folder / "pkg.zip").write_bytes(archive(PACKAGE))
        url = redirecting(http.url)
        source = again(f"{url}/pkg.zip")
        assert source.root == f"{url}/pkg.zip"
        assert source.read(f"{url}/pkg.zip/shop/till.py") == b"total = 8\n"


@pytest.fixture
def redirecting() -> Iterator[Callable[[str], str]]:
    """A server that sends everybody to another."""
    import threading
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    target = ""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", target + self.path)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_HEAD = do_GET

        def log_message(self, *arguments: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()

        def to(url: str) -> str:
            nonlocal target
            target = url
            return f"http://127.0.0.1:{server.server_address[1]}"

        yield to
        server.shutdown()


class TestSecrets:
    SECRETS = ("hunter2", "s1gnature", "t0ken")

    @pytest.mark.parametrize("path", ["pkg.zip", "folder", "gone.zip"])
    def test_none_is_ever_shown(self, http: servers.HTTP, path: str) -> None:
        (http.folder / "pkg.zip").write_bytes(archive(PACKAGE))
        lay(http.folder / "folder", PACKAGE)
        query = "?X-Signature=s1gnature&key=t0ken" if path.endswith(".zip") else ""
        url = f"http://me:hunter2@{http.url.partition('://')[2]}/{path}{query}"
        said: list[str] = []
        for fault in [], [{"kind": "status", "status": 500}], [{"kind": "die"}]:
            http.fail(*fault)
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                try:
                    source = again(url)
                    said += [source.root, repr(source), *source.list(f"{source.root}/shop")]
                except SourceError as error:
                    said += [str(error), repr(error), repr(error.__context__)]
            said += [str(one.message) for one in caught]
        assert said
        assert [text for text in said for secret in self.SECRETS if secret in text] == []

    def test_nor_when_a_library_says_it(self) -> None:
        import fsspec

        class Leaky(fsspec.AbstractFileSystem):
            protocol = "leaky"

            def info(self, path: str, **options: Any) -> Any:
                raise ValueError(f"cannot read {path}, nor with t%2Fken or t/ken")

        fsspec.register_implementation("leaky", Leaky, clobber=True)
        with pytest.raises(SourceError, match=r"ValueError: cannot read .*me:\.\.\.@host/pkg.zip, nor") as caught:
            again("leaky://me:t%2Fken@host/pkg.zip")
        assert "ken" not in str(caught.value).replace("leaky", "")
        assert "ken" not in repr(caught.value.__context__)

    def test_modules_do_not_show_it(self, http: servers.HTTP) -> None:
        (http.folder / "pkg.zip").write_bytes(archive(PACKAGE))
        url = f"http://me:hunter2@{http.url.partition('://')[2]}/pkg.zip?X-Signature=s1gnature"
        result = program(
            INSTALLED.format(url=url) + "    import shop.till\n    print(vars(shop)['__file__'], shop.__path__,"
            " shop.__spec__, shop.till)\n    1 / 0\n"
        )
        assert "ZeroDivisionError" in result.stderr
        assert "/pkg.zip/shop/till.py" in result.stdout
        assert "hunter2" not in result.stdout + result.stderr
        assert "s1gnature" not in result.stdout + result.stderr


class TestFolder:
    def test_over_http(self, http: servers.HTTP) -> None:
        lay(http.folder, {f"lib/{path}": data for path, data in PACKAGE.items()} | {"lib/a b.txt": b"x", "top.py": b""})
        url = f"{http.url}/lib"
        source = again(url)
        listed = [f"{url}/{path}" for path in [*PACKAGE, "a b.txt"]]
        assert sorted(f"{url}/{path}" for path, _ in source.files()) == sorted(listed)
        http.forget()
        assert [source.read(one) for one in listed] == [*PACKAGE.values(), b"x"]
        assert sorted(path for _, path in methods(http)) == sorted(
            one.removeprefix(http.url).replace(" ", "%20") for one in listed
        )
        http.forget()
        assert read(url, "shop/till.py") == b"total = 8\n"
        assert {method for method, path in methods(http) if path.endswith(".py")} == {"HEAD"}

    def test_on_s3(self, s3: str) -> None:
        import fsspec

        files = fsspec.filesystem("s3", skip_instance_cache=True)
        for path, data in PACKAGE.items():
            files.pipe_file(f"{s3}/lib/{path}", data)
        url = f"{s3}/lib"
        for path, data in PACKAGE.items():
            assert read(url, path) == data
        files.pipe_file(f"{s3}/lib/shop/till.py", b"total = 9\n")
        assert read(url, "shop/till.py") == b"total = 9\n"

    def test_of_this_machine(self, tmp_path: Path) -> None:
        lay(tmp_path / "lib", PACKAGE | {"shop/__pycache__/till.pyc": b"no"})
        url = f"file://{tmp_path}/lib"
        assert read(url, "shop/till.py") == b"total = 8\n"
        assert sorted(path for path, _ in again(url).files()) == sorted(PACKAGE)

    def test_a_folder_that_is_a_link_to_one_it_lies_in(self, tmp_path: Path) -> None:
        lay(tmp_path / "lib", PACKAGE)
        (tmp_path / "lib" / "shop" / "loop").symlink_to(tmp_path / "lib")
        with pytest.raises(SourceError, match="shop/loop is a link to a folder it lies in"):
            again(f"file://{tmp_path}/lib")

    def test_a_file_that_changes_after_it_was_listed(self, http: servers.HTTP) -> None:
        lay(http.folder, PACKAGE)
        source = again(http.url)
        lay(http.folder, {"shop/till.py": b"total = 1000\n"})
        with pytest.raises(SourceError, match=r"shop/till.py had 10 bytes when it was listed, and 13 were fetched"):
            source.read(f"{http.url}/shop/till.py")

    def test_without_the_server(self, http: servers.HTTP) -> None:
        lay(http.folder, PACKAGE)
        assert read(http.url, "shop/till.py") == b"total = 8\n"
        http.stop()
        with pytest.warns(RuntimeWarning, match="as they were the last time"):
            assert read(http.url, "shop/till.py") == b"total = 8\n"

    def test_nothing_there(self, tmp_path: Path, http: servers.HTTP, s3: str) -> None:
        for url in f"file://{tmp_path}/none", f"{http.url}/none", f"{s3}/none":
            with pytest.raises(SourceError, match="there is nothing"):
                again(url)
            with pytest.raises(SourceError, match="there is no store, and so no release"):
                again(f"{url}#r1")
