"""How a record is to be shown: the options for that, which several commands have, and doing it."""

from __future__ import annotations

import os
import sys

from ..export import FORMATS, format_of
from ..export import render as rendered
from ..tool_errors import FileError, FormatError
from .progress import Progress

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import TextIO

    from ..export.text import Selection
    from ..observe.record import Record

__all__ = ["add_options", "prepare", "render"]

# What can be said of the tree only, by the names that argparse gives it.
_OF_THE_TREE = {"depth": "--depth", "sort": "--sort", "match": "--match", "hide_under": "--hide-under"}


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options for a rendering to *parser*."""
    from ..export.text import SORTS

    group = parser.add_argument_group("rendering")
    form = group.add_mutually_exclusive_group()
    form.add_argument(
        "--format",
        choices=list(FORMATS),
        help="text: a summary, the default; otherwise as FILE ends",
    )
    form.add_argument("--tree", dest="format", action="store_const", const="tree", help="the same as --format tree")
    form.add_argument("--json", dest="format", action="store_const", const="json", help="the same as --format json")
    group.add_argument("-o", dest="output", metavar="FILE", help=f"write to FILE ({', '.join(_endings())})")
    group.add_argument("--depth", type=_count, metavar="N", help="tree: N levels of imports inside imports")
    group.add_argument(
        "--sort",
        choices=SORTS,
        help="tree: by time (the default), by time without the imports inside (self), in order",
    )
    group.add_argument(
        "--match", metavar="PATTERN", help="tree: only modules like PATTERN (with * and ?), and what led to them"
    )
    group.add_argument(
        "--hide-under", type=_time, metavar="MS", help="tree: only imports that took at least MS milliseconds in all"
    )


def prepare(options: argparse.Namespace) -> None:
    """Find mistakes in *options* before anything is done for them. Raises FormatError, and FileError for the file."""
    form = _form(options)
    given = [option for name, option in _OF_THE_TREE.items() if getattr(options, name) is not None]
    if form != "tree" and given:
        raise FormatError(f"{given[0]} is for trees, not for the format {form}", "leave it out, or add --format tree")
    if options.output is not None:
        try:
            with open(options.output, "ab"):
                pass
        except OSError as error:
            raise _unwritable(options.output, error) from None


def render(record: Record, options: argparse.Namespace, stream: TextIO) -> None:
    """Write *record* as *options* have it, to their file, or to *stream*.

    Raises FormatError, FileError, and BrokenPipeError where nobody reads *stream* any more.
    """
    form, selection = _form(options), _selection(options)
    if options.output is not None:
        with Progress(text=f"writing {options.output}"):
            text = rendered(record, form, selection)
            try:
                with open(options.output, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
                    file.write(text)
            except OSError as error:
                raise _unwritable(options.output, error) from None
        return
    try:
        _print(record, form, selection, stream)
        stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        # What could not be written would be tried again at Python's end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        raise _unwritable("standard output" if stream is sys.stdout else "standard error", error) from None


def _print(record: Record, form: str, selection: Selection, stream: TextIO) -> None:
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")
    if form in {"text", "tree"} and stream.isatty():
        from ..export.text import report
        from .painting import paint

        if paint(report(record, form, selection), stream):
            return
    stream.write(rendered(record, form, selection))


def _form(options: argparse.Namespace) -> str:
    """Return the format: the one that was named, or that of the file's ending, or what the other options speak of."""
    if options.format is not None:
        return str(options.format)
    of_the_tree = any(getattr(options, name) is not None for name in _OF_THE_TREE)
    if options.output is None:
        return "tree" if of_the_tree else "text"
    form = format_of(options.output)
    if form is None and os.path.exists(options.output) and not os.path.isfile(options.output):
        form = "text"  # a device, such as a terminal, has no ending
    if form is None:
        known = ", ".join(_endings())
        raise FormatError(f"no format goes with the name {options.output}", f"choose --format, or an ending of {known}")
    return "tree" if form == "text" and of_the_tree else form


def _selection(options: argparse.Namespace) -> Selection:
    from ..export.text import Selection

    return Selection(
        depth=options.depth,
        sort=options.sort or "time",
        match=options.match,
        hide_under=int((options.hide_under or 0) * 1e6),
    )


def _endings() -> list[str]:
    return [endings[0] for endings in FORMATS.values() if endings]


def _unwritable(path: str, error: OSError) -> FileError:
    return FileError(path, f"cannot be written: {error.strerror}", "choose another file")


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _time(text: str) -> float:
    number = float(text)
    if not 0 <= number < float("inf"):
        raise ValueError(text)
    return number


_count.__name__, _time.__name__ = "count (1, 2, ...)", "time"  # what argparse says in "invalid ... value"
