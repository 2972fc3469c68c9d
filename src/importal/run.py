"""Executing modules and files as programs (PEP 338; the ``runpy`` functions; ``python`` itself).

:func:`run_module` and :func:`run_path` return the globals of what they executed, as the functions of ``runpy`` do.
:class:`Program` is a whole program, executed as ``__main__`` just as the interpreter would.
"""

from __future__ import annotations

import os
import sys

from .bytecode import header
from .errors import TargetError
from .finders.builtin import BuiltinImporter
from .interpreter import MAGIC_NUMBER, Module, import_frame
from .loaders.source import SourceFileLoader, code_from_bytecode
from .loaders.sourceless import SourcelessFileLoader
from .locations import split
from .scripts import code_of_script

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import CodeType, FrameType, ModuleType
    from typing import Any

    from .spec import ModuleSpec
    from .standard import ImportSystem

__all__ = ["Program", "code_of_file", "find_program", "run_module", "run_path"]


def run_module(
    system: ImportSystem,
    name: str,
    init_globals: Mapping[str, Any] | None = None,
    run_name: str | None = None,
    alter_sys: bool = False,
) -> dict[str, Any]:
    """Execute the module *name*, or the ``__main__`` of the package *name*, and return its globals.

    *init_globals* are there before it starts, *run_name* becomes its ``__name__`` (default: its own name). With
    *alter_sys* the module stands in the table under that name, and ``sys.argv[0]`` is its file, while it runs. Raises
    ImportError when there is nothing to execute.
    """
    spec, code = find_program(system, name)
    run_as = spec.name if run_name is None else run_name
    module = _new_main(system, run_as, init_globals, spec=spec)
    if not alter_sys:
        exec(code, module.__dict__)
        return module.__dict__
    return _execute_visible(system, module, code, spec.origin)


def run_path(
    system: ImportSystem,
    path: str | os.PathLike[str],
    init_globals: Mapping[str, Any] | None = None,
    run_name: str | None = None,
) -> dict[str, Any]:
    """Execute the source or bytecode file *path*, or the ``__main__`` of a directory or archive; return its globals.

    *run_name* becomes its ``__name__`` (default ``"<run_path>"``). While it runs, the module stands in the table under
    that name and ``sys.argv[0]`` is *path*. Raises what reading and compiling the file raise, ImportError when a
    directory or archive has no ``__main__``.
    """
    location = os.fspath(path)
    run_as = "<run_path>" if run_name is None else run_name
    if _holds_modules(system, location):
        return _run_main_of(system, location, init_globals, run_as)
    module = _new_main(system, run_as, init_globals, file=location)
    return _execute_visible(system, module, code_of_file(location), location)


def find_program(
    system: ImportSystem, name: str, error: type[ImportError] = ImportError
) -> tuple[ModuleSpec, CodeType]:
    """Return (spec, code) of what executing the module *name* means: a package stands for its ``__main__``.

    Its parents are imported. Raises *error* when there is no such module or no code in it.
    """
    if name.startswith("."):
        raise _refusal(error, "Relative module names not supported", name)
    spec = _find(system, name, error)
    if spec.submodule_search_locations is not None:
        if name == "__main__" or name.endswith(".__main__"):
            raise _refusal(error, "Cannot use package as __main__ module", name)
        try:
            return find_program(system, f"{name}.__main__", error)
        except error as reason:
            if name in system.state.modules:
                message = f"{reason}; {name!r} is a package and cannot be directly executed"
                raise _refusal(error, message, name) from None
            raise
    loader: Any = spec.loader
    if loader is None:
        raise _refusal(error, f"{name!r} is a namespace package and cannot be executed", name)
    try:
        code = loader.get_code(name)
    except ImportError as reason:
        raise _refusal(error, str(reason), name) from reason
    if code is None:
        raise _refusal(error, f"No code object available for {name}", name)
    return spec, code


def _refusal(error: type[ImportError], message: str, name: str) -> ImportError:
    """Return the error that *name* cannot be executed; since CPython 3.14 it knows the name."""
    return error(message, name=name) if sys.version_info >= (3, 14) else error(message)


def _find(system: ImportSystem, name: str, error: type[ImportError]) -> ModuleSpec:
    parent = name.rpartition(".")[0]
    if parent:
        try:
            system.import_name(parent)
        except ImportError as reason:
            if reason.name is None or (reason.name != parent and not parent.startswith(f"{reason.name}.")):
                raise  # the package exists; something it needs does not
        _warn_if_loaded(system, name, parent)
    try:
        spec = system.find_spec(name)
    except (ImportError, AttributeError, TypeError, ValueError) as reason:
        message = f"Error while finding module specification for {name!r} ({type(reason).__name__}: {reason})"
        if name.endswith(".py"):
            message += f". Try using '{name[:-3]}' instead of '{name}' as the module name."
        raise _refusal(error, message, name) from reason
    if spec is None:
        raise _refusal(error, f"No module named {name}", name)
    return spec


