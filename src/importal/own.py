"""importal's own modules out of one file, where it is loaded at the start of a process.

Fifty small files take longer to find, open and check than their code to run. What was loaded is kept in the order in
which it was completed, so that executing the modules one by one finds all they import in the table. This is a cache as
bytecode files are: a file that does not fit is passed over, and written anew where that is possible.

What is loaded to read it cannot come out of it; so this file needs no other of importal's for that.
"""

# Without `from __future__ import annotations`: that module is not looked for in files either.
import _imp
import gc
import marshal
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from io import FileIO
    from types import CodeType, ModuleType
    from typing import Any

    # Of a module: its name and file, and of that the size and the modification time (ns).
    _Kept = tuple[str, str, int, int]

__all__ = ["is_trusted", "keep", "kept_files", "kept_in", "load", "users_folder", "write_kept"]

_FOLDER = os.path.dirname(os.path.abspath(__file__))
_INIT = f"{os.sep}__init__.py"
_MAGIC_NUMBER: bytes = sys.modules["_frozen_importlib_external"].MAGIC_NUMBER

_Namespace: "Any" = type(sys.implementation)
_KEY = int.from_bytes(b"importal", "little")

# Of the file. An importal of another version may find it.
_FORMAT = 3
# How many modules are read at once.
_GROUP = 8

# What importal's modules ask for that the interpreter would have to look for.
_ASKED_FOR = ["__future__"]
# Loaded when a program loads importlib's modules of these names, and not before.
_LATE = {"importal.abc", "importal.deprecated", "importal.util"}


def kept_in(folder: str, use: str) -> str:
    """Return the file in *folder* where the modules for one *use* of importal ("run", "start", ...) are kept."""
    level = f".opt-{sys.flags.optimize}" if sys.flags.optimize else ""
    return f"{folder}{os.sep}importal-{use}-{sys.implementation.cache_tag}{level}.modules"


def users_folder() -> str:
    """Return the folder in the user's cache for the modules of this very importal."""
    from .caches import cache_folder

    return os.path.join(cache_folder(), "own", _imp.source_hash(_KEY, os.fsencode(_FOLDER)).hex())


def load(path: str) -> bool:
    """Load the modules that the file *path* holds; False when it is not there, or not of the importal that runs.

    Where it turns out to be damaged, what was loaded by then stays, and the rest is left to the imports that need it.
    """
    collects = gc.isenabled()
    # Loading makes many objects and no garbage: a collection in between only costs time.
    gc.disable()
    try:
        file = open(path, "rb", 0)  # noqa: SIM115, what its modules raise is none of its errors
    except OSError:
        return False
    else:
        with file:
            return _load(file)
    finally:
        if collects:
            gc.enable()


def _load(file: "FileIO") -> bool:
    groups = _groups(file)
    loaded: list[ModuleType] = []
    try:
        for size, files in groups:
            codes = _unmarshalled(file, size)
            if len(codes) != len(files):
                return False
            for (name, origin, _, _), code in zip(files, codes, strict=True):
                if name not in sys.modules:
                    _execute(name, origin, code, loaded)
    finally:
        # Also after an interrupt: what there is of importal is the next import's.
        if loaded:
            _complete(loaded)
    return bool(groups)


def _groups(file: "FileIO") -> "Sequence[tuple[int, Sequence[_Kept]]]":
    """Return of each group of modules how many bytes their code takes, and their files; none if *file* does not fit."""
    try:
        beginning = file.read(len(_beginning(0, 0)))
        length = int.from_bytes(beginning[-8:], "little")
        status = os.fstat(file.fileno())
        if beginning != _beginning(status.st_size, length) or not is_trusted(status):
            return ()
    except OSError:
        return ()
    table = _unmarshalled(file, length)
    # Another importal may have been in this folder, or this one is being changed.
    if table[:2] != (_FOLDER, sys.modules["importal"].__version__) or not _are_current(table[2]):
        return ()
    return table[2]  # type: ignore[no-any-return]


def _unmarshalled(file: "FileIO", size: int) -> "tuple[Any, ...]":
    """Return the tuple that the next *size* bytes of *file* hold, an empty one if they cannot be read."""
    try:
        return tuple(marshal.loads(file.read(size)))
    except (OSError, EOFError, ValueError, TypeError):
        return ()


def _execute(name: str, file: str, code: "CodeType", loaded: "list[ModuleType]") -> None:
    """Load the module *name* by its *code*, and put it down as *loaded*."""
    table = sys.modules
    parent, _, child = name.rpartition(".")
    package = parent
    module = type(sys)(name)
    if file.endswith(_INIT):
        package = name
        module.__path__ = [file.removesuffix(_INIT)]
    # What imports ask a spec for; the rest follows when the classes for it are there.
    spec = _Namespace(parent=package, _initializing=False, _uninitialized_submodules=[])
    vars(module).update(__spec__=spec, __package__=package, __file__=file)
    # In this order: an interrupt may come after any call.
    loaded.append(module)
    table[name] = module
    try:
        exec(code, module.__dict__)
    except BaseException:
        del table[name]
        loaded.remove(module)
        raise
    if parent:
        setattr(table[parent], child, module)


def is_trusted(status: os.stat_result) -> bool:
    """Tell whether a file is of this user, of root, or of who has installed importal. Raises OSError."""
    if not hasattr(os, "geteuid"):
        return True
    return status.st_uid in {os.geteuid(), 0} or status.st_uid == os.stat(_FOLDER).st_uid


