"""finders.entry: one folder of a source."""

from __future__ import annotations

import importlib.machinery
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import trees
from importal import machinery
from importal.finders.entry import EntryFinder
from importal.loaders.location import file_loaders

LONG_AGO = 1_600_000_000


def finder(place: Path, *details: Any) -> machinery.FileFinder:
    return machinery.FileFinder(str(place), *(details or file_loaders()))


def kind(spec: Any) -> str:
    """Say in one word what was found."""
    if spec is None:
        return "nothing"
    if spec.loader is None:
        return "portion"
    return type(spec.loader).__name__.removesuffix("FileLoader") + (
        " package" if spec.submodule_search_locations is not None else ""
    )


EXTENSION = machinery.EXTENSION_SUFFIXES[0]


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        ({}, "nothing"),
        ({"m.py": ""}, "Source"),
        ({"m.pyc": ""}, "Sourceless"),
        ({f"m{EXTENSION}": ""}, "Extension"),
        ({"m": {}}, "portion"),
        ({"m": {"__init__.py": ""}}, "Source package"),
        ({"m": {"__init__.pyc": ""}}, "Sourceless package"),
        ({"m": {f"__init__{EXTENSION}": ""}}, "Extension package"),
        # what goes before what
        ({"m": {"__init__.py": ""}, "m.py": "", f"m{EXTENSION}": ""}, "Source package"),
        ({"m": {}, "m.py": ""}, "Source"),
        ({"m.py": "", "m.pyc": "", f"m{EXTENSION}": ""}, "Extension"),
        ({"m.py": "", "m.pyc": ""}, "Source"),
        # what is not what it seems
        ({"m": "a file without suffix"}, "nothing"),
        ({"m.py": {}}, "nothing"),
        ({"m.py": {}, "m.pyc": ""}, "Sourceless"),
        ({"m": {"__init__.py": {}}}, "portion"),
        ({"m.txt": "", "mm.py": "", "n.py": ""}, "nothing"),
    ],
)
def test_what_is_found(tmp_path: Path, tree: trees.Tree, expected: str) -> None:
    trees.write(tree, tmp_path)
    ours = finder(tmp_path).find_spec("a.b.m")
    theirs = importlib.machinery.FileFinder(
        str(tmp_path),
        *importlib._bootstrap_external._get_supported_file_loaders(),  # type: ignore[attr-defined]
    ).find_spec("a.b.m")
    assert kind(ours) == kind(theirs) == expected
    if ours is not None and theirs is not None:
        for fact in ("name", "origin", "submodule_search_locations", "cached", "has_location"):
            assert getattr(ours, fact) == getattr(theirs, fact)


@pytest.mark.parametrize("name", ["M", "m.PY"])
def test_case_counts(tmp_path: Path, name: str) -> None:
    (tmp_path / "m.py").touch()
    assert finder(tmp_path).find_spec(name) is None


def test_links(tmp_path: Path) -> None:
    trees.write({"real": {"m.py": "", "pkg": {"__init__.py": ""}}, "place": {}}, tmp_path)
    (tmp_path / "place" / "m.py").symlink_to(tmp_path / "real" / "m.py")
    (tmp_path / "place" / "pkg").symlink_to(tmp_path / "real" / "pkg")
    (tmp_path / "place" / "broken.py").symlink_to(tmp_path / "gone.py")
    here = finder(tmp_path / "place")
    assert kind(here.find_spec("m")) == "Source"
    assert kind(here.find_spec("pkg")) == "Source package"
    assert kind(here.find_spec("broken")) == "nothing"
    assert here.find_spec("m").origin == str(tmp_path / "place" / "m.py")  # type: ignore[union-attr]


def test_loaders_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "m.hy").touch()
    made: list[tuple[str, str]] = []

    def factory(name: str, path: str) -> str:
        made.append((name, path))
        return "loader"

    spec = finder(tmp_path, (factory, [".hy"]), (machinery.SourceFileLoader, [".py"])).find_spec("m")
    assert spec is not None
    assert spec.loader == "loader"
    assert made == [("m", str(tmp_path / "m.hy"))]


