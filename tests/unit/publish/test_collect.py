"""What a release is made of: folders, wheels, archives, installed distributions, and what is refused."""

from __future__ import annotations

import os
import re
import stat
import sys
import warnings
import zipfile
from pathlib import Path

import pytest

import trees
from importal.errors import SourceError
from importal.publish import collected as limits
from importal.publish.collect import collect
from importal.sources import manifest
from importal.tool_errors import FileError


def files(*sources: object, **how: object) -> dict[str, bytes]:
    return collect([str(source) for source in sources], **how).files  # type: ignore[arg-type]


def archive(place: Path, members: dict[str, str], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(place, "w", method) as writing, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a name is there twice
        for name, text in members.items():
            writing.writestr(name.removesuffix(" again"), text)
    return place


# ------------------------------------------------------------ folders


def test_a_folder(tmp_path: Path) -> None:
    tree = {"a.py": "1", "p": {"__init__.py": "", "d.txt": b"\xff"}}
    junk = {"a.pyc": b"x", "__pycache__": {"a.py": ""}, ".git": {"HEAD": ""}, "q": {"__pycache__": {"x": ""}}}
    folder = trees.write({**tree, **junk}, tmp_path / "f")
    assert files(folder) == {"a.py": b"1", "p/__init__.py": b"", "p/d.txt": b"\xff"}


def test_the_store_itself_is_left_out(tmp_path: Path) -> None:
    folder = trees.write({"a.py": "1", "m.db": "", "m.db-journal": ""}, tmp_path / "f")
    assert list(files(folder, store=str(folder / "m.db"))) == ["a.py"]
    assert list(files(folder)) == ["a.py", "m.db", "m.db-journal"]


def test_links_inside_are_followed(tmp_path: Path) -> None:
    folder = trees.write({"p": {"a.py": "1"}}, tmp_path / "f")
    (folder / "q").symlink_to("p")
    (folder / "b.py").symlink_to(folder / "p" / "a.py")
    assert files(folder) == {"p/a.py": b"1", "q/a.py": b"1", "b.py": b"1"}
    (tmp_path / "link").symlink_to(folder)
    assert files(tmp_path / "link") == files(folder)


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("..", "the link p/l leads back to a folder that it is in"),
        (".", "the link p/l leads back to a folder that it is in"),
        ("../../other", "the link p/l leads out of it, to .*other; copy what it leads to"),
        ("../../f-too", "the link p/l leads out of it"),
        ("nowhere", "p/l is a link that leads nowhere; remove it"),
        ("l", "p/l is a link that leads nowhere; remove it"),
    ],
)
def test_links_that_are_refused(target: str, reason: str, tmp_path: Path) -> None:
    trees.write({"other": {"b.py": ""}, "f-too": {"b.py": ""}, "f": {"p": {"a.py": ""}}}, tmp_path)
    (tmp_path / "f" / "p" / "l").symlink_to(target)
    with pytest.raises(FileError, match=reason):
        files(tmp_path / "f")


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    trees.write({"f": {"a.py": ""}}, tmp_path)
    os.mkfifo(tmp_path / "f" / "pipe")
    with pytest.raises(FileError, match="pipe is neither a file nor a folder"):
        files(tmp_path / "f")


@pytest.mark.parametrize("name", ["a\nb.py", "a\\b.py", os.fsdecode(b"\xff.py"), "C:x.py"])
def test_names_that_are_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / name).write_text("")
    with pytest.raises((FileError, SourceError), match=r"no path|cannot be the path"):
        files(tmp_path / "f")


def test_a_file_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("collected", "folder", "archive"):
        monkeypatch.setattr(f"importal.publish.{module}.LARGEST", 10)
    assert limits.LARGEST == 10
    folder = trees.write({"a.py": "1" * 10}, tmp_path / "f")
    assert list(files(folder)) == ["a.py"]
    (folder / "b.bin").write_bytes(b"1" * 11)
    with pytest.raises(FileError, match=r"b\.bin has 11 bytes; a release holds files of at most 10"):
        files(folder)
    with pytest.raises(FileError, match=r"'b\.bin' has 11 bytes"):
        files(archive(tmp_path / "a.zip", {"b.bin": "1" * 11}))


# ------------------------------------------------------------ archives

