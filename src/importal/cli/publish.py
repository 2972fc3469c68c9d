"""``importal publish``: modules put into a store, as a release."""

from __future__ import annotations

from ..errors import SourceError
from ..publish.collect import collect
from ..publish.release import add_release, check_name
from ..sources.places import database_file
from ..words import counted
from .progress import Progress
from .stores import EXIT_STATUS, Parser, carry_out, store_at
from .table import print_table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..publish.collected import Collected
    from ..publish.release import Outcome
    from ..sources.store import Writer

__all__ = ["main"]

# As many modules are named; more are counted.
_NAMED = 12


def main(arguments: list[str]) -> int:
    """Publish what the arguments name. Returns 0, also when nothing has changed, 1 when it cannot be done."""
    parser = Parser(
        prog="importal publish",
        description="Add a release to a store of modules, and make it the current one. What is the same already is not "
        "published again.",
        epilog=EXIT_STATUS,
    )
    parser.add_argument(
        "sources",
        metavar="SRC",
        nargs="+",
        help="a folder (what it holds, as if it were on the path), a wheel, a zip archive, or the name of an installed "
        "distribution, which is published with all that it needs",
    )
    parser.add_argument("--to", metavar="URL", required=True, help="the store, for example sqlite:///modules.db")
    parser.add_argument("--release", metavar="NAME", help="the release's name (default: the next of r1, r2, ...)")
    parser.add_argument("--no-deps", action="store_true", help="of distributions, not what they need")
    options = parser.parse_args(arguments)
    place = store_at(parser, options.to)
    if options.release is not None:
        try:
            check_name(options.release, place.root)
        except SourceError as error:
            parser.error(str(error))
    file = database_file(place.address.partition("://")[2]) if place.scheme == "sqlite" else None

    def publish(store: Writer) -> int:
        with Progress() as progress:
            collected = collect(options.sources, progress, dependencies=not options.no_deps, store=file)
            outcome = add_release(store, place.root, collected, options.release, progress)
        _print(place.root, collected, outcome)
        return 0

    return carry_out("publish", place, publish)


def _print(root: str, collected: Collected, outcome: Outcome) -> None:
    names = list(collected.top_level())
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    files = counted(len(collected.files), "file")
    if outcome.new:
        brought = f"{outcome.contents:,} of them new ({outcome.bytes:,} bytes)"
        heading = f"published {outcome.release}: {files}, {brought}"
    else:
        heading = f"nothing has changed: {outcome.release} is current, and has just this: {files}"
    rows = [
        ("modules", f"{', '.join(names[:_NAMED])}{more}"),
        ("digest", f"sha256:{outcome.digest}"),
        ("next", f"put this on the path: {root}#{outcome.release} (without #{outcome.release}: what is current)"),
    ]
    if "__init__.py" in collected.files:
        note = f"{collected.sources['__init__.py']} is a package itself, and its name is not in the release"
        rows.append(("note", f"{note}; to import it by its name, publish the folder that holds it"))
    print_table(heading, rows, 8)
