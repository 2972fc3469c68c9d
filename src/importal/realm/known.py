"""What is known of packages that a realm cannot have a second copy of, and why.

Each was seen to fail, with two versions of it in one process (CPython 3.11 to 3.13, x86-64 Linux).
"""

from __future__ import annotations

import sys

from ..errors import RealmError

__all__ = ["ALONE", "refuse_second"]

#: By top-level package: why one process can have it only once.
ALONE = {
    "lxml": "it keeps objects of its own classes for each thread, under one key for every copy of it; "
    "two copies take each other's",
}


def refuse_second(realm: str, name: str, full: str) -> None:
    """Raise RealmError when the extension module *name* of *realm* must be alone, and is there under another name.

    *full* is its own name in the interpreter's table.
    """
    top = name.partition(".")[0]
    if top not in ALONE:
        return
    for other in list(sys.modules):
        if other != full and (other == name or other.endswith(f".{name}")):
            raise RealmError(
                realm,
                f"{name!r} is loaded already, as {other!r}, and {top!r} can be there only once: {ALONE[top]}; share it",
            )
