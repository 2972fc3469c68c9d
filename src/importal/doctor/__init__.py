"""What is wrong in an environment: path entries, shadowed names, owners of files, editables, start files, bytecode.

:func:`examine` asks an interpreter what it sees, and has each check look at the answer. Nothing is changed; the
environment's own start-up code is executed, in processes of its own, as every start of its interpreter executes it.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .environment import Environment
    from .finding import Check

__all__ = ["CHECKS", "examine"]

#: The modules of this room that check something, in the order of their results. Each has a function ``check``.
CHECKS = ("entries", "shadowing", "ownership", "editables", "startup", "bytecode")


def examine(environment: Environment, progress: Callable[[str], None]) -> list[Check]:
    """Return what each check has to say of *environment*, in the order of ``CHECKS``.

    *progress* is called with a few words on what is being looked at, often; it should be quick.
    """
    return [import_module(f".{name}", __name__).check(environment, progress) for name in CHECKS]
