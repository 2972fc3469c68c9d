"""Starting real programs from a pack: whole processes, CPython's beside importal's.

Fresh environments that see the packages of the one this runs in: one is left as it is, in the others ``importal enable``
was called, without a pack and with packs of the program. Beside them CPython's zipimport: an environment in which the
program's modules come from an archive of their bytecode, but for packages with shared libraries, which cannot. The floor
is what unmarshalling and executing the same modules takes by itself, measured inside a process, and a start that imports
nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import _measure as measure
from imports import SETS as IMPORTS

# The programs whose packages are not installed where this runs are left out.
SETS = {
    **{name: IMPORTS[name] for name in ("stdlib", "django", "pandas", "sqlalchemy", "sympy", "boto3")},
    "command line": "import typer, rich.console, rich.table, requests, pydantic",
    "matplotlib": "import matplotlib.pyplot",
    "fastapi": "import fastapi",
    "scikit-learn": "import sklearn.linear_model, sklearn.ensemble",
}
VARIANTS = {
    "importal": ["enable"],
    "checked": ["enable", "--pack", "checked.pack"],
    "sealed": ["enable", "--pack", "sealed.pack"],
    "sealed, freeze": ["enable", "--freeze", "--pack", "sealed.pack"],
}
# In this order in the tables.
SHOWN = ("zipimport", *VARIANTS)
# Puts the modules of a record under measurement: marshal.loads and exec of each, without what it imports inside.
FLOOR = """
import gc, marshal, sys, time
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import SourceFileLoader
gc.disable()
with open(sys.argv[1], "rb") as file:
    codes = marshal.load(file)
spent, inner = 0, [0]
class Loader(SourceFileLoader):
    def exec_module(self, module):
        global spent
        clock = time.perf_counter
        begun = clock()
        inner.append(0)
        exec(marshal.loads(codes[self.name][0]), module.__dict__)
        whole = clock() - begun
        spent += whole - inner.pop()
        inner[-1] += whole
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name in codes:
            _, origin, is_package = codes[name]
            spec = ModuleSpec(name, Loader(name, origin), origin=origin, is_package=is_package)
            spec.has_location = True
            if is_package:
                spec.submodule_search_locations.append(origin.rpartition("/")[0])
            return spec
sys.meta_path.insert(0, Finder())
exec(compile(open(sys.argv[2]).read(), sys.argv[2], "exec"), {"__name__": "__main__"})
print(spent)
"""
# Writes the code of all modules, and an archive of what can be in one; prints how many modules there are.
COLLECT = """
import importlib.util, marshal, sys, zipfile
from importal.pack.reader import Pack
pack = Pack(sys.argv[1])
modules = pack.table.modules()
whole = {name.partition(".")[0] for name, _ in modules} - {
    name.partition(".")[0] for name, (kind, *_) in modules if kind != "source"
}
found = {}
with zipfile.ZipFile(sys.argv[3], "w") as archive:
    for name, (kind, root, below, _, _, place) in modules:
        if kind == "source":
            code = marshal.dumps(pack.streams.code(place))
            is_package = below.endswith("__init__.py")
            found[name] = (code, pack.roots[root] + below, is_package)
            if name.partition(".")[0] in whole:
                location = name.replace(".", "/") + ("/__init__.pyc" if is_package else ".pyc")
                archive.writestr(location, importlib.util.MAGIC_NUMBER + bytes(12) + code)
with open(sys.argv[2], "wb") as file:
    marshal.dump(found, file)
