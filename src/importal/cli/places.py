"""``--path`` and ``--pack``: where else a command, and the program it runs, looks for modules."""

from __future__ import annotations

import os
import sys

from .. import environment
from ..standard import ImportSystem

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

__all__ = ["add_pack", "add_path", "hand_on", "system_here"]


def add_path(add: Callable[..., argparse.Action]) -> None:
    """Add ``--path`` to a command's options; *add* is argparse's method."""
    words = "search this, too: a directory, an archive or a URL, as importal run --path; may be repeated"
    add("--path", metavar="ENTRY", action="append", default=[], help=words)


def add_pack(add: Callable[..., argparse.Action]) -> None:
    """Add ``--pack`` in the same way."""
    add("--pack", metavar="FILE", action="append", default=[], help="take modules from this pack; may be repeated")


def hand_on(path: Sequence[str], packs: Sequence[str] = ()) -> None:
    """Name path entries and packs in the environment, where an installed importal and all that is started find them."""
    for variable, named in (
        (environment.VARIABLE, list(path)),
        (environment.PACKS, list(map(os.path.abspath, packs))),
    ):
        if named:
            os.environ[variable] = environment.join([*named, *environment.entries(os.environ.get(variable))])


def system_here(path: Sequence[str]) -> ImportSystem:
    """Return the interpreter's system, installed: it finds what ``python -c`` here would find, and along *path*."""
    hand_on(path)
    system = ImportSystem.host()
    system.install()
    if not sys.flags.safe_path:
        sys.path[0] = ""  # the folder python would put there, not importal's own
    return system
