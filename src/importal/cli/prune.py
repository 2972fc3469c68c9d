"""``importal prune``: old releases removed from a store, and the contents that only they had."""

from __future__ import annotations

import argparse

from ..publish.release import superfluous
from .stores import EXIT_STATUS, Parser, carry_out, store_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..sources.store import Writer

__all__ = ["KEPT", "main"]

#: How many of the latest releases are kept.
KEPT = 3


def main(arguments: list[str]) -> int:
    """Remove old releases. Returns 0, also when there is nothing to remove."""
    parser = Parser(
        prog="importal prune",
        description="Remove old releases from a store, and the contents that no other release has. The current release "
        "is never removed. A program that runs on one that is removed cannot load further modules from it.",
        epilog=EXIT_STATUS,
    )
    parser.add_argument("url", metavar="URL", help="the store, for example sqlite:///modules.db")
    parser.add_argument(
        "--keep", metavar="N", type=_count, default=KEPT, help=f"keep the N latest releases (default: {KEPT})"
    )
    parser.add_argument("--dry-run", action="store_true", help="only say what would be removed")
    options = parser.parse_args(arguments)
    place = store_at(parser, options.url)

    def prune(store: Writer) -> int:
        releases = store.releases()
        names = superfluous(releases, options.keep)
        kept = ", ".join(release.name for release in releases if release.name not in names)
        if not names:
            print(f"nothing to remove: {f'kept {kept}' if kept else 'nothing has been published there'}")
        elif options.dry_run:
            print(f"would remove {', '.join(names)}, and keep {kept}")
        else:
            contents, size = store.remove(names)
            print(f"removed {', '.join(names)} (contents: {contents:,}, bytes: {size:,}); kept {kept}")
        return 0

    return carry_out("prune", place, prune)


def _count(text: str) -> int:
    """Return the number that *text* is. Raises ArgumentTypeError for what is none, or less than one.

    The latest release stays in any case: the next one is named and numbered after it.
    """
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of releases: write 1 or more")
    return int(text)