RECORD = "m.py,sha256=x,1\nw-1.data/scripts/run,,\nw-1.data/purelib/p/a.py,sha256=y,2\nw-1.dist-info/RECORD,,\n"
WHEEL = {
    "m.py": "1",
    "w-1.data/scripts/run": "#!python",
    "w-1.data/headers/w.h": "",
    "w-1.data/data/share/x": "",
    "w-1.data/purelib/p/a.py": "22",
    "w-1.data/platlib/p/b.so": "lib",
    "w-1.dist-info/METADATA": "Name: w",
    "w-1.dist-info/RECORD": RECORD,
}


def test_a_wheel_is_laid_out(tmp_path: Path) -> None:
    wheel = archive(tmp_path / "w-1-py3-none-any.whl", WHEEL)
    assert files(wheel) == {
        "m.py": b"1",
        "p/a.py": b"22",
        "p/b.so": b"lib",
        "w-1.dist-info/METADATA": b"Name: w",
        "w-1.dist-info/RECORD": b"m.py,sha256=x,1\np/a.py,sha256=y,2\nw-1.dist-info/RECORD,,\n",
    }


def test_a_zip_archive_is_as_it_is(tmp_path: Path) -> None:
    members = {
        "p/": "",
        "p/a.py": "1",
        "p/a.pyc": "",
        "p/alone.pyc": "2",
        "__pycache__/a.pyc": "",
        "w.data/purelib/x": "",
    }
    expected = {"p/a.py": b"1", "p/alone.pyc": b"2", "w.data/purelib/x": b""}
    assert files(archive(tmp_path / "a.zip", members)) == expected
    assert files(archive(tmp_path / "named-otherwise", members)) == expected


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"/a.py": ""}, "'/a.py' is no path"),
        ({"../a.py": ""}, "'../a.py' is no path"),
        ({"p/../../a.py": ""}, "is no path"),
        ({"C:/a.py": ""}, "is no path"),
        ({"a.py": "1", "a.py again": "1"}, "it has two members 'a.py'"),
        ({"a": "1", "a/b.py": "1"}, "is both a file and a folder"),
    ],
)
def test_members_that_are_refused(members: dict[str, str], reason: str, tmp_path: Path) -> None:
    with pytest.raises((FileError, SourceError), match=reason):
        files(archive(tmp_path / "a.zip", members))


def test_a_member_that_is_a_link_is_refused(tmp_path: Path) -> None:
    member = zipfile.ZipInfo("l.py")
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as writing:
        writing.writestr(member, "/etc/passwd")
    with pytest.raises(FileError, match=r"its member 'l\.py' is a symbolic link"):
        files(tmp_path / "a.zip")


def test_other_compression_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="compressed by method 12, neither stored nor deflated"):
        files(archive(tmp_path / "a.zip", {"a.py": "1"}, zipfile.ZIP_BZIP2))


def test_a_damaged_archive(tmp_path: Path) -> None:
    place = archive(tmp_path / "a.zip", {"a.py": "1" * 100}, zipfile.ZIP_STORED)
    whole = place.read_bytes()
    for at in range(0, len(whole), 3):
        place.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            found = files(place)
        except (FileError, SourceError):
            continue  # in one line, not with a traceback
        assert all(re.fullmatch(b"1*", data) for data in found.values()), at
    place.write_bytes(b"no archive")
    with pytest.raises(FileError, match="it cannot be read as a zip archive"):
        files(place)


# ------------------------------------------------------------ several, and none


def test_several_sources_together(tmp_path: Path) -> None:
    trees.write({"f": {"a.py": "1", "n": {"x.py": "1"}}, "g": {"a.py": "1", "n": {"y.py": "2"}}}, tmp_path)
    assert list(files(tmp_path / "f", tmp_path / "g")) == ["a.py", "n/x.py", "n/y.py"]


def test_two_that_differ_are_refused_by_name(tmp_path: Path) -> None:
    trees.write({"f": {"a.py": "1"}, "g": {"a.py": "2"}}, tmp_path)
    with pytest.raises(FileError) as raised:
        files(tmp_path / "f", tmp_path / "g")
    assert str(raised.value).startswith(f"{tmp_path / 'g'}: it has another a.py than {tmp_path / 'f'};")


def test_a_file_in_one_and_a_folder_in_the_other(tmp_path: Path) -> None:
    trees.write({"f": {"a": "1"}, "g": {"a": {"b.py": "2"}}}, tmp_path)
    with pytest.raises(FileError, match=r"is both a file and a folder"):
        files(tmp_path / "f", tmp_path / "g")


def test_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="it holds no files"):
        files(tmp_path)


