"""What the benchmarks share: measuring commands in pairs, counting instructions and system calls, printing tables.

A time is worth little on a machine that does other things too. So two variants are run in turn (A B A B ...) and
compared round by round; and what can be counted instead of timed is counted: instructions (valgrind) and system calls
(strace), which are the same from run to run.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

HERE = Path(__file__).parent
VARIANTS = ("cpython", "importal")

# System calls that ask the file system something, or read from it.
FILE_CALLS = {
    "access", "chdir", "close", "faccessat", "faccessat2", "fstat", "fstatfs", "getcwd", "getdents", "getdents64", "ioctl",
    "lseek", "lstat", "newfstatat", "open", "openat", "pread64", "read", "readlink", "readlinkat", "stat", "statx",
}  # fmt: skip
OPEN_CALLS = {"open", "openat"}


def environment(**extra: str) -> dict[str, str]:
    """Return an environment in which Python behaves as it does by default, and every run hashes alike (*extra* wins)."""
    dropped = {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONPYCACHEPREFIX"}
    dropped |= {"PYTHONOPTIMIZE", "PYTHONWARNINGS", "PYTHONUNBUFFERED", "PYTHONSAFEPATH"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    # One thread: a numerical library's pool adds instructions of its own, as many as there are processors.
    return {**kept, "PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", **extra}


# ---------------------------------------------------------------- running commands


class Run:
    """One finished process: ``wall`` and ``cpu`` in seconds, and what it wrote to ``stdout``."""

    def __init__(self, command: Sequence[str], cwd: Path | None = None) -> None:
        read, write = os.pipe()
        with os.fdopen(read, "rb") as output:
            start = time.perf_counter()
            process = subprocess.Popen(command, stdout=write, env=environment(), cwd=cwd)
            os.close(write)
            data = output.read()
            _, status, usage = os.wait4(process.pid, 0)
            self.wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{' '.join(command)}\nended with status {process.returncode}")
        self.cpu = usage.ru_utime + usage.ru_stime
        self.stdout = data.decode()


def interleave(runs: Mapping[str, Callable[[], Mapping[str, float]]], rounds: int) -> dict[str, dict[str, list[float]]]:
    """Call every one of *runs* in turn, *rounds* times, after one round that does not count.

    Each returns its figures by name; the result holds for each run, and each of its figures, the list over the rounds.
    Every other round goes backwards, so that nobody always comes first.
    """
    results: dict[str, dict[str, list[float]]] = {name: {} for name in runs}
    for number in range(rounds + 1):
        for name in list(runs)[:: -1 if number % 2 else 1]:
            figures = runs[name]()
            if number:
                for figure, value in figures.items():
                    results[name].setdefault(figure, []).append(value)
    return results


class Ratio:
    """How much of *base* *other* is: ``median`` of the rounds' ratios, ``low`` and ``high``."""

    def __init__(self, base: Sequence[float], other: Sequence[float]) -> None:
        ratios = [b / a for a, b in zip(base, other, strict=True)]
        self.median = statistics.median(ratios)
        self.low, self.high = min(ratios), max(ratios)

    def __str__(self) -> str:
        return f"{self.median:.3f} ({self.low:.2f}-{self.high:.2f})"


class Difference:
    """How much more *other* is than *base*: ``median`` of the rounds' differences, ``low`` and ``high``."""

    def __init__(self, base: Sequence[float], other: Sequence[float]) -> None:
        differences = [b - a for a, b in zip(base, other, strict=True)]
        self.median = statistics.median(differences)
        self.low, self.high = min(differences), max(differences)


def geometric_mean(values: Sequence[float]) -> float:
    return math.exp(statistics.fmean(map(math.log, values)))


# ---------------------------------------------------------------- counting


