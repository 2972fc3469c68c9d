"""Two classes of one name, of two realms or of a realm and the host: objects of the one are strangers to the other."""

from __future__ import annotations

import sys

from .names import REALMS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType, TracebackType
    from typing import Any

__all__ = ["Crossing", "explain", "pairs", "watch"]


class Crossing(tuple[str, type, type]):
    """One name, and two classes of that name: the realm's, and the other's."""

    __slots__ = ()


def pairs(modules: Mapping[str, ModuleType], prefix: str, other: str) -> Iterator[Crossing]:
    """Yield the classes that *modules*, by their full names below *prefix*, have as well as those below *other*."""
    for full, module in modules.items():
        short = full.removeprefix(prefix)
        theirs = sys.modules.get(other + short)
        if theirs is None or theirs is module:
            continue
        for name, value in list(vars(module).items()):
            twin = getattr(theirs, name, None)
            if not isinstance(value, type) or value.__module__ != full:
                continue
            if isinstance(twin, type) and twin is not value:
                yield Crossing((f"{short}.{name}", value, twin))


def explain(error: BaseException) -> bool:
    """Add notes to *error* about objects of one realm in code of another that has a class of the same name.

    The code looked at is what the error has passed through. Tells whether there was such an object.
    """
    known = set(getattr(error, "__notes__", ()))
    found = False
    traceback: TracebackType | None = error.__traceback__
    while traceback is not None:
        frame = traceback.tb_frame
        home = _realm_of(str(frame.f_globals.get("__name__", "")))
        for value in list(frame.f_locals.values()):
            note = _note(type(value), home)
            if note is not None:
                found = True
                if note not in known:
                    known.add(note)
                    error.add_note(note)
        traceback = traceback.tb_next
    return found


def _note(cls: type, home: str) -> str | None:
    """Return what to say of an object of *cls* in code of the realm *home* ("": the host), None for nothing."""
    owner = _realm_of(str(cls.__module__))
    if owner == home:
        return None
    short = cls.__module__.removeprefix(f"{owner}.") if owner else cls.__module__
    twin = getattr(sys.modules.get(f"{home}.{short}" if home else short), cls.__name__, None)
    if not isinstance(twin, type) or twin is cls:
        return None
    return (
        f"an object here is of the class {short}.{cls.__qualname__} of {_called(owner)}, and {_called(home)} has a "
        f"class of that name of its own; share {short.partition('.')[0]!r} to have one for both"
    )


def _realm_of(module: str) -> str:
    """Return the realm that the full name *module* belongs to, "" for the host's."""
    top = module.partition(".")[0]
    return top if top in REALMS else ""


def _called(realm: str) -> str:
    return f"the realm {realm!r}" if realm else "the host"


def watch() -> None:
    """Have a TypeError that nobody catches explained, as long as there are realms."""
    global _before
    # Once: a hook that was set since may call this one.
    if _before is None:
        _before, sys.excepthook = sys.excepthook, _show


_before: Any = None


def _show(cls: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    if REALMS and isinstance(error, TypeError):
        explain(error)
    _before(cls, error, traceback)
