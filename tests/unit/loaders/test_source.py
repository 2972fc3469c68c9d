"""loaders.source: from source, by way of cached bytecode where that is valid."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import marshal
import os
import py_compile
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pytest

import importal.abc
import trees
from importal import MAGIC_NUMBER, ImportState, ImportSystem, machinery, source_hash
from importal.bytecode import header
from importal.events import host_events
from importal.loaders.source import code_from_bytecode

Private = Callable[..., ImportSystem]
Mode = py_compile.PycInvalidationMode


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A source file as of long ago, so that times can be told apart."""
    file = tmp_path / "m.py"
    file.write_text("value = 1\n")
    os.utime(file, (1_600_000_000, 1_600_000_000))
    return file


@pytest.fixture
def said() -> Any:
    """What the host system's loaders announce, as (step, outcome) in order."""
    seen: list[tuple[str, str]] = []
    undo = host_events.observe(lambda event: seen.append((event.step, event.outcome)))
    yield seen
    undo()


def cache_of(file: Path) -> Path:
    return Path(importlib.util.cache_from_source(str(file)))


def load(file: Path) -> dict[str, Any]:
    """Load the file by importal's loader; return the module's globals."""
    module = ModuleType("m")
    machinery.SourceFileLoader("m", str(file)).exec_module(module)
    return vars(module)


def plant(file: Path, body: str = "value = 'cached'\n", head: bytes | None = None) -> Path:
    """Put bytecode of another text in the cache, to show when it is used; fresh unless `head` says otherwise."""
    if head is None:
        status = file.stat()
        head = header.timestamp_header(MAGIC_NUMBER, status.st_mtime, status.st_size)
    cached = cache_of(file)
    cached.parent.mkdir(exist_ok=True)
    cached.write_bytes(head + marshal.dumps(compile(body, str(file), "exec")))
    return cached


MISSING = [("bytecode", "missing"), ("source", "read"), ("source", "compiled"), ("store", "written")]
STALE = [("bytecode", "stale"), *MISSING[1:]]
REFUSED = [("bytecode", "refused"), *MISSING[1:]]


def test_without_bytecode_it_is_compiled_and_kept(source: Path, said: list[tuple[str, str]]) -> None:
    assert load(source)["value"] == 1
    assert said == MISSING
    cached = cache_of(source).read_bytes()
    assert header.parse(cached).mtime == 1_600_000_000  # type: ignore[union-attr]
    assert header.parse(cached).size == len("value = 1\n")  # type: ignore[union-attr]
    said.clear()
    assert load(source)["value"] == 1
    assert said == [("bytecode", "fresh")]


def test_the_file_is_byte_for_byte_cpythons(source: Path) -> None:
    load(source)
    ours = cache_of(source).read_bytes()
    cache_of(source).unlink()
    importlib.machinery.SourceFileLoader("m", str(source)).get_code("m")
    assert ours == cache_of(source).read_bytes()


def test_fresh_bytecode_is_used(source: Path, said: list[tuple[str, str]]) -> None:
    plant(source)
    assert load(source)["value"] == "cached"
    assert said == [("bytecode", "fresh")]


@pytest.mark.parametrize("seconds", [-100, -1, 1, 100])
def test_another_time_makes_it_stale(source: Path, said: list[tuple[str, str]], seconds: int) -> None:
    cached = plant(source)
    os.utime(source, (1_600_000_000 + seconds,) * 2)
    assert load(source)["value"] == 1
    assert said == STALE
    assert header.parse(cached.read_bytes()).mtime == 1_600_000_000 + seconds  # type: ignore[union-attr]


def test_another_size_makes_it_stale(source: Path, said: list[tuple[str, str]]) -> None:
    plant(source)
    source.write_text("value = 22\n")
    os.utime(source, (1_600_000_000, 1_600_000_000))
    assert load(source)["value"] == 22
    assert said == STALE


@pytest.mark.parametrize("bit", [2, 3, 8, 31])
@pytest.mark.parametrize("base", [0, 1, 3])
def test_unknown_flag_bits_are_refused(source: Path, said: list[tuple[str, str]], bit: int, base: int) -> None:
    status = source.stat()
    head = header.timestamp_header(MAGIC_NUMBER, status.st_mtime, status.st_size)
    if base:
        head = header.hash_header(MAGIC_NUMBER, source_hash(source.read_bytes()), checked=base == 3)
    plant(source, head=head[:4] + (base | 1 << bit).to_bytes(4, "little") + head[8:])
    assert load(source)["value"] == 1
    assert said == REFUSED
    # What replaces it is a file of the ordinary kind.
    assert cache_of(source).read_bytes()[4:8] == bytes(4)