def instructions(command: Sequence[str], cwd: Path | None = None, seed: int = 0) -> int:
    """Return how many instructions *command* executes in user space (valgrind; repeatable to about 1 in 100 000).

    *seed* is that of the hashes: which names collide in a table is a matter of 40 instructions a look.
    """
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log")
        tool = [
            "valgrind",
            "--tool=cachegrind",
            "--cache-sim=no",
            f"--log-file={log}",
            f"--cachegrind-out-file={folder}/out",
        ]
        done = subprocess.run(
            [*tool, *command],
            env=environment(PYTHONHASHSEED=str(seed)),
            cwd=cwd,
            capture_output=True,
            text=True,
            check=False,
        )
        found = re.search(r"I +refs: +([\d,]+)", log.read_text()) if log.exists() else None
    if done.returncode or not found:
        raise SystemExit(f"valgrind {' '.join(command)}\nended with status {done.returncode}\n{done.stderr}")
    return int(found[1].replace(",", ""))


def system_calls(command: Sequence[str], cwd: Path | None = None) -> Counter[str]:
    """Return how often *command*, with its threads and children, makes each system call (strace)."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log")
        tool = ["strace", "-f", "-qq", "-c", "-U", "calls,name", "-o", str(log)]
        done = subprocess.run(
            [*tool, *command], env=environment(), cwd=cwd, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"strace {' '.join(command)}\nended with status {done.returncode}\n{done.stderr}")
        rows = re.findall(r"^ *(\d+) +(\w+)$", log.read_text(), re.MULTILINE)
    return Counter({name: int(calls) for calls, name in rows if name != "total"})


def slowed(command: Sequence[str], milliseconds: int, cwd: Path | None = None) -> float:
    """Return the seconds *command* takes where each open, stat and directory read takes so much longer (strace)."""
    calls = "openat,open,newfstatat,stat,lstat,statx,getdents64"
    inject = f"inject={calls}:delay_enter={milliseconds * 1000}"
    tool = ["strace", "-f", "--seccomp-bpf", "-o", os.devnull, "-e", f"trace={calls}", "-e", inject]
    return Run([*tool, *command], cwd).wall


def file_calls(calls: Counter[str]) -> int:
    return sum(count for name, count in calls.items() if name in FILE_CALLS)


def opens(calls: Counter[str]) -> int:
    return sum(count for name, count in calls.items() if name in OPEN_CALLS)


def available(tool: str, what: str) -> bool:
    """Tell whether *tool* is on PATH; where it is not, say on stderr that *what* is left out."""
    if shutil.which(tool):
        return True
    print(f"{tool} is not installed: {what} not counted", file=sys.stderr)
    return False


# ---------------------------------------------------------------- command lines and tables


def parser(text: str, *, rounds: int) -> argparse.ArgumentParser:
    """Return a parser with what every benchmark has: how many rounds, what to leave out, and ``--json``."""
    options = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=rounds, help="rounds of the timed pairs; 0: none (%(default)s)")
    options.add_argument("--no-count", action="store_true", help="do not count instructions and system calls")
    options.add_argument("--json", metavar="FILE", help="also write every figure to FILE (-: to stdout, and no table)")
    return options


class Table:
    """Rows of figures by name, printed in columns, the first to the left and the others to the right."""

    def __init__(self, title: str, columns: Sequence[str]) -> None:
        self.title = title
        self.rows = [list(columns)]

    def add(self, *cells: object) -> None:
        """Add a row; None is a figure that was not measured."""
        self.rows.append(["-" if cell is None else str(cell) for cell in cells])

    def __str__(self) -> str:
        widths = [max(len(row[index]) for row in self.rows) for index in range(len(self.rows[0]))]
        lines = [self.title]
        for row in self.rows:
            cells = [
                row[0].ljust(widths[0]),
                *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)),
            ]
            lines.append("  " + "  ".join(cells).rstrip())
        return "\n".join(lines)


def show(program: str, tables: Sequence[Table], figures: Mapping[str, object], target: str | None) -> None:
    """Print *tables*, and write *figures* to where ``--json`` says."""
    python = sys.version.split()[0]
    text = json.dumps({"benchmark": program, "python": python, **figures}, indent=2)
    if target == "-":
        print(text)
        return
    print(f"{program}, CPython {python}", *tables, sep="\n\n", flush=True)
    if target is not None:
        Path(target).write_text(text + "\n")
