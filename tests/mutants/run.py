"""Break the engine in each of the ways that mutants.py lists, in a copy, and see that the tests turn red.

    python tests/mutants/run.py [--only WORD] [--table]

Each mutant is one changed line in a copy of the project; the tests named with it are run there. A mutant under which
they all pass survives, and that is a failure: exit status 1. The tests are first run once unbroken.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from mutants import MUTANTS, Mutant

ROOT = Path(__file__).resolve().parents[2]
WANTED = ("src", "tests", "pyproject.toml", "README.md", "docs")
PATIENCE = 300  # seconds for the tests of one mutant; a hang is red too


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", metavar="WORD", help="mutants whose name contains WORD")
    parser.add_argument("--table", action="store_true", help="print the result as the table of tests/README.md")
    options = parser.parse_args()
    chosen = [mutant for mutant in MUTANTS if options.only in mutant.name]
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Path(folder)
        for name in WANTED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
            else:
                shutil.copy(source, copy / name)
        results = {mutant: judge(mutant, copy) for mutant in chosen}
    if options.table:
        print("| broken line | row | tests that turn red |\n|---|---|---|")
        for mutant, result in results.items():
            print(f"| {mutant.name.replace('_', ' ')} (`{mutant.file}`) | {mutant.row} | {result} |")
    survivors = [mutant.name for mutant, result in results.items() if not result]
    killed = len(results) - len(survivors)
    print(f"{killed} passed, {len(survivors)} failed")
    if survivors:
        print("survived:", *survivors)
    return bool(survivors)


def judge(mutant: Mutant, copy: Path) -> str:
    """Return which tests turned red with the line broken, "" when none did. Exits when the line is not there."""
    file = copy / "src" / "importal" / mutant.file
    text = file.read_text(encoding="utf-8")
    if text.count(mutant.old) != 1:
        sys.exit(
            f"{mutant.name}: the line to break stands {text.count(mutant.old)} times in {mutant.file}; mend mutants.py"
        )
    file.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")
    try:
        red = failures(mutant.tests, copy)
    finally:
        file.write_text(text, encoding="utf-8")
    print(f"{'red      ' if red else 'SURVIVED '} {mutant.name}: {red}", flush=True)
    return red


def failures(tests: tuple[str, ...], copy: Path) -> str:
    """Run the tests in the copy and return which failed, in short."""
    environment = {**os.environ, "PYTHONPATH": str(copy / "src")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-m", "pytest", "-q", "-x", "--tb=no", *tests]
    try:
        run = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return f"{' '.join(tests)} (hangs)"
    if run.returncode == 0:
        return ""
    if run.returncode != 1:
        sys.exit(f"pytest could not run {tests}:\n{run.stdout}{run.stderr}")
    red = [line.split(" ")[1] for line in run.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return ", ".join(red) or "hangs"


if __name__ == "__main__":
    sys.exit(main())
