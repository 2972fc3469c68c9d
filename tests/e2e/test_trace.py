"""The command `importal trace`: whatever the program, the terminal and the user do, it ends well and keeps the status."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest

import trees
from importal.observe.record import Record

from .conftest import Result, environment, without_roots_rights
from .environments import COMMAND, run_plainly
from .test_doctor import on_a_terminal

posix = pytest.mark.skipif(os.name != "posix", reason="POSIX signals, descriptors and terminals")
Trace = Callable[..., Result]


@pytest.fixture
def trace(tmp_path: Path) -> Trace:
    """Return a function that runs `importal trace` on `main.py` with this source; the record goes to `out.json`."""

    def run(source: str, *options: str) -> Result:
        trees.write({"main.py": trees.text(source), "m.py": ""}, tmp_path)
        return run_plainly([*COMMAND, "trace", *(options or ("-o", "out.json")), "main.py"], tmp_path)

    return run


def modules(folder: Path) -> set[str]:
    return {one.module for one in Record.load(folder / "out.json").imports if one.outcome == "loaded"}


def test_the_program_has_a_module_to_itself(trace: Trace) -> None:
    done = trace("print([name for name in globals() if not name.startswith('__')])")
    assert (done.status, done.out) == (0, "[]\n")


# ---------------------------------------------------------------- programs


@pytest.mark.parametrize(
    ("end", "status", "said"),
    [
        ("", 0, None),
        ("raise SystemExit(3)", 3, None),
        ("raise SystemExit('bye')", 1, None),
        ("os._exit(4)", 4, "without an interpreter's last steps"),
        ("os.kill(os.getpid(), signal.SIGKILL)", 137, "killed by signal 9 (SIGKILL)"),
        ("os.kill(os.getpid(), signal.SIGINT); time.sleep(9)", 130, None),
        ("os.execv('/bin/sh', ['sh', '-c', 'exit 6'])", 6, "another program in its place"),
    ],
)
@posix
def test_however_a_program_ends(trace: Trace, tmp_path: Path, end: str, status: int, said: str | None) -> None:
    result = trace(f"import os, signal, time\nimport m\nprint('ran', flush=True)\n{end}")
    assert (result.status, result.out) == (status, "ran\n")
    assert ("the record is of what came before" in result.err) == (said is not None)
    assert said is None or said in result.err
    assert "m" in modules(tmp_path)


def test_the_end_is_shortened_as_that_of_a_run(trace: Trace) -> None:
    """The recorder, which looks at what the collector does, is gone by then."""
    program = """
        import collections, gc, os, sys
        class Out:
            def write(self, text): pass
            def flush(self): os.write(1, b"left alone: %d\\n" % (gc.get_freeze_count() > 1000))
        sys.stdout = Out()
    """
    assert trace(program).out.splitlines()[-1] == "left alone: 1"


@posix
def test_a_program_that_forks(trace: Trace, tmp_path: Path) -> None:
    result = trace("""
        import os, sys
        child = os.fork()
        if not child:
            import m
            print("child", flush=True)
            sys.exit(5)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        import colorsys
        sys.exit(6)
    """)
    assert (result.status, result.out, result.err) == (6, "child\n5\n", "importal trace: wrote out.json\n")
    assert modules(tmp_path) & {"m", "colorsys"} == {"colorsys"}


@posix
def test_a_program_that_closes_what_it_does_not_know(trace: Trace, tmp_path: Path) -> None:
    """A daemon's first step; the recording goes on."""
    result = trace("import os\nos.closerange(3, 256)\nimport m\nraise SystemExit(7)")
    assert (result.status, result.err) == (7, "importal trace: wrote out.json\n")
    assert "m" in modules(tmp_path)


@posix
def test_a_program_that_closes_everything(trace: Trace, tmp_path: Path) -> None:
    result = trace("import m, os\nos.closerange(3, os.sysconf('SC_OPEN_MAX'))\nimport colorsys\nraise SystemExit(7)")
    assert result.status == 7
    assert "has closed files that are not its own; the record is of what came before" in result.err
    assert "m" in modules(tmp_path)


