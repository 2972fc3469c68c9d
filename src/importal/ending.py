"""The end of a process: what nobody could see die is left alone.

Before the interpreter ends it goes through all objects there are, two or three times, to find cycles, and takes
modules, functions and classes apart one by one. That is a fifth of the time of a program that does little but import;
and it is in vain, for the memory goes back as a whole anyway, unless an object has something to do before it goes: a
finaliser. Where none has, the collector is told to leave alone what is there (``gc.freeze``).
"""

from __future__ import annotations

import gc
import io
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_present = "atexit" in sys.modules
import atexit  # noqa: E402

if not _present:
    del sys.modules["atexit"]  # the program has not asked for it

__all__ = ["shorten_the_end"]

_Generator = type(_ for _ in ())
_Function = type(lambda: None)

# Flag of a type (object.h): the collector knows its objects.
_COLLECTED = 1 << 14
# From 3.12 on the code of every generator has a handler that turns StopIteration into RuntimeError (PEP 479).
_HANDLERS_OF_ANY_GENERATOR = 1 if sys.version_info >= (3, 12) else 0
# Their finalisers close a piece of memory.
_IN_MEMORY = frozenset({io.BytesIO, io.StringIO})
# Objects without finalisers that write, or complain, when they are freed.
_WRITE_WHEN_FREED = frozenset({("_dbm", "dbm"), ("_gdbm", "gdbm")})


def shorten_the_end(*, always: bool = False) -> Callable[[], None]:
    """Have the collector leave alone what is there when the process ends, if no object has a finaliser then.

    With *always* it is not asked: objects in cycles are then not finalised. Returns what takes it back.
    """

    def leave_alone() -> None:
        if always or _nothing_has_a_finaliser():
            gc.freeze()

    # What is registered first is called last: after all that the program has registered.
    atexit.register(leave_alone)
    return lambda: atexit.unregister(leave_alone)


def _nothing_has_a_finaliser() -> bool:
    """Tell whether freeing the objects there are, in whatever order, would do nothing but free them."""
    if not gc.isenabled() or gc.get_debug() or gc.callbacks or hasattr(sys, "gettotalrefcount"):
        return False  # the program has arranged things itself, or looks at what is freed
    objects = gc.get_objects()
    # Types are compared as they are: `isinstance` asks proxies for the class of what they stand for.
    types = set(map(type, objects))
    metatypes = {one for one in types if type in one.__mro__}
    # nanobind counts, at the very end, what has not been freed.
    if any((one.__module__, one.__name__) in _WRITE_WHEN_FREED or one.__module__ == "nanobind" for one in types):
        return False
    finalised = {one for one in types if _finaliser(one) is not None} - _IN_MEMORY
    if metatypes & finalised:
        return False
    looked_at = finalised | metatypes
    streams = _standard_streams()
    for one in [one for one in objects if type(one) in looked_at]:
        if type(one) in metatypes:
            # Objects of such a class are unknown to the collector: there may be some.
            if not one.__flags__ & _COLLECTED and type(_finaliser(one)) is _Function:
                return False
        elif not (id(one) in streams or (type(one) is _Generator and _ends_silently(one))):
            return False
    return True


def _finaliser(of: Any) -> object:
    """Return ``__del__`` of a class, None where it has none; types of C have it, too, for their ``tp_finalize``."""
    for base in of.__mro__:
        if "__del__" in base.__dict__:
            return base.__dict__["__del__"]
    return None


def _standard_streams() -> set[int]:
    """Return the identities of the standard streams, which the interpreter writes out itself, and of their parts."""
    found = set()
    for stream in (sys.__stdin__, sys.__stdout__, sys.__stderr__):
        part: Any = stream
        for below in ("buffer", "raw", "none"):
            found.add(id(part))
            try:
                part = getattr(part, below, None)
            except ValueError:
                part = None  # the program has taken it off
    return found


def _ends_silently(generator: Any) -> bool:
    """Tell whether closing a suspended *generator* executes nothing: it waits for nobody and handles no exception."""
    if generator.gi_frame is None or not generator.gi_suspended:
        return True
    # The first byte of each entry of the table has this bit set, no other has.
    handlers = sum(byte >> 7 for byte in generator.gi_code.co_exceptiontable)
    return generator.gi_yieldfrom is None and handlers <= _HANDLERS_OF_ANY_GENERATOR