@pytest.mark.parametrize("source", ["nowhere/at/all", "app.zip", "https://host/app", "no-such-distribution-there-is"])
def test_what_is_not_there(source: str) -> None:
    with pytest.raises(FileError, match="there is no such file or folder"):
        files(source)


def test_a_single_module_is_refused_with_the_advice(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("")
    with pytest.raises(FileError, match="no wheel and no zip archive; publish the folder that holds it"):
        files(tmp_path / "a.py")


def test_the_manifest_knows_no_times(tmp_path: Path) -> None:
    one, two = (trees.write({"a.py": "1"}, tmp_path / name) for name in "fg")
    os.utime(one / "a.py", (1, 1))
    assert collect([str(one)]).manifest() == collect([str(two)]).manifest()
    assert b" 1 0 a.py\n" in collect([str(one)]).manifest()
    written = collect([str(one)]).manifest()
    assert list(manifest.read(written, "", manifest.digest_of(written))) == ["a.py"]


# ------------------------------------------------------------ installed distributions


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment of a few distributions, as pip leaves them."""

    def distribution(name: str, *requires: str, files: tuple[str, ...] = (), **more: str) -> None:
        info = f"{name}-1.0.dist-info"
        lines = "".join(f"Requires-Dist: {line}\n" for line in requires)
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{lines}"
        listed = [f"{name}.py", *files, f"{info}/METADATA", f"{info}/RECORD", "../../bin/run", "__pycache__/x.pyc"]
        record = "".join(f"{path},,\n" for path in listed)
        extra = {key.replace("_", ".", 1): text for key, text in more.items()}
        trees.write({f"{name}.py": "", info: {"METADATA": metadata, "RECORD": record, **extra}}, tmp_path / "site")

    distribution(
        "app", "lib>=1", 'old; python_version < "3"', 'sock ; extra == "net"', "other[fast]", 'x; extra == "bad"'
    )
    distribution("lib", "app")  # which is a circle
    distribution("sock")
    distribution("other", 'quick; extra == "fast"')
    distribution("quick", "lib")
    distribution("new", "lib>=2")
    distribution("lost", files=("gone.py",))
    distribution("edit", direct="")
    (tmp_path / "site" / "edit-1.0.dist-info" / "direct_url.json").write_text('{"dir_info": {"editable": true}}')
    distribution("bare")
    (tmp_path / "site" / "bare-1.0.dist-info" / "RECORD").unlink()
    monkeypatch.setattr(sys, "path", [str(tmp_path / "site"), *sys.path])
    return tmp_path / "site"


def modules(*sources: str, **how: object) -> set[str]:
    return {path.removesuffix(".py") for path in files(*sources, **how) if path.endswith(".py")}


@pytest.mark.usefixtures("installed")
def test_a_distribution_with_what_it_needs() -> None:
    assert modules("app") == {"app", "lib", "other", "quick"}
    assert modules("app[net]") == {"app", "lib", "other", "quick", "sock"}
    assert modules("App>=1") == {"app", "lib", "other", "quick"}
    assert modules("app", dependencies=False) == {"app"}
    assert modules("other") == {"other"}
    assert modules("other", "other[fast]") == {"other", "quick", "app", "lib"}


@pytest.mark.usefixtures("installed")
def test_its_record_lists_what_is_there() -> None:
    record = files("quick", dependencies=False)["quick-1.0.dist-info/RECORD"]
    assert record == b"quick.py,,\nquick-1.0.dist-info/METADATA,,\nquick-1.0.dist-info/RECORD,,\n"


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("app[bad]", "^x: app 1.0 needs it, and it is not installed; install it in the environment of .*--no-deps"),
        ("new", r"^new: new 1.0 needs lib>=2, and lib 1.0 is installed; install"),
        ("app>=2", r"it needs app>=2, and app 1.0 is installed"),
        ("lost", "^lost 1.0: its file gone.py cannot be read .*; install lost anew"),
        ("edit", "^edit 1.0: it is installed as an editable project.*publish the folder"),
        ("bare", "^bare 1.0: it has no list of its files"),
        ("app app", "no distribution of this name"),
    ],
)
def test_distributions_that_cannot_be_published(name: str, reason: str) -> None:
    with pytest.raises(FileError, match=reason):
        files(name)


def test_without_packaging(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [name for name in sys.modules if name.partition(".")[0] == "packaging"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "packaging", None)
    with pytest.raises(FileError, match=r"packaging is not installed; install it \(pip install 'importal\[cli\]'\)"):
        files("app")
    assert modules("app", dependencies=False) == {"app"}
