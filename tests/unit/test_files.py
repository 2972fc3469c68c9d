"""files: bytecode files are written whole or not at all."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from importal import files

posix_only = pytest.mark.skipif(os.name != "posix", reason="needs POSIX permission bits and resource limits")


def test_directories_are_made(tmp_path: Path) -> None:
    location = tmp_path / "a" / "b" / "m.pyc"
    written = files.write(str(location), b"data")
    assert written
    assert (written.location, written.reason) == (str(location), None)
    assert location.read_bytes() == b"data"
    assert [path.name for path in location.parent.iterdir()] == ["m.pyc"]


def test_a_name_without_directory_is_in_the_current_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert files.write("m.pyc", b"data")
    assert (tmp_path / "m.pyc").read_bytes() == b"data"


@posix_only
@pytest.mark.parametrize(("mode", "expected"), [(0o666, 0o644), (0o600, 0o600), (0o755, 0o644), (0o444, 0o444)])
def test_mode_without_execution_and_under_the_umask(tmp_path: Path, mode: int, expected: int) -> None:
    before = os.umask(0o022)
    try:
        files.write(str(tmp_path / "m.pyc"), b"data", mode)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "m.pyc").stat().st_mode) == expected


@posix_only
@pytest.mark.parametrize(("mode", "expected"), [(0o644, 0o644), (0o400, 0o600), (0o555, 0o755)])
def test_source_mode_is_the_sources_and_writable(tmp_path: Path, mode: int, expected: int) -> None:
    source = tmp_path / "m.py"
    source.touch()
    source.chmod(mode)
    assert stat.S_IMODE(files.source_mode(str(source))) == expected


def test_a_source_that_is_gone_counts_as_readable_by_all(tmp_path: Path) -> None:
    assert files.source_mode(str(tmp_path / "gone.py")) == 0o666


def test_what_hinders_it_is_said_and_not_raised(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    written = files.write(str(blocked / "m.pyc"), b"data")
    assert not written
    assert written.reason is not None
    assert written.reason.startswith(("NotADirectoryError: ", "FileExistsError: "))


def test_a_failing_write_leaves_no_temporary_file(tmp_path: Path) -> None:
    """A directory in the file's place lets the very last step fail."""
    (tmp_path / "m.pyc" / "inside").mkdir(parents=True)
    written = files.write(str(tmp_path / "m.pyc"), b"data")
    assert not written
    assert [path.name for path in tmp_path.iterdir()] == ["m.pyc"]


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    """Another process reads all the while, and must always see one of the two contents, whole."""
    location, stop = tmp_path / "m.pyc", tmp_path / "stop"
    contents = [bytes([value]) * 300_000 for value in (65, 66)]
    files.write(str(location), contents[0])
    program = f"""
import pathlib
location, stop = pathlib.Path({str(location)!r}), pathlib.Path({str(stop)!r})
whole = [bytes([value]) * 300_000 for value in (65, 66)]
print("ready", flush=True)
seen = reads = 0
while not stop.exists():
    try:
        data = location.read_bytes()
    except OSError as error:
        print("broken", error)
        break
    reads += 1
    if data not in whole:
        print("broken", len(data))
        break
    seen |= 1 << whole.index(data)
print(seen, reads > 10)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "ready\n"
        for turn in range(300):
            assert files.write(str(location), contents[turn % 2])
        stop.touch()
        assert reader.stdout.read() == "3 True\n"


@posix_only
@pytest.mark.parametrize(
    ("on_limit", "status"),
    [
        pytest.param("SIG_DFL", -signal.SIGXFSZ, id="process killed"),
        pytest.param("SIG_IGN", 0, id="error raised"),
    ],
)
def test_a_write_cut_short_leaves_the_old_file(tmp_path: Path, on_limit: str, status: int) -> None:
    """The system ends the write in the middle: with a signal that kills, or with an error."""
    location = tmp_path / "m.pyc"
    location.write_bytes(b"old")
    program = f"""
import resource, signal, sys
sys.path.insert(0, {str(Path(files.__file__).parents[2])!r})
from importal import files
signal.signal(signal.SIGXFSZ, signal.{on_limit})
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
written = files.write({str(location)!r}, bytes(100_000))
print(bool(written), written.reason.split(":")[0])
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert result.returncode == status, result.stderr
    assert location.read_bytes() == b"old"
    if status == 0:
        assert result.stdout == "False OSError\n"
        assert [path.name for path in tmp_path.iterdir()] == ["m.pyc"]


def test_threads_write_the_same_file(tmp_path: Path) -> None:
    import threading

    location = tmp_path / "m.pyc"
    results: list[bool] = []
    writers = [
        threading.Thread(
            target=lambda: results.extend(bool(files.write(str(location), b"x" * 1000)) for _ in range(50))
        )
        for _ in range(4)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert results == [True] * 200
    assert [path.name for path in tmp_path.iterdir()] == ["m.pyc"]


def test_running_out_of_rights(child: Callable[..., str], tmp_path: Path) -> None:
    """A directory nobody may write to. Root may, unless it gives that right up first."""
    trees_program = """
        import os, ctypes
        if os.geteuid() == 0:
            # PR_CAPBSET_DROP of CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, for what is executed next
            for capability in (1, 2):
                assert ctypes.CDLL(None).prctl(24, capability, 0, 0, 0) == 0, "cannot give up root's rights"
        (tmp / "locked").mkdir(mode=0o555)
        program = "from importal import files; print(files.write('locked/m.pyc', b'x').reason.split(':')[0])"
        os.execv(sys.executable, [sys.executable, "-c", program])
    """
    assert child(trees_program) == "PermissionError\n"
    assert list((tmp_path / "locked").iterdir()) == []
