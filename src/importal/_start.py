"""What ``importal enable`` runs at the start of every Python of an environment: as little as can be.

The engine is loaded when the first import misses the module table; a program that imports nothing pays for this file.
"""

from __future__ import annotations

import gc
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# What site asks for at every start, mostly in vain, and what CPython 3.13 and newer ask for to run a -c command; all
# that these import in turn is importal's again.
_ASKED_AT_START = ("sitecustomize", "usercustomize", "linecache")


def start() -> None:
    """Have the first import that misses the module table load importal and install it."""
    bootstrap: Any = sys.modules["_frozen_importlib"]
    find_and_load = bootstrap._find_and_load

    def load_importal_first(name: str, import_: object) -> object:
        if name in _ASKED_AT_START:
            return find_and_load(name, import_)
        bootstrap._find_and_load = find_and_load
        # Loading makes many objects and no garbage: a collection in between only costs time.
        collects = gc.isenabled()
        gc.disable()
        try:
            from importal.standard import ImportSystem

            ImportSystem.host().install()
        finally:
            if collects:
                gc.enable()
        return bootstrap._find_and_load(name, import_)

    # Tools know the interpreter's import frames by this name; the function is on the stack of the first import.
    load_importal_first.__code__ = load_importal_first.__code__.replace(co_filename="<frozen importlib._bootstrap>")
    bootstrap._find_and_load = load_importal_first


start()