@posix
def test_descriptors_are_where_programs_expect_them(trace: Trace, tmp_path: Path) -> None:
    """The next number is free; one that the command was given is the program's."""
    look = "import os\nfirst = os.dup(0)\nfor number in range(3, 200):\n    try: os.fstat(number)\n    except OSError: continue\n    print(number)\nprint('next', first)"  # fmt: skip
    plain = run_plainly([sys.executable, "-c", look], tmp_path)
    assert trace(look).out == plain.out
    with open(tmp_path / "given", "w") as file:
        os.dup2(file.fileno(), 77)
    try:
        command = [*COMMAND, "trace", "-o", "out.json", "-c", "import os; os.write(77, b'ours')"]
        done = subprocess.run(command, cwd=tmp_path, env=environment(), pass_fds=[77], capture_output=True, timeout=60)
    finally:
        os.close(77)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "given").read_text() == "ours"


@posix
def test_few_descriptors_are_allowed(tmp_path: Path) -> None:
    trees.write({"main.py": "import m", "m.py": ""}, tmp_path)
    import resource

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))

    result = run_plainly([*COMMAND, "trace", "-o", "out.json", "main.py"], tmp_path, preexec_fn=limit)
    assert (result.status, result.err) == (0, "importal trace: wrote out.json\n")
    assert "m" in modules(tmp_path)


# ---------------------------------------------------------------- interrupts


