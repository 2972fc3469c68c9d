"""The tree of a module's code objects, each with every field (reference, 3.2.13.1)."""

from __future__ import annotations
import __future__

import dis
from copy import copy
from dataclasses import dataclass

from ..loaders.file import FileLoader
from ..loaders.source import SourceLoader, compile_source
from ..loaders.sourceless import SourcelessFileLoader
from ..tool_errors import FileError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType
    from typing import Any

    from ..spec import ModuleSpec

__all__ = [
    "CodeObject",
    "Flags",
    "Instruction",
    "LineRange",
    "ProtectedRange",
    "code_tree",
    "compile_source_of",
    "flags_of",
    "read_code",
]

# What unmarshalling and compiling raise about what they were given, besides OSError.
_BROKEN = (ImportError, EOFError, ValueError, TypeError, SyntaxError, MemoryError, OverflowError, SystemError)

_FUTURES = {
    feature.compiler_flag: f"CO_FUTURE_{name.upper()}"
    for name in __future__.all_feature_names
    if (feature := getattr(__future__, name)).compiler_flag not in dis.COMPILER_FLAG_NAMES
}
_FLAG_NAMES = {value: f"CO_{name}" for value, name in dis.COMPILER_FLAG_NAMES.items()} | _FUTURES


@dataclass(frozen=True, slots=True)
class Flags:
    """``co_flags``: the number, and the name of each bit that is set; a bit without a name is given in hex."""

    value: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LineRange:
    """The instructions from byte ``start`` up to ``end`` (excluded) come from ``line``; None: from no line."""

    start: int
    end: int
    line: int | None


@dataclass(frozen=True, slots=True)
class ProtectedRange:
    """An entry of the exception table: what ``start`` to ``end`` (bytes, excluded) raises is handled at ``target``.

    ``depth`` values stay on the stack; with ``lasti`` the place of the instruction that raised is pushed as well.
    """

    start: int
    end: int
    target: int
    depth: int
    lasti: bool


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction: its byte ``offset``, ``line``, name, argument as a number and as what it means."""

    offset: int
    line: int | None
    opname: str
    arg: int | None
    meaning: str
    is_jump_target: bool


@dataclass(frozen=True, slots=True)
class CodeObject:
    """One code object. ``place`` is where it lies: ``module``, or the constant of another that it is.

    Sizes are in bytes; ``constants`` are representations, those of code objects their places; ``children`` are these.
    """

    place: str
    kind: str
    name: str
    qualname: str
    argcount: int
    posonlyargcount: int
    kwonlyargcount: int
    nlocals: int
    stacksize: int
    flags: Flags
    size: int
    constants: tuple[str, ...]
    names: tuple[str, ...]
    varnames: tuple[str, ...]
    freevars: tuple[str, ...]
    cellvars: tuple[str, ...]
    filename: str
    firstlineno: int
    linetable_size: int
    lines: tuple[LineRange, ...]
    exceptiontable_size: int
    exceptions: tuple[ProtectedRange, ...]
    instructions: tuple[Instruction, ...] | None
    children: tuple[CodeObject, ...]

    def walk(self) -> Iterator[CodeObject]:
        """Yield this code object and all inside it, depth first, as they stand in the source."""
        yield self
        for child in self.children:
            yield from child.walk()


def read_code(spec: ModuleSpec) -> CodeType | None:
    """Return the code an import of *spec* would execute; None: it has none.

    Nothing is executed, and no bytecode written. Raises FileError when the file cannot be read, is no Python, or holds
    no code of this interpreter.
    """
    loader: Any = _without_writing(spec.loader)
    if not hasattr(loader, "get_code"):
        return None
    place = spec.origin or spec.name
    try:
        return loader.get_code(spec.name)  # type: ignore[no-any-return]
    except OSError as error:
        advice = "ask its owner for the right to read it" if isinstance(error, PermissionError) else "see what it is"
        raise FileError(place, f"cannot be read: {error.strerror}", advice) from None
    except SyntaxError as error:
        where = "" if error.lineno is None else f"line {error.lineno}: "
        raise FileError(place, f"{where}is not Python: {error.msg}", "an import fails in the same way") from None
    except _BROKEN as error:
        reason = f"holds no code of this interpreter: {type(error).__name__}: {error}"
        advice = "it is made again from its source if you remove it"
        if isinstance(loader, SourcelessFileLoader):
            advice = "compile its source again with this Python, or ask the Python that wrote it"
        raise FileError(spec.cached or place, reason, advice) from None


class _LookingOnly:
    """The import state behind a loader, as it is but for writing bytecode: looking leaves no traces."""

    dont_write_bytecode = True

    def __init__(self, state: object) -> None:
        self._state = state

    def __getattr__(self, name: str) -> Any:
        return getattr(self._state, name)


def _without_writing(loader: object) -> object:
    if not isinstance(loader, SourceLoader):
        return loader
    reader: Any = copy(loader)
    reader.state = _LookingOnly(loader.state)
    return reader


def compile_source_of(spec: ModuleSpec) -> CodeType | None:
    """Return the code in the source file of *spec*, whatever lies in its bytecode file; None: there is none."""
    loader = spec.loader
    if not (isinstance(loader, SourceLoader) and isinstance(loader, FileLoader)):
        return None
    try:
        return compile_source(loader, loader.get_data(loader.path), loader.path, spec.name)
    except (OSError, *_BROKEN):
        return None


def code_tree(code: CodeType, *, disassemble: bool = False) -> CodeObject:
    """Return *code*, a module's, and the code objects inside it; *disassemble* fills in ``instructions``."""
    return _describe(code, "module", "module body", disassemble)


