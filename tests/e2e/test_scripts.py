"""What `importal run` keeps of a script it has compiled, and when that is used."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import SOURCES, Result, run
from .environments import COMMAND

Run = Callable[..., Result]
#: `importal run`, as its console script does it.
RUN = [*COMMAND[1:], "run"]


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """The script whose code is kept."""
    return tmp_path / "tea.py"


@pytest.fixture
def ran(script: Path, tmp_path: Path) -> Run:
    """Return a function that writes a script, with the same time always, and runs it in a cache of its own."""

    def run_script(source: str, flags: tuple[str, ...] = (), **changes: str) -> Result:
        script.write_text(source)
        os.utime(script, (1_000_000_000, 1_000_000_000))
        return run(
            [sys.executable, *flags, *RUN, str(script)], tmp_path, IMPORTAL_CACHE=str(tmp_path / "cache"), **changes
        )

    return run_script


def kept(folder: Path) -> list[Path]:
    """Return the files in which code of scripts is kept."""
    return sorted((folder / "cache").glob("bytecode/*/scripts/*"))


def test_what_was_compiled_is_run_the_next_time(ran: Run, tmp_path: Path) -> None:
    assert ran("print('tea')") == Result(0, "tea\n", "")
    (file,) = kept(tmp_path)
    assert os.name == "nt" or not file.stat().st_mode & 0o077
    file.write_bytes(file.read_bytes().replace(b"tea", b"TEA", 1))
    assert ran("print('tea')") == Result(0, "TEA\n", "")
    assert not list(tmp_path.glob("**/__pycache__/tea*"))


def test_a_script_of_the_same_size_and_time_is_another(ran: Run, tmp_path: Path) -> None:
    assert ran("print('tea')").out == "tea\n"
    assert ran("print('sip')").out == "sip\n"
    assert len(kept(tmp_path)) == 1


def test_the_same_content_says_where_it_is_from(ran: Run, script: Path, tmp_path: Path) -> None:
    source = "def f(): 1 / 0\nf()"
    ran(source)
    other = tmp_path / "cup.py"
    other.write_text(source)
    (file,) = kept(tmp_path)
    failed = run([sys.executable, *RUN, "cup.py"], tmp_path, IMPORTAL_CACHE=str(tmp_path / "cache"))
    assert failed.err.count(str(other)) == 2
    # Were the two to lie in one place, it would still say so.
    (twin,) = set(kept(tmp_path)) - {file}
    twin.write_bytes(file.read_bytes())
    failed = run([sys.executable, *RUN, "cup.py"], tmp_path, IMPORTAL_CACHE=str(tmp_path / "cache"))
    assert (failed.err.count(str(other)), failed.err.count(str(script))) == (2, 0)


def test_the_compiler_warns_at_each_run(ran: Run, tmp_path: Path) -> None:
    results = [ran("if 1 is 1: print('tea')") for _ in range(3)]
    assert all("SyntaxWarning" in result.err and "tea.py:1" in result.err for result in results), results
    assert {result.out for result in results} == {"tea\n"}
    (file,) = kept(tmp_path)
    assert len(file.read_bytes()) < 20  # that it warns, and no code


def test_a_script_that_warns_is_compiled_once_a_run(ran: Run, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "sys.seen = []\n"
        "sys.addaudithook(lambda name, given: name == 'compile' and 'tea.py' in str(given) and sys.seen.append(1))\n"
    )
    source = "import sys\nif 1 is 1: print(len(sys.seen))"
    paths = os.pathsep.join([str(tmp_path), str(SOURCES)])
    assert [ran(source, PYTHONPATH=paths).out for _ in range(3)] == ["1\n"] * 3


def test_a_warning_before_an_error_is_heard(ran: Run, tmp_path: Path) -> None:
    results = [ran("x = 1 is 1\nreturn 5") for _ in range(2)]
    assert all("SyntaxWarning" in result.err and "SyntaxError" in result.err for result in results), results


@pytest.mark.parametrize("source", ["# coding: latin-1\nprint('tea')", f"f = {'lambda: ' * 1000}0\nprint('tea')"])
def test_what_is_not_decided_by_the_content_or_cannot_be_written(ran: Run, tmp_path: Path, source: str) -> None:
    assert ran(source) == Result(0, "tea\n", "")
    assert kept(tmp_path) == []


def test_options_that_decide_on_the_code(ran: Run, tmp_path: Path) -> None:
    large = f"x = {'9' * 5000}\nprint('tea')"
    assert ran(large, PYTHONINTMAXSTRDIGITS="0") == Result(0, "tea\n", "")
    assert "SyntaxError" in ran(large).err
    failing = "x = 1 + (1 / 0)"
    assert "~~^~~" not in ran(failing, flags=("-X", "no_debug_ranges")).err
    assert "~~^~~" not in ran(failing, PYTHONNODEBUGRANGES="1").err
    assert "~~^~~" in ran(failing).err
    assert "~~^~~" not in ran(failing, PYTHONNODEBUGRANGES="1").err


def test_no_module_of_the_programs_is_executed_for_it(ran: Run, tmp_path: Path) -> None:
    for name in ("warnings", "marshal", "io", "linecache"):
        (tmp_path / f"{name}.py").write_text("print('executed')")
    assert [ran("print('tea')") for _ in range(2)] == [Result(0, "tea\n", "")] * 2


def test_who_shows_warnings_in_another_way_is_asked_each_time(ran: Run, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import warnings\nwarnings.showwarning = lambda message, *_: print('said', message.args[0][:4])\n"
    )
    paths = os.pathsep.join([str(tmp_path), str(SOURCES)])
    for _ in range(2):
        assert ran("if 1 is 1: print('tea')", PYTHONPATH=paths) == Result(0, 'said "is"\ntea\n', "")


@pytest.mark.skipif(os.name == "nt", reason="POSIX shells close a descriptor so")
def test_warnings_that_nobody_can_read(ran: Run, script: Path, tmp_path: Path) -> None:
    script.write_text("if 1 is 1: print('tea')")
    for closing in ("2>&-", "2>/dev/full"):
        command = f'"$@" {closing}'
        arguments = ["sh", "-c", command, "sh", sys.executable, *RUN, str(script)]
        assert run(arguments, tmp_path, IMPORTAL_CACHE=str(tmp_path / closing[-4:])).out == "tea\n"


@pytest.mark.skipif(not Path("/dev/stdin").exists(), reason="only POSIX systems have such files")
def test_what_comes_through_a_pipe_is_not_kept(tmp_path: Path) -> None:
    done = run([sys.executable, *RUN, "/dev/stdin"], tmp_path, "print('tea')", IMPORTAL_CACHE=str(tmp_path / "cache"))
    assert done == Result(0, "tea\n", "")
    assert kept(tmp_path) == []


def test_a_warning_that_is_not_heard_today_is_heard_when_asked_for(ran: Run, tmp_path: Path) -> None:
    quiet = ran("if 1 is 1: print('tea')", PYTHONWARNINGS="ignore")
    assert quiet == Result(0, "tea\n", "")
    assert "SyntaxWarning" in ran("if 1 is 1: print('tea')").err


def test_a_script_that_cannot_be_compiled_says_so_each_time(ran: Run, tmp_path: Path) -> None:
    assert ran("tea = (") == ran("tea = (")
    assert "SyntaxError" in ran("tea = (").err
    assert kept(tmp_path) == []


@pytest.mark.parametrize("spoil", [lambda data: data[:-3], lambda data: data[:16] + b"\xff" * 20, lambda data: b""])
def test_what_is_damaged_is_written_anew(ran: Run, tmp_path: Path, spoil: Callable[[bytes], bytes]) -> None:
    ran("print('tea')")
    (file,) = kept(tmp_path)
    whole = file.read_bytes()
    file.write_bytes(spoil(whole))
    assert ran("print('tea')") == Result(0, "tea\n", "")
    assert file.read_bytes() == whole


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_what_another_user_has_left_is_not_run(ran: Run, tmp_path: Path) -> None:
    ran("print('tea')")
    (file,) = kept(tmp_path)
    file.write_bytes(file.read_bytes().replace(b"tea", b"TEA", 1))
    os.chown(file, 12345, 12345)
    assert ran("print('tea')") == Result(0, "tea\n", "")


def test_nothing_is_kept_where_no_bytecode_is_to_be_written(ran: Run, tmp_path: Path) -> None:
    assert ran("print('tea')", flags=("-B",)).out == "tea\n"
    assert kept(tmp_path) == []
    (tmp_path / "cache").mkdir(exist_ok=True)
    (tmp_path / "cache" / "bytecode").write_text("in the way")
    assert ran("print('tea')") == Result(0, "tea\n", "")


def test_each_optimisation_level_has_its_own(ran: Run, tmp_path: Path) -> None:
    source = "print(__debug__)"
    outputs = [ran(source, flags=flags).out for flags in ((), ("-O",), (), ("-O",))]
    assert outputs == ["True\n", "False\n", "True\n", "False\n"]
    assert len(kept(tmp_path)) == 2


def test_the_first_run_and_the_next_show_the_program_the_same(ran: Run, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "seen = sys.seen = []\n"
        "sys.addaudithook(lambda name, given: name == 'compile' and 'tea.py' in str(given) and seen.append(given))\n"
    )
    source = "import sys\nprint(sys.seen, sorted(sys.modules))"
    first, second = (ran(source, PYTHONPATH=os.pathsep.join([str(tmp_path), str(SOURCES)])) for _ in range(2))
    assert first == second
    assert (first.out.count("tea.py"), first.err) == (1, "")
    assert "'importal.scripts'" in first.out
    assert "'warnings'" not in first.out


def test_a_recording_shows_the_same_each_time(ran: Run, script: Path, tmp_path: Path) -> None:
    script.write_text("try: import this_is_missing\nexcept ImportError: pass")
    trace = [sys.executable, *RUN[:-1], "trace", "-o", "record.json", str(script)]
    for _ in range(2):
        assert run(trace, tmp_path, IMPORTAL_CACHE=str(tmp_path / "cache")).status == 0
        record = json.loads((tmp_path / "record.json").read_text())
        assert [one["module"] for one in record["imports"]] == ["this_is_missing"]


def test_what_was_written_the_longest_time_ago_goes_when_there_are_many(ran: Run, tmp_path: Path) -> None:
    ran("print('tea')")
    (file,) = kept(tmp_path)
    for number in range(300):
        other = file.with_name(f"{number:016x}.pyc")
        other.write_bytes(b"")
        os.utime(other, (1_000_000_000 + number, 1_000_000_000 + number))
    ran("print('cup')")
    left = kept(tmp_path)
    assert len(left) == 200
    assert file in left
    assert file.with_name(f"{299:016x}.pyc") in left
    assert file.with_name(f"{100:016x}.pyc") not in left
