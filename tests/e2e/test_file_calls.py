"""The record's file-system calls, against what strace sees the same process do.

What the record leaves out is left out by name, in `explained`; all else agrees exactly.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import trees
from importal.cli import trace
from importal.observe import journal
from importal.observe.record import Record

from .conftest import environment

BESIDE = str(Path(trace.__file__).with_name("beside.py"))
BEGIN, END = "/importal-begin", "/importal-end"  # files that there are not; asking for one marks a place
STAT = {"stat", "lstat", "newfstatat", "fstatat64", "statx"}
#: What the dynamic linker opens for an extension module, and what the libraries it loads open by themselves.
BY_C_CODE = re.compile(r"\.so(\.[\d.]+)?$|^/etc/ld\.so\.|/openssl\.cnf$|^/etc/localtime$|^/proc/|^/sys/")

PACKAGE = {
    "mine": {
        "__init__.py": "from . import one\nfrom .deep import two",
        "one.py": "import mine.one_more",
        "one_more.py": "try:\n    import no_such_module\nexcept ImportError:\n    pass",
        "deep": {"__init__.py": "", "two.py": "from .. import one\nimport space.part"},
    },
    "space": {"part.py": ""},
}


def _strace_works() -> bool:
    command = shutil.which("strace")
    return command is not None and subprocess.run([command, "true"], capture_output=True).returncode == 0


pytestmark = pytest.mark.skipif(
    not (sys.platform == "linux" and _strace_works()),
    reason="strace is not here, or may not trace: install it (Debian: apt-get install strace), allow ptrace",
)


class Seen:
    """What strace saw: the paths that were asked about, the folders listed, the files opened to be read, the rest."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.listed: list[str] = []
        self.opened: list[str] = []
        self.rest: list[str] = []

    def take(self, line: str) -> None:
        found = re.search(r"(\w+)\((.*)\) += ", line)
        assert found, line
        call, arguments = found[1], found[2]
        path = re.search(r'"([^"]*)"', arguments)
        if path is None or path[1] == "" or call.startswith("fstat"):
            return  # about an open file: part of reading it
        if call in STAT:
            self.asked.append(path[1])
        elif call in {"open", "openat"} and "O_DIRECTORY" in arguments:
            self.listed.append(path[1])
        elif call in {"open", "openat"} and "O_CREAT" not in arguments:
            self.opened.append(path[1])
        else:
            self.rest.append(f"{call} {path[1]}")


def traced(code: str, cwd: Path) -> tuple[Record, Seen]:
    """Record a program that executes `code`, under strace; return the record and what strace saw of that code."""
    mark = "try: os.stat('{}')\nexcept OSError: pass\n"
    (cwd / "main.py").write_text(f"import os\n{mark.format(BEGIN)}{code}\n{mark.format(END)}")
    written, log = cwd / "journal", cwd / "strace.log"
    written.write_bytes(b"")
    command = ["strace", "-f", "-s", "4096", "-e", "trace=%file", "-o", str(log), sys.executable, BESIDE, "recording", str(written), "main.py"]  # fmt: skip
    done = subprocess.run(command, cwd=cwd, env=environment(), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    record = journal.read(written, 0, {"importal": "", "python": {}, "target": (), "date": ""})
    lines = log.read_text().splitlines()
    (begin,) = (number for number, line in enumerate(lines) if BEGIN in line)
    (end,) = (number for number, line in enumerate(lines) if END in line)
    seen = Seen()
    for line in lines[begin + 1 : end]:
        seen.take(line)
    return record, seen


def explained(record: Record, seen: Seen) -> Counter[str]:
    """Return how many of the calls that strace saw the record leaves out, each for a reason that has a name."""
    of_archives = [path for path in seen.opened if path.endswith(".zip")]
    by_c_code = [path for path in seen.opened if BY_C_CODE.search(path)]
    # A path entry's finder is chosen once: the one for archives asks what the entry is.
    choosing_a_finder = len(set(seen.listed))
    # Bytecode: the source's permissions, and whether there is a __pycache__; before it is made, a folder for it.
    written = [one for one in record.imports if one.kept == "written"]
    made = [call for call in seen.rest if call.startswith("mkdir")]
    assert len(made) == len(set(made))
    writing_bytecode = 2 * len(written) + len(made)
    return Counter(stat=choosing_a_finder + writing_bytecode, open=len(by_c_code) + len(of_archives))


def compare(record: Record, seen: Seen) -> None:
    ours: Counter[str] = Counter()
    for one in record.imports:
        ours.update(one.calls)
    theirs = {"stat": len(seen.asked), "list": len(seen.listed), "open": len(seen.opened)}
    assert ours + explained(record, seen) == theirs


@pytest.mark.parametrize("name", ["json", "email.message", "xml.dom.minidom", "decimal, datetime", "sqlite3, ssl"])
def test_the_standard_library(name: str, tmp_path: Path) -> None:
    traced(f"import {name}", tmp_path)  # from here on the bytecode is there, where it can be written
    record, seen = traced(f"import {name}", tmp_path)
    compare(record, seen)
    assert seen.rest == []


def test_a_package_compiled_and_again(tmp_path: Path) -> None:
    trees.write(PACKAGE, tmp_path)
    record, seen = traced("import mine", tmp_path)
    compare(record, seen)
    written = [one.module for one in record.imports if one.kept == "written"]
    assert len(written) == 6
    assert [call.split()[0] for call in seen.rest if "mkdir" not in call] == ["openat", "rename"] * len(written)
    again, seen = traced("import mine", tmp_path)
    compare(again, seen)
    assert seen.rest == []
    opened = {one.module: one.calls.get("open", 0) for one in again.imports if one.outcome == "loaded"}
    # One bytecode file each; a namespace package has none.
    assert {name: count for name, count in opened.items() if count != 1} == {"space": 0}
    assert {one.module: one.calls.get("open", 0) for one in record.imports if one.outcome == "loaded"} == {
        name: 2 * count for name, count in opened.items()
    }


def test_an_archive(tmp_path: Path) -> None:
    trees.zip({"packed.py": "import zlib", "folder": {"__init__.py": "", "inner.py": ""}}, tmp_path / "goods.zip")
    code = "import sys; sys.path.insert(0, 'goods.zip'); import packed, folder.inner"
    traced(code, tmp_path)
    _, seen = traced(code, tmp_path)
    # What is read of an archive is not in the record: opening it for its directory, and what is kept of its bytecode.
    assert seen.opened.count("goods.zip") == 1
    assert [path.rpartition("/")[2] for path in seen.opened if "/archives/" in path] == [
        "packed.pyc",
        "__init__.pyc",
        "inner.pyc",
    ]
