"""``importal steps``: the execution of a module, line by line."""

from __future__ import annotations

import argparse
import json
import signal
import sys

from ..errors import ImportalError
from ..tool_errors import FileError
from . import loaded_here
from .places import add_path, system_here
from .table import print_table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..anatomy.recording import Recording

__all__ = ["main"]


def main(arguments: list[str]) -> int:
    """Print the execution of one module. Returns 0, 1 when it cannot be found, fails or is cut short, 2 for no name."""
    parser = argparse.ArgumentParser(
        prog="importal steps",
        description="Run a module, in a process of its own, and show its execution: the module created, its frame "
        "entered, each line with the names it binds, and the imports it causes under the line that asked for them. "
        "What the module prints goes to standard error.",
        epilog="exit status: 0 imported, 1 not found, failed or ended early, 2 not a name",
    )
    parser.add_argument("name", metavar="NAME", help="a module's name; the module is executed")
    add_path(parser.add_argument)
    parser.add_argument("--opcodes", action="store_true", help="show each instruction, not only each line")
    parser.add_argument(
        "--depth", type=int, metavar="N", help="show the inside of imports at most N levels below; all without this"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--html", action="store_true", help="write a page for the browser, in one file")
    form.add_argument("--json", action="store_true", help="write the steps as JSON")
    parser.add_argument("-o", dest="output", metavar="FILE", help="write to FILE, not to standard output")
    options = parser.parse_args(arguments)

    from ..anatomy.steps import run
    from ..anatomy.target import find_target

    # Told to end, this process ends the one that executes the module first.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    system = system_here(options.path)
    try:
        target = find_target(system, options.name, loaded_here())
        if target.file is not None:
            advice = f"importal steps {target.name}, from the folder it lies in, runs it"
            raise FileError(options.name, "is a file, and steps are shown of a module", advice)
        recording = run(system, target.name, opcodes=options.opcodes)
        if options.depth is not None:
            recording.limit(options.depth)
        _write(recording, options)
    except ImportalError as error:
        print(f"importal steps: {error}", file=sys.stderr)
        return 1
    except (ImportError, TypeError, ValueError) as error:
        print(f"importal steps: {options.name!r}: {error}", file=sys.stderr)
        return 2
    failed = recording.error or recording.stopped
    if failed:
        print(f"importal steps: {options.name}: {failed}", file=sys.stderr)
    return 1 if failed else 0


def _write(recording: Recording, options: argparse.Namespace) -> None:
    """Write the recording in the form asked for. Raises FileError when the output file cannot be written."""
    if options.output is None:
        _print(recording, options)
        return
    standard = sys.stdout
    try:
        with open(options.output, "w", encoding="utf-8", errors="backslashreplace") as sys.stdout:
            _print(recording, options)
    except OSError as error:
        raise FileError(options.output, f"cannot be written: {error.strerror}", "choose another file") from None
    finally:
        sys.stdout = standard


def _print(recording: Recording, options: argparse.Namespace) -> None:
    if options.json:
        print(json.dumps(recording.to_json(), indent=2))
    elif options.html:
        from ..anatomy.steps_html import page

        print(page(recording), end="")
    else:
        from ..anatomy.steps_text import rows_of

        print_table(recording.name, rows_of(recording))
