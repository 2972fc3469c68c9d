"""``importal rollback``: another release of a store made the current one."""

from __future__ import annotations

from .stores import EXIT_STATUS, Parser, carry_out, store_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..sources.store import Writer

__all__ = ["main"]


def main(arguments: list[str]) -> int:
    """Make a release the current one. Returns 0, also when it is already, 1 when there is no such release."""
    parser = Parser(
        prog="importal rollback",
        description="Make a release of a store the current one, an older or a newer: programs get it whose path entry "
        "names no release. Running programs keep theirs.",
        epilog=EXIT_STATUS,
    )
    parser.add_argument("url", metavar="URL", help="the store, for example sqlite:///modules.db")
    parser.add_argument("name", metavar="NAME", help="the release; importal releases URL lists them")
    options = parser.parse_args(arguments)
    place = store_at(parser, options.url)

    def roll_back(store: Writer) -> int:
        before = next((release.name for release in store.releases() if release.current), None)
        if before == options.name:
            print(f"nothing has changed: {options.name} is current")
            return 0
        store.make_current(options.name)
        print(f"{options.name} is current now, and {before} was: programs that start from now on see {options.name}")
        return 0

    return carry_out("rollback", place, roll_back)
