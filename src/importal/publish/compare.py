"""Two releases compared, file by file: what was added, removed, changed."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from ..sources.tree import File

__all__ = ["Change", "by_module", "changes"]


class Change:
    """One file that differs: its sizes ``before`` and ``after`` in bytes, None where it is not there."""

    __slots__ = ("after", "before", "path")

    def __init__(self, path: str, before: int | None, after: int | None) -> None:
        self.path = path
        self.before = before
        self.after = after

    @property
    def kind(self) -> str:
        """``added``, ``removed`` or ``changed``."""
        return "added" if self.before is None else "removed" if self.after is None else "changed"

    def to_json(self) -> dict[str, Any]:
        """Return the change as JSON has it."""
        return {"path": self.path, "kind": self.kind, "before": self.before, "after": self.after}


def changes(before: Iterable[tuple[str, File]], after: Iterable[tuple[str, File]]) -> list[Change]:
    """Return what differs between two releases' files, by path."""
    old, new = dict(before), dict(after)
    found = []
    for path in sorted(old.keys() | new.keys()):
        first, second = old.get(path), new.get(path)
        if first is None or second is None or first.digest != second.digest:
            found.append(Change(path, _size(first), _size(second)))
    return found


def _size(file: File | None) -> int | None:
    return None if file is None else file.st_size


def by_module(found: Iterable[Change]) -> dict[str, list[Change]]:
    """Return the changes by the top-level module, or distribution's metadata, that they are in.

    >>> list(by_module([Change("shop/till.py", 1, 2), Change("prices.py", None, 3)]))
    ['shop', 'prices']
    """
    grouped: dict[str, list[Change]] = {}
    for change in found:
        top, slash, _ = change.path.partition("/")
        grouped.setdefault(top if slash else top.partition(".")[0] or top, []).append(change)
    return grouped
