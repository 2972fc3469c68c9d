"""A module while its code is executed, as other threads see it: they wait for the names that are not there yet.

No lock stands before ``sys.modules.get("typing").ClassVar`` (the standard library's dataclasses do this), so a thread
may come upon a module that another one is still executing without any import statement. Asked for a name it does not
have, such a module waits until it is complete, and then answers.

A thread may also be left with a module that will not be the one: its code puts another object in its place (as
``collections.abc`` does), or fails, and the next attempt succeeds. The interpreter, which had found the first, then
returns it. Asked for a name it does not have, it answers with what stands in its place.
"""

from __future__ import annotations

import builtins
import sys
from _thread import get_ident

from ..interpreter import Module, import_frame

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    from ..state import StateLike

__all__ = ["partial_class"]

# What a module raises when it is asked for a name that is just being resolved (PEP 810).
_IS_BEING_RESOLVED: Any = getattr(builtins, "ImportCycleError", ())


def _instructions(function: Any) -> set[int]:
    return set(function.__code__.co_code[::2])


# The instruction by which code asks for an attribute in so many words.
_ASKS = _instructions(lambda one: one.x) - _instructions(lambda one: one)


def partial_class(wait: Callable[[str], bool], state: StateLike) -> type[ModuleType]:
    """Return the class for modules whose code is executed while other threads run.

    *wait* is called with a module's name and returns when no other thread is executing it; False: that may never be.
    In *state* is the module table, in which another may stand in the place of one of these.
    """
    asked: set[tuple[int, str, str]] = set()

    @import_frame
    def ask_again(self: Any, name: str) -> object:
        # Names with underscores are the import system's, or asked for by tools that look through all modules: they
        # are there from the beginning, or never. `__all__` is the module's.
        if type(self) is not PartialModule or (name.startswith("__") and name != "__all__"):
            return Module.__getattribute__(self, name)
        own_name: str = self.__spec__.name  # type: ignore[attr-defined]
        if not wait(own_name):
            # Once in vain is enough, for whoever asks for more names.
            self.__class__ = Module  # type: ignore[assignment]
        try:
            # Looked up again; where the name is missing, the words are the interpreter's own.
            return Module.__getattribute__(self, name)
        except AttributeError:
            question = (get_ident(), own_name, name)
            other = state.modules.get(own_name)
            if other is None or other is self or question in asked:
                raise
        # The other may ask this one in turn for what it lacks: it is not asked again for the same.
        asked.add(question)
        try:
            return getattr(other, name)
        finally:
            asked.discard(question)

    class PartialModule(Module):  # type: ignore[misc, valid-type]
        __slots__ = ()

        if not _IS_BEING_RESOLVED:
            __getattr__ = ask_again
        else:

            @import_frame
            def __getattribute__(self, name: str) -> object:
                try:
                    return Module.__getattribute__(self, name)
                except AttributeError as error:
                    if error.__cause__ is not None:
                        raise  # of the module that a lazy name stands for
                except _IS_BEING_RESOLVED:
                    # Whoever asks whether the module has the name hears no from the interpreter, and `from . import
                    # name` then finds the submodule in the table. From a subclass it takes AttributeError only.
                    frame = sys._getframe(1)
                    if frame.f_code.co_code[frame.f_lasti] in _ASKS:
                        raise
                    raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}") from None
                return ask_again(self, name)

    PartialModule.__name__ = PartialModule.__qualname__ = Module.__name__
    PartialModule.__module__ = Module.__module__
    return PartialModule
