"""Import the same packages from a directory, and from sources that are none: how much longer does it take?

Each package and what it needs is laid in a directory (bytecode warm), a zip archive of source, a SQLite database, and a
store on an HTTP server of this machine, named by its digest and by its current release; all of them have been used once
before, so that what is kept in the cache is there. importal imports from each in turn. CPython's zipimport imports from
the same archive. A time is that of opening the place and of the import statements, in a process that has nothing else
on its path but the standard library; the directory is 1.00.
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


def run(kind: str, entry: str, text: str, cache: Path) -> dict[str, float]:
    """Return the seconds of one run, and the modules it loaded."""
    drivers = next(one for one in sys.path if one.endswith("site-packages")) if kind == "http, current" else ""
    command = [sys.executable, "-I", "-S", "-c", CHILD, kind, str(SOURCES), entry, drivers, text]
    environment = {**measure.environment(), "IMPORTAL_CACHE": str(cache)}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise SystemExit(f"{kind}: {done.stderr}")
    seconds, modules = done.stdout.split()[-2:]
    return {"seconds": float(seconds), "modules": float(modules)}


def measured(name: str, rounds: int) -> tuple[list[str], list[measure.Ratio], float, int]:
    """Return the kinds, their ratios to the directory, the directory's median seconds and its modules."""
    distribution, text = SETS[name]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        os.environ["IMPORTAL_CACHE"] = str(folder / "cache")
        entries = lay(distribution, folder)
        with served(folder / "served") as url:
            runs = {
                kind: partial(run, kind, entry.replace("URL", url), text, folder / "cache")
                for kind, entry in entries.items()
            }
            results = measure.interleave(runs, rounds)
    base = results["directory"]["seconds"]
    kinds = [kind for kind in entries if kind != "directory"]
    ratios = [measure.Ratio(base, results[kind]["seconds"]) for kind in kinds]
    return kinds, ratios, measure.statistics.median(base), int(results["directory"]["modules"][0])


def main() -> None:
    parser = measure.parser(__doc__ or "", rounds=9)
    parser.add_argument("sets", nargs="*", default=list(SETS), help=f"which sets, of: {', '.join(SETS)} (all)")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds: at least 1; this program measures times and counts nothing")
    table = None
    figures: dict[str, object] = {}
    for name in options.sets:
        kinds, ratios, seconds, modules = measured(name, options.rounds)
        if table is None:
            title = f"Time, each to a directory: median of {options.rounds} paired rounds (lowest-highest)"
            table = measure.Table(title, ["set", "modules", "directory s", *kinds])
        table.add(name, modules, f"{seconds:.3f}", *ratios)
        figures[name] = {kind: vars(ratio) for kind, ratio in zip(kinds, ratios, strict=True)}
    assert table is not None
    measure.show("sources", [table], figures, options.json)


if __name__ == "__main__":
    main()
