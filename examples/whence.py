"""Run a program, then print where its modules came from: ``importal run examples/whence.py PROGRAM [ARGS]``.

Works under plain ``python`` too; the last column tells the two apart.
"""

from __future__ import annotations

import runpy
import sys
from collections import Counter, defaultdict
from importlib.metadata import packages_distributions, version
from types import ModuleType

import importal.machinery
from importal.finders.archive import zipimporter


def loader_kind(module: ModuleType) -> str:
    """Name the class that loaded a module, without the words that all of them share."""
    loader = getattr(getattr(module, "__spec__", None), "loader", None)
    if loader is None:
        return "namespace"
    name = (loader if isinstance(loader, type) else type(loader)).__name__
    return name.removesuffix("Loader").removesuffix("Importer").removesuffix("File").lower() or name


def engine(module: ModuleType) -> str:
    """Say which import system's loader a module holds: the top-level name of the package that defines it."""
    loader = getattr(getattr(module, "__spec__", None), "loader", None)
    if loader is None:
        return "-"
    # While importal is installed its classes go by the names of the interpreter's: what tells is the class itself.
    cls = loader if isinstance(loader, type) else type(loader)
    own = {value for value in vars(importal.machinery).values() if isinstance(value, type)} | {zipimporter}
    return "importal" if cls in own else "CPython"


def main() -> None:
    """Run the program named on the command line and print the table."""
    if len(sys.argv) < 2:
        sys.exit("usage: importal run examples/whence.py PROGRAM [ARGUMENTS]")
    before = set(sys.modules)
    del sys.argv[0]
    runpy.run_path(sys.argv[0], run_name="__main__")
    new = {name: module for name, module in sys.modules.items() if name not in before}

    distributions = packages_distributions()
    rows: defaultdict[str, list[ModuleType]] = defaultdict(list)
    for name, module in new.items():
        top = name.partition(".")[0]
        if top in sys.stdlib_module_names:
            rows["standard library"].append(module)
        else:
            owner = distributions.get(top, ["?"])[0]
            rows[owner if owner == "?" else f"{owner} {version(owner)}"].append(module)

    # Imported only now, so that the table's own modules are not in it.
    from rich.console import Console
    from rich.table import Table

    table = Table(
        "distribution", "modules", "kinds", "loaded by", title=f"{len(new)} modules that {sys.argv[0]} imported"
    )
    table.columns[1].justify = "right"
    for row, modules in sorted(rows.items(), key=lambda item: -len(item[1])):
        kinds = Counter(map(loader_kind, modules)).most_common()
        engines = Counter(map(engine, modules)).most_common()
        table.add_row(
            row,
            str(len(modules)),
            ", ".join(f"{count} {kind}" for kind, count in kinds),
            ", ".join(f"{name} {count}" for name, count in engines),
        )
    Console(width=max(100, Console().width)).print(table)


if __name__ == "__main__":
    main()
