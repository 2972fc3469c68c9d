"""The only file that touches the interpreter's own import state and its private names.

Everything else in importal asks here: for what C code alone can do (built-in, frozen and extension modules, the hash
of a source file), for the frozen importlib whose functions the interpreter calls by name, and for ``builtins``.
"""

from __future__ import annotations

import _imp
import _thread
import _warnings
import builtins
import gc
import sys

from .machine import VERSION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType, ModuleType, TracebackType
    from typing import Any, TypeVar

    from .spec import ModuleSpec

    F = TypeVar("F", bound=Callable[..., Any])

Module: type[ModuleType] = type(sys)

# The interpreter reads these two modules' attributes by name at each miss, whatever they are replaced with.
bootstrap: Any = sys.modules["_frozen_importlib"]
external: Any = sys.modules["_frozen_importlib_external"]

# Modules that are the interpreter itself: there is one of each in a process, whichever table names it.
CORE_MODULES = (
    "sys",
    "builtins",
    "_imp",
    "_thread",
    "_io",
    "_warnings",
    "_weakref",
    "_signal",
    "_frozen_importlib",
    "_frozen_importlib_external",
)

builtin_import = builtins.__import__
# Works without the module `warnings`: an import that warns is not to depend on another.
warn = _warnings.warn

BUILTIN_NAMES = frozenset(sys.builtin_module_names)
EXTENSION_SUFFIXES: list[str] = _imp.extension_suffixes() if hasattr(_imp, "extension_suffixes") else []
# The very list objects that importlib.machinery offers: programs append to them to teach importing a new suffix.
SOURCE_SUFFIXES: list[str] = external.SOURCE_SUFFIXES
BYTECODE_SUFFIXES: list[str] = external.BYTECODE_SUFFIXES
MAGIC_NUMBER: bytes = external.MAGIC_NUMBER
_MAGIC = int.from_bytes(MAGIC_NUMBER, "little")

# Tools know the interpreter's import frames by their file name: warnings.warn(stacklevel=2) in a module body skips
# them to reach the importer, debuggers do not step into them, and C code drops them from an ImportError's traceback.
FRAME_NAME = "<frozen importlib._bootstrap>"
# In words: a little more than half of the 256 KiB that the interpreter then takes.
_ROOM = 16_500
_IMPORTLIB = {"importlib", bootstrap.__name__, external.__name__}


def _sha256() -> Callable[[bytes], Any]:
    """Return the constructor of sha256 hashes that is loaded soonest: hashlib brings a whole library with it."""
    name = "_sha2" if VERSION >= (3, 12) else "_sha256"
    try:
        return builtins.__import__(name).sha256  # type: ignore[no-any-return]
    except (ImportError, AttributeError):
        import hashlib

        return hashlib.sha256


def sha256(data: bytes | memoryview) -> Any:
    """Return the sha256 of *data* as an object with ``digest`` and ``hexdigest``."""
    global _make_sha256
    if _make_sha256 is None:
        _make_sha256 = _sha256()
    return _make_sha256(data)  # type: ignore[arg-type]


_make_sha256: Callable[[bytes], Any] | None = None


def sqlite() -> Any:
    """Return the C module of SQLite's connections, without what the package around it imports. Raises ImportError."""
    try:
        return builtins.__import__("_sqlite3")
    except ImportError:
        import sqlite3

        return sqlite3


# How many threads there are besides the main one; where the interpreter does not say: some.
count_threads: Callable[[], int] = getattr(_thread, "_count", lambda: 1)
# CPython 3.11 has one list of subclasses for all interpreters, and needs no such question.
is_main_interpreter: Callable[[], bool] = getattr(_thread, "_is_main_interpreter", lambda: True)


def thread_frames() -> dict[int, FrameType]:
    """Return the innermost frame of each native thread, by the thread's identifier."""
    # Up to CPython 3.12.2 a garbage collection in this call can leave all threads waiting for each other (gh-106883).
    collects = VERSION < (3, 13) and gc.isenabled()
    if collects:
        gc.disable()
    try:
        return sys._current_frames()
    finally:
        if collects:
            gc.enable()