@pytest.mark.parametrize(
    "data",
    [b"", MAGIC_NUMBER, MAGIC_NUMBER + bytes(11), b"\0\0\r\n" + bytes(12)],
    ids=["empty", "magic", "short", "foreign"],
)
def test_no_bytecode_file_at_all(source: Path, said: list[tuple[str, str]], data: bytes) -> None:
    plant(source).write_bytes(data)
    assert load(source)["value"] == 1
    assert said == REFUSED


@pytest.mark.parametrize(
    ("body", "error"),
    [
        pytest.param(b"", EOFError, id="nothing"),
        pytest.param(marshal.dumps(compile("value = 1", "m", "exec"))[:-20], EOFError, id="cut"),
        pytest.param(marshal.dumps(5), ImportError, id="no code"),
        pytest.param(b"\xff" * 40, ValueError, id="no marshal data"),
    ],
)
def test_broken_code_behind_a_valid_header_is_an_error(source: Path, body: bytes, error: type) -> None:
    """As for the interpreter: a file that claims to be good and is not needs somebody's attention."""
    cached = plant(source)
    cached.write_bytes(cached.read_bytes()[: header.SIZE] + body)
    with pytest.raises(error) as theirs:
        importlib.machinery.SourceFileLoader("m", str(source)).get_code("m")
    with pytest.raises(error) as ours:
        machinery.SourceFileLoader("m", str(source)).get_code("m")
    assert str(ours.value) == str(theirs.value)


