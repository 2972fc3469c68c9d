"""What a module is, from its kind down to the calling conventions of its C functions: everything put together."""

from __future__ import annotations

from copy import copy
from dataclasses import asdict, dataclass, fields

from ..loaders.module import attributes_of
from ..observe.kind import distribution_of, kind_of
from ..tool_errors import FileError
from .bytecode_file import BytecodeFile, bytecode_file
from .c_functions import CFunction, MethodDefinitions, c_functions
from .code import CodeObject, code_tree, compile_source_of, read_code
from .execution import Execution, execute
from .functions import Function, functions_of
from .halves import CHalf, c_half
from .library import Library, library_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, ModuleType
    from typing import Any

    from ..spec import ModuleSpec
    from ..standard import ImportSystem
    from .target import Target

__all__ = ["Inspection", "Kind", "inspect"]


@dataclass(frozen=True, slots=True)
class Kind:
    """What kind of module it is, in ``words``, and its parts.

    ``distribution`` is name and version of the installed distribution that it belongs to; ``c_half`` the C modules
    that are the other half of one written in Python, ``c_used`` all C modules it imports; ``portions`` the directories
    of a namespace package.
    """

    words: str
    distribution: str | None
    c_half: tuple[str, ...]
    c_used: tuple[str, ...]
    portions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Inspection:
    """All that was found out. What a module does not have is None; ``unknown`` says why something is not known.

    ``loaded``: the module exists in this process, so its attributes and functions are the real ones.
    """

    name: str
    file: str | None
    kind: Kind
    loaded: bool
    spec: dict[str, object] | None
    attributes: dict[str, str]
    library: Library | None
    bytecode: BytecodeFile | None
    code: CodeObject | None
    functions: tuple[Function, ...] | None
    c_functions: tuple[CFunction, ...] | None
    execution: Execution | None
    unknown: dict[str, str]
    problems: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain values; the keys are the attributes' names."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}


def _plain(value: Any) -> Any:
    return asdict(value) if hasattr(value, "__dataclass_fields__") else _plain_items(value)


def _plain_items(value: Any) -> Any:
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def inspect(system: ImportSystem, target: Target, *, run: bool = False, disassemble: bool = False) -> Inspection:
    """Return what the module of *target* is.

    Nothing is executed unless *run*, but for C modules of the interpreter itself: which functions such a module has
    is known only when it has been initialised; ``execution`` then says so. A module whose file cannot be read, or
    whose code is broken, is described as far as possible and the ``problems`` are named. Raises FileError for a shared
    library that is none.
    """
    unknown: dict[str, str] = {}
    problems: list[str] = []
    spec = target.spec
    library = library_at(_path(target), target.name) if target.is_library else None
    bytecode = bytecode_file(spec)
    body = _body(spec, problems)
    kind, tree = _decoded(system, target, body, problems, disassemble=disassemble)
    module, execution = _module(system, target, library, run=run)
    if execution is not None and execution.error is not None:
        problems.append(f"executing it failed: {execution.error}")
    return Inspection(
        name=target.name,
        file=target.file,
        kind=kind,
        loaded=module is not None,
        spec=None if spec is None else _spec(spec),
        attributes=_attributes(spec, module),
        library=library,
        bytecode=bytecode,
        code=tree,
        functions=_functions(module, tree, body, unknown),
        c_functions=_c_functions(module, library, unknown),
        execution=execution,
        unknown=unknown,
        problems=tuple(problems),
    )


def _path(target: Target) -> str:
    return target.file or (target.spec and target.spec.origin) or ""


def _body(spec: ModuleSpec | None, problems: list[str]) -> CodeType | None:
    if spec is None:
        return None
    try:
        return read_code(spec)
    except FileError as error:
        problems.append(str(error))
        return compile_source_of(spec)


# What reading instructions that no compiler has made can raise, in dis and in code objects themselves.
_DAMAGED = (IndexError, KeyError, OverflowError, RuntimeError, SystemError, TypeError, ValueError)


