"""`importal modules`: a bare start, and programs, however they end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import trees

from .conftest import Result
from .environments import COMMAND, Home, project, run_plainly

#: What a program appends to its own end to say what it has loaded.
TELL = "\nimport sys\nwith open('told', 'w') as told: told.write(' '.join(sys.modules))\n"


def modules(here: Path, *arguments: str, **how: Any) -> tuple[Result, dict[str, Any]]:
    """Run the command with `--json -o FILE`; return what it did and the document."""
    result = run_plainly([*COMMAND, "modules", "--json", "-o", "loaded.json", *arguments], here, **how)
    text = (here / "loaded.json").read_text()
    return result, json.loads(text) if text else {}


def names(document: dict[str, Any], kind: str = "") -> set[str]:
    return {
        module["name"] for group in document["groups"] if group["kind"].startswith(kind) for module in group["modules"]
    }


def test_a_bare_start(tmp_path: Path) -> None:
    """Exactly what a plain start has."""
    (tmp_path / "bare.py").write_text(TELL)
    run_plainly([sys.executable, "bare.py"], tmp_path)
    plain = set((tmp_path / "told").read_text().split()) - {"__main__"}
    result = run_plainly([*COMMAND, "modules", "--json"], tmp_path)
    assert (result.status, result.err) == (0, "")
    document = json.loads(result.out)
    assert names(document) | set(document["aliases"]) == plain
    assert document["aliases"] == {"os.path": os.path.__name__}
    assert document["target"] == []
    assert names(document, "core built-in") >= {"sys", "builtins"}


PROGRAMS = {
    "nothing": "",
    "standard library": "import json, decimal, __future__, atexit, linecache, re",
    "a package": "import email.mime.text, xml.dom.minidom, importlib.util, importlib.machinery",
    "threads": "import threading; t = threading.Thread(target=lambda: __import__('colorsys')); t.start(); t.join()",
}


@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_a_program_has_loaded_what_python_says(tmp_path: Path, text: str) -> None:
    """Neither what importal needs nor what the command needs is counted, and nothing is left out."""
    (tmp_path / "program.py").write_text(text + TELL)
    run_plainly([sys.executable, "program.py"], tmp_path)
    plain = set((tmp_path / "told").read_text().split())
    result, document = modules(tmp_path, "program.py")
    assert result == Result(0, "", "")
    assert names(document) | set(document["aliases"]) == plain


def test_groups_and_sizes(tmp_path: Path) -> None:
    trees.write({"m.py": "value = 1\n", "program.py": "import m, colorsys\n", "p": {"q": {"r.py": ""}}}, tmp_path)
    _, document = modules(tmp_path, "-c", "import m, colorsys, p.q.r, sys; sys.modules['strange'] = object()")
    groups = {(group["kind"], group["distribution"]): group for group in document["groups"]}
    local = groups["local Python module", None]
    assert [module["name"] for module in local["modules"]] == ["m", "p.q.r"]
    (cached,) = (tmp_path / "__pycache__").glob("m.*.pyc")
    assert local["modules"][0] == {
        "name": "m",
        "origin": str(tmp_path / "m.py"),
        "source_bytes": 10,
        "bytecode_bytes": cached.stat().st_size,
        "library_bytes": 0,
    }
    assert names(document, "namespace") == {"p", "p.q"}
    assert names(document, "module without") == {"strange"}
    assert names(document, "program") == {"__main__"}
    for key in ("source_bytes", "bytecode_bytes", "library_bytes", "count"):
        assert document["totals"][key] == sum(group[key] for group in document["groups"])


def test_distributions_and_archives(tmp_path: Path) -> None:
    home = Home(tmp_path / "env", importal=True)
    home.install(project(tmp_path / "one", "one", "1", {"one": {"__init__.py": "", "sub.py": "x = 1\n"}}))
    home.install(project(tmp_path / "two", "two", "2", {"two.py": "x = 1\n"}), "--editable")
    trees.zip({"zipped.py": "x = 12\n"}, tmp_path / "library.zip")
    program = "import sys; sys.path.append('library.zip'); import one.sub, two, zipped"
    result = home.importal("modules", "--json", "-o", "loaded.json", "-c", program, cwd=tmp_path)
    assert result == Result(0, "", "")
    document = json.loads((tmp_path / "loaded.json").read_text())
    of = {module["name"]: group["distribution"] for group in document["groups"] for module in group["modules"]}
    assert [of[name] for name in ("one", "one.sub", "two", "zipped")] == ["one 1", "one 1", "two 2", None]
    sizes = {module["name"]: module["source_bytes"] for group in document["groups"] for module in group["modules"]}
    assert sizes["zipped"] == 7
    assert not any(name.partition(".")[0] == "importal" for name in of)


# ---------------------------------------------------------------- how programs end


@pytest.mark.parametrize(
    ("text", "status", "err"),
    [
        ("import colorsys; raise SystemExit(3)", 3, ""),
        ("import colorsys, sys; sys.exit('no')", 1, "no\n"),
        ("import colorsys; 1 / 0", 1, "ZeroDivisionError: division by zero\n"),
        ("import atexit; atexit.register(lambda: __import__('colorsys'))", 0, ""),
        ("import colorsys, os; os.fork() or os._exit(0); print('parent')", 0, ""),
        ("import colorsys, os, sys; pid = os.fork()\nif not pid: sys.exit(7)\nos.waitpid(pid, 0)", 0, ""),
    ],
)  # fmt: skip
def test_however_it_ends(tmp_path: Path, text: str, status: int, err: str) -> None:
    if "fork" in text and not hasattr(os, "fork"):
        pytest.skip("this system has no fork")
    result, document = modules(tmp_path, "-c", text)
    assert (result.status, document["status"]) == (status, status)
    assert result.err.endswith(err)
    assert "colorsys" in names(document)
    if "1 / 0" in text:
        assert "importal" not in result.err


def test_the_traceback_is_the_programs_own(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("def f():\n    1 / 0\nf()\n")
    plain = run_plainly([sys.executable, "program.py"], tmp_path)
    result, _ = modules(tmp_path, "program.py")
    assert result == plain


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_fork_does_not_speak_for_the_program(tmp_path: Path) -> None:
    program = "import os, sys; pid = os.fork()\nif not pid: sys.exit(0)\nos.waitpid(pid, 0); os._exit(4)"
    result, document = modules(tmp_path, "-c", program)
    assert (result.status, document) == (4, {})


def test_the_path_is_that_of_plain_python(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("import sys; print(sys.path)")
    plain = run_plainly([sys.executable, "program.py"], tmp_path)
    assert modules(tmp_path, "program.py")[0] == plain


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_killed(tmp_path: Path) -> None:
    result, document = modules(tmp_path, "-c", "import os; os.kill(os.getpid(), 9)")
    said = "importal modules: the program was killed by signal 9 (SIGKILL); what it had loaded is not known\n"
    assert (result, document) == (Result(137, "", said), {})


def test_ended_at_once(tmp_path: Path) -> None:
    result, document = modules(tmp_path, "-c", "import os; os._exit(4)")
    assert (result.status, result.out, document) == (4, "", {})
    assert result.err.startswith("importal modules: the program ended without an interpreter's last steps")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals(tmp_path: Path, number: int, status: int) -> None:
    """Ctrl-C goes to both processes; what ends the command alone ends the program too."""
    program = "import colorsys, time; print('ready', flush=True); time.sleep(60)"
    with subprocess.Popen(
        [*COMMAND, "modules", "--json", "-o", "loaded.json", "-c", program],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(0.1)
        if number == signal.SIGINT:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        _, err = process.communicate(timeout=30)
    assert process.returncode == status
    if number == signal.SIGINT:
        assert err.endswith(b"KeyboardInterrupt\n")
        assert "colorsys" in names(json.loads((tmp_path / "loaded.json").read_text()))
    else:
        assert b"killed by signal 15 (SIGTERM)" in err


# ---------------------------------------------------------------- where the list goes; mistakes


def test_standard_output_is_the_programs(tmp_path: Path) -> None:
    result = run_plainly([*COMMAND, "modules", "-c", "import colorsys; print(input())"], tmp_path, stdin="read\n")
    assert (result.status, result.out) == (0, "read\n")
    assert "\nprogram: 1\n  __main__\n" in result.err
    assert "colorsys" in result.err


def test_options_and_arguments_of_the_program(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("import sys; print(sys.argv, sys.flags.optimize, sys.path[0], __debug__)")
    result, document = modules(tmp_path, "-O", "program.py", "--json", "-o", "x")
    assert result.out == f"{['program.py', '--json', '-o', 'x']} 1 {tmp_path} False\n"
    assert document["target"] == ["program.py", "--json", "-o", "x"]
    result, _ = modules(tmp_path, "-m", "program", "a")
    assert result.out == f"{[str(tmp_path / 'program.py'), 'a']} 0 {tmp_path} True\n"


def test_files_that_hide_what_the_command_needs(tmp_path: Path) -> None:
    hidden = ("json", "subprocess", "tempfile", "random", "dataclasses", "run", "modules", "signal", "zipfile")
    trees.write({f"{name}.py": "raise AssertionError('executed')" for name in hidden}, tmp_path)
    home = Home(tmp_path / "env", importal=True)
    assert home.importal("modules", cwd=tmp_path).status == 0
    result = home.importal("modules", "-c", "print('ran')", cwd=tmp_path)
    assert (result.status, result.out) == (0, "ran\n")


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["nothing.py"], 2, "can't open file"),
        (["-m", "nothing"], 1, "No module named nothing"),
        (["empty"], 1, "can't find '__main__' module in "),
        (["--colour"], 2, "importal modules: error: unrecognized arguments: --colour"),
        (["-o"], 2, "importal modules: error: argument -o: expected one argument"),
        (["-m"], 2, "importal modules: error: -m: needs an argument"),
        (["-o", "empty", "-c", "print('ran')"], 2, "importal modules: empty: "),
        (["-o", "no/such/file", "-c", "print('ran')"], 2, "importal modules: no/such/file: "),
    ],
)
def test_mistakes(tmp_path: Path, arguments: list[str], status: int, said: str) -> None:
    (tmp_path / "empty").mkdir()
    result = run_plainly([*COMMAND, "modules", *arguments], tmp_path)
    assert (result.status, result.out) == (status, "")
    assert said in result.err
    assert "Traceback" not in result.err
    assert "modules: source" not in result.err


@pytest.mark.parametrize("target", [[], ["-c", "raise SystemExit(3)"]])
def test_a_closed_pipe(tmp_path: Path, target: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    streams = {"stderr": write} if target else {"stdout": write, "stderr": subprocess.PIPE}
    done = subprocess.run([*COMMAND, "modules", *target], cwd=tmp_path, timeout=60, check=False, **streams)
    os.close(write)
    assert done.returncode == (3 if target else 1)
    assert not done.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such terminals")
@pytest.mark.parametrize("columns", [20, 100])
def test_a_terminal(tmp_path: Path, columns: int) -> None:
    from .test_doctor import on_a_terminal

    status, out = on_a_terminal(tmp_path, "modules", "-c", "import colorsys; print('ran')", columns=columns)
    assert status == 0
    assert out.startswith("ran\r\n")
    assert "\x1b[" in out, "no colours: is rich installed?"
    assert "colorsys" in out.replace("\r\n", "")
    plain = [line for line in out.replace("\x1b[0m", "").split("\r\n") if "\x1b" not in line]
    assert max(map(len, plain)) <= columns
