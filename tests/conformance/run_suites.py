#!/usr/bin/env python3
"""Run CPython's own suites about imports with importal as a whole environment's import, against stock.

    run_suites.py                               the Python that runs this
    run_suites.py --python python3.13           another one
    run_suites.py --suite test_import --suite test_pkg
    run_suites.py --only-baseline --json stock.json
    run_suites.py --baseline stock.json         stock was measured before: do not run it again
    run_suites.py --pack                        importal takes the standard library out of a pack

A virtual environment is made for the Python asked for and importal is installed into it. Every suite runs in a
process of its own, first with importal disabled (the baseline), then, after ``importal enable``, with importal.
The two are compared test by test: whatever passes under stock and not under importal must be explained in
known_differences.py, and whatever is explained there must really differ.

Needs virtualenv in the Python that runs this, and the `test` package in the Python under test.

Exit status: 0 no unexpected difference; 1 some; 2 the comparison could not start.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

from known_differences import LIMIT, known_for
from recorder import BAD

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

SUITES = (
    "test_import",
    "test_importlib",
    "test_zipimport",
    "test_zipimport_support",
    "test_pkgutil",
    "test_pkg",
    "test_runpy",
    "test_modulefinder",
    "test_py_compile",
    "test_compileall",
    "test_module",
    "test_frozen",
    "test_cmd_line_script",
    "test_multiprocessing_main_handling",
    "test_inspect",
    "test_pickle",
)

#: Prints the module whose function answers imports that miss the module table.
WHO_IMPORTS = "import importlib._bootstrap as b; print(b._find_and_load.__module__)"
#: Imports what there is, but for modules that open a window or a browser, or print.
IMPORT_ALL = """
import pkgutil, sys
names = sorted(set(sys.stdlib_module_names) - {"antigravity", "this", "idlelib", "tkinter", "turtledemo", "turtle", "__main__"})
for name in [*names, "test.support", "test.test_importlib.util", "test.test_importlib.source", "test.test_zipimport"]:
    try:
        module = __import__(name)
        if name in names and hasattr(module, "__path__"):
            for _, below, _ in pkgutil.iter_modules(module.__path__, name + "."):
                if not below.endswith(("__main__", ".idlelib")):
                    try:
                        __import__(below)
                    except BaseException:
                        pass
    except BaseException:
        pass
