"""A module while its code is executed, as other threads see it: they wait for the names that are not there yet.

No lock stands before ``sys.modules.get("typing").ClassVar`` (the standard library's dataclasses do this), so a thread
may come upon a module that another one is still executing without any import statement. Asked for a name it does not
have, such a module waits until it is complete, and then answers.
"""

from __future__ import annotations

from ..interpreter import Module, import_frame

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

__all__ = ["partial_class"]


def partial_class(wait: Callable[[str], bool]) -> type[ModuleType]:
    """Return the class for modules whose code is executed while other threads run.

    *wait* is called with a module's name and returns when no other thread is executing it; False: that may never be.
    """

    class PartialModule(Module):  # type: ignore[misc, valid-type]
        __slots__ = ()

        @import_frame
        def __getattr__(self, name: str) -> object:
            # Names with underscores are the import system's, or asked for by tools that look through all modules: they
            # are there from the beginning, or never.
            if type(self) is PartialModule and not name.startswith("__") and not wait(self.__spec__.name):  # type: ignore[attr-defined]
                # Once in vain is enough, for whoever asks for more names.
                self.__class__ = Module  # type: ignore[assignment]
            # Looked up again; where the name is missing, the words are the interpreter's own.
            return Module.__getattribute__(self, name)

    PartialModule.__name__ = PartialModule.__qualname__ = Module.__name__
    PartialModule.__module__ = Module.__module__
    return PartialModule