def _are_current(groups: "Sequence[tuple[int, Sequence[_Kept]]]") -> bool:
    """Tell whether the files are what they were. What was installed is replaced as a whole: one shows it."""
    files = [one for _, group in groups for one in group]
    if os.path.basename(os.path.dirname(_FOLDER)) in {"site-packages", "dist-packages"}:
        files = [one for one in files if one[0] == "importal"]
    try:
        for _, file, size, mtime in files:
            status = os.stat(file)
            if status.st_size != size or status.st_mtime_ns != mtime:
                return False
    except OSError:
        return False
    return True


def _complete(modules: "Iterable[ModuleType]") -> None:
    """Give *modules* the specs and loaders that an import gives them."""
    from importal.collector import let_them_age
    from importal.loaders.module import set_attributes
    from importal.loaders.source import SourceFileLoader
    from importal.spec import ModuleSpec

    for module in modules:
        file = str(module.__file__)
        spec = ModuleSpec(module.__name__, SourceFileLoader(module.__name__, file), origin=file)
        spec.submodule_search_locations = vars(module).get("__path__")
        spec._set_fileattr = True
        vars(module).update(__spec__=spec, __loader__=spec.loader)
        if module.__name__ in _ASKED_FOR:
            set_attributes(spec, module)  # also what nobody asks importal's own modules for
    let_them_age()


def keep(path: str) -> bool:
    """Write what has been loaded of importal to the file *path*, unless no bytecode may be written; tell whether."""
    if sys.dont_write_bytecode or not _can_be_written(os.path.dirname(path)):
        return False
    from .loaders.source import SourceFileLoader

    files = []
    codes = []
    importals = [name for name in sys.modules if name.partition(".")[0] == "importal" and name not in _LATE]
    for name in [*_ASKED_FOR, *importals]:
        module = sys.modules.get(name)
        file = getattr(getattr(module, "__spec__", None), "origin", None)
        if file is None or not file.endswith(".py"):
            continue
        try:
            status = os.stat(file)
            codes.append(SourceFileLoader(name, file).get_code(name))
        except (OSError, ImportError, SyntaxError, ValueError, EOFError):
            return False  # it is being changed just now; the next start sees all of it
        files.append((name, file, status.st_size, status.st_mtime_ns))
    if not write_kept(path, files, codes):
        return False
    if os.path.dirname(path) == users_folder():
        _forget_others(os.path.dirname(users_folder()))
    return True


def _forget_others(folder: str) -> None:
    """Remove from *folder*, in the user's cache, what is kept for importals that are gone: environments come and go."""
    try:
        folders = [os.path.join(folder, name) for name in os.listdir(folder)]
    except OSError:
        return  # it may be written to, and not be read
    for of_one in folders:
        try:
            files = [os.path.join(of_one, file) for file in os.listdir(of_one)]
            if files and all(map(_is_of_nobody, files)):
                for file in files:
                    os.unlink(file)
                os.rmdir(of_one)
        except OSError:
            continue  # another process does the same, or it is no such folder


def _is_of_nobody(path: str) -> bool:
    """Tell whether the file *path* holds the modules of an importal that is not there. Raises OSError."""
    with open(path, "rb", 0) as file:
        beginning = file.read(len(_beginning(0, 0)))
        if not beginning.startswith(b"importal "):
            return False
        length = int.from_bytes(beginning[-8:], "little")
        table = _unmarshalled(file, min(length, os.fstat(file.fileno()).st_size))
    # What cannot be read is of another version, perhaps.
    return bool(table) and isinstance(table[0], str) and not os.path.exists(table[0])


def kept_files(path: str) -> "list[_Kept]":
    """Return the modules that the file *path* holds and which files they come from, none if it does not fit.

    Raises OSError.
    """
    with open(path, "rb", 0) as file:
        return [one for _, group in _groups(file) for one in group]


def write_kept(path: str, files: "Sequence[_Kept]", codes: "Sequence[CodeType]") -> bool:
    """Write the file *path* of the modules in *files*, whose code is *codes*; tell whether that could be done."""
    from . import __version__
    from .files import write

    # In groups, which share what is in several: code that is made just before it is executed is in the processor's
    # caches then, and takes the memory that the group before it has left.
    parts = [slice(first, first + _GROUP) for first in range(0, len(codes), _GROUP)]
    groups = [marshal.dumps(tuple(codes[part])) for part in parts]
    held = tuple((len(group), tuple(files[part])) for group, part in zip(groups, parts, strict=True))
    table = marshal.dumps((_FOLDER, __version__, held))
    data = b"".join((table, *groups))
    return bool(write(path, _beginning(len(_beginning(0, 0)) + len(data), len(table)) + data))


def _can_be_written(folder: str) -> bool:
    """Tell whether files can be made in *folder*, or in what there is of it: asked before the work is done in vain."""
    while not os.path.isdir(folder) and os.path.dirname(folder) != folder:
        if os.path.exists(folder):
            return False
        folder = os.path.dirname(folder)
    return os.access(folder, os.W_OK)


def _beginning(size: int, length: int) -> bytes:
    """Return what a file of *size* bytes begins with that fits this interpreter, before a table of *length* bytes."""
    fitting = b"importal %d %s%d " % (_FORMAT, _MAGIC_NUMBER, sys.flags.optimize)
    return fitting + size.to_bytes(8, "little") + length.to_bytes(8, "little")
