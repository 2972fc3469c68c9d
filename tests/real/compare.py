"""Survey modules under CPython and under importal, and say where the two differ.

``python tests/real/compare.py --std`` or ``... numpy django`` prints the differences, grouped; the exit status is 1
when there are any. It surveys the interpreter it runs in.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
if not __package__:
    sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent / "src")]

import importal
from real import editable, targets

SOURCE = Path(importal.__file__).resolve().parent.parent
STALL = 60.0  # seconds without a new record, after which an import is said to hang

ROUNDS = 3  # how often a difference has to show

# What is never the same in two runs, and what stands for it.
VOLATILE = [(re.compile(r"0x[0-9a-fA-F]{6,}"), "0x..."), (re.compile(r"/tmp/tmp[\w.-]+"), "TEMPORARY")]


@dataclass(slots=True)
class Survey:
    """What one survey saw: a record for each module, what was loaded from the start, and how its processes ended."""

    records: dict[str, Any] = field(default_factory=dict)
    start: set[str] = field(default_factory=set)
    ends: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Difference:
    """One place in the record of one module where the two surveys differ."""

    name: str
    place: str
    cpython: Any
    ours: Any

    def __str__(self) -> str:
        return f"{self.name}: {self.place}\n    cpython:  {short(self.cpython)}\n    importal: {short(self.ours)}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The differences of two surveys, those that are meant to be, and how many imports ended in which way."""

    differences: list[Difference]
    meant: list[Difference]
    outcomes: dict[str, int]


@dataclass(frozen=True, slots=True)
class Meant:
    """Differences that are meant to be: in which modules, in which place (regular expressions), and why.

    With *items*, in lists only, and only when they are equal once the items it matches are left out of both. With
    *any_order* only when both have the same lines.
    """

    names: str
    places: str
    why: str
    items: str | None = None
    any_order: bool = False

    def covers(self, item: Difference) -> bool:
        """Tell whether *item* is one of these differences."""
        if not (re.fullmatch(self.names, item.name) and re.fullmatch(self.places, item.place)):
            return False
        if self.any_order:
            one, other = (sorted("\n".join(of).splitlines()) for of in (item.cpython, item.ours))
            return one == other
        if self.items is None:
            return True
        one, other = (
            [one for one in of if not re.fullmatch(self.items, one)] if isinstance(of, list) else None
            for of in (item.cpython, item.ours)
        )
        return one is not None and one == other


INTENDED = [
    Meant(
        r"_frozen_importlib|importlib\._bootstrap|importlib\.util",
        r"module\.names\._(find_and_load|find_spec|gcd_import|blocking_on|DeadlockError)",
        "importal's own functions and tables stand in the interpreter's modules",
    ),
    Meant(
        r"numpy\.f2py\.tests\..*",
        r"error\.frames",
        "no difference: one of two lines, by whether a thread's result is there already",
    ),
    Meant(
        r".*",
        r"new",
        "setuptools' finder imports distutils while it is asked for it; CPython then loads it twice, importal once",
        items=r"distutils",
    ),
    Meant(
        r"test\..*",
        r"new",
        "invalidate_caches() of CPython's path finder imports importlib.metadata, importal's only if it is there",
        items=r"importlib\.metadata(\..*)?",
    ),
    Meant(
        r"\(the end\)",
        r"process",
        "in which order the finalisers of objects in cycles are called is not defined (PEP 442)",
        any_order=True,
    ),
]


def intended(item: Difference) -> str | None:
    """Return why a difference is meant to be, None when nobody meant it."""
    return next((meant.why for meant in INTENDED if meant.covers(item)), None)


