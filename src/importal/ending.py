"""The end of a process: what nobody could see die is left alone.

Before the interpreter ends it goes through all objects there are, two or three times, to find cycles, and takes
modules, functions and classes apart one by one. That is a fifth of the time of a program that does little but import;
and it is in vain, for the memory goes back as a whole anyway, unless an object has something to do before it goes: a
finaliser. Where none has, the collector is told to leave alone what is there (``gc.freeze``).
"""

from __future__ import annotations

import _io
import gc
import sys
from _operator import length_hint

from .interpreter import is_main_interpreter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_present = "atexit" in sys.modules
# A call, and no statement, which might be lazy (PEP 810).
atexit: Any = __import__("atexit")
if not _present:
    del sys.modules["atexit"]  # the program has not asked for it

__all__ = ["shorten_the_end"]

_Generator = type(_ for _ in ())
_Function = type(lambda: None)

# Of a class, past what its metaclass may have put in the way.
_fact: Callable[[Any, str], Any] = type.__getattribute__
_names_of: Callable[[Any], Any] = type.__dict__["__dict__"].__get__
_name_of: Callable[[Any], str] = type.__dict__["__name__"].__get__
# Flag of a type (object.h): the collector knows its objects.
_COLLECTED = 1 << 14
# From 3.12 on the code of every generator has a handler that turns StopIteration into RuntimeError (PEP 479).
_HANDLERS_OF_ANY_GENERATOR = 1 if sys.version_info >= (3, 12) else 0
# Their finalisers close a piece of memory.
_IN_MEMORY = (_io.BytesIO, _io.StringIO)
# Objects of classes of these names, which derive from nothing but object, write or complain when they are freed, and
# have no finaliser: an open database of `dbm` does, and nanobind's functions count, at the very end, what is left.
_WRITE_WHEN_FREED = frozenset({"dbm", "gdbm", "nb_func"})


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
    if not is_main_interpreter():
        return False  # the classes of other interpreters, which some here derive from, are not found
    try:
        if any(_fact(metaclass, "mro") is not type.mro for metaclass in _family([type])):
            return False  # what its classes inherit is not told by their bases
        if not _WRITE_WHEN_FREED.isdisjoint(map(_name_of, type.__subclasses__(object))):
            return False
        every = _family([object])
        defining = [one for one, names in zip(every, map(_names_of, every), strict=True) if "__del__" in names]
        finalised = [one for one in _family(defining) if one not in _IN_MEMORY]
        if not all(map(_objects_are_known, defining)) or not all(map(_is_itself, finalised)):
            return False
        return _all_end_silently(set(finalised))
    except Exception:  # noqa: BLE001, an audit hook (PEP 578) and a metaclass's `__hash__` raise what they like
        return False


def _family(classes: list[Any]) -> list[Any]:
    """Return *classes* and all that derive from one of them. There may be thousands."""
    found = [*classes]
    known = set(map(id, found))
    for cls in found:
        for one in type.__subclasses__(cls):
            if id(one) not in known:
                known.add(id(one))
                found.append(one)
    return found


def _is_itself(cls: Any) -> bool:
    """Tell whether a class is equal to itself only, so that it is found in a set."""
    return _fact(type(cls), "__eq__") is type.__eq__ and _fact(type(cls), "__hash__") is type.__hash__


def _all_end_silently(finalised: set[Any]) -> bool:
    """Tell whether the finalisers of all objects of the *finalised* classes do nothing."""
    streams = _standard_streams()
    objects = gc.get_objects()
    rest = iter(objects)
    # Types are compared as they are: `isinstance` asks proxies for the class of what they stand for. There may be
    # hundreds of thousands of objects: C code goes on to the next one that matters.
    while not finalised.isdisjoint(map(type, rest)):
        one = objects[-length_hint(rest) - 1]
        if not _ends_silently(one) and all(one is not stream for stream in streams):
            return False
    return True


def _objects_are_known(cls: Any) -> bool:
    """Tell whether the collector knows the objects of a class with ``__del__``, or that finaliser is C code's.

    Types of C have it, too, for their ``tp_finalize``.
    """
    return bool(_fact(cls, "__flags__") & _COLLECTED) or type(_names_of(cls)["__del__"]) is not _Function


def _standard_streams() -> list[Any]:
    """Return the standard streams, which the interpreter writes out itself, and their parts."""
    found = []
    for stream in (sys.__stdin__, sys.__stdout__, sys.__stderr__):
        part: Any = stream
        for below in ("buffer", "raw", "none"):
            if part is not None:
                found.append(part)
            try:
                part = getattr(part, below, None)
            except ValueError:
                part = None  # the program has taken it off
    return found


def _is_closed(file: Any) -> bool:
    """Tell whether *file* is closed already, and its finaliser does nothing."""
    try:
        return bool(file.closed)
    except ValueError:
        return False  # what it wrote to was taken off


def _was_never_started(tracker: Any) -> bool:
    """Tell whether multiprocessing's *tracker* (from CPython 3.14 on), or a copy of it, has no process to stop."""
    return str(type(tracker).__module__).endswith("resource_tracker") and getattr(tracker, "_fd", -1) is None


def _does_nothing_when_closed(generator: Any) -> bool:
    """Tell whether closing a suspended *generator* executes nothing: it waits for nobody and handles no exception."""
    if generator.gi_frame is None or not generator.gi_suspended:
        return True
    # The first byte of each entry of the table has this bit set, no other has.
    handlers = sum(byte >> 7 for byte in generator.gi_code.co_exceptiontable)
    return generator.gi_yieldfrom is None and handlers <= _HANDLERS_OF_ANY_GENERATOR


def _ends_silently(one: Any) -> bool:
    """Tell whether the finaliser of an object is known, and does nothing."""
    test = _SILENT_IF.get(type(one))
    if test is None and _fact(type(one), "__name__") == "ResourceTracker":
        test = _was_never_started
    return test is not None and test(one)


# The finaliser of objects of these types does nothing if that function of them is true.
_SILENT_IF: dict[type, Callable[[Any], bool]] = {
    _Generator: _does_nothing_when_closed,
    **dict.fromkeys(
        (_io.FileIO, _io.BufferedReader, _io.BufferedWriter, _io.BufferedRandom, _io.TextIOWrapper), _is_closed
    ),
}
