"""importal inspect and importal steps, as a user runs them: answers, mistakes, files that are broken, odd terminals."""

from __future__ import annotations

import json
import os
import py_compile
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import trees

from .conftest import PATIENCE, Result, environment, without_roots_rights

Command = Callable[..., Result]

TREE = {
    "shop.py": "import colours\n\n\ndef price(item, n=1):\n    return item * n\n\n\nprint('executed')\n",
    "colours.py": "red = 1\n",
    "broken.py": "x = 1\n1 / 0\n",
    "wrong.py": "def\n",
    "dies.py": "import os\nos._exit(7)\n",
    "exits.py": "import sys\nsys.exit(3)\n",
    "p": {"__init__.py": "print('executed')", "sub.py": ""},
}
POSIX = pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals, pipes and permissions of POSIX")


@pytest.fixture(autouse=True)
def place(tmp_path: Path) -> Path:
    return trees.write(TREE, tmp_path)


# ---------------------------------------------------------------- inspect


def test_inspect_executes_and_writes_nothing(command: Command, place: Path) -> None:
    result = command("inspect", "shop")
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith("shop\n  kind       local Python module\n")
    assert "  executed   nothing\n" in result.out
    assert f"function price, {place / 'shop.py'}, line 4" in result.out
    assert "is compiled and the file written" in result.out
    assert not list(place.rglob("*.pyc"))
    assert "executed\n" not in command("inspect", "p.sub").out


def test_inspect_and_run(command: Command) -> None:
    result = command("inspect", "shop", "--run")
    assert (result.status, result.err) == (0, "executed\n")
    assert json.loads(command("inspect", "shop", "--run", "--json").out)["execution"]["modules"] == ["colours", "shop"]
    assert command("inspect", "dies", "--run").status == 7
    ended = command("inspect", "exits", "--run")
    assert (ended.status, ended.err) == (1, "importal inspect: executing it failed: SystemExit: 3\n")
    assert "asked for by --run: colours, shop" in result.out
    assert "functions   1: price (shop.__dict__['price']; 1 defaults)" in result.out
    failed = command("inspect", "broken", "--run")
    assert (failed.status, failed.err) == (
        1,
        "importal inspect: executing it failed: ZeroDivisionError: division by zero\n",
    )


def test_inspect_as_json(command: Command, place: Path) -> None:
    document = json.loads(command("inspect", "shop", "--json", "--dis").out)
    assert document["spec"]["origin"] == str(place / "shop.py")
    assert document["code"]["children"][0]["argcount"] == 2
    assert document["code"]["instructions"][0]["opname"]
    assert json.loads(command("inspect", "shop", "--json").out)["code"]["instructions"] is None


def test_inspect_a_core_module(command: Command) -> None:
    result = command("inspect", "sys")
    assert result.status == 0
    assert "kind       core built-in module" in result.out
    assert "stored      sys.__dict__['intern'], a builtin_function_or_method\n" in result.out
    assert "convention  0x8: METH_O\n" in result.out


def test_inspect_a_mixed_module(command: Command) -> None:
    result = command("inspect", "json")
    assert "mixed module, Python and C: standard library Python module" in result.out
    assert "C half: _json" in result.out


def test_inspect_a_third_party_module(command: Command) -> None:
    document = json.loads(command("inspect", "packaging", "--json").out)
    assert document["kind"]["words"] == "third party Python module"
    assert re.fullmatch(r"packaging [\d.]+", document["kind"]["distribution"])