# ---------------------------------------------------------------- the listing


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder that was last changed long ago, so that its listing can be kept."""
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "m.py").touch()
    os.utime(tmp_path / "lib", (LONG_AGO, LONG_AGO))
    return tmp_path / "lib"


class Counting:
    """A source that counts how often it is listed."""

    root = ""
    separator = os.sep

    def __init__(self, names: set[str], stamp: Any = 1, settled: bool = True) -> None:
        self.names, self.current, self.is_settled, self.listed = names, stamp, settled, 0

    def stamp(self, location: str) -> Any:
        return self.current

    def settled(self, stamp: Any) -> bool:
        return self.is_settled

    def list(self, location: str) -> set[str]:
        self.listed += 1
        return set(self.names)

    def stat(self, location: str) -> Any:
        return object() if os.path.basename(location) in self.names else None

    def is_directory(self, location: str) -> bool:
        return False

    def read(self, location: str) -> bytes:
        return b""


def over(source: Counting) -> EntryFinder:
    return EntryFinder("place", source, [(lambda name, path: path, [".py"])])


def test_a_settled_listing_is_kept_until_the_stamp_changes() -> None:
    source = Counting({"m.py"})
    here = over(source)
    assert here.find_spec("m") is not None
    assert here.find_spec("n") is None
    assert source.listed == 1
    source.names.add("n.py")
    assert here.find_spec("n") is None
    source.current = 2
    assert here.find_spec("n") is not None
    assert source.listed == 2


def test_a_listing_that_is_not_settled_is_taken_again() -> None:
    source = Counting({"m.py"}, settled=False)
    here = over(source)
    assert here.find_spec("n") is None
    source.names.add("n.py")
    assert here.find_spec("n") is not None
    source.is_settled = True
    here.find_spec("n")
    here.find_spec("n")
    assert source.listed == 3


def test_invalidation_forgets_the_listing() -> None:
    source = Counting({"m.py"})
    here = over(source)
    assert here.find_spec("n") is None
    source.names.add("n.py")
    here.invalidate_caches()
    assert here.find_spec("n") is not None


def test_a_name_that_is_not_there_costs_no_look_at_the_disk() -> None:
    source = Counting({"m.py"})
    source.stat = lambda location: pytest.fail(f"{location} was looked at")  # type: ignore[method-assign]
    assert over(source).find_spec("n") is None


def test_a_listing_is_kept_as_long_as_the_directorys_time(place: Path) -> None:
    here = finder(place)
    assert kind(here.find_spec("m")) == "Source"
    (place / "n.py").touch()
    os.utime(place, (LONG_AGO, LONG_AGO))  # the directory claims that nothing has changed
    assert kind(here.find_spec("n")) == "nothing"
    os.utime(place, (LONG_AGO + 1, LONG_AGO + 1))
    assert kind(here.find_spec("n")) == "Source"


def test_a_file_that_goes_is_not_found_even_by_an_old_listing(place: Path) -> None:
    here = finder(place)
    assert kind(here.find_spec("m")) == "Source"
    (place / "m.py").unlink()
    os.utime(place, (LONG_AGO, LONG_AGO))
    assert kind(here.find_spec("m")) == "nothing"


def moments() -> Iterator[float]:
    """Yield the present time, again and again for a machine that is too busy to keep within one tick."""
    for _ in range(50):
        yield time.time()


def test_a_file_added_within_the_tick_of_the_listing_is_found(tmp_path: Path) -> None:
    """File systems know times to a few milliseconds: what comes right after the listing leaves no trace."""
    for number, now in enumerate(moments()):
        place = tmp_path / str(number)
        place.mkdir()
        os.utime(place, (now, now))
        here = finder(place)
        assert kind(here.find_spec("m")) == "nothing"
        in_time = time.time() - now < 0.03
        (place / "m.py").touch()
        os.utime(place, (now, now))
        if in_time:
            assert kind(here.find_spec("m")) == "Source"
            return
    pytest.fail("this machine never did two things within a few milliseconds")


def test_a_new_file_is_found_at_once(tmp_path: Path) -> None:
    here = finder(tmp_path)
    for number in range(20):
        assert kind(here.find_spec(f"m{number}")) == "nothing"
        (tmp_path / f"m{number}.py").touch()
        assert kind(here.find_spec(f"m{number}")) == "Source"


def test_a_directory_that_vanishes_and_comes_back(place: Path) -> None:
    here = finder(place)
    assert kind(here.find_spec("m")) == "Source"
    place.rename(place.parent / "away")
    assert kind(here.find_spec("m")) == "nothing"
    (place.parent / "away").rename(place)  # with the very same time as before
    assert kind(here.find_spec("m")) == "Source"


def test_a_directory_that_becomes_a_file(place: Path) -> None:
    here = finder(place)
    (place / "m.py").unlink()
    place.rmdir()
    place.touch()
    assert kind(here.find_spec("m")) == "nothing"


def test_a_directory_that_cannot_be_listed(child: Any, tmp_path: Path) -> None:
    """Nothing can be found there, and nothing is raised. Root has to give up its rights first."""
    out = child("""
        import os, ctypes
        if os.geteuid() == 0:
            for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
                assert ctypes.CDLL(None).prctl(24, capability, 0, 0, 0) == 0, "cannot give up root's rights"
        trees.write({"lib": {"m.py": ""}}, tmp)
        os.chmod(tmp / "lib", 0o000)
        program = '''if True:
            import os
            from importal import machinery
            finder = machinery.FileFinder("lib", (machinery.SourceFileLoader, [".py"]))
            print(finder.find_spec("m"))
            os.chmod("lib", 0o755)
            print(finder.find_spec("m") is not None)
        '''
        os.execv(sys.executable, [sys.executable, "-c", program])
    """)
    assert out == "None\nTrue\n"


# ---------------------------------------------------------------- FileFinder


def test_the_path_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for path, absolute in [("", tmp_path), (".", tmp_path), ("lib", tmp_path / "lib"), (str(tmp_path), tmp_path)]:
        assert machinery.FileFinder(path).path == str(absolute)
        assert machinery.FileFinder(path).path == importlib.machinery.FileFinder(path).path
    assert repr(machinery.FileFinder("lib")) == f"FileFinder({str(tmp_path / 'lib')!r})"


def test_the_hook_claims_directories_only(tmp_path: Path) -> None:
    hook = machinery.FileFinder.path_hook((machinery.SourceFileLoader, [".py"]))
    made = hook(str(tmp_path))
    assert isinstance(made, machinery.FileFinder)
    (tmp_path / "file").touch()
    for path in (str(tmp_path / "file"), str(tmp_path / "gone")):
        with pytest.raises(ImportError, match="only directories are supported") as caught:
            hook(path)
        assert caught.value.path == path


def test_suffixes_are_the_finders_own(tmp_path: Path) -> None:
    trees.write({"m.py": "", "n.pyc": ""}, tmp_path)
    only_source = finder(tmp_path, (machinery.SourceFileLoader, [".py"]))
    assert (kind(only_source.find_spec("m")), kind(only_source.find_spec("n"))) == ("Source", "nothing")


@pytest.mark.skipif(sys.version_info < (3, 15), reason="finders discover from CPython 3.15 on")
def test_discover(tmp_path: Path) -> None:
    trees.write(
        {"m.py": "", "pkg": {"__init__.py": "", "sub.py": ""}, "__pycache__": {}, "n.txt": "", "ns": {}}, tmp_path
    )
    assert sorted(spec.name for spec in finder(tmp_path).discover()) == ["m", "ns", "pkg"]
    parent = finder(tmp_path).find_spec("pkg")
    assert [spec.name for spec in finder(tmp_path / "pkg").discover(parent)] == ["pkg.__init__", "pkg.sub"]
    with pytest.raises(ValueError, match="is not a package module"):
        list(finder(tmp_path).discover(finder(tmp_path).find_spec("m")))