def _warn_if_loaded(system: ImportSystem, name: str, parent: str) -> None:
    present = system.state.modules.get(name)
    if present is not None and not hasattr(present, "__path__"):
        import warnings

        warnings.warn(
            f"{name!r} found in sys.modules after import of package {parent!r}, but prior to execution of {name!r}; "
            "this may result in unpredictable behaviour",
            RuntimeWarning,
            stacklevel=3,
        )


def _holds_modules(system: ImportSystem, location: str) -> bool:
    """Tell whether *location* is a path entry, as a directory or an archive is and a script is not."""
    for hook in system.state.path_hooks:
        try:
            hook(location)
        except ImportError:
            continue  # a hook's way to say that the entry is not its own
        return True
    return False


def _run_main_of(
    system: ImportSystem, location: str, init_globals: Mapping[str, Any] | None, run_name: str
) -> dict[str, Any]:
    state = system.state
    state.path.insert(0, location)
    try:
        spec, code = _main_in(system, location)
        module = _new_main(system, run_name, init_globals, spec=spec)
        return _execute_visible(system, module, code, location)
    finally:
        if location in state.path:
            state.path.remove(location)


def _main_in(system: ImportSystem, location: str) -> tuple[ModuleSpec, CodeType]:
    """Return (spec, code) of the ``__main__`` found first, which *location* is to hold. Raises ImportError."""
    table = system.state.modules
    present = table.pop("__main__", None)
    try:
        spec = system.find_spec("__main__")
        if spec is None:
            raise _refusal(ImportError, f"can't find '__main__' module in {location!r}", "__main__")
        loader: Any = spec.loader
        return spec, loader.get_code("__main__")
    finally:
        if present is not None:
            table["__main__"] = present


def _execute_visible(system: ImportSystem, module: ModuleType, code: CodeType, argument: str | None) -> dict[str, Any]:
    """Execute *code* in *module* while it stands in the table and ``sys.argv[0]`` is *argument*; return its globals."""
    table = system.state.modules
    name = module.__name__
    before = table.get(name)
    argument_before = sys.argv[0] if sys.argv else None
    table[name] = module
    if argument is not None and argument_before is not None:
        sys.argv[0] = argument
    try:
        exec(code, module.__dict__)
        # A copy: the module's own namespace may be emptied when the module goes.
        return module.__dict__.copy()
    finally:
        if argument_before is not None:
            sys.argv[0] = argument_before
        if before is None:
            table.pop(name, None)
        else:
            table[name] = before


def _new_main(
    system: ImportSystem,
    name: str,
    init_globals: Mapping[str, Any] | None,
    *,
    spec: ModuleSpec | None = None,
    file: str | None = None,
) -> ModuleType:
    """Return a new module that knows of itself what an executed module knows (PEP 366)."""
    module = Module(name)
    namespace = module.__dict__
    if init_globals is not None:
        namespace.update(init_globals)
    namespace.update(__name__=name, __doc__=None, __spec__=spec, __loader__=None, __cached__=None)
    if spec is None:
        namespace.update(__file__=file, __package__=name.rpartition(".")[0])
    else:
        namespace.update(__loader__=spec.loader, __file__=spec.origin, __cached__=spec.cached, __package__=spec.parent)
    if sys.version_info >= (3, 15):
        del namespace["__cached__"]
    if system.builtins is not None:
        namespace["__builtins__"] = system.builtins
    return module


def code_of_file(path: str, *, kept: bool = False) -> CodeType:
    """Return the code of the source or bytecode file *path*, which is what the file says and not only its name.

    As the interpreter does for its program, a bytecode file is taken as it is: neither its flags nor its source are
    looked at. *kept*: what was compiled of a source is kept for the next time. Raises OSError, what compiling the
    source raises, and EOFError or RuntimeError for broken bytecode.
    """
    with open(path, "rb") as file:
        data = file.read()
    if data[:4] == MAGIC_NUMBER or path.endswith(".pyc"):
        return _code_of_bytecode(data)
    if kept and os.path.isfile(path):
        return code_of_script(data, path)
    return compile(data, path, "exec", dont_inherit=True)


def _code_of_bytecode(data: bytes) -> CodeType:
    if len(data) < 4 and sys.version_info >= (3, 13):
        raise EOFError("EOF read where not expected")
    if data[:4] != MAGIC_NUMBER:
        raise RuntimeError("Bad magic number in .pyc file")
    if len(data) < header.SIZE:
        raise EOFError("EOF read where not expected")
    try:
        return code_from_bytecode(data, "__main__", "")
    except (ImportError, EOFError, ValueError, TypeError):
        raise RuntimeError("Bad code object in .pyc file") from None


