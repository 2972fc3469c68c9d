"""``importal index``: which names are in which entries of the path, saved, so that the others need not be looked at."""

from __future__ import annotations

import argparse
import os
import sys

from ..words import counted

__all__ = ["main", "said_of_index", "write_index"]


def main(arguments: list[str]) -> int:
    """Write an index. Returns 0, 1 when it cannot be written."""
    parser = argparse.ArgumentParser(
        prog="importal index",
        description="List the entries of the path, and write down which names of modules are in each. With the index "
        "(importal run --pack, importal enable --pack) an import looks only where its name is, however many entries "
        "there are. What has changed since is seen at the first import that finds nothing, and where there are few "
        "entries, at the start.",
        allow_abbrev=False,
    )
    parser.add_argument("-o", dest="output", metavar="FILE.pack", required=True, help="where the index is written")
    parser.add_argument("--sealed", action="store_true",
                        help="the directories do not change: none is ever asked whether it has")  # fmt: skip
    parser.add_argument(
        "entries", nargs="*", metavar="ENTRY", help="directories; otherwise those of this Python's path"
    )
    options = parser.parse_args(arguments)
    entries = [os.path.abspath(entry) for entry in options.entries] or [entry for entry in sys.path if entry]
    try:
        listed, names = write_index(os.path.abspath(options.output), entries, sealed=options.sealed)
    except OSError as error:
        print(f"importal index: {options.output}: {error.strerror}; nothing was written", file=sys.stderr)
        return 1
    print(f"wrote {os.path.abspath(options.output)}: {said_of_index(listed, names)}", file=sys.stderr)
    return 0


def said_of_index(directories: int, names: int) -> str:
    """Return what is in an index, in words."""
    return f"{counted(names, 'name')} in {counted(directories, 'directory', 'directories')}"


def write_index(path: str, entries: list[str], *, sealed: bool = False) -> tuple[int, int]:
    """Write the index of *entries* to the file *path*; return how many directories and names. Raises OSError."""
    from ..pack.collect import index
    from ..pack.writing import encode, write

    contents = index(entries)
    write(path, encode(contents, path, optimization=sys.flags.optimize, sealed=sealed, index=True))
    return len(contents.roots), len({name for _, _, names in contents.roots for name in names})
