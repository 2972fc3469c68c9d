"""``importal modules``: what a start of the interpreter, or a program, loads."""

from __future__ import annotations

import json
import marshal
import os
import sys
import tempfile
from pathlib import Path

from ..observe.loaded import Group, Loaded, Stated, describe
from ..words import counted
from .question import Question, open_output
from .supervise import exit_status, how_it_ended, run_beside

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import TextIO

__all__ = ["main"]


def main(arguments: list[str]) -> int:
    """Run what *arguments* name, and tell what was loaded. Returns the program's exit status, 2 for a wrong command."""
    question = Question(
        "modules",
        "List the modules that are loaded, by kind and distribution, with their number and the bytes of their files: "
        "without a program those of a bare start, to standard output; with one those that it has loaded when it ends, "
        "however it ends.",
        "exit status: the program's; 0 without one, 2 for a wrong command line",
    )
    options = question.parse(arguments)
    stream = open_output(question, options, sys.stderr if options.target else sys.stdout)
    try:
        return _tell(options, stream)
    finally:
        if options.file is not None and stream is not None:
            stream.close()


def _tell(options: argparse.Namespace, stream: TextIO | None) -> int:
    with tempfile.TemporaryDirectory() as scratch:
        out = os.path.join(scratch, "loaded")
        status = run_beside("loading", [out, *options.target], options.optimize)
        told = marshal.loads(Path(out).read_bytes()) if os.path.exists(out) else ()
    if told is None:
        return status  # there was nothing to run, and that has been said
    if not told:
        print(f"importal modules: {how_it_ended(status)}; what it had loaded is not known", file=sys.stderr)
        return exit_status(status)
    entries, path = told
    loaded = describe([Stated(*entry) for entry in entries], path)
    status = exit_status(status)
    if stream is not None:  # as sys.stderr is where nobody has opened it
        _print_for_anyone(loaded, options, status, stream)
    return status


def _print_for_anyone(loaded: Loaded, options: argparse.Namespace, status: int, stream: TextIO) -> None:
    try:
        _print(loaded, options, status, stream)
        stream.flush()
    except BrokenPipeError:
        if stream is not sys.stderr:
            raise
        # Nobody reads it any more. The program's exit status counts, and Python would flush once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _print(loaded: Loaded, options: argparse.Namespace, status: int, stream: TextIO) -> None:
    if options.json:
        document = {"target": list(options.target), "status": status, **loaded.to_json()}
        print(json.dumps(document, indent=2), file=stream)
        return
    sizes = _sizes(loaded)
    title = f"{counted(loaded.count, 'module')}{f': {sizes}' if sizes else ''}"
    rows = []
    for group in loaded.groups:
        of = f" of {group.distribution}" if group.distribution else ""
        sizes = _sizes(group)
        heading = f"{group.kind}{of}: {len(group.modules)}{f'; {sizes}' if sizes else ''}"
        rows.append((heading, ", ".join(module.name for module in group.modules)))
    if stream.isatty() and _print_in_colour(title, rows, stream):
        return
    # Whole lines for whoever reads them next: a pipe has no width.
    print(title, file=stream)
    for heading, names in rows:
        print(f"{heading}\n  {names}", file=stream)


def _sizes(loaded: Loaded | Group) -> str:
    sizes = loaded.sizes
    parts = {
        "source": sizes.source_bytes,
        "bytecode": sizes.bytecode_bytes,
        "shared libraries": sizes.library_bytes,
    }
    return ", ".join(f"{what} {size:,} bytes" for what, size in parts.items() if size)


def _print_in_colour(title: str, rows: list[tuple[str, str]], stream: TextIO) -> bool:
    """Print for a terminal, as wide as it is; False where rich is not installed (``importal[cli]``)."""
    try:
        from rich.console import Console
        from rich.padding import Padding
        from rich.text import Text
    except ModuleNotFoundError:
        return False
    console = Console(file=stream)
    console.print(Text(title, "bold"))
    for heading, names in rows:
        console.print(Text(heading, "cyan"))
        console.print(Padding(Text(names, overflow="fold"), (0, 0, 0, 2)))
    return True