def test_inspect_files(command: Command, place: Path) -> None:
    assert command("inspect", "shop.py").out.startswith("shop\n")
    cached = py_compile.compile(str(place / "shop.py"))
    assert cached is not None
    result = command("inspect", cached)
    assert (result.status, result.err) == (0, "")
    assert "fresh: modification time and size match" in result.out
    assert "magic  byte  0: " in result.out
    document = json.loads(command("inspect", cached, "--json").out)
    assert [field["name"] for field in document["bytecode"]["fields"]] == ["magic", "flags", "mtime", "size"]


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["sho"], 1, "no module sho; nearest names: shop"),
        (["p.subb"], 1, "nearest names: p.sub"),
        (["shop.inner"], 1, "shop is not a package"),
        (["nothing_of_the_kind"], 1, "nor a name like it"),
        ([""], 2, "Empty module name"),
        ([".sub"], 2, "no package specified"),
        (["./gone.py"], 1, "there is no such file"),
        (["gone.pyc"], 1, "there is no such file either"),
        (["./p"], 1, "is a directory; give a file in it"),
        (["wrong"], 1, "line 1: is not Python: invalid syntax"),
        (["wrong.py"], 1, "line 1: is not Python: invalid syntax"),
        ([], 2, "usage: importal inspect"),
        (["shop", "more"], 2, "unrecognized arguments"),
    ],
)
def test_inspect_what_cannot_be(command: Command, arguments: list[str], status: int, words: str) -> None:
    result = command("inspect", *arguments)
    assert (result.status, words in result.err) == (status, True), result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: (3439).to_bytes(2, "little") + data[2:], "bad magic number"),
        (lambda data: data[:9], "reached EOF"),
        (lambda data: data[:50], "EOFError"),
        (lambda data: data[:16] + b"\xff" * 50, "bad marshal data"),
        (lambda data: b"", "bad magic number"),
    ],
)
def test_inspect_bytecode_that_is_broken(
    command: Command, place: Path, change: Callable[[bytes], bytes], words: str
) -> None:
    cached = py_compile.compile(str(place / "shop.py"))
    assert cached is not None
    (place / "taken.pyc").write_bytes(change(Path(cached).read_bytes()))
    result = command("inspect", "taken.pyc")
    assert (result.status, words in result.err) == (1, True), result.err
    assert "compile its source again" in result.err
    assert "Traceback" not in result.err
    assert result.out.startswith("taken\n")


def test_inspect_a_library_that_is_none(command: Command, place: Path) -> None:
    (place / "x.so").write_text("hello")
    result = command("inspect", "x.so")
    assert (result.status, result.out) == (1, "")
    assert "is no shared library: it begins with b'hell'" in result.err


@POSIX
def test_inspect_without_the_right_to_read(place: Path) -> None:
    for name in ("shop.py", "x.so"):
        (place / name).touch()
        (place / name).chmod(0)
    for name, in_out in (("shop", True), ("shop.py", True), ("./x.so", False)):
        done = subprocess.run(
            [sys.executable, "-m", "importal", "inspect", name],
            cwd=place, env=environment(), capture_output=True, text=True, timeout=PATIENCE, check=False,
            preexec_fn=without_roots_rights,
        )  # fmt: skip
        assert done.returncode == 1
        assert "cannot be read: Permission denied; ask its owner" in done.stderr
        assert ("kind" in done.stdout) is in_out
        assert "Traceback" not in done.stderr


# ---------------------------------------------------------------- steps


def test_steps(command: Command) -> None:
    result = command("steps", "shop")
    assert (result.status, result.err) == (0, "executed\n")
    lines = result.out.splitlines()
    assert lines[:2] == ["shop", "  import     shop"]
    asked = lines.index("  1              import colours")
    inner = next(index for index, line in enumerate(lines) if line.endswith("red = 1"))
    after = next(index for index, line in enumerate(lines) if "price = function, line 4" in line)
    assert asked < inner < after
    assert lines[-1] == "  imported   shop"


def test_steps_by_instruction(command: Command) -> None:
    result = command("steps", "shop", "--opcodes")
    assert result.status == 0
    assert "IMPORT_NAME colours" in result.out
    assert "STORE_NAME price" in result.out
    assert "IMPORT_NAME" not in command("steps", "shop").out


def test_steps_as_a_page_and_as_json(command: Command, place: Path) -> None:
    result = command("steps", "shop", "--html", "-o", "shop.html")
    assert (result.status, result.out, result.err) == (0, "", "executed\n")
    assert (place / "shop.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert json.loads(command("steps", "shop", "--json").out)["imports"][0]["name"] == "shop"
    assert command("steps", "shop", "--html", "--json").status == 2
    failed = command("steps", "shop", "-o", "no/such/folder/file")
    assert (failed.status, failed.out) == (1, "")
    assert "cannot be written: " in failed.err


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["sho"], 1, "nearest names: shop"),
        (["shop.py"], 1, "is a file, and steps are shown of a module; importal steps shop"),
        ([""], 2, "Empty module name"),
        (["broken"], 1, "importal steps: broken: ZeroDivisionError: division by zero"),
        (["wrong"], 1, "SyntaxError"),
        (["dies"], 1, "the module ended the process, exit status 7"),
        (["shop", "--depth", "many"], 2, "invalid int value"),
        ([], 2, "usage: importal steps"),
    ],
)
def test_steps_of_what_cannot_be(command: Command, arguments: list[str], status: int, words: str) -> None:
    result = command("steps", *arguments)
    assert (result.status, words in result.err) == (status, True), result.err
    assert "Traceback" not in result.err