print(len(modules))
"""


class Environments:
    """For one program: an environment for each variant, and the packs."""

    def __init__(self, folder: Path, program: str) -> None:
        self.folder = folder
        self.program = folder / "main.py"
        self.program.write_text(program + "\n")
        self.pythons = {"cpython": self._environment("cpython")}
        (folder / "empty.py").write_text("")
        for kind in ("checked", "sealed"):
            options = ["--sealed"] if kind == "sealed" else []
            self._run("cpython", "-m", "importal", "pack", *options, "-o", f"{kind}.pack", "main.py")
        for name, arguments in VARIANTS.items():
            self.pythons[name] = self._environment(name.replace(", ", "-"))
            self._run(name, "-m", "importal", *arguments)
        self.modules = int(self._run("cpython", "-c", COLLECT, "checked.pack", "codes", "modules.zip"))
        first = f"import sys; sys.path.insert(0, {str(folder / 'modules.zip')!r})\n"
        self.pythons["zipimport"] = self._environment("zipimport", first)
        for name in list(self.pythons):
            try:
                self._run(name, "main.py")
            except SystemExit:
                if name != "zipimport":
                    raise
                del self.pythons[name]  # a program may read files beside its modules

    def _environment(self, name: str, first: str = "") -> Path:
        place = self.folder / name
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", place], check=True)
        (packages,) = place.glob("lib/python*/site-packages")
        (packages / "_packages.pth").write_text(first + sysconfig.get_path("purelib") + "\n")
        return place / "bin" / "python"

    def _run(self, name: str, *arguments: str) -> str:
        command = [str(self.pythons[name]), *arguments]
        done = subprocess.run(
            command, cwd=self.folder, env=measure.environment(), check=False, capture_output=True, text=True
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(command)}\nended with status {done.returncode}\n{done.stderr}")
        return done.stdout

    def command(self, name: str) -> list[str]:
        return [str(self.pythons[name]), "main.py"]

    def timed(self, name: str) -> dict[str, float]:
        run = measure.Run(self.command(name), self.folder)
        return {"ms": run.wall * 1e3, "cpu ms": run.cpu * 1e3}

    def floor(self) -> dict[str, float]:
        """Return what a start without imports takes, and unmarshalling and executing all modules."""
        empty = measure.Run([str(self.pythons["cpython"]), "empty.py"], self.folder)
        spent = float(self._run("cpython", "-c", FLOOR, "codes", "main.py").split()[-1])
        return {"ms": (empty.wall + spent) * 1e3, "cpu ms": (empty.cpu + spent) * 1e3}


@contextmanager
def environments(program: str) -> Iterator[Environments]:
    with tempfile.TemporaryDirectory() as folder:
        yield Environments(Path(folder), program)


def installed(program: str) -> bool:
    """Tell whether what *program* imports is there."""
    done = subprocess.run([sys.executable, "-c", program], env=measure.environment(), capture_output=True, check=False)
    return done.returncode == 0


def file_calls(of: Environments, name: str) -> int:
    """Return how many file-system calls the program makes beyond those of one that imports nothing."""
    command = of.command(name)
    empty = [command[0], "empty.py"]
    return measure.file_calls(measure.system_calls(command, of.folder)) - measure.file_calls(
        measure.system_calls(empty, of.folder)
    )


def slowed(of: Environments, name: str, milliseconds: int, program: str = "main.py") -> float:
    """Return the median of three: seconds of a process whose file-system calls take *milliseconds* longer each."""
    command = [str(of.pythons[name]), program]
    return measure.statistics.median(measure.slowed(command, milliseconds, of.folder) for _ in range(3))


def draw(path: Path, figures: dict[str, dict[str, Any]]) -> None:
    """Draw how many times as fast as CPython each set starts, with the spread of the rounds, as an SVG or PNG file."""
    import matplotlib as mpl

    mpl.use("agg")
    # The same figures give the same bytes.
    mpl.rcParams["svg.hashsalt"] = "importal"
    from matplotlib import pyplot as plt

    variants = ("importal", "checked", "sealed", "floor")
    figure, axes = plt.subplots(figsize=(11, 4.5), layout="constrained")
    width = 0.8 / len(variants)
    for number, (variant, shade) in enumerate(zip(variants, ("#9ecae1", "#4292c6", "#08519c", "#bdbdbd"), strict=True)):
        ratios = [figures[name]["speedup"][variant] for name in figures]
        places = [at + (number - (len(variants) - 1) / 2) * width for at in range(len(figures))]
        medians = [ratio["median"] for ratio in ratios]
        spread = [
            [max(ratio["median"] - ratio["low"], 0) for ratio in ratios],
            [max(ratio["high"] - ratio["median"], 0) for ratio in ratios],
        ]
        axes.bar(places, medians, width, yerr=spread, color=shade, label=variant, error_kw={"elinewidth": 0.8})
    axes.axhline(1, color="black", linewidth=0.8)
    axes.set_xticks(range(len(figures)), list(figures), rotation=20, ha="right")
    axes.set_ylabel("times as fast as CPython")
    axes.set_title(
        f"Whole processes, CPython {sys.version.split()[0]}: medians and spread of paired rounds", fontsize=10
    )
    axes.legend(ncols=len(variants), frameon=False, fontsize=9)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
    print(f"packs: wrote {path}", file=sys.stderr)


def time_set(of: Environments, rounds: int) -> tuple[dict[str, dict[str, list[float]]], dict[str, measure.Ratio]]:
    """Return each variant's milliseconds, and CPython's time to it; ``to floor``: the sealed pack's to the floor's."""
    runs = {variant: lambda variant=variant: of.timed(variant) for variant in of.pythons}
    results = measure.interleave({**runs, "floor": of.floor}, rounds)
    base = results["cpython"]["ms"]
    shown = [variant for variant in (*SHOWN, "floor") if variant in results]
    ratios = {variant: measure.Ratio(results[variant]["ms"], base) for variant in shown}
    return results, {**ratios, "to floor": measure.Ratio(results["floor"]["ms"], results["sealed"]["ms"])}


def slow_set(of: Environments, milliseconds: int) -> tuple[dict[str, float], float]:
    """Return the seconds of each variant on a slow disk, and how many times as fast the imports alone are, sealed."""
    empty = {name: slowed(of, name, milliseconds, "empty.py") for name in ("cpython", "sealed")}
    whole = {variant: slowed(of, variant, milliseconds) for variant in of.pythons}
    return whole, (whole["cpython"] - empty["cpython"]) / (whole["sealed"] - empty["sealed"])


def main() -> None:
    options = measure.parser(__doc__ or "", rounds=7)
    options.add_argument(
        "--slow", metavar="MS", type=int, help="also with MS milliseconds added to each file-system call"
    )
    options.add_argument(
        "--plot", metavar="FILE", type=Path, help="draw the speed-ups as an SVG or PNG file (matplotlib)"
    )
    options.add_argument("sets", nargs="*", help=f"which of: {', '.join(SETS)}")
    arguments = options.parse_args()
    if arguments.plot is not None and not arguments.rounds:
        options.error("--plot draws times: --rounds must be at least 1")
    names = arguments.sets or [name for name in SETS if installed(SETS[name])]
    measured = {
        "time": measure.Table(
            f"CPython's wall time to each variant's: median of {arguments.rounds} paired rounds (lowest-highest)",
            ["set", "CPython ms", *SHOWN, "floor", "sealed to floor"],
        ),
        "instructions": measure.Table(
            "CPython's instructions to each variant's, whole processes", ["set", "CPython M", *SHOWN]
        ),
        "calls": measure.Table(
            "File-system calls beyond a start that imports nothing, and for each module",
            ["set", "modules", "CPython", *SHOWN],
        ),
        "slow": measure.Table(
            f"CPython's seconds, and its time to each variant's, with {arguments.slow} ms more for each open, stat, "
            "directory read",
            ["set", "CPython s", *SHOWN, "imports alone, sealed"],
        ),
    }
    counts = not arguments.no_count
    wanted = {
        "time": arguments.rounds > 0,
        "instructions": counts and measure.available("valgrind", "instructions are"),
        "calls": counts and measure.available("strace", "file-system calls are"),
        "slow": bool(arguments.slow) and measure.available("strace", "slow disks are"),
    }
    tables = {what: table for what, table in measured.items() if wanted[what]}
    figures: dict[str, dict[str, Any]] = {}
    for name in names:
        print(f"packs: {name}", file=sys.stderr)
        figures[name] = {}
        with environments(SETS[name]) as of:
            if "time" in tables:
                results, ratios = time_set(of, arguments.rounds)
                median = measure.statistics.median(results["cpython"]["ms"])
                shown = [ratios.get(variant) for variant in (*SHOWN, "floor")]
                tables["time"].add(name, f"{median:.0f}", *shown, f"{ratios['to floor'].median:.2f}")
                figures[name] |= {"results": results, "speedup": {key: vars(one) for key, one in ratios.items()}}
            if "instructions" in tables:
                counted = {variant: measure.instructions(of.command(variant), of.folder) for variant in of.pythons}
                fewer = {variant: counted["cpython"] / counted[variant] for variant in SHOWN if variant in counted}
                cells = (f"{fewer[variant]:.3f}" if variant in fewer else None for variant in SHOWN)
                tables["instructions"].add(name, f"{counted['cpython'] / 1e6:.0f}", *cells)
                figures[name] |= {"instructions": counted, "fewer": fewer}
            if "calls" in tables:
                calls = {variant: file_calls(of, variant) for variant in of.pythons}
                each = {variant: f"{count} ({count / of.modules:.1f})" for variant, count in calls.items()}
                tables["calls"].add(name, of.modules, each["cpython"], *map(each.get, SHOWN))
                figures[name]["file calls"] = calls
            if "slow" in tables:
                whole, alone = slow_set(of, arguments.slow)
                slower = {variant: f"{whole['cpython'] / seconds:.1f}" for variant, seconds in whole.items()}
                tables["slow"].add(name, f"{whole['cpython']:.2f}", *map(slower.get, SHOWN), f"{alone:.1f}")
                figures[name]["slow"] = whole
    if arguments.plot is not None:
        draw(arguments.plot, figures)
    if len(names) > 1:
        if "time" in tables:
            medians = [{key: one["median"] for key, one in figures[name]["speedup"].items()} for name in names]
            figures["geometric mean"] = means(medians)
            columns = (*SHOWN, "floor", "to floor")
            tables["time"].add("geometric mean", "", *(shown_mean(figures["geometric mean"], one) for one in columns))
        if "instructions" in tables:
            fewer = means([figures[name]["fewer"] for name in names])
            tables["instructions"].add("geometric mean", "", *(shown_mean(fewer, one) for one in SHOWN))
    measure.show("packs", list(tables.values()), figures, arguments.json)


def means(rows: list[dict[str, float]]) -> dict[str, float]:
    """Return the geometric mean of each column of *rows*, of those that have it."""
    columns = {key for row in rows for key in row}
    return {key: measure.geometric_mean([row[key] for row in rows if key in row]) for key in sorted(columns)}


def shown_mean(of: dict[str, float], column: str) -> str | None:
    return f"{of[column]:.3f}" if column in of else None


if __name__ == "__main__":
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    main()
