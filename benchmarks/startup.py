"""What importal adds to the start of a process: enabled for an environment, or by ``importal run``.

Two fresh environments that differ by one file: both hold the importal that is installed where this runs, and in one of
them ``importal enable`` was called. The programs do nothing but what their name says.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import _measure as measure

# Name, what it is compared with, and what the two have in common on their command line ("run" means importal's).
CASES = {
    "enabled: -c pass": ("stock", "enabled", ["-c", "pass"]),
    "enabled: one import of its own": ("stock", "enabled", ["one.py"]),
    "enabled: two imports of its own": ("stock", "enabled", ["two.py"]),
    "enabled: import json": ("stock", "enabled", ["-c", "import json"]),
    "enabled: -I -c pass": ("stock", "enabled", ["-I", "-c", "pass"]),
    "run: empty.py": ("stock", "run", ["empty.py"]),
    "run: one import of its own": ("stock", "run", ["one.py"]),
    "run: -m one": ("stock", "run", ["-m", "one"]),
    "installed by hand: one import of its own": ("stock", "stock", ["byhand.py"]),
}
FILES = {
    "empty.py": "",
    "own.py": "",
    "own2.py": "",
    "one.py": "import own\n",
    "two.py": "import own, own2\n",
    "byhand.py": "import importal\nimportal.ImportSystem.host().install()\nimport own\n",
}
SCRIPT = """#!{python}
import sys
from importal.cli import main
if __name__ == '__main__':
    sys.argv[0] = sys.argv[0].removesuffix('.exe')
    sys.exit(main())
"""


class Environments:
    """The two environments, and a folder with the programs."""

    def __init__(self, folder: Path) -> None:
        self.programs = folder / "programs"
        self.programs.mkdir()
        for name, text in FILES.items():
            (self.programs / name).write_text(text)
        self.pythons = {}
        for name in ("stock", "enabled"):
            subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / name], check=True)
            self.pythons[name] = folder / name / Path(sysconfig.get_path("scripts")).name / Path(sys.executable).name
            self._copy_importal(folder / name)
            self._write_command(folder / name)
        said = self._run("enabled", "-m", "importal", "enable")
        if "importal enabled" not in said:
            raise SystemExit(f"importal enable said: {said}")

    def _copy_importal(self, environment: Path) -> None:
        installed = importlib.metadata.distribution("importal")
        source = Path(str(installed.locate_file("importal")))
        if not (source / "__init__.py").is_file():
            raise SystemExit("importal has to be installed here as a user has it, not editable: see benchmarks/setup")
        here = Path(sysconfig.get_path("purelib")).relative_to(sys.prefix)
        shutil.copytree(source, environment / here / "importal", ignore=shutil.ignore_patterns("__pycache__"))
        subprocess.run([self.pythons[environment.name], "-m", "compileall", "-q", environment / here], check=True)

    def _write_command(self, environment: Path) -> None:
        """Write the command `importal` as pip does when it installs a wheel."""
        python = self.pythons[environment.name]
        command = python.with_name("importal")
        command.write_text(SCRIPT.format(python=python))
        command.chmod(0o755)

    def _run(self, name: str, *arguments: str) -> str:
        command = [str(self.pythons[name]), *arguments]
        done = subprocess.run(command, env=measure.environment(), check=False, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{' '.join(command)}\nended with status {done.returncode}\n{done.stderr}")
        return done.stdout

    def command(self, how: str, arguments: list[str]) -> list[str]:
        if how == "run":
            return [str(self.pythons["stock"].with_name("importal")), "run", *arguments]
        return [str(self.pythons[how]), *arguments]

    def pair(self, case: str) -> dict[str, list[str]]:
        """Return the command lines of *case*, by variant."""
        base, other, arguments = CASES[case]
        plain = ["one.py"] if arguments == ["byhand.py"] else arguments
        return {"cpython": self.command(base, plain), "importal": self.command(other, arguments)}


def time_cases(environments: Environments, cases: list[str], rounds: int) -> tuple[measure.Table, dict[str, object]]:
    table = measure.Table(
        f"Milliseconds: median over {rounds} paired rounds of the process, and of what importal adds (lowest-highest)",
        ["program", "CPython", "added", "", "added cpu"],
    )
    figures: dict[str, object] = {}
    for case in cases:

        def timed(command: list[str]) -> dict[str, float]:
            run = measure.Run(command, environments.programs)
            return {"ms": run.wall * 1e3, "cpu ms": run.cpu * 1e3}

        runs = {v: lambda command=command: timed(command) for v, command in environments.pair(case).items()}
        results = measure.interleave(runs, rounds)
        base, other = (results[variant] for variant in measure.VARIANTS)
        added, cpu = (measure.Difference(base[figure], other[figure]) for figure in ("ms", "cpu ms"))
        median = measure.statistics.median(base["ms"])
        spread = f"({added.low:.1f}-{added.high:.1f})"
        table.add(case, f"{median:.1f}", f"{added.median:+.2f}", spread, f"{cpu.median:+.2f}")
        figures[case] = {"results": results, "added ms": vars(added), "added cpu ms": vars(cpu)}
    return table, figures


def count(environments: Environments, cases: list[str]) -> tuple[measure.Table, dict[str, object]]:
    table = measure.Table(
        "Instructions in millions and file-system calls, and what importal adds to them",
        ["program", "CPython M", "added M", "ratio", "CPython calls", "added", "opens added"],
    )
    valgrind = measure.available("valgrind", "instructions are")
    strace = measure.available("strace", "system calls are")
    figures: dict[str, object] = {}
    for case in cases:
        pair = environments.pair(case)
        figure: dict[str, object] = {}
        cells: list[object] = [None] * 6
        if valgrind:
            base, other = (measure.instructions(pair[variant], environments.programs) for variant in measure.VARIANTS)
            cells[:3] = [f"{base / 1e6:.2f}", f"{(other - base) / 1e6:+.2f}", f"{other / base:.3f}"]
            figure["instructions"] = {"cpython": base, "importal": other}
        if strace:
            calls = {
                variant: measure.system_calls(pair[variant], environments.programs) for variant in measure.VARIANTS
            }
            files = [measure.file_calls(calls[variant]) for variant in measure.VARIANTS]
            opens = [measure.opens(calls[variant]) for variant in measure.VARIANTS]
            cells[3:] = [files[0], f"{files[1] - files[0]:+d}", f"{opens[1] - opens[0]:+d}"]
            figure["calls"] = calls
        table.add(case, *cells)
        figures[case] = figure
    return table, figures


def main() -> None:
    parser: argparse.ArgumentParser = measure.parser(__doc__ or "", rounds=41)
    parser.add_argument("--only", metavar="TEXT", help="only programs whose name contains TEXT")
    options = parser.parse_args()
    cases = [case for case in CASES if not options.only or options.only in case]
    tables, figures = [], {}
    with tempfile.TemporaryDirectory(prefix="importal-startup-") as folder:
        environments = Environments(Path(folder))
        for case in cases:
            for command in environments.pair(case).values():
                measure.Run(command, environments.programs)
        if not options.no_count:
            table, figures["counts"] = count(environments, cases)
            tables.append(table)
        if options.rounds:
            table, figures["time"] = time_cases(environments, cases, options.rounds)
            tables.append(table)
    measure.show("startup", tables, figures, options.json)


if __name__ == "__main__":
    main()