def test_steps_of_what_importal_itself_has_imported(command: Command) -> None:
    """The module runs in a process where hardly anything is loaded."""
    result = command("steps", "json", "--depth", "0")
    assert result.status == 0
    assert "module json, loader SourceFileLoader" in result.out


def test_steps_with_the_interpreters_own_flags(place: Path) -> None:
    (place / "flags.py").write_text("import sys\nlevel = sys.flags.optimize\n")
    done = subprocess.run(
        [sys.executable, "-OO", "-m", "importal", "steps", "flags"],
        cwd=place, env=environment(), capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert "level = 2\n" in done.stdout


def test_steps_of_a_module_in_an_archive(command: Command, place: Path) -> None:
    trees.zip({"packed.py": "tea = 3\n"}, place / "goods.zip")
    result = command(
        "steps", "packed", PYTHONPATH=os.pathsep.join([environment()["PYTHONPATH"], str(place / "goods.zip")])
    )
    assert result.status == 0
    assert "  1              tea = 3\n" in result.out


@POSIX
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 1), (signal.SIGTERM, 128 + signal.SIGTERM)])
def test_steps_that_are_interrupted(place: Path, number: signal.Signals, status: int) -> None:
    """The process that executes the module ends too; what was recorded is shown, if there is somebody to see it."""
    (place / "sleeps.py").write_text(
        "import os, sys, time\nx = 1\nprint(os.getpid(), flush=True)\nfor _ in range(600): time.sleep(0.1)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "importal", "steps", "sleeps"],
        cwd=place, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    assert process.stderr is not None
    child = int(process.stderr.readline())
    if number == signal.SIGINT:
        os.killpg(process.pid, number)  # as a terminal does
    else:
        process.send_signal(number)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == status
    if number == signal.SIGINT:
        assert "x = 1" in out
        assert "interrupted" in err or "KeyboardInterrupt" in err
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


# ---------------------------------------------------------------- where the output goes


@POSIX
@pytest.mark.parametrize("arguments", [["inspect", "typing"], ["inspect", "typing", "--json"], ["steps", "shop"]])
def test_a_pipe_that_nobody_reads(place: Path, arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "importal", *arguments],
            cwd=place, env=environment(), stdout=writing, stderr=subprocess.PIPE, text=True, timeout=PATIENCE,
            check=False,
        )  # fmt: skip
    finally:
        os.close(writing)
    assert done.returncode == 1
    assert "Error" not in done.stderr


@POSIX
@pytest.mark.parametrize("arguments", [["inspect", "shop"], ["steps", "shop"]])
def test_a_terminal_of_twenty_columns(place: Path, arguments: list[str]) -> None:
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 20, 0, 0))
    variables = environment(NO_COLOR="1", TERM="xterm")
    for name in ("COLUMNS", "LINES"):
        variables.pop(name, None)  # the terminal itself is to be asked
    process = subprocess.Popen(
        [sys.executable, "-m", "importal", *arguments],
        cwd=place, env=variables, stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # how Linux says that the other end is closed
            break
        if not part:
            break
        shown += part
    os.close(ours)
    assert process.wait(PATIENCE) == 0
    lines = re.sub(r"\x1b\[[0-9;]*m", "", shown.decode()).replace("\r", "").split("\n")
    assert max(map(len, lines)) <= 20
    assert "shop" in lines[0]
    assert "\x1b[3" not in shown.decode(), "colour, although NO_COLOR is set"


@pytest.mark.parametrize("arguments", [["inspect", "words"], ["steps", "words"], ["inspect", "words", "--json"]])
def test_an_output_that_knows_ascii_only(command: Command, place: Path, arguments: list[str]) -> None:
    (place / "words.py").write_text("tée = 'ü'\n", encoding="utf-8")
    result = command(*arguments, PYTHONIOENCODING="ascii")
    assert (result.status, result.err) == (0, "")
    assert "t\\xe9e" in result.out or "t\\u00e9e" in result.out
