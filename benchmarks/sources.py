"""Import the same packages from a directory, and from sources that are none: how much longer does it take?

Each package and what it needs is laid in a directory (bytecode warm), a zip archive of source, a SQLite database, and a
store on an HTTP server of this machine, named by its digest and by its current release; all of them have been used once
before, so that what is kept in the cache is there. importal imports from each in turn. CPython's zipimport imports from
the same archive. A time is that of opening the place and of the import statements, in a process that has nothing else
on its path but the standard library; the directory is 1.00. Instructions are counted of the same, less those of a process
that imports nothing: they say what the processor has to do, however busy the machine is, but not how long one waits.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import _measure as measure

import importal

SETS = {
    "sympy": ("sympy", "import sympy"),
    "django": ("django", "import django.db.models, django.forms, django.views.generic, django.core.management"),
    "boto3": ("boto3", "import boto3, boto3.session, botocore.session"),
}
# All but the directory, to which they are compared.
KINDS = ("zip", "zipimport", "sqlite", "http, pinned", "http, current")
# Rounds of what takes many times as long, and needs no fine measure.
FEW = 5
# By variant and figure, over the rounds.
Results = dict[str, dict[str, list[float]]]
SOURCES = Path(importal.__file__).parents[1]

CHILD = """
import sys
from time import perf_counter
kind, sources, entry, drivers, text = sys.argv[1:]
if kind != "zipimport":
    sys.path.append(sources)
    from importal import ImportSystem
    ImportSystem.host().install()
try:
    import _no_such_module
except ImportError:
    pass
if drivers:
    sys.path.append(drivers)
code = compile(text, "<set>", "exec")
before = len(sys.modules)
start = perf_counter()
sys.path.insert(0, entry)
exec(code, {"__name__": "__main__"})
print(perf_counter() - start, len(sys.modules) - before)
"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder over HTTP and yield its URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def publish(distribution: str, url: str) -> None:
    """Publish an installed distribution with what it needs."""
    command = [sys.executable, "-m", "importal", "publish", distribution, "--to", url, "--release", "measured"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=measure.environment())


def lay(distribution: str, folder: Path) -> dict[str, str]:
    """Lay the distribution in every kind of place below *folder* and return the path entries by kind."""
    from importal.sources.opening import opened

    database = f"sqlite:///{folder / 'modules.db'}"
    publish(distribution, database)
    publish(distribution, f"file://{folder / 'served' / 'store'}")
    release = opened(f"{database}#measured")
    with zipfile.ZipFile(folder / "modules.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path, _ in release.files():
            data = release.read(f"{release.root}/{path}")
            archive.writestr(path, data)
            file = folder / "directory" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
    return {
        "directory": str(folder / "directory"),
        "zip": str(folder / "modules.zip"),
        "zipimport": str(folder / "modules.zip"),
        "sqlite": database,
        "http, pinned": f"URL/store#sha256:{release.manifest_digest}",
        "http, current": "URL/store",
    }


def command(kind: str, entry: str, text: str) -> list[str]:
    """Return the command line of a process that imports *text* from *entry*."""
    drivers = next(one for one in sys.path if one.endswith("site-packages")) if kind == "http, current" else ""
    return [sys.executable, "-I", "-S", "-c", CHILD, kind, str(SOURCES), entry, drivers, text]


def run(command: list[str]) -> dict[str, float]:
    """Return the seconds of one run, and the modules it loaded."""
    seconds, modules = measure.Run(command).stdout.split()[-2:]
    return {"seconds": float(seconds), "modules": float(modules)}


def instructions(kind: str, entry: str, text: str) -> int:
    """Return the instructions of opening the place and of the imports."""
    whole, empty = (measure.instructions(command(kind, entry, code)) for code in (text, "pass"))
    return whole - empty


def measured(name: str, rounds: int, *, counts: bool) -> tuple[dict[str, Results], dict[str, int]]:
    """Return for each kind of place the results of the rounds, paired with the directory's; and the instructions."""
    distribution, text = SETS[name]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        os.environ["IMPORTAL_CACHE"] = str(folder / "cache")
        entries = lay(distribution, folder)
        with served(folder / "served") as url:
            entries = {kind: entry.replace("URL", url) for kind, entry in entries.items()}
            runs = {kind: partial(run, command(kind, entry, text)) for kind, entry in entries.items()}
            results = {}
            for kind in KINDS if rounds else ():
                # Pair by pair: what the machine does otherwise changes within seconds.
                pair = {"directory": runs["directory"], kind: runs[kind]}
                results[kind] = measure.interleave(pair, min(rounds, FEW) if kind == "zipimport" else rounds)
            if not counts:
                return results, {}
            return results, {kind: instructions(kind, entry, text) for kind, entry in entries.items()}


def main() -> None:
    parser = measure.parser(__doc__ or "", rounds=9)
    parser.add_argument("sets", nargs="*", default=list(SETS), help=f"which sets, of: {', '.join(SETS)} (all)")
    options = parser.parse_args()
    counts = not options.no_count and measure.available("valgrind", "instructions are")
    times = f"Time, each to a directory: median of {options.rounds} paired rounds (lowest-highest)"
    tables = [
        measure.Table(times, ["set", "modules", "directory s", *KINDS]),
        measure.Table("Instructions, each to a directory", ["set", "directory M", *KINDS]),
    ]
    figures: dict[str, object] = {}
    for name in options.sets:
        results, counted = measured(name, options.rounds, counts=counts)
        ratios = {
            kind: measure.Ratio(pairs["directory"]["seconds"], pairs[kind]["seconds"])
            for kind, pairs in results.items()
        }
        if options.rounds:
            base = results["zip"]["directory"]
            seconds = measure.statistics.median(base["seconds"])
            tables[0].add(name, int(base["modules"][0]), f"{seconds:.3f}", *ratios.values())
        if counts:
            directory = counted["directory"]
            tables[1].add(name, f"{directory / 1e6:.1f}", *(f"{counted[kind] / directory:.3f}" for kind in KINDS))
        figures[name] = {
            "time": {kind: vars(ratio) for kind, ratio in ratios.items()},
            "seconds": results,
            "instructions": counted,
        }
    wanted = (options.rounds > 0, counts)
    measure.show("sources", [table for table, one in zip(tables, wanted, strict=True) if one], figures, options.json)


if __name__ == "__main__":
    main()