def _interrupted(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    """Interrupt the command and its program, as a terminal does; return the status and what stderr got."""
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    return process.returncode, err.decode()


def _begin(folder: Path) -> subprocess.Popen[bytes]:
    tree = {f"m{number}.py": f"value = {number}" for number in range(400)}
    source = "import time\nprint('begun', flush=True)\nfor number in range(400):\n    __import__(f'm{number}')\n    time.sleep(0.01)\n"  # fmt: skip
    trees.write({**tree, "main.py": source}, folder)
    command = [*COMMAND, "trace", "-o", "out.json", "main.py"]
    return subprocess.Popen(
        command, cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )


@posix
@pytest.mark.parametrize("seed", range(6))
def test_interrupted_while_the_program_runs(tmp_path: Path, seed: int) -> None:
    """Between and inside of imports alike, the record is there."""
    with _begin(tmp_path) as process:
        out: IO[bytes] | None = process.stdout
        assert out is not None
        assert out.readline() == b"begun\n"
        time.sleep(random.Random(seed).random())
        status, err = _interrupted(process)
    assert status == 130
    assert err.endswith("KeyboardInterrupt\nimportal trace: wrote out.json\n")
    record = Record.load(tmp_path / "out.json")
    assert (record.ended.complete, record.ended.status) == (True, -signal.SIGINT)
    assert (record.ended.error or "").startswith("KeyboardInterrupt")


@posix
@pytest.mark.parametrize("raised", ["KeyboardInterrupt", "TimeoutError"])
def test_a_program_that_is_interrupted_everywhere(tmp_path: Path, raised: str) -> None:
    """Also in the middle of what is being put down: the record can be read, and its times add up."""
    package = {"a.py": "value = 1", "b.py": "value = 2"}
    tree = {f"p{number}": {**package, "__init__.py": f"from . import a\nimport p{number}.b"} for number in range(5)}
    source = """
        import gc, random, signal, sys, time
        gc.disable()  # where a callback of the collector is interrupted, the interrupt is lost
        r = random.Random(0)
        def stop(*_):
            raise RAISED
        signal.signal(signal.SIGALRM, stop)
        interrupted, end = 0, time.monotonic() + 1
        while time.monotonic() < end:
            for name in [name for name in sys.modules if name.startswith("p") and name[1:2].isdigit()]:
                del sys.modules[name]
            try:
                signal.setitimer(signal.ITIMER_REAL, r.random() * 0.004 + 0.00005)
                for number in range(5):
                    __import__(f"p{number}")
                signal.setitimer(signal.ITIMER_REAL, 0)
            except RAISED:
                interrupted += 1
            except ImportError:
                pass  # what a torn import leaves in the table
            finally:
                try:
                    signal.setitimer(signal.ITIMER_REAL, 0)
                except RAISED:
                    interrupted += 1
        import json
        print(interrupted, flush=True)
    """
    trees.write({**tree, "main.py": trees.text(source.replace("RAISED", raised))}, tmp_path)
    result = run_plainly([*COMMAND, "trace", "-o", "out.json", "main.py"], tmp_path)
    assert (result.status, result.err) == (0, "importal trace: wrote out.json\n")
    assert int(result.out) > 20
    record = Record.load(tmp_path / "out.json")
    assert min(one.self_time for one in record.imports) >= 0
    assert [one for one in record.imports if one.outcome == "failed" and one.error is None] == []
    assert any(one.module == "json" for one in record.imports)  # it has gone on to the end
    (thread,) = record.threads
    total = thread.own + sum(one.self_time for one in record.imports)
    assert total == thread.ended - thread.started


@posix
@pytest.mark.parametrize("delay", [0.2, 0.4, 0.6, 0.8, 1.0])
def test_interrupted_while_it_starts(tmp_path: Path, delay: float) -> None:
    """It ends at once, as what an interrupt ends, and any record that it has written is whole."""
    with _begin(tmp_path) as process:
        time.sleep(delay)
        status, err = _interrupted(process)
    # On a slow machine it may come while an interpreter makes itself ready, before anything of importal's is there.
    not_even_begun = status == 1 and "Fatal Python error: init" in err
    assert status in {130, -signal.SIGINT} or not_even_begun, err
    written = tmp_path / "out.json"
    if written.exists() and written.stat().st_size:
        Record.load(written)


@posix
def test_a_program_that_goes_on(tmp_path: Path) -> None:
    source = """
        import signal, time
        heard = []
        signal.signal(signal.SIGINT, lambda *_: heard.append(1))
        print("begun", flush=True)
        while not heard:
            time.sleep(0.01)
        print("no")
        raise SystemExit(9)
    """
    trees.write({"main.py": source}, tmp_path)
    command = [*COMMAND, "trace", "-o", "out.json", "main.py"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)
        said, _ = process.communicate(timeout=60)
    assert (process.returncode, said) == (9, b"no\n")


# ---------------------------------------------------------------- where it is shown


@posix
@pytest.mark.parametrize("options", [(), ("--tree",), ("--json",)], ids=["summary", "tree", "json"])
@pytest.mark.parametrize("status", [0, 3])
def test_a_closed_pipe(tmp_path: Path, options: tuple[str, ...], status: int) -> None:
    """Nobody reads standard error; the program's exit status counts."""
    (tmp_path / "main.py").write_text(f"import json, email.message\nprint('ran')\nraise SystemExit({status})")
    reader, writer = os.pipe()
    os.close(reader)
    command = [*COMMAND, "trace", *options, "main.py"]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=writer, check=False, timeout=60
    )
    os.close(writer)
    assert (done.returncode, done.stdout) == (status, b"ran\n")


