"""``importal show``: a record that was kept, rendered again."""

from __future__ import annotations

import argparse
import sys

from ..observe.record import Record
from ..tool_errors import FileError, FormatError, RecordError
from .progress import Progress
from .rendering import add_options, prepare, render

__all__ = ["main"]


def main(arguments: list[str]) -> int:
    """Render one record. Returns 0, 2 when it cannot be read or written, or the command line is wrong."""
    parser = argparse.ArgumentParser(
        prog="importal show",
        description="Render a record that importal trace -o FILE.json has written, here or on another machine. "
        "Nothing is executed, and no file is looked at but the record.",
        epilog="exit status: 0 done, 2 the record cannot be read, FILE not be written, or the command line is wrong",
    )
    parser.add_argument("record", metavar="RECORD", help="the record's file")
    add_options(parser)
    options = parser.parse_args(arguments)
    try:
        with Progress(text=f"reading {options.record}"):
            record = Record.load(options.record)
    except OSError as error:
        print(f"importal show: {options.record}: {error.strerror}; name a record's file", file=sys.stderr)
        return 2
    except RecordError as error:
        print(f"importal show: {error}", file=sys.stderr)
        return 2
    try:
        prepare(options)
        render(record, options, sys.stdout)
    except (FileError, FormatError) as error:
        print(f"importal show: {error}", file=sys.stderr)
        return 2
    return 0