def short(value: Any) -> str:
    """Return a value as one line that is not too long."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 700 else text[:700] + " ..."


def survey(names: list[str], mode: str) -> Survey:
    """Import the names one after the other in one process, and go on in another one after one that ends half-way."""
    found = Survey()
    # A directory of its own, of one length in both modes: modules write and read where they are.
    with tempfile.TemporaryDirectory(prefix="survey-") as folder:
        home = Path(folder, "home")
        home.mkdir()
        listing, records, errors = Path(folder, "names"), Path(folder, "records"), Path(folder, "errors")
        left = list(names)
        while left:
            listing.write_text("\n".join(left), encoding="utf-8")
            records.write_text("", encoding="utf-8")
            status = _run(
                [sys.executable, str(HERE / "survey.py"), mode, str(listing), str(records)], home, records, errors
            )
            text = records.read_text(encoding="utf-8").replace(folder, "FOLDER")
            for pattern, word in VOLATILE:
                text = pattern.sub(word, text)
            begun = None
            for line in text.splitlines():
                record = json.loads(line)
                if "start" in record:
                    found.start |= set(record["start"])
                elif "broken" in record:
                    raise RuntimeError(f"the survey failed at {begun}:\n{record['broken']}")
                elif "begin" in record:
                    begun = record["begin"]
                else:
                    found.records[record["name"]] = record
                    begun = None
            said = errors.read_text(encoding="utf-8", errors="replace").replace(folder, "FOLDER")
            for pattern, word in VOLATILE:
                said = pattern.sub(word, said)
            if begun is None and not found.records:
                raise RuntimeError(f"the survey did not begin ({status}):\n{said}")
            if begun is None:
                found.ends.append(f"{status}\n{said}")
                left = []
            else:
                found.records[begun] = {"name": begun, "error": f"ended its process: {status}"}
                left = left[left.index(begun) + 1 :]
    return found


@contextmanager
def packed(distribution: str) -> Iterator[str]:
    """Yield the path of a pack with all modules of an installed *distribution*."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "all.pack")
        command = [sys.executable, "-m", "importal", "pack", "--closure", distribution, "-o", path, "-c", "pass"]
        environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
        yield path


def _run(command: list[str], home: Path, records: Path, errors: Path) -> str:
    """Run a survey and return how it ended in words."""
    kept = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH")
    variables = {name: os.environ[name] for name in kept if name in os.environ}
    variables |= {
        "HOME": str(home),
        "PYTHONPATH": str(SOURCE),
        "PYTHONHASHSEED": "0",
        "BROWSER": "true",
        "COLUMNS": "80",
    }
    with open(errors, "w", encoding="utf-8") as stream:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=stream, stderr=subprocess.STDOUT, env=variables, cwd=home,
            start_new_session=True,
        )  # fmt: skip
        size, since = -1, time.monotonic()
        while process.poll() is None:
            time.sleep(0.05)
            if records.stat().st_size != size:
                size, since = records.stat().st_size, time.monotonic()
            elif time.monotonic() - since > STALL:
                break
        hung = process.poll() is None
        try:
            # Also what it has started and left running.
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # all of them have ended
        process.wait()
    return "hangs" if hung else f"status {process.returncode}"


def differences(cpython: Survey, ours: Survey) -> Iterator[Difference]:
    """Yield every place where the surveys differ."""
    loaded = cpython.start | ours.start
    for name in cpython.records.keys() | ours.records.keys():
        one, other = (_comparable(of.records.get(name), loaded) for of in (cpython, ours))
        for place, left, right in _unequal(one, other, ""):
            yield Difference(name, place, left, right)
    if cpython.ends != ours.ends:
        yield Difference("(the end)", "process", cpython.ends, ours.ends)


def _comparable(record: dict[str, Any] | None, loaded: set[str]) -> dict[str, Any] | None:
    """Return a record without what is meant to differ."""
    if record is None:
        return None
    record = dict(record)
    # importal is there in one survey only, and brings some modules of the standard library along.
    for key in ("new", "gone"):
        record[key] = [
            name for name in record.get(key, ()) if name not in loaded and name.partition(".")[0] != "importal"
        ]
    return record


ABSENT = "<absent>"