def import_frame(function: F) -> F:
    """Mark *function* as one that is on the stack while a module's code runs, as the interpreter marks its own."""
    function.__code__ = function.__code__.replace(co_filename=FRAME_NAME)
    return function


def without_import_frames(error: BaseException) -> BaseException:
    """Relink *error*'s traceback so that it shows the user's frames only, and return *error*.

    Frames of importal's own modules go, except those that lead to a finder's or loader's method of somebody else: what
    called that is worth knowing. With ``-v`` everything stays, as the interpreter does it.
    """
    if sys.flags.verbose:
        return error
    keep_callers = not isinstance(error, ImportError)
    kept: TracebackType | None = None
    pending: TracebackType | None = None  # the first of a run of own frames that follow `kept`
    entry = error.__traceback__
    while entry is not None:
        if _is_own(entry.tb_frame.f_globals.get("__name__")):
            pending = pending or entry
        else:
            if pending is not None and not (keep_callers and entry.tb_frame.f_code.co_name != "<module>"):
                _link(error, kept, entry)
            kept, pending = entry, None
        entry = entry.tb_next
    if pending is not None:
        _link(error, kept, None)
    return error


def with_room(function: F) -> F:
    """Return a copy of *function* beyond whose frame there is room for those of some hundred imports inside it.

    From CPython 3.11 on frames lie in chunks of 16 KiB. At the end of one, each call that crosses it has another chunk
    mapped, and unmapped when it returns: a deep import would pay for that again and again. A frame that claims more
    than one chunk gets a larger one, whose second half is left for what it calls.
    """
    roomy = function.__code__.replace(co_stacksize=_ROOM)
    make: Any = type(function)
    copy: F = make(roomy, function.__globals__, function.__name__, function.__defaults__, function.__closure__)
    copy.__kwdefaults__ = function.__kwdefaults__
    return copy


def is_import_module(name: object) -> bool:
    """Tell whether *name* is that of a module whose business importing is."""
    return isinstance(name, str) and (_is_own(name) or name in _IMPORTLIB)


def users_frames_only(function: F) -> F:
    """Wrap *function* so that an exception leaves it as `without_import_frames` leaves it."""

    @import_frame
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except BaseException as error:
            without_import_frames(error)
            raise

    call.__doc__, call.__name__, call.__qualname__ = function.__doc__, function.__name__, function.__qualname__
    call.__wrapped__ = function  # type: ignore[attr-defined]  # the signature is the function's
    return call  # type: ignore[return-value]


def _link(error: BaseException, before: TracebackType | None, after: TracebackType | None) -> None:
    if before is None:
        error.__traceback__ = after
    else:
        before.tb_next = after


def _is_own(name: object) -> bool:
    return isinstance(name, str) and name.startswith("importal.")


# ---------------------------------------------------------------- what C code alone can do


def is_builtin(name: str) -> bool:
    """Tell whether *name* is compiled into the interpreter and can be initialised."""
    return bool(_imp.is_builtin(name))


# The C functions themselves: an extension module that warns while it is initialised counts frames down to its importer,
# and a function of importal's in between would be one too many.
create_builtin: Callable[[ModuleSpec], ModuleType] = _imp.create_builtin  # type: ignore[assignment]
exec_builtin: Callable[[ModuleType], object] = _imp.exec_builtin
# Opens the shared library at ``spec.origin`` and creates its module. Raises ImportError.
create_dynamic: Callable[[ModuleSpec], ModuleType] = _imp.create_dynamic  # type: ignore[assignment]
exec_dynamic: Callable[[ModuleType], object] = _imp.exec_dynamic


def find_frozen(name: str) -> tuple[memoryview | None, bool, str | None] | None:
    """Return (data or None, is a package, original name) of the frozen module *name*, or None."""
    return _imp.find_frozen(name)