def _decoded(
    system: ImportSystem, target: Target, body: CodeType | None, problems: list[str], *, disassemble: bool
) -> tuple[Kind, CodeObject | None]:
    """Return what the instructions in *body* tell; a file whose marshal data is whole may hold nonsense."""
    if body is not None:
        try:
            return _kind(system, target, body), code_tree(body, disassemble=disassemble)
        except _DAMAGED as error:
            reason = f"holds damaged instructions: {type(error).__name__}: {error}"
            problems.append(str(FileError(_path(target), reason, "compile its source again with this Python")))
    return _kind(system, target, None), None


def _kind(system: ImportSystem, target: Target, body: CodeType | None) -> Kind:
    spec = target.spec
    if spec is None:
        return Kind("extension module of another interpreter", None, (), (), ())
    words = kind_of(spec)
    half = CHalf((), ()) if body is None else c_half(system, spec, body)
    if half.modules:
        words = f"mixed module, Python and C: {words}"
    portions = tuple(spec.submodule_search_locations or ()) if spec.origin is None else ()
    owned = "third party" in words or "namespace" in words
    return Kind(words, distribution_of(spec) if owned else None, half.modules, half.used, portions)


def _module(
    system: ImportSystem, target: Target, library: Library | None, *, run: bool
) -> tuple[ModuleType | None, Execution | None]:
    """Return the module, if there is one now, and what was executed to get it."""
    present = target.module(system)
    if run:
        return execute(system, target, "asked for by --run")
    if present is not None or target.spec is None or target.file is not None:
        return present, None
    standard = library is not None and kind_of(target.spec).startswith("standard library")
    if target.spec.origin == "built-in" or standard:
        return execute(system, target, "which functions a C module has is known only when it has been initialised")
    return None, None


def _spec(spec: ModuleSpec) -> dict[str, object]:
    locations = spec.submodule_search_locations
    return {
        "name": spec.name,
        "loader": _name_of_loader(spec.loader),
        "origin": spec.origin,
        "has_location": spec.has_location,
        "cached": spec.cached,
        "parent": spec.parent,
        "submodule_search_locations": None if locations is None else list(locations),
        "loader_state": None if spec.loader_state is None else repr(spec.loader_state),
    }


def _name_of_loader(loader: object) -> str | None:
    """Return the name of a loader, which may be an object or, for built-in and frozen modules, a class."""
    return None if loader is None else getattr(loader, "__qualname__", type(loader).__qualname__)


_IMPORT_RELATED = ("__name__", "__loader__", "__package__", "__spec__", "__path__", "__file__", "__cached__")


def _attributes(spec: ModuleSpec | None, module: ModuleType | None) -> dict[str, str]:
    """Return the import-related attributes (reference, 5.4.4) that *module* has, or would have when made of *spec*."""
    if spec is None:
        return {}
    # A copy: the attributes of a namespace package complete its spec.
    namespace = attributes_of(copy(spec)) if module is None else vars(module)
    return {name: _shown(namespace[name]) for name in _IMPORT_RELATED if name in namespace}


def _shown(value: object) -> str:
    if value is None or isinstance(value, str):
        return repr(value)
    if hasattr(value, "submodule_search_locations"):
        return "the spec"
    try:
        return repr(list(value))  # type: ignore[call-overload]
    except TypeError:
        return str(_name_of_loader(value))


def _functions(
    module: ModuleType | None, tree: CodeObject | None, body: CodeType | None, unknown: dict[str, str]
) -> tuple[Function, ...] | None:
    if tree is None or body is None:
        return None
    if module is None:
        unknown["functions"] = "functions are made when the module is executed; --run does that"
        return None
    return functions_of(module, tree, body)


def _c_functions(
    module: ModuleType | None, library: Library | None, unknown: dict[str, str]
) -> tuple[CFunction, ...] | None:
    if module is None:
        if library is not None:
            unknown["c_functions"] = "which functions a library has is known only when it is loaded; --run does that"
        return None
    definitions = MethodDefinitions()
    if definitions.unknown is not None:
        unknown["calling conventions"] = definitions.unknown
    return tuple(c_functions(module, definitions))