def _unequal(one: Any, other: Any, place: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in [*one, *(key for key in other if key not in one)]:
            yield from _unequal(one.get(key, ABSENT), other.get(key, ABSENT), f"{place}.{key}" if place else key)
    elif place.endswith("notes") and isinstance(other, list):
        # The one thing importal adds to an exception: which modules a circular import has gone through.
        if one != [note for note in other if not note.startswith("import cycle: ")]:
            yield place, one, other
    elif one != other:
        yield place, one, other


def compare(names: list[str], modes: tuple[str, str] = ("cpython", "importal")) -> Comparison:
    """Survey the names in both modes and compare, three times where there are differences.

    What counts is a difference that shows each time, in a place where the first mode does not differ from itself: in
    the clock, a process number, a race between threads, or a file that the very first survey has left behind.
    """
    first, second = (survey(names, mode) for mode in modes)
    missing = set(names) - first.records.keys()
    if missing:
        raise RuntimeError(f"never surveyed: {sorted(missing)}")
    found = {(item.name, item.place): item for item in differences(first, second)}
    unsteady: set[tuple[str, str]] = set()
    rounds = 1
    while found and rounds < ROUNDS:
        rounds += 1
        again, second = (survey(names, mode) for mode in modes)
        unsteady |= {(item.name, item.place) for item in differences(first, again)}
        now = {(item.name, item.place): item for item in differences(again, second)}
        found = {key: item for key, item in now.items() if key in found and key not in unsteady}
    outcomes: dict[str, int] = {}
    for record in first.records.values():
        error = record["error"]
        kind = "imported" if error is None else "failed" if isinstance(error, dict) else f"{record['name']} {error}"
        outcomes[kind] = outcomes.get(kind, 0) + 1
    meant = {key: item for key, item in found.items() if intended(item)}
    return Comparison([item for key, item in sorted(found.items()) if key not in meant], list(meant.values()), outcomes)


def grouped(found: Iterable[Difference]) -> str:
    """Return the differences in words, those in one place of many modules together."""
    groups: dict[str, list[Difference]] = {}
    for item in found:
        kind = re.sub(r"names\..*", "names", item.place)
        groups.setdefault(kind, []).append(item)
    lines = []
    for kind, items in sorted(groups.items(), key=lambda pair: -len(pair[1])):
        lines.append(f"{kind}: {len(items)} differences in {len({item.name for item in items})} modules")
        lines += [f"  {item}" for item in sorted(items, key=lambda item: len(item.name))[:4]]
    return "\n".join(lines)


def main() -> int:
    """Carry out what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("distributions", nargs="*", help="installed distributions, or modules with --modules")
    parser.add_argument("--modules", action="store_true", help="the arguments are names of modules")
    parser.add_argument("--std", action="store_true", help="the whole standard library")
    parser.add_argument(
        "--all", action="store_true", help="every distribution of requirements.txt, and the projects of editable.py"
    )
    parser.add_argument("--packed", action="store_true", help="importal with each distribution in a pack of its own")
    parser.add_argument("--steady", action="store_true", help="compare CPython with CPython instead")
    parser.add_argument("--json", type=Path, help="write all differences to this file")
    options = parser.parse_args()
    work: dict[str, list[str]] = {}
    if options.all and not options.packed:
        work |= editable.MODULES
    if options.std:
        work |= targets.batches(targets.standard_library())
    if options.modules:
        work["modules"] = options.distributions
    else:
        every = [name for name, left_out in targets.requirements().items() if left_out is None] if options.all else []
        work |= {name: targets.distribution(name) for name in [*options.distributions, *every]}
    modes = ("cpython", "cpython" if options.steady else "importal")
    everything: list[Difference] = []
    started, meant, ways = time.monotonic(), 0, dict.fromkeys(("imported", "failed"), 0)
    for label, names in work.items():
        began = time.monotonic()
        with packed(label) if options.packed else nullcontext("importal") as mode:
            result = compare(names, (modes[0], modes[1] if options.steady else mode))
        everything += result.differences
        meant += len(result.meant)
        for way in ways:
            ways[way] += result.outcomes.get(way, 0)
        ends = ", ".join(f"{count} {word}" for word, count in result.outcomes.items() if count)
        print(
            f"{label}: {len(names)} modules ({ends}), {len(result.differences)} differences, {len(result.meant)} meant,"
            f" {time.monotonic() - began:.0f} s",
            flush=True,
        )
    print(
        f"total: {sum(map(len, work.values()))} modules of {len(work)} {'batches' if options.std else 'distributions'}"
        f" ({ways['imported']} imported, {ways['failed']} failed), {len(everything)} differences, {meant} meant,"
        f" {time.monotonic() - started:.0f} s"
    )
    print(grouped(everything))
    if options.json:
        rows = [[item.name, item.place, item.cpython, item.ours] for item in everything]
        options.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    return int(bool(everything))


if __name__ == "__main__":
    sys.exit(main())