@posix
def test_a_full_disk(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    (tmp_path / "main.py").write_text("raise SystemExit(3)")
    result = run_plainly([*COMMAND, "trace", "--format", "json", "-o", "/dev/full", "main.py"], tmp_path)
    assert (result.status, result.out) == (3, "")
    assert result.err.startswith("importal trace: /dev/full: cannot be written: No space left")


@posix
@pytest.mark.parametrize("columns", [20, 80])
@pytest.mark.parametrize("options", [(), ("--tree",)], ids=["summary", "tree"])
def test_a_terminal(tmp_path: Path, columns: int, options: tuple[str, ...]) -> None:
    (tmp_path / "main.py").write_text("import xml.dom.minidom, no_such_module_with_a_long_name")
    status, out = on_a_terminal(tmp_path, "trace", *options, "main.py", columns=columns)
    assert status == 1
    # The program's own traceback knows no width.
    assert "No module named 'no_such_module_with_a_long_name'" in out
    plain = re.sub(r"\x1b\[[\d;]*m", "", out).replace("\r\n", "\n")
    # Where reading the record takes long, progress is shown, and overwritten.
    ours = re.sub(r"[^\n]*\r", "", plain).rpartition("\nmain.py\n")[2].split("\n")
    assert len(ours) > 10
    assert max(map(len, ours)) <= columns
    # Of what was loaded, the summary names the slowest; whatever failed is in both.
    assert "no_such_module_with_a_long_name" in "".join("".join(ours).split())


# ---------------------------------------------------------------- mistakes


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["none.py"], 2, "can't open file"),
        (["-m", "no_such_module"], 1, "No module named no_such_module"),
        ([], 2, "importal trace: error: name a program"),
        (["-m"], 2, "importal trace: error: -m: needs an argument"),
        (["--format", "doc", "main.py"], 2, "invalid choice: 'doc'"),
        (["--colour", "main.py"], 2, "unrecognized arguments: --colour"),
        (["-o", "out.doc", "main.py"], 2, "importal trace: no format goes with the name out.doc"),
        (["-o", "no/folder/out.json", "main.py"], 2, "importal trace: no/folder/out.json: cannot be written"),
        (["-o", ".", "--format", "text", "main.py"], 2, "importal trace: .: cannot be written"),
        (["--depth", "2", "-o", "out.json", "main.py"], 2, "--depth is for trees"),
    ],
)
def test_mistakes(tmp_path: Path, arguments: list[str], status: int, said: str) -> None:
    """No program is run."""
    (tmp_path / "main.py").write_text("print('ran')")
    result = run_plainly([*COMMAND, "trace", *arguments], tmp_path)
    assert (result.status, result.out) == (status, "")
    assert said in result.err
    assert "Traceback" not in result.err


@posix
def test_a_file_that_may_not_be_written(tmp_path: Path) -> None:
    trees.write({"main.py": "print('ran')", "out.json": "kept"}, tmp_path)
    (tmp_path / "out.json").chmod(0o444)
    command = [*COMMAND, "trace", "-o", "out.json", "main.py"]
    result = run_plainly(command, tmp_path, preexec_fn=without_roots_rights)
    assert result == Result(2, "", "importal trace: out.json: cannot be written: Permission denied; choose another file\n")  # fmt: skip
    assert (tmp_path / "out.json").read_text() == "kept"


# ---------------------------------------------------------------- long work


@posix
@pytest.mark.timeout(400)
def test_five_thousand_modules(tmp_path: Path) -> None:
    """A terminal is told what takes long, and a pipe is not. An interrupt when the program is over costs nothing."""
    trees.write({f"m{number}.py": "" for number in range(5000)}, tmp_path)
    program = """
        for number in range(5000):
            __import__(f"m{number}")
        for number in range(30000):
            try:
                __import__(f"there_is_none_{number}")
            except ImportError:
                pass
        raise SystemExit(3)
    """
    (tmp_path / "main.py").write_text(trees.text(program))
    ours, terminal = os.openpty()
    command = [*COMMAND, "trace", "-o", "out.json", "main.py"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment(), stderr=terminal) as process:
        os.close(terminal)
        said, interrupted = b"", False
        while data := _read(ours):
            said += data
            if b"\rreading what was recorded (" in said and not interrupted:
                process.send_signal(signal.SIGINT)
                interrupted = True
    os.close(ours)
    assert interrupted
    assert (process.returncode, said.endswith(b"importal trace: wrote out.json\r\n")) == (3, True), said
    assert len(modules(tmp_path)) >= 5000
    status, out = on_a_terminal(tmp_path, "show", "out.json", "-o", "out.html", columns=80)
    # Every line is taken back.
    assert (status, out.replace("\r", "\n").split("\n")[-1].strip()) == (0, "")
    assert run_plainly([*COMMAND, "show", "out.json", "-o", "out.html"], tmp_path).err == ""


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux says so when the other end is closed
        return b""
