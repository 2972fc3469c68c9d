"""``importal inspect``: what a module is."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import redirect_stdout

from ..errors import ImportalError
from . import loaded_here
from .places import add_path, system_here
from .table import print_table

__all__ = ["main"]


def main(arguments: list[str]) -> int:
    """Print what one module is. Returns 0, 1 when it cannot be found, read or executed, 2 for what is no name."""
    parser = argparse.ArgumentParser(
        prog="importal inspect",
        description="Show what a module is: kind, spec, attributes, bytecode file, code objects, C functions. "
        "Nothing is executed without --run, except that a C module of the interpreter itself is initialised, "
        "as its functions cannot be known otherwise; the output says so.",
        epilog="exit status: 0 described, 1 not found, not readable, broken, or failed under --run, 2 not a name",
    )
    parser.add_argument("target", metavar="NAME|FILE", help="a module's name, or a .py, .pyc or shared library file")
    add_path(parser.add_argument)
    parser.add_argument("--dis", action="store_true", help="show the instructions of every code object")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    parser.add_argument(
        "--run",
        action="store_true",
        help="import the module first, for what only execution shows; what it prints goes to standard error",
    )
    options = parser.parse_args(arguments)

    from ..anatomy.inspection import inspect
    from ..anatomy.inspection_text import rows_of
    from ..anatomy.target import find_target

    system = system_here(options.path)
    try:
        target = find_target(system, options.target, loaded_here())
        with redirect_stdout(sys.stderr):  # the result is not to be mixed with what the module prints
            inspection = inspect(system, target, run=options.run, disassemble=options.dis)
    except ImportalError as error:
        print(f"importal inspect: {error}", file=sys.stderr)
        return 1
    except (ImportError, TypeError, ValueError) as error:
        print(f"importal inspect: {options.target!r}: {error}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(inspection.to_json(), indent=2))
    else:
        print_table(inspection.name, rows_of(inspection))
    for problem in inspection.problems:
        print(f"importal inspect: {problem}", file=sys.stderr)
    return 1 if inspection.problems else 0
