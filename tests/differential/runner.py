"""Run one program of the corpus in one mode, and compare what two modes saw.

As a command it runs the corpus without pytest: `python -m differential.runner --help` (in the directory `tests`).
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import pkgutil
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import trees

from . import cases
from .program import ABSENT, PRELUDE, Intended, Program, Row, Version

HERE = Path(__file__).resolve().parent
SRC = HERE.parent.parent / "src"
MODES = ("cpython", "host", "private", "packed")
NEEDS_SOMETHING = 77
# From 3.13 on the interpreter guesses, from the directory it was started for, whether a module hides another, and says
# so in errors. Started this way, it guesses as it does for `python main.py`; the driver takes the directory off the
# host's path at once, so that an import which wrongly goes to the host finds nothing.
PRIVATE_START = "import sys; del sys.argv[0]; exec(compile(open(sys.argv[0], 'rb').read(), sys.argv[0], 'exec'))"
TIME_LIMIT = 60.0  # seconds; a program takes a tenth of one

# What a program's own environment would change about its imports is taken out before it starts.
KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "VIRTUAL_ENV")


class Unavailable(Exception):
    """The program needs something that this interpreter does not have; the text says what."""


class BrokenProgram(Exception):
    """The program itself does not do under CPython what its author declares: a fault of the corpus."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run of a program showed."""

    status: int
    stdout: str
    stderr: str
    report: Any

    def seen(self, mode: str) -> dict[str, Any]:
        """Return what is compared: everything, but under a private system only the report and the status.

        There the driver and the system stand between the program and the interpreter, as they should, and a
        traceback that ends the process shows them.
        """
        if mode == "private":
            return {"status": self.status, "report": self.report}
        return {"status": self.status, "stdout": self.stdout, "stderr": self.stderr, "report": self.report}


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two outcomes differ."""

    place: str
    cpython: Any
    ours: Any

    def __str__(self) -> str:
        return f"{self.place}\n    cpython: {_short(self.cpython)}\n    ours:    {_short(self.ours)}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= 600 else text[:600] + " ..."


def rows() -> list[Row]:
    """Return the rows of the corpus, one for each file in `cases`, in order of their names."""
    names = sorted(item.name for item in pkgutil.iter_modules(cases.__path__))
    return [importlib.import_module(f"{cases.__name__}.{name}").case for name in names]


def corpus() -> list[Program]:
    """Return every program."""
    return [program for row in rows() for program in row.programs]


@lru_cache
def version_of(python: str) -> Version:
    """Return the major and minor version of an interpreter."""
    code = "import sys; print(*sys.version_info[:2])"
    major, minor = subprocess.run([python, "-c", code], capture_output=True, check=True, text=True).stdout.split()
    return int(major), int(minor)


def command(program: Program, mode: str, python: str) -> list[str]:
    """Return the command line that runs the program in the mode."""
    start = [python, *program.flags]
    if mode == "cpython":
        return [*start, *program.run]
    if mode in {"host", "packed"}:
        return [*start, "-m", "importal", "run", *program.run]
    if program.run != ("main.py",):
        raise ValueError(f"{program.id} is run by its command line, which a private system does not have")
    return [*start, "-c", PRIVATE_START, str(HERE / "private_driver.py"), "main.py"]


@lru_cache
def prelude_of(python: str) -> bytes:
    """Return the code of the prelude, compiled by the interpreter that is to execute it."""
    code = (
        "import marshal, sys; source = sys.stdin.read();"
        " sys.stdout.buffer.write(marshal.dumps(compile(source, '<prelude>', 'exec')))"
    )
    source = (HERE / "prelude.py").read_bytes()
    line = [python, "-X", "utf8", "-c", code]
    return subprocess.run(line, input=source, capture_output=True, check=True).stdout


def environment(program: Program, directory: Path, report: Path, prelude: Path) -> dict[str, str]:
    """Return the environment variables of a run."""
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    ours = {
        "PYTHONPATH": str(SRC),
        "PYTHONHASHSEED": "0",
        "PYTHONIOENCODING": "utf-8",
        "PYTHON_COLORS": "0",
        "DIFFERENTIAL_PRELUDE": str(prelude),
        "DIFFERENTIAL_DIR": str(directory),
        "DIFFERENTIAL_SRC": str(SRC),
        "DIFFERENTIAL_REPORT": str(report),
    }
    # A program's own variables may name its directory.
    return {**kept, **ours, **{key: value.replace("<DIR>", str(directory)) for key, value in program.env.items()}}


def run(program: Program, mode: str, python: str = sys.executable) -> Outcome:
    """Run the program once, in a fresh directory and process.

    Raises `Unavailable` when the program says that the interpreter lacks what it needs, and `TimeoutError`.
    """
    with tempfile.TemporaryDirectory(prefix="importal-") as made:
        top = Path(made).resolve()
        top.chmod(0o755)  # some programs lay their rights down, and still have to get here
        directory, report, prelude = top / "program", top / "report.json", top / "prelude"
        prelude.write_bytes(prelude_of(python))
        lay(program, mode, directory)
        variables = environment(program, directory, report, prelude)
        if mode == "packed":
            variables["IMPORTAL_PACK"] = str(pack(program, python, directory, variables))
        status, stdout, stderr = _execute(command(program, mode, python), directory, variables, program.stdin)
        if status == NEEDS_SOMETHING:
            raise Unavailable(stderr.strip())
        seen = json.loads(report.read_text(encoding="utf-8")) if report.exists() else None
        return Outcome(status, _normal(stdout, directory), _normal(stderr, directory), seen)


def lay(program: Program, mode: str, directory: Path) -> None:
    """Write the program's files into the directory."""
    trees.write(program.tree, directory)
    if program.main is not None:
        first = "# the driver of the private system brings the prelude\n" if mode == "private" else PRELUDE
        (directory / "main.py").write_text(first + program.main, encoding="utf-8")


