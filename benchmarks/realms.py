"""Imports in a realm beside the same imports in the host, both under importal; and import statements in function bodies.

Each import is the first of its process. A realm has copies of its own of the extension modules that bear it, and shares
the standard library.
"""

from __future__ import annotations

import sys
import sysconfig

import _measure as measure

SETS = {
    "django": ["django.contrib.admin", "django.db.models", "django.forms"],
    "sqlalchemy": ["sqlalchemy", "sqlalchemy.orm"],
    "pandas": ["pandas"],
}
IMPORT = """
import sys, time
import importal
where, packages, names = sys.argv[1], sys.argv[2], sys.argv[3:]
system = importal.ImportSystem.host()
system.install()
if where == "realm":
    system = importal.Realm("bench", path=[packages])
begun = time.perf_counter()
for name in names:
    system.import_module(name)
print((time.perf_counter() - begun) * 1e3)
"""
# Statement, and what has to run once before it.
STATEMENTS = {
    "import json": "import json",
    "import rich.table": "import rich.table",
    "from rich.table import Table": "from rich.table import Table",
    "from rich import table": "from rich import table",
    "import_module('rich.table')": "from importlib import import_module; import rich.table",
}
LOOP = """
import sys, time
where, packages, loops, statement, first = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4], sys.argv[5]
source = f'''
import time
def run(loops):
    {first}
    for _ in loops:
        {statement}
run(range(10))
begun = time.perf_counter_ns()
run(range({loops}))
spent = (time.perf_counter_ns() - begun) / {loops}
'''
namespace = {"__name__": "__main__"}
if where == "realm":
    import importal
    importal.ImportSystem.host().install()
    import pathlib, tempfile
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "timed_statement.py").write_text(source)
        realm = importal.Realm("bench", path=[folder, packages])
        print(realm.import_module("timed_statement").spent)
else:
    exec(source, namespace)
    print(namespace["spent"])
"""


def main() -> None:
    arguments = measure.parser(__doc__ or "", rounds=9).parse_args()
    packages = sysconfig.get_path("purelib")

    def timed(program: str, *rest: str) -> dict[str, float]:
        return {"time": float(measure.Run([sys.executable, "-c", program, *rest]).stdout)}

    imports = measure.Table(
        f"Milliseconds in the host, and the realm's time to that: medians of {arguments.rounds} paired rounds",
        ["set", "host ms", "realm to host"],
    )
    statements = measure.Table(
        f"Nanoseconds for a statement under CPython, and a realm's to that: medians of {arguments.rounds} paired rounds",
        ["statement", "CPython ns", "realm to CPython"],
    )
    figures: dict[str, object] = {}
    for name, names in SETS.items():
        runs = {
            where: lambda where=where, names=names: timed(IMPORT, where, packages, *names)
            for where in ("host", "realm")
        }
        results = measure.interleave(runs, arguments.rounds)
        ratio = measure.Ratio(results["host"]["time"], results["realm"]["time"])
        imports.add(name, f"{measure.statistics.median(results['host']['time']):.0f}", ratio)
        figures[name] = vars(ratio)
    for statement, first in STATEMENTS.items():
        runs = {
            where: lambda where=where, rest=("20000", statement, first): timed(LOOP, where, packages, *rest)
            for where in ("cpython", "realm")
        }
        results = measure.interleave(runs, arguments.rounds)
        ratio = measure.Ratio(results["cpython"]["time"], results["realm"]["time"])
        statements.add(statement, f"{measure.statistics.median(results['cpython']['time']):.0f}", ratio)
        figures[statement] = vars(ratio)
    measure.show("realms", [imports, statements], figures, arguments.json)


if __name__ == "__main__":
    main()
