"""``importal releases``: what has been published to a store."""

from __future__ import annotations

import json
import sys

from .stores import EXIT_STATUS, Parser, carry_out, store_at
from .table import print_table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..sources.store import Writer

__all__ = ["main"]


def main(arguments: list[str]) -> int:
    """List the releases of a store. Returns 0, 1 when there are none."""
    parser = Parser(
        prog="importal releases",
        description="List the releases of a store, oldest first, with the digests by which they can be pinned.",
        epilog=EXIT_STATUS,
    )
    parser.add_argument("url", metavar="URL", help="the store, for example sqlite:///modules.db")
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    options = parser.parse_args(arguments)
    place = store_at(parser, options.url)

    def show(store: Writer) -> int:
        releases = store.releases()
        if options.json:
            rows = [
                {"name": one.name, "manifest": one.manifest, "published": one.published, "current": one.current}
                for one in releases
            ]
            print(json.dumps({"store": place.root, "releases": rows}, indent=2))
        elif releases:
            width = max(len(one.name) for one in releases)
            lines = [
                (one.name, f"{one.published}  {'current' if one.current else '':7}  sha256:{one.manifest}")
                for one in releases
            ]
            print_table(place.root, lines, width)
        else:
            advice = f"importal publish SRC --to {place.root} does"
            print(f"importal releases: {place.root}: nothing has been published there; {advice}", file=sys.stderr)
        return 0 if releases else 1

    return carry_out("releases", place, show)