def pack(program: Program, python: str, directory: Path, variables: dict[str, str]) -> Path:
    """Pack what the program imports, and lay its files once more, as old as they were; return the pack.

    A program that fails leaves a pack all the same. Where none is made, the one that is named is not there.
    """
    file = directory.parent / "app.pack"
    written = {path: path.lstat().st_mtime_ns for path in (directory, *directory.rglob("*"))}
    line = [python, *program.flags, "-m", "importal", "pack", "-o", str(file), *program.run]
    aside = {"DIFFERENTIAL_REPORT": str(directory.parent / "aside.json")}
    _execute(line, directory, variables | aside, program.stdin)
    shutil.rmtree(directory)
    lay(program, "packed", directory)
    for path in sorted(written, reverse=True):
        os.utime(path, ns=(written[path], written[path]), follow_symlinks=False)
    return file


def _execute(line: Sequence[str], directory: Path, variables: dict[str, str], stdin: str) -> tuple[int, str, str]:
    process = subprocess.Popen(
        line,
        cwd=directory,
        env=variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="backslashreplace",
        start_new_session=True,
    )
    try:
        stdout, stderr = process.communicate(stdin, timeout=TIME_LIMIT)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # the program's own children too
        stdout, stderr = process.communicate()
        raise TimeoutError(f"no end after {TIME_LIMIT} s: {shlex.join(line)}\n{stdout}{stderr}") from None
    return process.returncode, stdout, stderr


# A frame of CPython's own import code, and the source lines and marks below it, which are indented further.
_FROZEN_FRAME = re.compile(r'^  File "<frozen [^\n]*\n(?:    [^\n]*\n)*', re.MULTILINE)


def _normal(text: str, directory: Path) -> str:
    """Return output without what differs from run to run, and without CPython's own import frames.

    CPython shows them in some tracebacks and hides them in others. Frames of importal's files stay.
    """
    text = _FROZEN_FRAME.sub("", text)
    return re.sub(r"0x[0-9a-fA-F]{6,}", "<ADDR>", text.replace(str(directory), "<DIR>").replace(str(SRC), "<SRC>"))


@cache
def _oracles(python: str) -> dict[str, Outcome]:
    return {}


def oracle(program: Program, python: str = sys.executable) -> Outcome:
    """Return what CPython shows for the program; asked once a process, then remembered.

    Raises `BrokenProgram` when the program does not end as it declares: two runs that fail alike would compare
    equal and show nothing.
    """
    known = _oracles(python)
    if program.id not in known:
        outcome = run(program, "cpython", python)
        if outcome.status != program.status or (outcome.report is not None) != program.reports:
            raise BrokenProgram(f"{program.id}: exit status {outcome.status}\n{outcome.stdout}{outcome.stderr}")
        known[program.id] = outcome
    return known[program.id]


def differences(cpython: Any, ours: Any, place: str = "") -> Iterator[Difference]:
    """Yield every innermost place where two JSON values differ."""
    if isinstance(cpython, dict) and isinstance(ours, dict):
        for key in sorted(cpython.keys() | ours.keys()):
            inner = f"{place}.{key}" if place else key
            yield from differences(cpython.get(key, ABSENT), ours.get(key, ABSENT), inner)
    elif isinstance(cpython, list) and isinstance(ours, list) and len(cpython) == len(ours):
        for index, pair in enumerate(zip(cpython, ours, strict=True)):
            yield from differences(*pair, f"{place}.{index}" if place else str(index))
    elif cpython != ours or type(cpython) is not type(ours):
        yield Difference(place, cpython, ours)