def frozen_code(name: str) -> CodeType:
    """Return the code object of the frozen module *name*. Raises ImportError."""
    return _imp.get_frozen_object(name)


def is_frozen(name: str) -> bool:
    return bool(_imp.is_frozen(name))


def is_frozen_package(name: str) -> bool:
    """Tell whether the frozen module *name* is a package. Raises ImportError when there is none."""
    return bool(_imp.is_frozen_package(name))


def standard_library_directory() -> str | None:
    """Return where the sources of frozen standard library modules lie, or None when that is not known."""
    return getattr(sys, "_stdlib_dir", None)


def check_hash_based_pycs() -> str:
    """Return ``always``, ``never`` or ``default`` (``--check-hash-based-pycs``, PEP 552)."""
    return _imp.check_hash_based_pycs


def source_hash(source_bytes: bytes | memoryview) -> bytes:
    """Return the eight bytes that identify *source_bytes* in a hash-based bytecode file (PEP 552)."""
    return _imp.source_hash(_MAGIC, source_bytes)


def warning_filters() -> list[Any]:
    """Return the filters that decide which warnings are shown, also where the module `warnings` is not loaded."""
    return getattr(sys.modules.get("warnings", _warnings), "filters", [])


def is_importlibs(function: Any) -> bool:
    """Tell whether *function* is one of the frozen importlib: not by its module, which wrappers take over."""
    code = getattr(function, "__code__", None)
    return code is not None and code.co_filename.startswith("<frozen ")


def details_of_hook(hook: Any) -> tuple[type | None, Any]:
    """Return (class, pairs of loader and suffixes) of a hook of importlib's FileFinder; of another (None, ())."""
    cells = zip(hook.__code__.co_freevars, hook.__closure__ or (), strict=True)
    inside = {name: cell.cell_contents for name, cell in cells}
    return inside.get("cls"), inside.get("loader_details", ())


def details_of_finder(finder: Any) -> list[tuple[Any, list[str]]] | None:
    """Return the pairs of loader and suffixes of a finder of importlib's own class FileFinder, None of any other."""
    pairs = getattr(finder, "_loaders", None)
    return None if pairs is None else [(loader, [suffix]) for suffix, loader in pairs]


def exchange_loaders(finder: Any, translate: Callable[[Any], Any]) -> Callable[[], None]:
    """Exchange the loaders of a finder of importlib's FileFinder, or of a subclass; return what puts them back."""
    before = finder._loaders
    finder._loaders = [(suffix, translate(loader)) for suffix, loader in before]
    return lambda: setattr(finder, "_loaders", before)


def rename_code(code: CodeType, path: str) -> None:
    """Make *code* and all code inside it say that it comes from *path*."""
    _imp._fix_co_filename(code, path)  # type: ignore[attr-defined]


def set_lazy_attributes(module: ModuleType, name: str) -> None:
    """Bind the submodules that lazy imports of *name* announced (PEP 810, CPython 3.15). No work before 3.15."""


if hasattr(_imp, "_set_lazy_attributes"):
    set_lazy_attributes = _imp._set_lazy_attributes


audit = sys.audit


class TableKept:
    """A context in which C code may register the module *name* in ``sys.modules``; afterwards the host's is as before.

    For private module tables: extension and built-in modules register themselves, or submodules of theirs, with the
    host whoever loads them. What they registered goes into the private *table* instead.
    """

    def __init__(self, name: str, table: dict[str, ModuleType]) -> None:
        self._name = name
        self._table = table

    def _registered(self) -> dict[str, ModuleType]:
        """Return the host's entries that are the module's own: other threads may import others meanwhile."""
        below = f"{self._name}."
        return {name: one for name, one in list(sys.modules.items()) if name == self._name or name.startswith(below)}

    def __enter__(self) -> None:
        self._before = self._registered()

    def __exit__(self, *_: object) -> None:
        after = self._registered()
        self._table.update({name: one for name, one in after.items() if self._before.get(name) is not one})
        for name in after.keys() - self._before.keys():
            del sys.modules[name]
        sys.modules.update(self._before)
