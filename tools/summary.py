"""Print what the sessions of one nox run came to: ``summary.py FOLDER``.

Reads what noxfile.py and the Makefile leave in FOLDER: nox.json (every session and how it ended), NAME.xml (pytest)
and NAME.slot (tests/conformance/run_slot.py). Prints a line for each session and ends with a total in pytest's words.
It only reports: the exit status of the run is nox's, not this program's.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

ORDER = ("failed", "passed", "skipped", "xfailed")
SLOT_WORDS = {"pass": "passed", "skip": "skipped", "expected failure": "xfailed"}


def read_pytest(path: Path) -> tuple[Counter[str], float]:
    """Count the outcomes in a JUnit file, and its seconds."""
    counts: Counter[str] = Counter()
    seconds = 0.0
    for suite in ET.parse(path).getroot().iter("testsuite"):
        seconds += float(suite.get("time", 0))
        for case in suite.iter("testcase"):
            skipped = case.find("skipped")
            if case.find("failure") is not None or case.find("error") is not None:
                counts["failed"] += 1
            elif skipped is not None:
                counts["xfailed" if skipped.get("type") == "pytest.xfail" else "skipped"] += 1
            else:
                counts["passed"] += 1
    return counts, seconds


def read_slot(path: Path) -> tuple[Counter[str], float]:
    """Count the outcomes of CPython's tests in the slot, and the seconds they took."""
    result = json.loads(path.read_text())
    counts: Counter[str] = Counter()
    for outcome, count in result["counts"].get("the slot", {}).items():
        counts[SLOT_WORDS.get(outcome, "failed")] += count
    return counts, result["seconds"]


def words(counts: Counter[str]) -> str:
    """Write counts as pytest does: ``1 failed, 20 passed``."""
    return ", ".join(f"{counts[name]} {name}" for name in ORDER if counts[name])


def main() -> None:
    """Print the table and the total."""
    folder = Path(sys.argv[1])
    report = folder / "nox.json"
    if not report.is_file():
        sys.exit("summary: nox ended before it ran a session; see above")
    sessions = json.loads(report.read_text())["sessions"]
    total: Counter[str] = Counter()
    duration = 0.0
    missing: list[str] = []
    bad: list[str] = []
    print()
    for session in sessions:
        name, result = session["signatures"][0], session["result"]
        counts: Counter[str] = Counter()
        for ending, read in ((".xml", read_pytest), (".slot", read_slot)):
            path = folder / f"{name}{ending}"
            if path.is_file():
                more, seconds = read(path)
                counts += more
                duration += seconds
        total += counts
        print(f"  {name:20} {result:8} {words(counts)}".rstrip())
        if result == "skipped":
            missing.append(f"{name}: {session.get('reason') or 'no such interpreter here'}")
        elif result != "success":
            bad.append(name)
    if missing:
        print("\n  not run:", *missing, sep="\n    ")
        print("  tools/newer-pythons fetches CPython 3.14 and 3.15 on Debian; others are found on PATH and in pyenv")
    if bad:
        print(f"\n  failed: {', '.join(bad)}")
    print(f"\n===== {words(total) or 'no tests ran'} in {duration:.2f}s =====")


if __name__ == "__main__":
    main()