def judge(program: Program, mode: str, cpython: Outcome, ours: Outcome, version: Version) -> list[str]:
    """Return what is wrong: differences nobody meant, and meant ones that are not there any more."""
    meant = differences_meant(program, mode, version)
    found = {item.place: item for item in differences(cpython.seen(mode), ours.seen(mode))}
    wrong = [str(item) for place, item in found.items() if place not in meant]
    for place, item in meant.items():
        if place not in found:
            wrong.append(f"{place}\n    no longer differs, though the program says it should: {item.why}")
            continue
        expected = item.ours(found[place].cpython) if callable(item.ours) else item.ours
        if found[place].ours != expected:
            wrong.append(f"{found[place]}\n    meant:   {_short(expected)} ({item.why})")
    return wrong


def differences_meant(program: Program, mode: str, version: Version) -> dict[str, Intended]:
    """Return the differences that the program declares for the mode on the version, by their place."""
    meant: dict[str, Intended] = {}
    for place, items in program.intended.items():
        for item in items if isinstance(items, tuple) else (items,):
            if not item.applies("host" if mode == "packed" else mode, version):
                continue
            if place in meant:
                raise ValueError(f"{program.id}: two differences are meant at {place}, for {mode} on {version}")
            meant[place] = item
    return meant


def check(program: Program, mode: str, python: str = sys.executable) -> list[str]:
    """Run the program under CPython and in the mode; return what is wrong, nothing when they agree."""
    cpython, ours = oracle(program, python), run(program, mode, python)
    wrong = judge(program, mode, cpython, ours, version_of(python))
    if wrong and ours.status != cpython.status:
        wrong.append(f"standard error was:\n{ours.stderr[-2000:]}")
    return wrong


def applies(program: Program, mode: str) -> bool:
    """Say whether the program makes sense in the mode; `program.private` and `program.packed` say in words why not."""
    return getattr(program, mode, None) is None


# --- the command ---------------------------------------------------------------------------------------------------


def _verdict(program: Program, mode: str, python: str, again: bool) -> tuple[str, list[str]]:
    if version_of(python) < program.since:
        return "not run", [f"needs Python {program.since}"]
    try:
        if mode != "cpython":
            wrong = check(program, mode, python)
        elif again:
            two = oracle(program, python), run(program, mode, python)
            wrong = [str(item) for item in differences(two[0].seen(mode), two[1].seen(mode))]
        else:
            oracle(program, python)
            wrong = []
    except Unavailable as reason_in_words:
        return "not run", [str(reason_in_words)]
    except (BrokenProgram, TimeoutError) as fault:
        return "differs", [str(fault)]
    if wrong:
        return "differs", wrong
    return "intended" if differences_meant(program, mode, version_of(python)) else "agrees", []


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the corpus, or the programs whose name holds one of the given words, and print what differs."""
    parser = argparse.ArgumentParser(prog="differential.runner", description=__doc__)
    parser.add_argument("words", nargs="*", help="run only programs with one of these words in their name")
    parser.add_argument("--python", default=sys.executable, help="the interpreter to run (default: this one)")
    parser.add_argument("--mode", action="append", choices=MODES, help="may be given more than once (default: all)")
    parser.add_argument(
        "--again", action="store_true", help="mode cpython: run twice, to see that the oracle is steady"
    )
    parser.add_argument("--show", action="store_true", help="print what CPython shows for each program")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args(arguments)
    chosen = [p for p in corpus() if not options.words or any(word in p.id for word in options.words)]
    began, counts = time.perf_counter(), {mode: Counter[str]() for mode in options.mode or MODES}
    work: list[tuple[Program, str]] = [
        (program, mode) for program in chosen for mode in options.mode or MODES if applies(program, mode)
    ]

    def verdict(item: tuple[Program, str]) -> tuple[str, list[str]]:
        return _verdict(*item, options.python, options.again)

    with ThreadPoolExecutor(options.jobs) as pool:
        for (program, mode), (word, lines) in zip(work, pool.map(verdict, work), strict=True):
            counts[mode][word] += 1
            if word == "differs":
                print(f"{program.id} [{mode}]", *("  " + line for line in lines), sep="\n", flush=True)
            if word == "not run":
                print(f"{program.id} [{mode}] not run:", *lines)
            if options.show and mode == "cpython" and word == "agrees":
                print(program.id, json.dumps(oracle(program, options.python).seen(mode), indent=1, sort_keys=True))
    for mode, words in counts.items():
        print(f"{mode}:", ", ".join(f"{words[word]} {word}" for word in ("agrees", "intended", "differs", "not run")))
    print(f"in {time.perf_counter() - began:.1f} s")
    return 1 if not work or any(words["differs"] for words in counts.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
