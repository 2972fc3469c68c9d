"""A process for a program alone: importal loaded and ready, and nothing else there that the program could find.

For the programs of importal that are executed by their path, in a new process, and then run a target.
"""

from __future__ import annotations

import os
import sys

from ..environment import VARIABLE, entries
from ..sources.places import is_url

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container

__all__ = ["is_importals", "prepare"]


def prepare(at_start: Container[str], kept: str | None) -> Callable[[list[str]], int]:
    """Load what running a target needs, and return the function that runs it.

    *at_start* are the modules of the bare start. What importal has loaded of the standard library besides, a few small
    modules, is taken out of the table: the program may ask for them itself, and gets modules of its own. *kept* is the
    file in which importal's own are to be kept for the next time.
    """
    from importal import Eagerly

    with Eagerly():
        import importal.children
        from importal.cli.run import main

    searched = entries(os.environ.get(VARIABLE))
    if any(map(is_url, searched)):
        import importal.finders.placed
        from importal.sources.opening import load_what_opens

        load_what_opens(searched)
    importal.ImportSystem.host().install()()
    if kept is not None:
        from importal.own import keep

        keep(kept)
    for name in list(sys.modules):
        if name not in at_start and not is_importals(name):
            del sys.modules[name]
    return main


def is_importals(name: str) -> bool:
    """Tell whether *name* is a module of importal."""
    return name.partition(".")[0] == "importal"