def test_code_that_came_from_elsewhere_says_where_it_is_now(source: Path) -> None:
    plant(source).write_bytes(
        header.timestamp_header(MAGIC_NUMBER, 1_600_000_000, 10)
        + marshal.dumps(compile("def f(): pass\n", "/old/place/m.py", "exec"))
    )
    code = machinery.SourceFileLoader("m", str(source)).get_code("m")
    inner = [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    assert [one.co_filename for one in (code, *inner)] == [str(source)] * 2


# ---------------------------------------------------------------- hash-based files


@pytest.mark.parametrize(
    ("mode", "changed", "value", "steps"),
    [
        (Mode.CHECKED_HASH, False, "cached", [("bytecode", "fresh")]),
        (Mode.CHECKED_HASH, True, 22, STALE),
        (Mode.UNCHECKED_HASH, False, "cached", [("bytecode", "fresh")]),
        (Mode.UNCHECKED_HASH, True, "cached", [("bytecode", "fresh")]),
    ],
)
def test_hash_based(
    source: Path, said: list[tuple[str, str]], mode: Mode, changed: bool, value: object, steps: list[tuple[str, str]]
) -> None:
    checked = mode is Mode.CHECKED_HASH
    cached = plant(source, head=header.hash_header(MAGIC_NUMBER, source_hash(source.read_bytes()), checked=checked))
    os.utime(source, (1, 1))  # times mean nothing to these files
    if changed:
        source.write_text("value = 22\n")
    assert load(source)["value"] == value
    assert said == steps
    # A file that is replaced is replaced by one of its own kind.
    parsed = header.parse(cached.read_bytes())
    assert parsed is not None
    assert (parsed.hash_based, parsed.check_source) == (True, checked)
    if steps == STALE:
        assert parsed.hash == source_hash(b"value = 22\n")


@pytest.mark.parametrize(("flag", "checked", "unchecked"), [("default", 22, 1), ("always", 22, 22), ("never", 1, 1)])
def test_check_hash_based_pycs(child: Callable[..., str], flag: str, checked: int, unchecked: int) -> None:
    """`python --check-hash-based-pycs`, for files of both kinds whose source has changed."""
    out = child(
        """
        import py_compile
        from types import ModuleType
        from importal import machinery
        for mode in ("CHECKED_HASH", "UNCHECKED_HASH"):
            source = tmp / f"{mode}.py"
            source.write_text("value = 1")
            py_compile.compile(str(source), invalidation_mode=py_compile.PycInvalidationMode[mode])
            source.write_text("value = 22")
            module = ModuleType(mode)
            machinery.SourceFileLoader(mode, str(source)).exec_module(module)
            print(module.value, end=" ")
        """,
        flags=("--check-hash-based-pycs", flag),
    )
    assert out == f"{checked} {unchecked} "


# ---------------------------------------------------------------- where and whether it is kept


def test_nothing_is_written_when_that_is_asked(
    source: Path, said: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    load(source)
    assert said == [*MISSING[:3], ("store", "skipped")]
    assert not cache_of(source).exists()
    plant(source)
    assert load(source)["value"] == "cached"  # reading is another matter


def test_the_prefix_is_read_at_each_import(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "elsewhere"))
    load(source)
    assert cache_of(source).is_file()
    assert cache_of(source).is_relative_to(tmp_path / "elsewhere")
    assert not (tmp_path / "__pycache__").exists()


def test_without_a_tag_nothing_is_kept(
    source: Path, said: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.implementation, "cache_tag", None)
    assert load(source)["value"] == 1
    assert said == [("source", "read"), ("source", "compiled")]
    assert not (source.parent / "__pycache__").exists()


@pytest.mark.parametrize(("flags", "suffix"), [((), ""), (("-O",), ".opt-1"), (("-OO",), ".opt-2")])
def test_optimization_has_files_of_its_own(
    child: Callable[..., str], source: Path, flags: tuple[str, ...], suffix: str
) -> None:
    source.write_text(
        '"""Docstring."""\nasserted = False\ntry:\n    assert False\nexcept AssertionError:\n    asserted = True\n'
    )
    out = child(
        """
        from types import ModuleType
        from importal import machinery
        for time in range(2):
            module = ModuleType("m")
            machinery.SourceFileLoader("m", str(tmp / "m.py")).exec_module(module)
            print(module.asserted, module.__doc__)
        """,
        flags=flags,
    )
    assert out == f"{not flags} {None if flags == ('-OO',) else 'Docstring.'}\n" * 2
    names = [file.name for file in (source.parent / "__pycache__").iterdir()]
    assert names == [f"m.{sys.implementation.cache_tag}{suffix}.pyc"]


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX permission bits")
@pytest.mark.parametrize("mode", [0o644, 0o600, 0o400, 0o755])
def test_bytecode_has_the_sources_rights(source: Path, mode: int) -> None:
    source.chmod(mode)
    before = os.umask(0o022)
    try:
        load(source)
    finally:
        os.umask(before)
    assert stat.S_IMODE(cache_of(source).stat().st_mode) == (mode | 0o200) & 0o644


def test_a_place_that_cannot_be_written_to_costs_nothing_but_time(source: Path, said: list[tuple[str, str]]) -> None:
    (source.parent / "__pycache__").write_bytes(b"a file in the folder's place")
    assert load(source)["value"] == 1
    assert said == [*MISSING[:3], ("store", "failed")]


def test_a_read_only_directory(child: Callable[..., str], source: Path) -> None:
    program = """
        import os, ctypes
        if os.geteuid() == 0:
            for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
                assert ctypes.CDLL(None).prctl(24, capability, 0, 0, 0) == 0, "cannot give up root's rights"
        os.chmod(tmp, 0o555)
        inner = '''if True:
            from types import ModuleType
            from importal import Events, machinery
            from importal.events import host_events
            host_events.observe(lambda event: print(event.step, event.outcome))
            module = ModuleType("m")
            machinery.SourceFileLoader("m", "m.py").exec_module(module)
            print(module.value)
        '''
        os.execv(sys.executable, [sys.executable, "-c", inner])
    """
    try:
        out = child(program)
    finally:
        source.parent.chmod(0o755)
    assert out == "bytecode missing\nsource read\nsource compiled\nstore failed\n1\n"
    assert [file.name for file in source.parent.iterdir()] == ["m.py"]


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX permission bits")
def test_bytecode_that_cannot_be_read_is_as_good_as_none(source: Path) -> None:
    cached = cache_of(source)
    cached.mkdir(parents=True)  # a folder in the file's place: reading fails for root, too
    assert load(source)["value"] == 1


# ---------------------------------------------------------------- a loader of one's own


class Store(importal.abc.SourceLoader):
    """Keeps sources and bytecode in a dict, as a loader for a database would."""

    def __init__(self, files: dict[str, bytes], mtime: float | None = 1_600_000_000) -> None:
        self.files = files
        self.mtime = mtime
        self.written: list[str] = []

    def get_filename(self, fullname: str) -> str:
        return f"db/{fullname}.py"

    def get_data(self, path: str) -> bytes:
        try:
            return self.files[path]
        except KeyError:
            raise FileNotFoundError(path) from None

    def path_stats(self, path: str) -> dict[str, Any]:
        if self.mtime is None:
            raise OSError(path)
        return {"mtime": self.mtime}

    def set_data(self, path: str, data: bytes) -> None:
        self.written.append(path)
        self.files[path] = data


def run(loader: Any) -> dict[str, Any]:
    module = ModuleType("m")
    loader.exec_module(module)
    return vars(module)


CACHED = importlib.util.cache_from_source(os.path.join("db", "m.py")).replace(os.sep, "/")


def test_a_subclass_keeps_bytecode_where_it_likes() -> None:
    loader = Store({"db/m.py": b"value = 1\n"})
    assert run(loader)["value"] == 1
    assert [path.replace(os.sep, "/") for path in loader.written] == [CACHED]
    loader.files["db/m.py"] = b"value = 2\n"
    assert run(loader)["value"] == 1  # its time says that nothing has changed
    loader.mtime = 1_700_000_000
    assert run(loader)["value"] == 2
    assert len(loader.written) == 2


def test_a_subclass_that_does_not_know_the_time_keeps_nothing() -> None:
    loader = Store({"db/m.py": b"value = 1\n"}, mtime=None)
    assert run(loader)["value"] == 1
    assert loader.written == []


def test_a_subclass_that_refuses_to_keep() -> None:
    class Refusing(Store):
        def set_data(self, path: str, data: bytes) -> None:
            raise NotImplementedError

    assert run(Refusing({"db/m.py": b"value = 1\n"}))["value"] == 1

    class Failing(Store):
        def set_data(self, path: str, data: bytes) -> None:
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        run(Failing({"db/m.py": b"value = 1\n"}))


def test_a_subclass_compiles_as_it_likes() -> None:
    class Upper(Store):
        def source_to_code(self, data: bytes, path: str, fullname: str = "", *, _optimize: int = -1) -> Any:
            return compile(data.lower(), path, "exec")

    assert run(Upper({"db/m.py": b"VALUE = 1\n"}))["value"] == 1


def test_only_path_mtime_is_given() -> None:
    class Timed(importal.abc.SourceLoader):
        def get_filename(self, fullname: str) -> str:
            return "m.py"

        def get_data(self, path: str) -> bytes:
            return b"value = 1\n"

        def path_mtime(self, path: str) -> float:
            return 5

        def set_data(self, path: str, data: bytes) -> None:
            written.append(header.parse(data))

    written: list[header.Header | None] = []
    assert Timed().path_stats("m.py") == {"mtime": 5}
    # The data that stands for the source is no bytecode file and is refused as one.
    assert run(Timed())["value"] == 1
    assert [one.mtime for one in written if one] == [5]


def test_neither_is_given() -> None:
    class Bare(importal.abc.SourceLoader):
        def get_filename(self, fullname: str) -> str:
            return "m.py"

        def get_data(self, path: str) -> bytes:
            return b"value = 1\n"

    with pytest.raises(OSError):  # noqa: PT011 - it has no text
        Bare().path_stats("m.py")
    assert run(Bare())["value"] == 1


# ---------------------------------------------------------------- the rest of the loader's interface


def test_get_source(source: Path) -> None:
    loader = machinery.SourceFileLoader("m", str(source))
    assert loader.get_source("m") == "value = 1\n"
    source.write_bytes(b"# coding: latin-1\r\nvalue = '\xe9'\r\n")
    assert loader.get_source("m") == "# coding: latin-1\nvalue = 'é'\n"
    source.unlink()
    with pytest.raises(ImportError, match=r"source not available through get_data\(\)") as caught:
        loader.get_source("m")
    assert isinstance(caught.value.__cause__, FileNotFoundError)


def test_what_the_source_holds_is_the_compilers_business(source: Path) -> None:
    for data in (b"\xff", b"# coding: nonsense\n", b"a\0b", b"def", b"  x"):
        source.write_bytes(data)
        with pytest.raises((SyntaxError, ValueError)) as theirs:
            importlib.machinery.SourceFileLoader("m", str(source)).get_code("m")
        with pytest.raises(theirs.type) as ours:
            machinery.SourceFileLoader("m", str(source)).get_code("m")
        assert str(ours.value) == str(theirs.value)
        assert not cache_of(source).exists()


def test_is_package(tmp_path: Path) -> None:
    assert machinery.SourceFileLoader("p", str(tmp_path / "p" / "__init__.py")).is_package("p")
    assert not machinery.SourceFileLoader("p.__init__", str(tmp_path / "p" / "__init__.py")).is_package("p.__init__")
    assert not machinery.SourceFileLoader("m", str(tmp_path / "m.py")).is_package("m")


def test_names_other_than_its_own(source: Path) -> None:
    loader = machinery.SourceFileLoader("m", str(source))
    for ask in (loader.get_filename, loader.is_package, loader.get_code, loader.get_source, loader.get_resource_reader):
        with pytest.raises(ImportError, match="loader for m cannot handle other") as caught:
            ask("other")
        assert caught.value.name == "other"
    assert loader.get_filename() == str(source)


def test_loaders_are_equal_by_name_and_path(source: Path) -> None:
    first, second = (machinery.SourceFileLoader("m", str(source)) for _ in range(2))
    assert first == second
    assert hash(first) == hash(second)
    assert first != machinery.SourceFileLoader("n", str(source))
    assert first != machinery.SourceFileLoader("m", "elsewhere")
    assert first != machinery.SourcelessFileLoader("m", str(source))


def test_what_get_code_gives_none_for_cannot_be_executed() -> None:
    class Empty(importal.abc.InspectLoader):
        def get_source(self, fullname: str) -> None:
            return None

    with pytest.raises(ImportError, match=r"cannot load module 'm' when get_code\(\) returns None"):
        Empty().exec_module(ModuleType("m"))


def test_code_from_bytecode_without_a_new_place() -> None:
    code = compile("x = 1", "there.py", "exec")
    data = bytes(header.SIZE) + marshal.dumps(code)
    assert code_from_bytecode(data, "m", "m.pyc") == code
    assert code_from_bytecode(data, "m", "m.pyc", "here.py").co_filename == "here.py"


# ---------------------------------------------------------------- a private system's own state


def test_a_private_state_decides_where_bytecode_is_kept(tmp_path: Path) -> None:
    trees.write({"m.py": "value = 1\n", "p": {"__init__.py": ""}}, tmp_path / "lib")
    prefix = tmp_path / "elsewhere"
    system = ImportSystem(ImportState([str(tmp_path / "lib")], pycache_prefix=str(prefix)))
    module = system.import_module("m")
    (kept,) = prefix.rglob("*.pyc")
    assert kept.name.startswith("m.")
    assert list((tmp_path / "lib").rglob("*.pyc")) == []
    assert module.__spec__ is not None
    assert module.__spec__.cached == str(kept)
    if sys.version_info < (3, 15):
        assert module.__cached__ == str(kept)


@pytest.mark.parametrize("way", ["import_module", "load_source"])
def test_a_private_state_decides_whether_bytecode_is_written(tmp_path: Path, way: str) -> None:
    """Whichever door of the system a source file comes in by."""
    trees.write({"m.py": "value = 1\n"}, tmp_path)
    system = ImportSystem(ImportState([str(tmp_path)], dont_write_bytecode=True))
    if way == "import_module":
        system.import_module("m")
    else:
        system.load_source("m", tmp_path / "m.py")
    assert not (tmp_path / "__pycache__").exists()


@pytest.mark.parametrize("way", ["import_module", "load_source"])
def test_a_private_systems_observers_hear_of_its_bytecode(private: Private, tmp_path: Path, way: str) -> None:
    system = private({"m.py": "value = 1\n"})
    heard: list[str] = []
    system.events.observe(lambda event: heard.append(event.step))
    if way == "import_module":
        system.import_module("m")
    else:
        system.load_source("m", tmp_path / "tree" / "m.py")
    assert [step for step in heard if step in {"bytecode", "source", "store"}] == [
        "bytecode",
        "source",
        "source",
        "store",
    ]
