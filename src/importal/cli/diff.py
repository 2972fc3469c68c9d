"""``importal diff``: the files in which two releases of a store differ, by module."""

from __future__ import annotations

import json

from ..publish.compare import by_module, changes
from ..publish.release import files_of
from .stores import EXIT_STATUS, Parser, carry_out, store_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..publish.compare import Change
    from ..sources.store import Writer

__all__ = ["main"]


def main(arguments: list[str]) -> int:
    """Show what differs between two releases. Returns 0, also when something does, 1 when there is no such release."""
    parser = Parser(
        prog="importal diff",
        description="Show the files that were added, removed and changed between two releases of a store, by module.",
        epilog=EXIT_STATUS,
    )
    parser.add_argument("url", metavar="URL", help="the store, for example sqlite:///modules.db")
    parser.add_argument("before", metavar="A", help="a release")
    parser.add_argument("after", metavar="B", help="the release it is compared with")
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    options = parser.parse_args(arguments)
    place = store_at(parser, options.url)

    def show(store: Writer) -> int:
        before, after = (files_of(place, store.releases(), name) for name in (options.before, options.after))
        found = changes(before, after)
        if options.json:
            rows = [change.to_json() for change in found]
            names = {"before": options.before, "after": options.after}
            print(json.dumps({"store": place.root, **names, "changes": rows}, indent=2))
        else:
            print(*_lines(options.before, options.after, found), sep="\n")
        return 0

    return carry_out("diff", place, show)


def _lines(before: str, after: str, found: list[Change]) -> Iterator[str]:
    counts = [f"{sum(change.kind == kind for change in found):,} {kind}" for kind in ("added", "removed", "changed")]
    yield f"{before} -> {after}: {', '.join(counts) if found else 'the same files'}"
    for module, its in by_module(found).items():
        yield f"  {module}"
        for change in its:
            sizes = [f"{size:,}" for size in (change.before, change.after) if size is not None]
            yield f"    {change.kind:7}  {change.path}  {' -> '.join(sizes)} bytes"