def flags_of(code: CodeType) -> Flags:
    """Return ``co_flags`` by name."""
    bits = [1 << index for index in range(code.co_flags.bit_length()) if code.co_flags >> index & 1]
    return Flags(code.co_flags, tuple(_FLAG_NAMES.get(bit, hex(bit)) for bit in bits))


def _describe(code: CodeType, place: str, kind: str, disassemble: bool) -> CodeObject:
    bytecode = dis.Bytecode(code)
    inner = {
        index: f"{place}.co_consts[{index}]"
        for index, constant in enumerate(code.co_consts)
        if isinstance(constant, type(code))
    }
    return CodeObject(
        place=place,
        kind=kind,
        name=code.co_name,
        qualname=code.co_qualname,
        argcount=code.co_argcount,
        posonlyargcount=code.co_posonlyargcount,
        kwonlyargcount=code.co_kwonlyargcount,
        nlocals=code.co_nlocals,
        stacksize=code.co_stacksize,
        flags=flags_of(code),
        size=len(code.co_code),
        constants=tuple(inner.get(index) or repr(constant) for index, constant in enumerate(code.co_consts)),
        names=code.co_names,
        varnames=code.co_varnames,
        freevars=code.co_freevars,
        cellvars=code.co_cellvars,
        filename=code.co_filename,
        firstlineno=code.co_firstlineno,
        linetable_size=len(code.co_linetable),
        lines=tuple(LineRange(*entry) for entry in code.co_lines()),
        exceptiontable_size=len(code.co_exceptiontable),
        exceptions=tuple(
            ProtectedRange(one.start, one.end, one.target, one.depth, one.lasti)
            for one in bytecode.exception_entries  # type: ignore[attr-defined]  # the stubs do not know it
        ),
        instructions=tuple(_instruction(one) for one in bytecode) if disassemble else None,
        children=tuple(
            _describe(code.co_consts[index], where, _kind_of(code.co_consts[index]), disassemble)
            for index, where in inner.items()
        ),
    )


def _instruction(instruction: dis.Instruction) -> Instruction:
    line = instruction.positions.lineno if instruction.positions else None
    return Instruction(
        instruction.offset,
        line,
        instruction.opname,
        instruction.arg,
        instruction.argrepr,
        instruction.is_jump_target,
    )


# How the compiler names what has no name of its own.
_KINDS = {
    "<lambda>": "lambda",
    "<genexpr>": "generator expression",
    "<listcomp>": "list comprehension",
    "<setcomp>": "set comprehension",
    "<dictcomp>": "dict comprehension",
    "__annotate__": "annotations",
}


def _kind_of(code: CodeType) -> str:
    """Return what in the source *code* was compiled from."""
    flags = flags_of(code).names
    if code.co_name in _KINDS:
        return _KINDS[code.co_name]
    if "CO_OPTIMIZED" not in flags:
        return "class body"
    if code.co_name.startswith("<generic parameters of"):
        return "type parameters"
    if "CO_ASYNC_GENERATOR" in flags:
        return "async generator function"
    if "CO_COROUTINE" in flags:
        return "coroutine function"
    return "generator function" if "CO_GENERATOR" in flags else "function"
