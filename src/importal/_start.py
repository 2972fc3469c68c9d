"""What ``importal enable`` runs at the start of every Python of an environment: as little as can be.

The engine is loaded when the first import misses the module table; a program that imports nothing pays for this file.
"""

# As in importal/__init__.py, without `from __future__ import annotations`.
import _thread
import builtins
import os  # there already: `site` has imported it
import sys
from _weakref import ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

# What site asks for at every start, mostly in vain, and what CPython 3.13 and newer ask for to run a -c command; all
# that these import in turn is importal's again.
_ASKED_AT_START = ("sitecustomize", "usercustomize", "linecache")

# What importal's modules import that a program may not have: it is found anew when the program asks for it.
_UNASKED = ("__future__", "_operator", "gc")

_started = False


def start(folder: str, packs: "Sequence[str]" = (), freeze: bool | None = None) -> None:
    """Have the first import that misses the module table load importal and install it, and use *packs*.

    importal's own modules are kept in a file in *folder*. At the end of the process the collector leaves alone what is
    there: where that does nothing but free memory (*freeze* is None), always, or never. Nothing is done again: site
    executes the start-up files of a virtual environment twice. Where IMPORTAL_OFF is set, nothing is done at all.

    Other threads that import meanwhile wait for that: what the interpreter's own import began, importal's would not
    know of. Loading takes the built-in names, modules and finders of now, whatever the program has made of them by
    then. Should it fail, the error is raised once, and the interpreter's own import is back.
    """
    global _started
    if _started or (os.environ.get("IMPORTAL_OFF") and not sys.flags.ignore_environment):
        return
    _started = True
    bootstrap: Any = sys.modules["_frozen_importlib"]
    find_and_load = bootstrap._find_and_load
    # Modules are held weakly: whoever holds one keeps it from being finalised when the interpreter ends.
    modules = {name: ref(module) for name, module in sys.modules.items() if type(module) is type(sys)}
    means = dict(builtins.__dict__), modules, list(sys.meta_path), list(sys.path_hooks)
    eagerly: Any = sys.modules["importal"].Eagerly()
    turn = _thread.allocate_lock()
    loading: int | None = None
    loaded = False
    users_frames_only: Any = None

    def load_importal_first(name: str, import_: object, **how: bool) -> object:
        # What the interpreter calls, by which name, is its own matter: CPython 3.15 adds `lazy_submodule`.
        nonlocal loading, loaded, users_frames_only
        if loaded or name in _ASKED_AT_START or loading == _thread.get_ident():
            # Also what undoing the installation puts back: from then on the interpreter's own import, as asked for.
            return find_and_load(name, import_, **how)
        with turn:
            if not loaded:
                loading = _thread.get_ident()
                try:
                    with eagerly:
                        users_frames_only = _install(folder, packs, means, freeze=freeze)
                finally:
                    loading, loaded = None, True
        answering = bootstrap._find_and_load
        if answering is load_importal_first:
            return find_and_load(name, import_, **how)
        try:
            return answering(name, import_, **how)
        except BaseException as error:
            users_frames_only(error)
            raise

    # Tools know the interpreter's import frames by this name; the function is on the stack of the first import.
    load_importal_first.__code__ = load_importal_first.__code__.replace(co_filename="<frozen importlib._bootstrap>")
    bootstrap._find_and_load = load_importal_first


def _install(folder: str, packs: "Sequence[str]", means: "tuple[Any, ...]", *, freeze: bool | None) -> "Any":
    """Load importal by the *means* of the start and install it; return what takes its frames out of a traceback."""
    present = set(sys.modules)
    programs_names = _exchange(builtins.__dict__, means[0])
    programs_modules = _exchange(sys.modules, {name: one() for name, one in means[1].items() if one() is not None})
    programs = sys.meta_path, sys.path_hooks
    changed = programs != means[2:]
    if changed:
        sys.meta_path, sys.path_hooks = means[2:]
    try:
        from importal import own

        kept = own.kept_in(folder, "start")
        complete = own.load(kept)
        from importal.ending import shorten_the_end
        from importal.install import install
        from importal.interpreter import without_import_frames
        from importal.standard import ImportSystem

        if packs:
            from importal.pack.use import use_all
        if changed:
            sys.meta_path, sys.path_hooks = programs
        installation = install(ImportSystem.host())
        if packs:
            installation.also(use_all(list(packs)))
        if freeze is not False:
            installation.also(shorten_the_end(always=bool(freeze)))
        if not complete:
            own.keep(kept)
    finally:
        if changed:
            sys.meta_path, sys.path_hooks = programs
        _exchange(builtins.__dict__, programs_names)
        _exchange(sys.modules, programs_modules)
        for name in _UNASKED:
            if name not in present:
                sys.modules.pop(name, None)
    return without_import_frames


_ABSENT: "Any" = object()


def _exchange(present: "dict[str, Any]", values: "dict[str, Any]") -> "dict[str, Any]":
    """Put *values* into *present*, and return what stood there instead of those that are others."""
    before = {}
    for name, value in values.items():
        stood = present.get(name, _ABSENT)
        if stood is not value:
            before[name] = stood
            if value is _ABSENT:
                present.pop(name, None)
            else:
                present[name] = value
    return before