"""
SKIPPED = frozenset({"skip", "expected failure"})


class CannotRun(Exception):
    """The comparison cannot start; the text says what is missing and what to do."""


# ---------------------------------------------------------------- one suite, one process


@dataclass
class SuiteResult:
    """What one suite showed in one process."""

    suite: str
    outcomes: dict[str, str] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    not_loaded: list[str] = field(default_factory=list)
    import_at_start: str = ""
    import_at_end: str = ""
    seconds: float = 0.0
    #: Set when the process ended without a result: how, and the end of what it wrote.
    crash: str = ""

    def summary(self) -> str:
        if self.crash:
            return f"no result: {self.crash.splitlines()[0]}"
        counts = Counter(self.outcomes.values())
        failed = sum(counts[outcome] for outcome in BAD)
        skipped = sum(counts[outcome] for outcome in SKIPPED)
        return f"{len(self.outcomes):5} tests {counts['pass']:5} pass {skipped:4} skip {failed:4} failed"


@dataclass(frozen=True)
class Environment:
    """A virtual environment of the Python under test, and the process environment its children get."""

    directory: Path
    variables: dict[str, str]

    @property
    def python(self) -> Path:
        return self.directory / ("Scripts" if os.name == "nt" else "bin") / "python"

    def run(self, *arguments: str) -> str:
        """Run the environment's Python and return its output; raise CannotRun when it fails."""
        done = subprocess.run(
            [str(self.python), *arguments], env=self.variables, capture_output=True, text=True, timeout=600, check=False
        )
        if done.returncode:
            raise CannotRun(f"python {' '.join(arguments)} failed with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout.strip()

    def run_suite(self, suite: str, timeout: float, log: Path) -> SuiteResult:
        """Run one suite in a process of its own; what it prints goes to `log`."""
        result_file = log.with_suffix(".json")
        command = [str(self.python), str(HERE / "suite_child.py"), suite, str(result_file), str(timeout)]
        with log.open("wb") as output:
            # A session of its own: a suite that hangs has children, and they must go with it.
            child = subprocess.Popen(
                command,
                env=self.variables,
                cwd=log.parent,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                status = child.wait(timeout)
                ended = f"exit status {status}"
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
                ended = f"not finished after {timeout:.0f} s"
        if not result_file.exists():
            tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-40:]
            return SuiteResult(suite, crash="\n".join([ended, *tail]))
        found = json.loads(result_file.read_text(encoding="utf-8"))
        tests = found.pop("tests")
        return SuiteResult(
            suite,
            outcomes={short(test["id"]): test["outcome"] for test in tests},
            why={short(test["id"]): test["why"] for test in tests if test["why"]},
            **found,
        )


def short(test_id: str) -> str:
    """Return a test's id without what all of them begin with.

    >>> short("test.test_pkg.TestPkg.test_1")
    'test_pkg.TestPkg.test_1'
    """
    return test_id.removeprefix("test.")


# ---------------------------------------------------------------- the environment


def make_environment(python: str, directory: Path) -> Environment:
    """Make a virtual environment of `python` in `directory`, and check that it can run the suites."""
    made = subprocess.run(
        [sys.executable, "-m", "virtualenv", "--quiet", "--python", python, str(directory / "env")],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if made.returncode:
        raise CannotRun(f"no virtual environment for {python}:\n{made.stdout}{made.stderr}")
    # Nothing of the caller's settings may change what a suite sees; bytecode caches that importal keeps beside
    # the user's cache directory stay out of the user's own.
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    variables["XDG_CACHE_HOME"] = str(directory / "cache")
    environment = Environment(directory / "env", variables)
    # virtualenv seeds older Pythons with setuptools, whose start-up file puts a finder of its own on sys.meta_path.
    environment.run("-m", "pip", "uninstall", "--quiet", "--yes", "setuptools", "wheel")
    try:
        environment.run("-c", "import test.test_importlib")
    except CannotRun as problem:
        raise CannotRun(
            f"{python} comes without its own test suite; Debian has it in libpythonX.Y-testsuite, "
            f"a Python built from source always does\n{problem}"
        ) from problem
    return environment


def switch(environment: Environment, on: bool, pack: Path | None = None) -> None:
    """Make importal the environment's import, or stock again, and make sure it is so."""
    environment.run("-m", "importal", "enable" if on else "disable", *(["--pack", str(pack)] if pack else []))
    check_who_imports(environment, on)


def make_pack(environment: Environment, file: Path) -> Path:
    """Write a pack of all of the standard library that can be imported, and of the tests' packages."""
    environment.run("-m", "importal", "pack", "-o", str(file), "-c", IMPORT_ALL)
    if (
        environment.run(
            "-c", f"from importal.pack.reader import Pack; print(len(Pack({str(file)!r}).table.modules()) > 400)"
        )
        != "True"
    ):
        raise CannotRun(f"{file} holds hardly anything")
    return file


def check_who_imports(environment: Environment, importal: bool) -> None:
    answer = environment.run("-c", WHO_IMPORTS)
    if answer.partition(".")[0] == "importal" and not importal:
        raise CannotRun(f"importal is active where stock Python should be: imports are answered by {answer}")
    if answer.partition(".")[0] != "importal" and importal:
        raise CannotRun(f"importal is not active after 'importal enable': imports are answered by {answer}")


# ---------------------------------------------------------------- comparing


@dataclass
class Difference:
    """A test, or a whole suite, that stock Python passes and importal does not, or an entry that is not true."""

    test: str
    stock: str
    importal: str
    why: str = ""


@dataclass
class Comparison:
    unexpected: list[Difference] = field(default_factory=list)
    explained: list[Difference] = field(default_factory=list)
    #: Tests that CPython's developers expect to fail and that importal passes.
    better: list[Difference] = field(default_factory=list)


def compare(stock: SuiteResult, importal: SuiteResult, known: dict[str, str]) -> Comparison:
    """Compare one suite, test by test. `known` is {test id: why} for this version of Python."""
    found = Comparison()
    if stock.crash or importal.crash:
        told = Difference(stock.suite, stock.crash or "ran", importal.crash or "ran")
        found.unexpected.append(told)
        return found
    for who, result, wanted in (("stock", stock, False), ("importal", importal, True)):
        for moment, module in (("start", result.import_at_start), ("end", result.import_at_end)):
            if (module.partition(".")[0] == "importal") != wanted:
                found.unexpected.append(Difference(f"{stock.suite} under {who}: import at its {moment}", "", module))
    for name in importal.not_loaded:
        if name not in stock.not_loaded:
            found.unexpected.append(Difference(f"{stock.suite}: {name}", "loaded", "did not load"))
    for test in stock.outcomes | importal.outcomes:
        before, after = stock.outcomes.get(test, "not there"), importal.outcomes.get(test, "not there")
        if (before, after) == ("expected failure", "unexpected success"):
            found.better.append(Difference(test, before, after))
        elif differs(before, after):
            difference = Difference(test, before, after, known.get(test) or importal.why.get(test, ""))
            (found.explained if test in known else found.unexpected).append(difference)
        elif test in known:
            found.unexpected.append(Difference(test, before, after, "known_differences.py says this test differs"))
    return found


def differs(stock: str, importal: str) -> bool:
    """Tell whether importal does less than stock: a pass that is no pass, or no failure that is one.

    >>> differs("pass", "skip"), differs("skip", "error"), differs("fail", "error"), differs("not there", "pass")
    (True, True, False, False)
    """
    if stock == "pass":
        return importal != "pass"
    return importal in BAD and stock not in BAD


# ---------------------------------------------------------------- the whole run


def run_all(
    environment: Environment, suites: list[str], timeout: float, logs: Path, who: str
) -> dict[str, SuiteResult]:
    """Run the suites one after the other and tell of each as it ends."""
    logs.mkdir(parents=True)
    results = {}
    for suite in suites:
        results[suite] = environment.run_suite(suite, timeout, logs / f"{suite}.log")
        result = results[suite]
        print(f"{who:8} {suite:36} {result.summary()} {result.seconds:7.1f} s", flush=True)
        for line in result.crash.splitlines():
            print(f"           {line}")
        if who == "stock":
            for test, outcome in result.outcomes.items():
                if outcome in BAD:
                    print(f"           {outcome} in stock Python too: {test}: {result.why.get(test, '')}")
    return results


def read_baseline(file: str, version: str, suites: list[str]) -> dict[str, SuiteResult]:
    """Return the stock results stored by an earlier run of the same Python."""
    stored = json.loads(Path(file).read_text(encoding="utf-8"))
    if stored["python"] != version:
        raise CannotRun(f"{file} was measured with Python {stored['python']}, this is {version}")
    missing = [suite for suite in suites if suite not in stored["stock"]]
    if missing:
        raise CannotRun(f"{file} has no {', '.join(missing)}")
    return {suite: SuiteResult(**stored["stock"][suite]) for suite in suites}


def print_comparison(suite: str, found: Comparison) -> None:
    told = (("UNEXPECTED", found.unexpected), ("explained", found.explained), ("better", found.better))
    for word, differences in told:
        for one in differences:
            change = f"{one.stock} -> {one.importal}".strip()
            print(f"  {word}: {one.test}: {change}" + (f": {one.why}" if one.why else ""))
    if not found.unexpected and not found.explained:
        print(f"  {suite}: all that stock passes, importal passes")


def work(options: argparse.Namespace, directory: Path) -> int:
    suites = options.suite or list(SUITES)
    environment = make_environment(options.python, directory)
    version = environment.run("-c", "import sys; print('%d.%d.%d' % sys.version_info[:3])")
    report: dict[str, object] = {"python": version}
    print(f"CPython {version}", flush=True)
    if not options.only_baseline:
        environment.run("-m", "pip", "install", "--quiet", "--no-deps", str(ROOT))
    if options.baseline:
        stock = read_baseline(options.baseline, version, suites)
    else:
        check_who_imports(environment, importal=False)
        stock = run_all(environment, suites, options.timeout, directory / "logs-stock", "stock")
    report["stock"] = {suite: asdict(result) for suite, result in stock.items()}
    bad = any(result.crash for result in stock.values())
    if not options.only_baseline:
        switch(environment, on=True, pack=make_pack(environment, directory / "stdlib.pack") if options.pack else None)
        ours = run_all(environment, suites, options.timeout, directory / "logs-importal", "importal")
        check_who_imports(environment, importal=True)
        switch(environment, on=False)
        major, minor, _ = map(int, version.split("."))
        known = known_for((major, minor))
        compared = {suite: compare(stock[suite], ours[suite], known) for suite in suites}
        print()
        for suite, found in compared.items():
            print_comparison(suite, found)
        report["importal"] = {suite: asdict(result) for suite, result in ours.items()}
        report["compared"] = {suite: asdict(found) for suite, found in compared.items()}
        unexpected = sum(len(found.unexpected) for found in compared.values())
        print(f"\n{unexpected} unexpected, {sum(len(found.explained) for found in compared.values())} explained")
        if len(known) > LIMIT:
            print(f"known_differences.py explains {len(known)} tests of {major}.{minor}; {LIMIT} are the limit")
        bad = bad or bool(unexpected) or len(known) > LIMIT
    if options.json:
        Path(options.json).write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return 1 if bad else 0


def arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--python", default=sys.executable, help="the Python under test (default: this one)")
    parser.add_argument("--suite", action="append", metavar="NAME", help="only this suite; may be given several times")
    parser.add_argument("--only-baseline", action="store_true", help="measure stock Python, do not install importal")
    parser.add_argument("--baseline", metavar="FILE", help="take the stock results from FILE, written with --json")
    parser.add_argument("--pack", action="store_true", help="with a pack of the standard library in use")
    parser.add_argument("--timeout", type=float, default=900, metavar="SECONDS", help="for each suite (default: 900)")
    parser.add_argument("--json", metavar="FILE", help="write every test and its outcome to FILE")
    parser.add_argument("--keep", metavar="DIR", help="use the empty directory DIR and keep the environment and logs")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    options = arguments(argv)
    try:
        if options.keep:
            kept = Path(options.keep).absolute()
            kept.mkdir(parents=True, exist_ok=True)
            return work(options, kept)
        with tempfile.TemporaryDirectory(prefix="suites-") as directory:
            return work(options, Path(directory))
    except CannotRun as problem:
        print(f"run_suites: {problem}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
