"""``importal pack``: what a program imports, in one file that is read at once."""

from __future__ import annotations

import argparse
import os
import sys

from ..errors import PackError
from ..observe.record import Record
from ..tool_errors import RecordError
from ..words import counted
from .command_line import TARGETS, parse
from .progress import Progress
from .supervise import exit_status
from .trace import record_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..pack.collect import Collected

__all__ = ["main"]


def main(arguments: list[str]) -> int:
    """Make, show, check or update a pack. Returns 0; 1 for a pack that is stale or damaged; 2 for wrong use."""
    parser = argparse.ArgumentParser(
        prog="importal pack",
        usage=f"importal pack [options] -o APP.pack {TARGETS}\n"
        "       importal pack (--show | --check | --update) APP.pack",
        description="Run a program once, and write what it imports into one file, so that its next start is faster: "
        "importal run --pack APP.pack, or importal enable --pack APP.pack.",
        epilog="exit status: 0; with --check 1 when something is not what it was; 2 for a wrong command line",
        allow_abbrev=False,
    )
    parser.add_argument("-o", dest="output", metavar="APP.pack", help="where the pack is written")
    parser.add_argument("--from", dest="records", metavar="RECORD", action="append", default=[],
                        help="run nothing, take this record of importal trace; may be repeated")  # fmt: skip
    parser.add_argument("--closure", metavar="DIST", action="append", default=[],
                        help="add all modules of this installed distribution; may be repeated")  # fmt: skip
    parser.add_argument("--sealed", action="store_true",
                        help="look at no file when it is used: for places where nothing changes")  # fmt: skip
    parser.add_argument("--sources", action="store_true",
                        help="take the sources along, for tracebacks where they do not lie on the disk")  # fmt: skip
    parser.add_argument("--resources", action="store_true",
                        help="take the other files of packages along, for importlib.resources")  # fmt: skip
    for level in ("-O", "-OO"):
        parser.add_argument(level, dest="optimize", action="store_const", const=level, default="", help="as python's")
    for what in ("show", "check", "update"):
        parser.add_argument(f"--{what}", metavar="APP.pack", help=_HELP[what])
    options = parse(parser, arguments)
    present = [(what, getattr(options, what)) for what in _HELP if getattr(options, what) is not None]
    try:
        if len(present) == 1 and not (options.target or options.output or options.records or options.closure):
            return _PRESENT[present[0][0]](present[0][1])
        if present or options.output is None:
            parser.error("name the file to write with -o, or one pack with --show, --check or --update")
        if options.target and options.records:
            parser.error("name a program, or records with --from; one of them")
        if not (options.target or options.records or options.closure):
            parser.error("name a program, a record with --from, or a distribution with --closure")
        return _make(options)
    except PackError as error:
        print(f"importal pack: {error}", file=sys.stderr)
        return 1


_HELP = {
    "show": "print what a pack holds",
    "check": "read all of a pack, and compare it with the files it was made from",
    "update": "write a pack anew: what has changed is compiled, the rest taken over",
}


def _make(options: argparse.Namespace) -> int:
    import importlib.metadata

    from ..pack.collect import collect

    status = 0
    records = []
    for path in options.records:
        try:
            records.append(Record.load(path))
        except (OSError, RecordError) as error:
            print(f"importal pack: {error}", file=sys.stderr)
            return 2
    if options.target:
        # What a pack answers is no longer found anywhere.
        os.environ.pop("IMPORTAL_PACK", None)
        os.environ["IMPORTAL_OFF"] = "1"
        status, record = record_of(options.target, options.optimize)
        if status:
            print(f"importal pack: the program ended with status {exit_status(status)}; "
                  "the pack has what it imported until then", file=sys.stderr)  # fmt: skip
        records.append(record)
    level = options.optimize.count("O")
    carries = [what for what in ("sources", "resources") if getattr(options, what)]
    with Progress() as progress:
        try:
            collected = collect(
                records,
                options.closure,
                optimization=level,
                carries=carries,
                progress=lambda name: progress(f"packing {name}"),
            )
        except importlib.metadata.PackageNotFoundError as error:
            print(f"importal pack: {error.name}: no such distribution is installed", file=sys.stderr)
            return 2
    return _write(collected, options.output, level, sealed=options.sealed) or exit_status(status)


def _write(collected: Collected, path: str, level: int, *, sealed: bool, index: bool = False) -> int:
    from ..pack.writing import encode, write

    path = os.path.abspath(path)
    data = encode(collected.contents, path, optimization=level, sealed=sealed, index=index)
    try:
        write(path, data)
    except OSError as error:
        print(f"importal pack: {path}: {error.strerror}; nothing was written", file=sys.stderr)
        return 1
    files = f", {counted(len(collected.contents.files), 'file')}" if collected.contents.files else ""
    modules = counted(len(collected.contents.modules), "module")
    print(f"wrote {path}: {modules}{files}, {len(data):,} bytes", file=sys.stderr)
    if collected.left_out:
        print(f"not in it, and found as ever: {counted(len(collected.left_out), 'module')}", file=sys.stderr)
        for name, why in collected.left_out[:10]:
            print(f"  {name}: {why}", file=sys.stderr)
    return 0


def _show(path: str) -> int:
    from ..pack.reader import Pack

    pack = Pack(path, any_level=True)
    modules = pack.table.modules()
    print(f"{pack.path}: {counted(len(modules), 'module')}, {'sealed' if pack.sealed else 'checked'}")
    for directory in pack.roots:
        print(f"  root {directory}")
    for name, (kind, root, below, *_) in modules:
        where = (
            ", ".join(pack.roots[one] + rest for one, rest in below)
            if kind == "namespace"
            else pack.roots[root] + below
        )
        print(f"  {kind:9} {name}  {where}")
    for file in pack.carried.names() if pack.carried is not None else ():
        print(f"  {'file':9} {file}")
    return 0


def _check(path: str) -> int:
    from ..pack.refresh import check

    stale = check(path)
    for name, why in stale:
        print(f"{name}: {why}")
    be = "is not what it was" if len(stale) == 1 else "are not what they were"
    words = f"{counted(len(stale), 'module')} {be}; importal pack --update {path}"
    print(f"{path}: {words if stale else 'in order'}")
    return 1 if stale else 0


def _update(path: str) -> int:
    from ..pack.refresh import refreshed

    collected, changed, pack = refreshed(path)
    status = _write(collected, path, pack.file.header.optimization, sealed=pack.sealed, index=pack.index_only)
    if not status:
        print(f"{counted(len(changed), 'module')} read anew", file=sys.stderr)
    return status


_PRESENT = {"show": _show, "check": _check, "update": _update}