class Program:
    """A program for the interpreter: a script, a directory or archive, a module (``-m``) or a command (``-c``).

    ``kind`` is ``"path"``, ``"module"`` or ``"command"``; ``target`` the path, module name or source text;
    ``arguments`` what follows it on the command line.
    """

    def __init__(self, kind: str, target: str, arguments: list[str]) -> None:
        self.kind = kind
        self.target = target
        self.arguments = arguments

    @import_frame
    def run(self, system: ImportSystem, *, in_place: bool = False) -> None:
        """Execute the program as ``__main__``: ``sys.argv``, ``sys.path[0]`` and ``__main__`` as ``python`` has them.

        ``__main__`` is a new module; *in_place*, where the process is there for the program only, the one that is
        there. Raises TargetError when there is nothing to execute, else whatever the program raises.
        """
        _begin_main(in_place=in_place)
        {"path": self._run_path, "module": self._run_module, "command": self._run_command}[self.kind](system)

    @import_frame
    def _run_path(self, system: ImportSystem) -> None:
        path = self.target
        sys.argv[:] = [path, *self.arguments]
        if path != "-" and not os.path.exists(path):
            raise TargetError(f"can't open file {os.path.abspath(path)!r}: [Errno 2] No such file or directory")
        if path != "-" and _holds_modules(system, path):
            _set_first_entry(_from_here(path))
            present = sys.modules.pop("__main__")  # what is to be found has this name
            try:
                spec, code = find_program(system, "__main__", TargetError)
            except TargetError:
                raise TargetError(f"can't find '__main__' module in {os.path.abspath(path)!r}") from None
            finally:
                sys.modules["__main__"] = present
            exec(code, _complete_main(file=spec.origin, loader=spec.loader, spec=spec))
            return
        if path == "-":
            _set_first_entry("")
            namespace = _complete_main(file="<stdin>", loader=BuiltinImporter)
            code = compile(sys.stdin.buffer.read(), "<stdin>", "exec", dont_inherit=True)
        else:
            _set_first_entry(split(os.path.realpath(path))[0])
            file = _from_here(path)
            loader = SourcelessFileLoader if path.endswith(".pyc") else SourceFileLoader
            namespace = _complete_main(file=file, loader=loader("__main__", file))
            code = code_of_file(file, kept=True)
        exec(code, namespace)

    @import_frame
    def _run_module(self, system: ImportSystem) -> None:
        sys.argv[:] = ["-m", *self.arguments]
        _set_first_entry(os.getcwd())
        spec, code = find_program(system, self.target, TargetError)
        sys.argv[0] = spec.origin or self.target
        exec(code, _complete_main(file=spec.origin, loader=spec.loader, spec=spec))

    @import_frame
    def _run_command(self, system: ImportSystem) -> None:
        sys.argv[:] = ["-c", *self.arguments]
        _set_first_entry("")
        code = compile(self.target, "<string>", "exec", dont_inherit=True)
        if sys.version_info >= (3, 13):
            _remember_command(self.target)
        exec(code, _complete_main(file=None, loader=BuiltinImporter))


def _from_here(path: str) -> str:
    """Return *path* made absolute as the interpreter does for its program: as it was spelled, but on Windows."""
    if path == "." or os.name == "nt":
        return os.path.abspath(path)
    return os.path.join(os.getcwd(), path)


def _set_first_entry(entry: str) -> None:
    """Put *entry* where ``sys.path`` has the folder of the program, which was importal's own until now (PEP 432)."""
    if sys.flags.safe_path:
        return
    sys.path[:1] = [entry]


def _begin_main(*, in_place: bool) -> None:
    """Make ``__main__`` what it is before a program begins.

    *in_place* it stays the same module: start-up files may have taken it by then. What it has held so far is the
    command line's of importal, as far as that has named it.
    """
    import builtins

    if not in_place:
        sys.modules["__main__"] = Module("__main__")
    namespace = sys.modules["__main__"].__dict__
    own = {"__file__", "__cached__"}
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        if frame.f_globals is namespace:
            own.update(frame.f_code.co_names)
        frame = frame.f_back
    others = {name: value for name, value in namespace.items() if name not in own}
    namespace.clear()
    namespace.update(Module("__main__").__dict__, __loader__=BuiltinImporter)
    if sys.version_info < (3, 14):
        namespace["__annotations__"] = {}
    namespace["__builtins__"] = builtins
    namespace.update((name, value) for name, value in others.items() if name not in namespace)


def _complete_main(*, file: str | None, loader: Any, spec: ModuleSpec | None = None) -> dict[str, Any]:
    """Give ``__main__`` what a program knows of itself, and return its namespace."""
    namespace = sys.modules["__main__"].__dict__
    namespace.update(__loader__=loader, __spec__=spec)
    if file is not None:
        namespace["__file__"] = file
        if sys.version_info < (3, 15):
            namespace["__cached__"] = None
    if spec is not None:
        namespace["__package__"] = spec.parent
        if sys.version_info < (3, 15):
            namespace["__cached__"] = spec.cached
    return namespace


def _remember_command(source: str) -> None:
    """Let tracebacks show the lines of a ``-c`` command, as CPython does from 3.13 on."""
    import linecache

    register = getattr(linecache, "_register_code", None)
    lines = [line + "\n" for line in source.splitlines()]
    if register is not None and sys.version_info < (3, 14):
        register("<string>", source, "<string>")
    else:
        linecache.cache["<string>"] = (len(source), None, lines, "<string>")
