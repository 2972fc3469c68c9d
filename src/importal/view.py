"""What code in a private system sees when it imports ``sys``: the interpreter's, with the private state."""

from __future__ import annotations

import sys

from .interpreter import Module
from .state import ATTRIBUTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .private import State

__all__ = ["SysView"]


class SysView(Module):  # type: ignore[misc, valid-type]
    """A module ``sys`` whose import-related attributes are those of *state*; all others are the interpreter's own.

    Code that says ``sys.modules[__name__]`` or appends to ``sys.path`` thereby means its own system.
    """

    def __init__(self, state: State) -> None:
        super().__init__("sys", sys.__doc__)
        namespace = self.__dict__
        namespace["_state"] = state
        for name in ("__loader__", "__spec__"):
            namespace[name] = getattr(sys, name)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_state"] if name in ATTRIBUTES else sys, name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self.__dict__["_state"] if name in ATTRIBUTES else sys, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self.__dict__["_state"] if name in ATTRIBUTES else sys, name)

    def __dir__(self) -> list[str]:
        return dir(sys)
