"""Comparing a pack with the files it was made from, and making it anew from what has not changed."""

from __future__ import annotations

import os

from .collect import Collected, Gatherer, index
from .reader import Pack
from .table import NAMESPACE, SOURCE
from .writing import Module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .streams import Place

__all__ = ["check", "refreshed"]


def check(path: str) -> list[tuple[str, str]]:
    """Read all of the pack at *path*; return the modules that are not what they were, each with why.

    Raises PackError when any part of it is damaged.
    """
    pack = Pack(path, any_level=True)
    stale = []
    if pack.carried is not None:
        pack.carried.check()
    pack.read_listing()
    gather = _gatherer(pack)
    for name, (kind, root, below, size, mtime, place) in _modules(pack):
        if place is not None:
            pack.streams.code(place)
        if kind == NAMESPACE:
            gather.namespace(name)
            continue
        file = pack.roots[root] + below
        try:
            status = os.stat(file)
        except OSError as error:
            stale.append((name, f"{file}: {error.strerror}"))
            continue
        if kind == SOURCE and (status.st_size, status.st_mtime_ns) != (size, mtime):
            stale.append((name, f"{file} has changed"))
            continue
        why = gather.why_not(name, file)
        if why is not None:
            stale.append((name, f"{file}: {why}"))
            continue
        gather.lies_at(name, file)
    return stale


def refreshed(path: str) -> tuple[Collected, list[str], Pack]:
    """Return the contents of the pack at *path* as the files are now, what was read anew, and the pack as it is."""
    pack = Pack(path, any_level=True)
    changed = dict(check(path))
    gather = _gatherer(pack)
    for name, (kind, root, below, size, mtime, place) in _modules(pack):
        if kind == NAMESPACE:
            gather.namespace(name)
        elif name in changed or place is None:
            gather.file(name, pack.roots[root] + below, _order(place))
        else:
            module = Module(
                name,
                kind,
                pack.roots[root] + below,
                size,
                mtime,
                code=pack.streams.code(place),
                order=_order(place),
            )
            gather.take(module)
    gather.carry(pack.carries)
    gather.list_again(pack.searched)
    return gather.collected, list(changed), pack


def _gatherer(pack: Pack) -> Gatherer:
    collected = Collected()
    collected.contents = index(pack.searched)
    return Gatherer(collected, pack.file.header.optimization)


def _order(place: Place | None) -> tuple[object, ...]:
    """Return where a module stands in the order of a pack, so that what was read at once stays together."""
    return () if place is None else (f"{place[0]:020}", place[2], place[5])


def _modules(pack: Pack) -> Iterator[tuple[str, Any]]:
    """Yield (name, what the pack holds of it), packages before their modules, in the order in which they lie there."""
    return iter(sorted(pack.table.modules(), key=lambda one: (one[0].count("."), one[1][5] or (0, 0, 0), one[0])))
